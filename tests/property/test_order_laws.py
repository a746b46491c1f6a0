"""The law of the order: what is pruned goes when all that is declared is there, but for who needs its label."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from azure_world import AzureWorld
from factories import container, group, policy, rid
from hypothesis import given, settings
from hypothesis import strategies as st
from sweep import equal
from thoroughness import up_to

from aci_reconcile.core.model import Lifecycle, Resource, as_object, as_text
from aci_reconcile.emulator import Fault, Knobs
from aci_reconcile.reconcile import RecreationChecks, Wait, apply, propose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.planning import Plan

NAMES = ("a", "b", "c", "d", "e")
LABELS = (None, "l1", "l2", "l3")
SHAPES: Mapping[str, dict[str, Any]] = {
    "plain": {},
    "newer": {"image": "nginx:2"},
    "larger": {"resources": {"requests": {"cpu": 2, "memoryInGB": 4}}},
    "bad": {"image": "sim/missing"},
    "crashing": {"image": "sim/crash"},
}
FAULTS: Mapping[str, dict[str, Any]] = {
    "refused": {"kind": "error", "status": 400},
    "conflict": {"kind": "error", "status": 409, "times": 999},
    "failed": {"kind": "failed-operation"},
    "stuck": {"kind": "endless-operation"},
    "lost": {"kind": "reset-after"},
}
RULES: dict[str, Any] = {
    "prune": True,
    "max_deletes": 99,
    "max_share": 1.0,
    "allow_replace": 99,
    "create_resource_groups": True,
    "resource_group_location": "westeurope",
}
SCOPES = [rid().scope, rid("x", "rg-far").scope]


@dataclass
class Watched(AzureWorld):
    """A world that looks at itself before each deletion."""

    knobs: Knobs = field(default_factory=lambda: Knobs(provisioning_seconds=1))
    stable_for: float = 1
    timeout: float = 60
    before: dict[str, Resource] = field(default_factory=dict[str, Resource])
    after: dict[str, Resource] = field(default_factory=dict[str, Resource])
    deleted: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])

    def _send(self, method: str, url: str, headers: Any, body: bytes) -> tuple[int, Any, bytes]:
        address = _address(url)
        if method == "DELETE" and address in self.before and address not in self.after:
            self.deleted.append(address)
            unsettled = sorted(name for name, wanted in self.after.items() if not self._is_settled(wanted))
            excused = waiting(self.before, self.after) if self._passes_on(address) else set[str]()
            self.wrong += [f"{name} is not settled when {address} goes" for name in unsettled if name not in excused]
        return super()._send(method, url, headers, body)

    def _is_settled(self, wanted: Resource) -> bool:
        live = self.arm("GET", str(wanted.id))
        found = live if live and "properties" in live else None
        return found is not None and found["properties"]["provisioningState"] == "Succeeded" and equal(found, wanted)

    def _passes_on(self, address: str) -> bool:
        """Whether somebody wants the label that a group has."""
        return label(self.before[address]) in {label(each) for each in self.after.values()} - {None}


def _address(url: str) -> str:
    parts = url.partition("?")[0].rstrip("/").split("/")
    return f"{parts[-5]}/{parts[-1]}".lower() if parts[-2].lower() == "containergroups" else ""


def label(resource: Resource) -> str | None:
    """Return the label of a group."""
    return as_text(as_object(resource.properties.get("ipAddress")).get("dnsNameLabel")) or None


def waiting(before: Mapping[str, Resource], after: Mapping[str, Resource]) -> set[str]:
    """Return who has to wait for a label that only a deletion frees, in however many steps."""
    gone = {label(each) for address, each in before.items() if address not in after} - {None}
    found = {address for address, each in after.items() if label(each) in gone}
    while True:
        given_up = {label(before[each]) for each in found if each in before} - {None}
        more = {
            address
            for address, each in after.items()
            if address not in found and (set(each.lifecycle.depends_on) & found or label(each) in given_up)
        }
        if not more:
            return found
        found |= more


def _group(name: str, scope: str, shape: str, named: str | None, below: Iterable[str]) -> Resource:
    address = {"type": "Public", "ports": [{"port": 80}], **({"dnsNameLabel": f"order-{named}"} if named else {})}
    made = group(name, container(ports=[{"port": 80}], **SHAPES[shape]), ipAddress=address)
    return replace(made, id=rid(name, scope), lifecycle=Lifecycle(depends_on=tuple(below)))


@st.composite
def estates(draw: st.DrawFn, *, first: bool = False) -> dict[str, Resource]:
    """Return groups by their addresses; each depends on earlier ones only, and no two want one label."""
    found: dict[str, Resource] = {}
    shapes = st.just("plain") if first else st.sampled_from(sorted(SHAPES) + ["plain"] * 6)
    labels = draw(st.permutations([*LABELS, None, None]))
    for name, named in zip(NAMES, labels, strict=False):
        if draw(st.integers(0, 3)):
            scope = "rg-shop" if first else draw(st.sampled_from(["rg-shop"] * 4 + ["rg-far"]))
            below = draw(st.sets(st.sampled_from(sorted(found)), max_size=2)) if found else set[str]()
            made = _group(name, scope, draw(shapes), named, sorted(below))
            found[made.address] = made
    return found or {"rg-shop/a": _group("a", "rg-shop", "plain", None, ())}


TROUBLE = st.one_of(st.none(), st.tuples(st.sampled_from(NAMES), st.sampled_from(sorted(FAULTS))))


@given(
    before=estates(first=True),
    after=estates(),
    trouble=TROUBLE,
    wait=st.sampled_from([Wait.HEALTHY, Wait.HEALTHY, Wait.PROVISIONED, Wait.NONE]),
    stop_after=st.one_of(st.just(10_000), st.integers(1, 60)),
    concurrency=st.sampled_from([1, 4]),
)
@settings(max_examples=up_to(60), deadline=None, derandomize=True)
def test_nothing_goes_while_something_declared_is_still_to_come(
    before: dict[str, Resource],
    after: dict[str, Resource],
    trouble: tuple[str, str] | None,
    wait: Wait,
    stop_after: int,
    concurrency: int,
) -> None:
    """Whatever is renamed, moved, passed on, refused, lost, stuck or interrupted."""
    world, proposal = planned(before, after)
    if trouble:
        world.faults.add([Fault(method="PUT", path=f"/{trouble[0]}$", **FAULTS[trouble[1]])])
    context = replace(
        world.context(policy(**RULES)), wait=wait, recreation_checks=RecreationChecks(world.backend.preflight)
    )
    begun = len(world.requests)
    if not proposal.blockers:
        interrupted = lambda: len(world.requests) - begun > stop_after  # noqa: E731  it is asked again and again
        list(apply(proposal, context, concurrency=concurrency, stopped=interrupted))

    assert [] == world.wrong


def planned(before: dict[str, Resource], after: dict[str, Resource]) -> tuple[Watched, Plan]:
    """Return a world that is as it was before, and the plan of what is to come."""
    world = Watched()
    world.apply(*before.values())
    world.before, world.after = before, after
    return world, propose(list(after.values()), SCOPES, policy(**RULES), world.look(health=True))


def test_the_law_would_notice() -> None:
    """A deletion that came first would be seen, and so would one that is excused by a label that nobody wants."""
    before = {each.address: each for each in (_group("a", "rg-shop", "plain", "l1", ()),)}
    after = {each.address: each for each in (_group("b", "rg-shop", "plain", "l2", ()),)}
    world, _ = planned(before, after)
    world.backend.delete(rid("a"))

    assert ["rg-shop/b is not settled when rg-shop/a goes"] == world.wrong
    assert {"rg-shop/b"} == waiting(before, {"rg-shop/b": _group("b", "rg-shop", "plain", "l1", ())})


def test_a_rename_prunes_in_the_end() -> None:
    """The law is not empty: the deletion is made, and after the creation."""
    before = {each.address: each for each in (_group("a", "rg-shop", "plain", None, ()),)}
    after = {each.address: each for each in (_group("b", "rg-far", "plain", None, ()),)}
    world, proposal = planned(before, after)
    list(apply(proposal, world.context(policy(**RULES))))

    assert ["rg-shop/a"] == world.deleted
    assert [] == world.wrong
