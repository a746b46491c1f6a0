"""What a plan is made from."""

from __future__ import annotations

from factories import group, owned, policy

from aci_reconcile.planning import Action, Observation, Unreadable, plan


def test_where_nothing_was_seen_everything_is_created() -> None:
    """An empty observation says that Azure has none of the groups."""
    assert [Action.CREATE] == [change.action for change in plan([group()], Observation(), policy()).changes]


def test_observations_do_not_share_what_was_decided() -> None:
    """Each has its own verdicts and decisions, and nothing in them."""
    first, second = Observation(), Observation((owned(group()),))

    assert ({}, {}) == (first.verdicts, first.decisions) == (second.verdicts, second.decisions)
    assert first.verdicts is not second.verdicts


def test_what_could_not_be_read_is_in_the_plan_and_not_planned() -> None:
    """The plan says that it is incomplete."""
    dark = Unreadable(group().address, "403")
    proposal = plan([group()], Observation(unreadable=(dark,)), policy())

    assert ((dark,), (), False) == (proposal.unreadable, proposal.changes, proposal.complete)
