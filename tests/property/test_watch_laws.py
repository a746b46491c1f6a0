"""The laws of a watch: whatever happens between its rounds, it deletes no more in a day than it may, and converges."""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from azure_world import WRITES
from factories import rid
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from thoroughness import up_to
from watched_world import PROJECT, WatchedWorld

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.watch.ledger import DAY, HOUR
from aci_reconcile.app.watch.settings import Settings
from aci_reconcile.core import tags
from aci_reconcile.core.errors import UsageError
from aci_reconcile.emulator.faults import Fault
from aci_reconcile.reconcile.rounds import Heal

NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
IMAGES = st.sampled_from(["nginx:1", "nginx:2", "sim/crash"])
HEALS = st.sampled_from([Heal.NONE, Heal.TAGS, Heal.CONFIG, Heal.ALL, Heal.ALL])
FAULTS = st.sampled_from(
    [
        Fault("error", "GET", status=429, seconds=5),
        Fault("error", "GET", status=403, times=3),
        Fault("error", "PUT", status=500, times=2),
        Fault("error", "DELETE", status=429, seconds=30),
        Fault("error-after", "DELETE", status=500),
        Fault("error", "DELETE", status=403, times=9),
        Fault("reset-after", "PUT"),
        Fault("reset", "GET", times=2),
    ]
)
MAX_DELETES, MAX_REPLACES = 2, 1


@dataclass(frozen=True)
class Sent:
    """A write that Azure carried out for the watch: when, and to which group."""

    at: float
    method: str
    path: str

    @property
    def group(self) -> str:
        """The name of the group, or what is done to it."""
        return self.path.partition("/containerGroups/")[2]


