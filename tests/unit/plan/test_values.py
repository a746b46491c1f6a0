"""What a plan says of itself."""

from __future__ import annotations

from factories import container, group, owned, policy

from aci_reconcile.plan import (
    Impact,
    plan,
)


def test_a_plan_counts_as_terraform_does() -> None:
    """A replacement is one to add and one to destroy."""
    desired = [group("a"), group("b", container(image="x")), group("c", osType="Windows")]
    proposal = plan(desired, [owned(group("b")), owned(group("c")), owned(group("d"))], policy(prune=True))

    assert (2, 1, 2) == (proposal.to_add, proposal.to_change, proposal.to_destroy)
    assert proposal
    assert 1 == proposal.with_impact(Impact.RECREATE)
