"""Groups that wait for each other, or for a DNS label that never comes free."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from factories import group, make_plan, owned, policy, rid

from aci_reconcile.core.model import Lifecycle
from aci_reconcile.planning import Action, Blocker, Change, Impact
from aci_reconcile.planning.order import block_taken_labels

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def labelled(name: str, label: str, *after: str, **more: Any) -> Resource:
    """Return a group with a DNS label; it depends on others."""
    address = {"type": "Public", "dnsNameLabel": label, "ports": [{"port": 80}], **more.pop("address", {})}
    return group(name, lifecycle=Lifecycle(depends_on=after), ipAddress=address, **more)


def held(desired: list[Resource], live: list[Resource], **rules: Any) -> list[Blocker]:
    """Return what of it stands in the way of a plan."""
    rules = {"prune": True, "max_share": 1.0, "allow_replace": 9, **rules}
    found = make_plan(desired, [owned(each) for each in live], policy(**rules)).blockers
    return [each for each in found if each.code in {"circle", "label"}]


def test_groups_that_exchange_labels_are_held_with_the_way_out() -> None:
    """One of them has to let go of its label first, and take none of the others'."""
    found = held([labelled("a", "y"), labelled("b", "x")], [labelled("a", "x"), labelled("b", "y")])

    assert [
        Blocker(
            "circle",
            "rg-shop/a takes the DNS label y from rg-shop/b; rg-shop/b takes the DNS label x from rg-shop/a: "
            "they wait for each other, so Azure would accept none of them",
            ("rg-shop/a", "rg-shop/b"),
            "apply twice: first rg-shop/b alone (--only rg-shop/b) with another dnsNameLabel for a while, or none, "
            "then all of them",
        )
    ] == found


def test_the_way_out_of_an_exchange_leads_out() -> None:
    """The first apply is let through, and so is the second."""
    a, b = labelled("a", "x"), labelled("b", "y")
    between = labelled("b", "z")
    alone = {"selected": frozenset({b.id.key})}

    assert [] == held([labelled("a", "y"), between], [a, b], **alone)
    assert [] == held([labelled("a", "y"), labelled("b", "x")], [a, between])


@pytest.mark.parametrize("size", [3, 6, 7])
def test_larger_circles_are_held(size: int) -> None:
    """Each takes its neighbour's label; six of the steps are told."""
    labels = [f"l{number}" for number in range(size)]
    live = [labelled(f"g{number}", label) for number, label in enumerate(labels)]
    desired = [labelled(f"g{number}", label) for number, label in enumerate((*labels[1:], labels[0]))]
    (found,) = held(desired, live)

    steps = [
        f"rg-shop/g{one} takes the DNS label l{other} from rg-shop/g{other}"
        for one, other in ((number, (number + 1) % size) for number in range(size))
    ]
    told = "; ".join((*steps[:6], *(["…"] if size == 7 else [])))

    assert f"{told}: they wait for each other, so Azure would accept none of them" == found.reason
    assert tuple(f"rg-shop/g{number}" for number in range(size)) == found.addresses


def test_a_chain_is_no_circle() -> None:
    """The last one takes a label that is free."""
    live = [labelled("a", "x"), labelled("b", "y"), labelled("c", "z")]

    assert [] == held([labelled("a", "y"), labelled("b", "z"), labelled("c", "new")], live)


def test_a_label_from_a_dependent_is_held_and_the_dependent_may_go_alone() -> None:
    """Its new label is free, so that it needs no other one for a while; what lies between may be unchanged."""
    live = [labelled("c", "x", "n"), group("n")]
    desired = [labelled("a", "x"), labelled("c", "new", "n"), group("n", lifecycle=Lifecycle(depends_on=("a",)))]
    (found,) = held(desired, live)

    assert "apply twice: first rg-shop/c alone (--only rg-shop/c), then all of them" == found.release
    assert "rg-shop/a takes the DNS label x from rg-shop/c; rg-shop/c depends on rg-shop/n; " in found.reason
    assert [] == held(desired, live, selected=frozenset({desired[1].id.key}))


def test_a_circle_of_recreations_is_held() -> None:
    """Nothing is deleted for it."""
    live = [labelled("a", "x", osType="Windows"), labelled("b", "y", osType="Windows")]

    assert ["circle"] == [each.code for each in held([labelled("a", "y"), labelled("b", "x")], live)]


def test_what_is_deleted_waits_for_nobody() -> None:
    """A rename that takes the label along, of a group on which the new one may have depended."""
    assert [] == held([labelled("b", "x")], [labelled("a", "x")])


KEPT: dict[str, tuple[list[Resource], list[Resource], bool]] = {
    "by a group as it is": ([labelled("a", "x"), labelled("b", "x")], [labelled("b", "x")], True),
    "a recreation's": (
        [labelled("a", "x"), labelled("b", "x")],
        [labelled("a", "old", osType="Windows"), labelled("b", "x")],
        True,
    ),
    "by itself": ([labelled("a", "x")], [labelled("a", "x", osType="Windows")], False),
    "in another region": (
        [labelled("a", "x")],
        [replace(made := labelled("b", "x"), body={**made.body, "location": "northeurope"})],
        False,
    ),
    "that nobody else can have": (
        [
            labelled("a", "x", address={"autoGeneratedDomainNameLabelScope": "Noreuse"}),
            labelled("b", "x", address={"autoGeneratedDomainNameLabelScope": "Noreuse"}),
        ],
        [labelled("b", "x", address={"autoGeneratedDomainNameLabelScope": "Noreuse"})],
        False,
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_a_label_that_another_group_keeps_is_never_free(case: str) -> None:
    """Azure would refuse it, after a recreation has deleted its group."""
    desired, live, kept = KEPT[case]
    found = held(desired, live, prune=False)

    assert (["rg-shop/a wants the DNS label x in westeurope, which rg-shop/b keeps"] if kept else []) == [
        each.reason for each in found
    ]


def test_an_orphan_that_stays_keeps_its_label() -> None:
    """Without pruning the rename is held, with it the label passes on."""
    assert ["label"] == [each.code for each in held([labelled("b", "x")], [labelled("a", "x")], prune=False)]
    assert [] == held([labelled("b", "x")], [labelled("a", "x")])


def wanting(action: Action, before: Resource | None, after: Resource | None) -> list[Blocker]:
    """Return what stands in the way of a change where rg-shop/b has the label x."""
    impact = Impact.RESTART if action is Action.UPDATE else Impact.NONE
    changes = (Change(rid("a"), action, impact, before=before, after=after),)
    return list(block_taken_labels(changes, [labelled("b", "x")]))


def test_a_label_that_is_taken_is_told_with_the_way_out() -> None:
    """Of the group that wants it."""
    held = Blocker(
        "label",
        "rg-shop/a wants the DNS label x in westeurope, which rg-shop/b keeps",
        ("rg-shop/a",),
        "use another dnsNameLabel, or plan that rg-shop/b gives it up or is deleted",
    )

    assert [held] == wanting(Action.UPDATE, labelled("a", "old"), labelled("a", "x"))
    assert [held] == wanting(Action.CREATE, None, labelled("a", "x"))


def test_a_label_is_wanted_by_a_write_that_brings_it() -> None:
    """Whoever has it already, as Azure tells it, or is not written, wants none."""
    assert [] == wanting(Action.UPDATE, labelled("a", "x"), labelled("a", "x"))
    assert [] == wanting(Action.NO_OP, labelled("a", "old"), labelled("a", "x"))
    assert [] == wanting(Action.DELETE, labelled("a", "old"), None)
