"""The checks of shards as one say what a check of the whole says, and forget nothing that none of them saw."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drift_runs import DAY, NOON, ONE, PLACE, public, run_drift, seen
from factories import container, group, owned, rid

from aci_reconcile.findings import Drift, History, Kind, MergedCheck, dump_history, to_moment
from aci_reconcile.planning import Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.core.model import Resource

LATER = to_moment(NOON + DAY)


def check_parts(
    desired: Sequence[Resource],
    live: Sequence[Resource],
    last: History,
    *,
    days: float = 1,
    unreadable: Sequence[Unreadable] = (),
) -> MergedCheck:
    """Return the checks of shards with one declared group each, which know no history."""
    dark = {each.address for each in unreadable}
    parts = [
        run_drift(
            desired,
            live,
            days=days,
            selected=frozenset({each.id.key}),
            unreadable=[one for one in unreadable if one.address == each.address or "/" not in one.address],
        )
        for each in desired
    ]
    own = [_narrow(part, each, dark) for part, each in zip(parts, desired, strict=True)]
    found = {each.fingerprint: each for part in own for each in part.findings}
    return MergedCheck(last, tuple(found.values()), tuple(part.seen for part in own if part.seen is not None))


def _narrow(drift: Drift, group: Resource, dark: set[str]) -> Drift:
    """Return the check as of a run that loaded one group: of other declared groups it says nothing."""
    shown = {group.address.lower()}
    findings = tuple(
        each
        for each in drift.findings
        if each.address == group.address or each.kind is Kind.UNDECLARED or each.address in dark - shown
    )
    assert drift.seen is not None
    groups = {key: each for key, each in drift.seen.groups.items() if key in shown}
    return replace(drift, findings=findings, seen=replace(drift.seen, groups=groups))


def remember(drift: Drift) -> History:
    """Return what a check keeps."""
    assert drift.history is not None
    return drift.history


def test_it_is_the_history_of_a_check_of_the_whole() -> None:
    """What is known of unchanged groups, and since when there is a finding."""
    desired = [group("a"), group("b"), public("c")]
    live = [seen("a"), owned(group("b", container(image="x:2"))), seen("c", ip="192.0.2.1", digest=ONE)]
    first = run_drift(desired, live)
    gone = live[:2]
    whole, merged = run_drift(desired, gone, first, days=1), check_parts(desired, gone, remember(first))

    assert ["vanished"] == [each.kind.value for each in whole.appeared]
    assert ["missing"] == [each.kind.value for each in merged.appeared]  # the shards know no history
    assert dump_history(remember(whole))["groups"] == dump_history(merged.make_history())["groups"]
    assert LATER == merged.make_history().checked_at
    again = check_parts(desired, gone, merged.make_history(), days=2)
    assert (LATER, ()) == (max(each.since for each in again.findings), again.appeared)


def test_what_is_over() -> None:
    """A finding that no shard has any more, also of a group that no manifest declares."""
    desired = [group("a"), group("b")]
    first = run_drift(desired, [seen("a"), owned(group("b", container(image="x:2"))), owned(group("old"))])
    merged = check_parts(desired, [seen("a"), seen("b")], remember(first))

    assert {"rg-shop/b", "rg-shop/old"} == {each.address for each in merged.resolved}
    assert {} == merged.make_history().findings


def test_what_was_not_read_is_kept() -> None:
    """A group, or a whole resource group, of which nothing is known now."""
    desired = [group("a"), group("b")]
    first = run_drift(desired, [seen("a"), owned(group("b", container(image="x:2")))])
    for address in ("rg-shop/b", "rg-shop"):
        merged = check_parts(
            desired, [seen("a"), seen("b")], remember(first), unreadable=[Unreadable(address, "no answer")]
        )
        history = merged.make_history()

        assert () == merged.resolved
        assert [address] == [each.address for each in merged.appeared]
        assert {"rg-shop/b"} <= {each.address for each in history.findings.values()}
        assert remember(first).groups["rg-shop/b"].address == history.groups["rg-shop/b"].address


def test_what_was_not_searched_is_kept() -> None:
    """Another resource group, unless every shard has searched the whole subscription."""
    elsewhere = replace(group("far"), id=rid("far", "rg-far"))
    first = run_drift([group("a"), elsewhere], [seen("a"), replace(seen("far"), id=elsewhere.id)])
    merged = check_parts([group("a"), group("b")], [seen("a"), seen("b")], remember(first))
    all_searched = replace(merged, seen=tuple(replace(each, searched_all=True) for each in merged.seen))
    some = replace(merged, seen=(replace(merged.seen[0], searched_all=True), *merged.seen[1:]))

    assert "rg-far/far" in merged.make_history().groups
    assert "rg-far/far" in some.make_history().groups
    assert "rg-far/far" not in all_searched.make_history().groups


def test_old_details_are_filled_in_unless_the_group_was_gone() -> None:
    """Azure drops the events that tell which image was pulled; a group that came back pulled another time."""
    first = run_drift([group("a")], [seen("a", digest=ONE)])
    lost = check_parts([group("a")], [seen("a")], remember(first)).make_history()
    absent = check_parts([group("a")], [], remember(first)).make_history()
    back = check_parts([group("a")], [seen("a")], absent, days=2).make_history()

    assert ONE == lost.groups["rg-shop/a"].containers[0].digest
    assert ONE == absent.groups["rg-shop/a"].containers[0].digest
    assert "" == back.groups["rg-shop/a"].containers[0].digest


def test_nothing_was_known() -> None:
    """The first check of all: everything is new."""
    merged = check_parts([group("a")], [owned(group("a", container(image="x:2")))], History(PLACE))

    assert [each.fingerprint for each in merged.findings] == [each.fingerprint for each in merged.appeared]
    assert () == merged.resolved


def test_a_group_that_nobody_declares_any_more_is_forgotten() -> None:
    """Though the result of a run over the whole notes that it is gone."""
    first = run_drift([group("a"), group("old")], [seen("a"), seen("old")])
    whole = run_drift([group("a")], [seen("a")], first, days=1)
    assert whole.seen is not None
    merged = MergedCheck(remember(first), whole.findings, (whole.seen,))

    assert [Kind.VANISHED] == [each.kind for each in merged.findings]
    assert {"rg-shop/a"} == set(merged.make_history().groups) == set(remember(whole).groups)


def test_it_was_looked_at_when_the_last_shard_did() -> None:
    """Shards end at different times."""
    merged = check_parts([group("a"), group("b")], [seen("a"), seen("b")], History(PLACE))
    early = replace(merged, seen=(replace(merged.seen[0], at=to_moment(NOON)), *merged.seen[1:]))

    assert LATER == early.make_history().checked_at