class Watching(RuleBasedStateMachine):
    """A watch of five groups, between people who change everything."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.watched = WatchedWorld(Path(self.folder.name))
        self.sent: list[Sent] = []
        self.blind_until = 0.0
        self.most = MAX_DELETES + MAX_REPLACES

    @initialize(heal=HEALS)
    def begin(self, heal: Heal) -> None:
        """All is well, and the day's allowance is known."""
        self.watched.write_project(PROJECT + "policy: {maxShare: 0.9}\n")
        for name in "abcde":
            self.watched.declare(name)
        allow = Allow(prune=True, max_deletes=MAX_DELETES, replace=MAX_REPLACES)
        state = self.watched.keep_state()
        self.watched.settings = Settings(heal=Heal.ALL, allow=allow, state=state)
        self.watched.start()
        self.watched.round()
        self.watched.world.clock.sleep(DAY)
        self.watched.start(heal=heal)

    @rule(name=NAMES, image=IMAGES)
    def somebody_changes_a_group(self, name: str, image: str) -> None:
        """By hand, in Azure."""
        live = self.watched.world.arm("GET", str(rid(name)))
        if live is not None and "properties" in live:
            live["properties"]["containers"][0]["properties"]["image"] = image
            self.watched.world.put(rid(name), live)

    @rule(name=NAMES)
    def somebody_makes_it_larger(self, name: str) -> None:
        """Which only a recreation can undo."""
        live = self.watched.world.arm("GET", str(rid(name)))
        if live is not None and "properties" in live:
            live["properties"]["containers"][0]["properties"]["resources"] = {"requests": {"cpu": 2, "memoryInGB": 2}}
            self.watched.world.arm("DELETE", str(rid(name)))
            self.watched.world.clock.sleep(30)
            self.watched.world.put(rid(name), {key: live[key] for key in ("location", "tags", "properties")})

    @rule(name=NAMES)
    def somebody_deletes_a_group(self, name: str) -> None:
        """By hand."""
        self.watched.world.arm("DELETE", str(rid(name)))
        self.watched.world.clock.sleep(30)

    @rule(name=NAMES, owner=st.sampled_from(["", "other", "other@id"]))
    def somebody_takes_a_group(self, name: str, owner: str) -> None:
        """Another project, or nobody."""
        live = self.watched.world.arm("GET", str(rid(name)))
        if live is not None and "properties" in live:
            named = {key: value for key, value in live.get("tags", {}).items() if not tags.is_ours(key)}
            self.watched.world.arm(
                "PATCH", str(rid(name)), {"tags": {**named, **({tags.OWNER: owner} if owner else {})}}
            )

    @rule(name=NAMES)
    def somebody_stops_a_group(self, name: str) -> None:
        """By hand."""
        self.watched.world.arm("POST", f"{rid(name)}/stop")
        self.watched.world.clock.sleep(5)

    @rule(name=NAMES, image=IMAGES, more=st.sampled_from(["", "tags: {team: shop}\n"]))
    def a_manifest_is_written(self, name: str, image: str, more: str) -> None:
        """Or changed."""
        self.watched.declare(name, image, more)

    @rule(name=NAMES)
    def a_manifest_is_deleted(self, name: str) -> None:
        """Its group is an orphan then."""
        with suppress(FileNotFoundError):
            self.watched.forget(name)

    @rule(name=NAMES, text=st.sampled_from(["name: [", "", "name: a\nimages: 3\n"]))
    def a_manifest_is_broken(self, name: str, text: str) -> None:
        """Or emptied."""
        (self.watched.folder / "manifests" / f"{name}.yaml").write_text(text)

    @rule(fault=FAULTS)
    def azure_has_a_bad_day(self, fault: Fault) -> None:
        """Some requests fail."""
        self.watched.world.faults.add([fault])

    @rule(seconds=st.sampled_from([60.0, 600.0, HOUR, 6 * HOUR, 20 * HOUR]))
    def time_passes(self, seconds: float) -> None:
        """Nobody is there."""
        self.watched.world.clock.sleep(seconds)

    @rule(heal=HEALS, state=st.sampled_from(["kept", "kept", "kept", "torn", "lost"]))
    def it_is_started_again(self, heal: Heal, state: str) -> None:
        """As another process, perhaps on a disk that forgot."""
        file = self.watched.folder / "watch.state"
        if state == "torn":
            file.write_text(file.read_text()[:40] if file.exists() else "")
        if state == "lost":
            file.unlink(missing_ok=True)
        if state != "kept":
            self.blind_until = self.watched.world.clock.time + DAY
        self.watched.start(heal=heal)

    @rule(rounds=st.integers(1, 4))
    def it_goes_round(self, rounds: int) -> None:
        """One round, or some."""
        for _ in range(rounds):
            self.go_round()

    def go_round(self) -> None:
        """Make a round; what it wrote was allowed."""
        heal, live = self.watched.settings.heal, self.live()
        done = self.watched.world.emulator.done
        before, began = len(done), self.watched.world.clock.time
        try:
            self.watched.round()
        except UsageError:  # the first round of a process: nothing is declared, or a file is somebody else's
            self.watched.start()
        new = [
            Sent(self.watched.world.clock.time, each.method, each.url.partition("?")[0]) for each, _ in done[before:]
        ]
        self.sent += new
        self.check_heal(heal, new)
        self.check_owners(live, new)
        self.check_day(began)

    def live(self) -> dict[str, Any]:
        """Return the groups by name, with their tags."""
        told = self.watched.world.arm("GET", f"{rid().scope}/providers/Microsoft.ContainerInstance/containerGroups")
        return {each["name"]: each for each in told["value"]} if told and "value" in told else {}

    def check_heal(self, heal: Heal, new: list[Sent]) -> None:
        """Nothing was written that --heal does not allow."""
        allowed = {
            Heal.NONE: set[str](),
            Heal.TAGS: {"PATCH"},
            Heal.CONFIG: {"PATCH", "PUT", "DELETE"},
            Heal.ALL: set(WRITES),
        }
        assert {each.method for each in new} <= allowed[heal]

    def check_owners(self, live: dict[str, Any], new: list[Sent]) -> None:
        """No group of somebody else, or of nobody, was written."""
        for each in new:
            name = each.group.partition("/")[0]
            if name in live:
                owner = live[name].get("tags", {}).get(tags.OWNER, "")
                assert owner.startswith("shop"), (each, owner)

    def check_day(self, began: float) -> None:
        """No more was deleted in any 24 hours than may be, and nothing by a process that does not know of the day."""
        gone = [each for each in self.sent if each.method == "DELETE"]
        for last in gone:
            day = [each for each in gone if last.at - DAY < each.at <= last.at]
            names = Counter(each.group for each in day)
            assert sum(names.values()) <= self.most, names
        if began < self.blind_until:
            assert not [each for each in gone if each.at > self.blind_until - DAY and each.at >= began]

    def teardown(self) -> None:
        """Once everybody leaves it alone, everything becomes as it should be, and stays so."""
        try:
            if self.watched.rounds:
                self.come_to_rest()
        finally:
            self.folder.cleanup()

    def come_to_rest(self) -> None:
        """Mend what others have broken, allow enough, and let some days pass."""
        self.watched.world.faults.clear()
        self.watched.write_project(PROJECT + "policy: {maxShare: 1.0}\n")
        for name in "abcde":
            self.watched.declare(name)
            live = self.live().get(name)
            if live is not None and not live.get("tags", {}).get(tags.OWNER, "").startswith("shop"):
                self.watched.world.arm("DELETE", str(rid(name)))
                self.watched.world.clock.sleep(30)
        self.most = MAX_DELETES + 5
        self.watched.start(heal=Heal.ALL, allow=replace(self.watched.settings.allow, replace=5))
        for _ in range(3):
            self.watched.world.clock.sleep(DAY)
            for _ in range(3):
                self.go_round()
        last = self.watched.rounds[-1]
        assert (last.in_sync, last.concerns, last.healed) == (5, (), ()), last
        sent = len(self.sent)
        self.go_round()
        assert sent == len(self.sent)


Watching.TestCase.settings = settings(max_examples=up_to(8), stateful_step_count=25, deadline=None, derandomize=True)
TestWatching = Watching.TestCase
