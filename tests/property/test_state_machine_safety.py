"""The laws of safety: whatever others do meanwhile, nothing of theirs is deleted, nothing protected, nothing held."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import OWNER, body, container, policy, rid
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from thoroughness import up_to

from aci_reconcile.core import tags
from aci_reconcile.core.errors import BlockedError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.planning import UNLIMITED, Action
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Finished, Moved

if TYPE_CHECKING:
    from aci_reconcile.planning import Plan

SHAPES: dict[str, dict[str, Any]] = {
    "plain": body(container()),
    "newer": body(container(image="nginx:2")),
    "bigger": body(container(resources={"requests": {"cpu": 2, "memoryInGB": 4}})),
    "tagged": body(container(), tags={"team": "shop"}),
    "task": body(container(image="sim/task"), restartPolicy="Never"),
}
NAMES = st.sampled_from(["a", "b", "c", "d"])
OWNERS = st.sampled_from([OWNER, OWNER, OWNER, OWNER, OWNER, OWNER, "other", ""])
SWITCH = st.booleans()
SELDOM = st.sampled_from([False, False, False, True])
SHAPE = st.sampled_from([*sorted(SHAPES), "bigger", "bigger"])
RULES = st.fixed_dictionaries(
    {
        "prune": SWITCH,
        "adopt": SELDOM.map(lambda each: not each),
        "observe": st.sampled_from([False] * 8 + [True]),
        "frozen": st.sampled_from([""] * 6 + ["stock-taking"]),
        "override": st.sampled_from(["", "needed"]),
        "max_deletes": st.sampled_from([UNLIMITED, UNLIMITED, 0, 1]),
        "allow_replace": st.sampled_from([UNLIMITED, 9, 9, 0, 1]),
        "max_restarts": st.sampled_from([UNLIMITED, UNLIMITED, UNLIMITED, 1]),
        "max_share": st.sampled_from([0.5, 1.0]),
    }
)


LIFECYCLES = (
    Lifecycle(),
    Lifecycle(),
    Lifecycle(),
    Lifecycle(protect=True),
    Lifecycle(protect=False),
    Lifecycle(replace=True),
    Lifecycle(adopt=True),
    Lifecycle(detach=True),
)


class Reconciling(RuleBasedStateMachine):
    """Several owners in one resource group; one of them is us."""

    def __init__(self) -> None:
        super().__init__()
        self.world = AzureWorld()
        self.git: dict[str, Resource] = {}

    @initialize()
    def begin(self) -> None:
        """All is well."""
        self.git = {name: Resource(rid(name), SHAPES["plain"]) for name in "abcd"}
        self.world.apply(*self.git.values())

    @rule(name=NAMES, shape=SHAPE, lifecycle=st.sampled_from(LIFECYCLES))
    def edit(self, name: str, shape: str, lifecycle: Lifecycle) -> None:
        """A manifest is written or changed."""
        self.git[name] = Resource(rid(name), SHAPES[shape], lifecycle)

    @rule(name=NAMES)
    def forget(self, name: str) -> None:
        """A manifest is deleted."""
        self.git.pop(name, None)

    @rule(name=NAMES, shape=SHAPE, owner=OWNERS, protected=SWITCH)
    def somebody_writes(self, name: str, shape: str, owner: str, protected: bool) -> None:
        """A group is written by us, by another project or environment, or by hand."""
        self.world.arm("DELETE", str(rid(name)))
        self.world.put(rid(name), {**SHAPES[shape], "tags": self._tags(owner, protected=protected)})
        if owner not in {OWNER, ""}:
            self.git.pop(name, None)

    @rule(name=NAMES, owner=OWNERS, protected=SWITCH)
    def somebody_tags(self, name: str, owner: str, protected: bool) -> None:
        """Tags are lost, or changed by hand."""
        self.world.arm("PATCH", str(rid(name)), {"tags": self._tags(owner, protected=protected)})

    @rule(name=NAMES, verb=st.sampled_from(["stop", "start"]))
    def somebody_switches(self, name: str, verb: str) -> None:
        """A group is stopped or started."""
        self.world.arm("POST", f"{rid(name)}/{verb}")
        self.world.clock.sleep(5)

    @precondition(lambda self: self.git)
    @rule(rules=RULES)
    def reconcile(self, rules: dict[str, Any]) -> None:
        """What is held writes nothing; what is not spares others, and what is protected."""
        before = self._live()
        proposal = self.world.plan(*self.git.values(), health=True, **rules)
        self._spares(proposal)
        self._kept(before, self._applied(proposal, rules))

    @rule(rules=RULES, name=NAMES, shape=SHAPE, owner=st.sampled_from([OWNER, "other"]), protected=SELDOM)
    def reconcile_too_late(self, rules: dict[str, Any], name: str, shape: str, owner: str, protected: bool) -> None:
        """Somebody else writes between the plan and its apply: what they wrote is seen, and spared."""
        self.git[name] = Resource(rid(name), SHAPES[shape])
        proposal = self.world.plan(*self.git.values(), health=True, **rules)
        self.world.arm("PATCH", str(rid(name)), {"tags": {**self._tags(owner, protected=protected), "late": "yes"}})
        before = self._live()
        self._kept(before, self._applied(proposal, rules))

    def _tags(self, owner: str, *, protected: bool) -> dict[str, str]:
        named = {tags.OWNER: owner} if owner else {}
        return {**named, tags.PROTECTED: "true"} if protected else {**named, "hand": "made"}

    def _live(self) -> dict[str, dict[str, Any]]:
        told = self.world.arm("GET", f"{rid().scope}/providers/Microsoft.ContainerInstance/containerGroups")
        return {each["name"]: each for each in told["value"]}

    def _spares(self, proposal: Plan) -> None:
        """A plan that nothing holds deletes and replaces only what is ours and not protected."""
        if proposal.blockers:
            return
        for change in proposal.of(Action.DELETE, Action.REPLACE):
            assert change.before is not None
            lifted = change.after is not None and change.after.lifecycle.protect is False
            assert lifted or not tags.is_protected(change.before)
            assert tags.owner(change.before) == OWNER or change.action is Action.REPLACE

    def _applied(self, proposal: Plan, rules: dict[str, Any]) -> frozenset[str]:
        """Apply, and return the names of the groups that a DELETE was sent for."""
        sent = len(self.world.writes)
        if proposal.blockers:
            with pytest.raises(BlockedError):
                apply(proposal, self.world.context(policy(**rules)))
            assert [] == self.world.writes[sent:]
            return frozenset()
        events = list(apply(proposal, self.world.context(policy(**rules))))
        assert isinstance(events[-1], Finished)
        written = [(verb, _name(url)) for verb, url, _ in self.world.writes[sent:]]
        moved = {event.change.id.name for event in events if isinstance(event, Moved)}
        assert [] == [each for each in written if each[1] in moved]
        return frozenset(name for verb, name in written if verb == "DELETE")

    def _kept(self, before: dict[str, dict[str, Any]], deleted: frozenset[str]) -> None:
        """Nothing of others is gone or changed; nothing protected was deleted, not even to be made again."""
        after = self._live()
        for name, group in before.items():
            named = group.get("tags", {})
            if named.get(tags.OWNER) not in {OWNER, None}:
                assert group == after.get(name)
                assert name not in deleted
            lifted = name in self.git and self.git[name].lifecycle.protect is False
            if named.get(tags.PROTECTED) == "true" and not lifted:
                assert name not in deleted
            if tags.OWNER not in named and name not in self.git:
                assert name not in deleted


def _name(url: str) -> str:
    """Return the group that a request is about."""
    return url.partition("?")[0].rpartition("/")[2]


Reconciling.TestCase.settings = settings(
    max_examples=up_to(25), stateful_step_count=25, deadline=None, derandomize=True
)
TestReconcilingSafely = Reconciling.TestCase
