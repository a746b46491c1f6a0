"""The law of laws: from any state, after any drift, plan, apply, plan is empty, and a second apply writes nothing."""

from __future__ import annotations

from typing import Any

from azure_world import AzureWorld
from factories import OWNER, body, container, make_plan, policy, rid
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from thoroughness import up_to

from aci_reconcile.core import tags
from aci_reconcile.core.health import read_power
from aci_reconcile.core.model import Lifecycle, Power, Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import UNLIMITED, Action
from aci_reconcile.reconcile import apply
from aci_reconcile.reconcile.events import Failed, Finished, Moved, Succeeded, Unhealthy

CANARY = "c4n4ry"
EMPTY_DIR = [{"name": "data", "emptyDir": {}}]
PUBLIC = {"type": "Public", "ports": [{"port": 80}]}
SHAPES: dict[str, dict[str, Any]] = {
    "plain": body(container(ports=[{"port": 80}]), ipAddress=PUBLIC),
    "other image": body(container(image="nginx:2", ports=[{"port": 80}]), ipAddress=PUBLIC),
    "label": body(
        container(ports=[{"port": 80}]), ipAddress={**PUBLIC, "dnsNameLabel": "LABEL", "ports": [{"port": 80}]}
    ),
    "tagged": body(tags={"team": "shop"}),
    "untagged": body(tags={"team": None}),
    "secret": body(container(environmentVariables=[{"name": "S", "secureValue": Secret(CANARY)}])),
    "another secret": body(container(environmentVariables=[{"name": "S", "secureValue": Secret(CANARY * 2)}])),
    "plain variable": body(container(environmentVariables=[{"name": "S", "value": "v"}, {"name": "E", "value": ""}])),
    "two": body(container(), container("side", command=["/bin/sh", "-c", "sleep 999999"])),
    "bigger": body(container(resources={"requests": {"cpu": 2, "memoryInGB": 4}})),
    "task": body(container(image="sim/task"), restartPolicy="Never"),
    "volume": body(container(volumeMounts=[{"name": "data", "mountPath": "/data"}]), volumes=EMPTY_DIR),
    "identity": {**body(), "identity": {"type": "SystemAssigned"}},
    "registry": body(
        imageRegistryCredentials=[{"server": "shop.azurecr.io", "username": "u", "password": Secret(CANARY + "p")}]
    ),
}
NAMES = st.sampled_from(["a", "b", "c"])


class Reconciling(RuleBasedStateMachine):
    """Git changes, Azure changes, time passes; the tool reconciles."""

    def __init__(self) -> None:
        super().__init__()
        self.world = AzureWorld()
        self.git: dict[str, Resource] = {}

    @rule(
        name=NAMES,
        shape=st.sampled_from(sorted(SHAPES)),
        protect=st.sampled_from([None, None, False]),
        power=st.sampled_from([None, None, Power.RUNNING, Power.STOPPED]),
    )
    def edit(self, name: str, shape: str, protect: bool | None, power: Power | None) -> None:
        """A manifest is written or changed."""
        text = SHAPES[shape]
        address = text["properties"].get("ipAddress")
        if address and "dnsNameLabel" in address:
            address = {**address, "dnsNameLabel": f"label-{name}"}
            text = {**text, "properties": {**text["properties"], "ipAddress": address}}
        self.git[name] = Resource(rid(name), text, Lifecycle(protect=protect, power=power))

    @precondition(lambda self: len(self.git) > 1)
    @rule(name=NAMES)
    def forget(self, name: str) -> None:
        """A manifest is deleted."""
        if len(self.git) > 1:
            self.git.pop(name, None)

    @rule(name=NAMES, shape=st.sampled_from(sorted(set(SHAPES) - {"secret", "another secret", "registry", "label"})))
    def drift_by_put(self, name: str, shape: str) -> None:
        """Somebody writes a group by hand, and keeps its tags or loses them."""
        kept = (self.world.arm("GET", str(rid(name))) or {}).get("tags") or {tags.OWNER: OWNER}
        if kept.get(tags.OWNER) == OWNER:
            self.world.put(rid(name), {**SHAPES[shape], "tags": {**kept, "hand": "made"}})

    @rule(name=NAMES, verb=st.sampled_from(["stop", "start", "restart"]))
    def drift_by_power(self, name: str, verb: str) -> None:
        """Somebody stops, starts or restarts a group."""
        self.world.arm("POST", f"{rid(name)}/{verb}")
        self.world.clock.sleep(5)

    @rule(name=NAMES)
    def drift_by_delete(self, name: str) -> None:
        """Somebody deletes a group."""
        self.world.arm("DELETE", str(rid(name)))

    @rule(name=NAMES, team=st.sampled_from(["data", "web"]))
    def drift_by_tags(self, name: str, team: str) -> None:
        """Somebody replaces the tags and keeps only the owner's."""
        self.world.arm("PATCH", str(rid(name)), {"tags": {tags.OWNER: OWNER, "Team": team}})

    @rule(seconds=st.sampled_from([1, 30, 4000]))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.world.clock.sleep(seconds)

    @precondition(lambda self: self.git)
    @rule()
    def reconcile(self) -> None:
        """Plan, apply, plan again, apply again."""
        rules: dict[str, Any] = {
            "prune": True,
            "max_deletes": UNLIMITED,
            "allow_replace": 9,
            "fingerprint_key": Secret("a key, for speed"),
            "adopt": True,
            "touch_secrets": True,
        }
        desired = list(self.git.values())
        proposal = self.world.plan(*desired, health=True, **rules)
        assert () == proposal.unreadable
        assert () == proposal.blockers

        events = list(apply(proposal, self.world.context(policy(**rules))))
        assert [] == [each for each in events if isinstance(each, (Failed, Moved, Unhealthy))]
        assert isinstance(events[-1], Finished)
        assert len(proposal.changes) == sum(isinstance(each, Succeeded) for each in events)

        for each in desired:
            live = self.world.backend.get(each.id)
            assert live is not None
            assert each.lifecycle.power is None or read_power(live.body) in {each.lifecycle.power, None}

        again = self.world.plan(*desired, **rules)
        assert [] == [(each.address, each.fields, each.reasons) for each in again.changes if each.writes]
        before = len(self.world.writes)
        self.world.apply(*desired, **rules)
        assert [] == self.world.writes[before:]

    @invariant()
    def no_secret_is_kept(self) -> None:
        """What Azure tells about the groups holds no secret."""
        told = self.world.arm("GET", f"{rid().scope}/providers/Microsoft.ContainerInstance/containerGroups")
        assert CANARY not in str(told)


Reconciling.TestCase.settings = settings(
    max_examples=up_to(30), stateful_step_count=20, deadline=None, derandomize=True
)
TestReconciling = Reconciling.TestCase


def test_the_machine_would_notice() -> None:
    """The law is not empty: a plan over a drifted world has something to do."""
    world = AzureWorld()
    world.put(rid("a"), {**SHAPES["bigger"], "tags": {tags.OWNER: OWNER}})
    proposal = world.plan(Resource(rid("a"), SHAPES["plain"]))

    assert [Action.REPLACE] == [each.action for each in proposal.changes]
    assert make_plan([Resource(rid("a"), SHAPES["plain"])], [], policy())
