"""Whether a run may write to one group."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import OWNER, group, live, owned, policy

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning.permission import block_group_write, block_writes, is_foreign, is_member, join_addresses

FOREIGN = live(group(), tags={tags.OWNER: "billing"})
NOBODY = live(group())


def member(group_of_ours: Resource) -> Resource:
    """Return the group as one of an NGroup."""
    body = group_of_ours.body
    return replace(group_of_ours, body={**body, "properties": {**group_of_ours.properties, "orchestratorId": "/x"}})


@pytest.mark.parametrize(
    ("there", "codes"),
    [
        (owned(group()), []),
        (FOREIGN, ["owner"]),
        (NOBODY, ["unowned"]),
        (member(owned(group())), ["member"]),
        (member(FOREIGN), ["owner", "member"]),
    ],
)
def test_each_reason_has_its_code(there: Resource, codes: list[str]) -> None:
    """Ours may be written; all that speaks against another is named."""
    assert codes == [each.code for each in block_group_write(there, None, policy())]


def test_a_group_of_nobody_may_be_written_where_that_is_allowed() -> None:
    """By an option for all, or by its manifest."""
    adopting = group(lifecycle=Lifecycle(adopt=True))

    assert [] == list(block_group_write(NOBODY, None, policy(adopt=True)))
    assert [] == list(block_group_write(NOBODY, adopting, policy()))
    assert ["--adopt"] == [each.release for each in block_group_write(NOBODY, group(), policy())]


def test_a_take_over_needs_the_owner_by_name() -> None:
    """A manifest is what could take it over; without one, only its tag is in the way."""
    (declared,) = block_group_write(FOREIGN, group(), policy())
    (undeclared,) = block_group_write(FOREIGN, None, policy())

    assert "--take-over billing, or remove its manifest here" == declared.release
    assert f"remove its manifest here, or its tag {tags.OWNER} in Azure" == undeclared.release
    assert [] == list(block_group_write(FOREIGN, group(), policy(take_over=frozenset({"billing"}))))


def test_whose_a_group_is() -> None:
    """Nobody's is not somebody else's."""
    assert [False, True, False] == [is_foreign(each, policy()) for each in (owned(group()), FOREIGN, NOBODY)]
    assert [False, True] == [is_member(each) for each in (owned(group()), member(owned(group())))]


def test_the_project_may_not_write_at_all() -> None:
    """In observe mode and during a freeze; an overridden freeze does not hold, and without a write neither matters."""
    rules = policy(observe=True, frozen="christmas")

    assert ["observe", "freeze"] == [each.code for each in block_writes(("rg-shop/web",), rules)]
    assert ["observe"] == [each.code for each in block_writes(("rg-shop/web",), replace(rules, override="fire"))]
    assert [] == list(block_writes((), rules))


@pytest.mark.parametrize(
    ("count", "text"), [(1, "g0"), (3, "g0, g1, g2"), (4, "g0, g1 and 2 more"), (9, "g0, g1 and 7 more")]
)
def test_many_addresses_are_not_all_named(count: int, text: str) -> None:
    """They would hide the sentence."""
    assert text == join_addresses(tuple(f"g{number}" for number in range(count)))


def test_the_owner_of_the_tests_is_ours() -> None:
    """What the other tests build on."""
    assert OWNER == tags.owner(owned(group()))
