"""A watch from round to round: what it heals, what it leaves alone, and what it survives."""

from __future__ import annotations

import gc
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from factories import rid
from watched_world import PROJECT, WatchedWorld

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.watch.ledger import DAY, Entry, Kind
from aci_reconcile.core.errors import UsageError
from aci_reconcile.emulator.faults import Fault as AzureFault
from aci_reconcile.reconcile.rounds import Fault, Heal, Trouble

if TYPE_CHECKING:
    from aci_reconcile.emulator import Request, Response
    from aci_reconcile.reconcile.rounds import Round


@pytest.fixture
def watched(tmp_path: Path) -> WatchedWorld:
    """Return a watch that heals configuration, of a project with one group that is as declared."""
    made = WatchedWorld(tmp_path)
    made.settings = replace(made.settings, heal=Heal.CONFIG, state=made.keep_state())
    made.start()
    made.declare("web")
    made.declare("db")
    assert {"rg-shop/db", "rg-shop/web"} == {each.address for each in made.round().healed}
    return made


def change_image(watched: WatchedWorld, name: str, image: str = "nginx:hand") -> None:
    """Change a group in Azure, as somebody in the portal does."""
    live = watched.world.arm("GET", str(rid(name)))
    live["properties"]["containers"][0]["properties"]["image"] = image
    watched.world.put(rid(name), live)


def read_image(watched: WatchedWorld, name: str) -> str:
    """Return the image of a live group."""
    image: str = watched.world.arm("GET", str(rid(name)))["properties"]["containers"][0]["properties"]["image"]
    return image


def list_troubles(done: Round) -> dict[str, Trouble]:
    """Return what is the matter with each group."""
    return {each.address: each.trouble for each in done.concerns}


def test_rounds_without_a_difference_write_nothing(watched: WatchedWorld) -> None:
    """Ten of them."""
    sent = len(watched.world.writes)
    done = watched.go_on(10)

    assert sent == len(watched.world.writes)
    assert all(each.good and not each.concerns and each.in_sync == 2 for each in done)


def test_what_changed_in_azure_is_put_right_in_the_next_round(watched: WatchedWorld) -> None:
    """And it is said once."""
    change_image(watched, "web")
    first, second = watched.go_on(2)

    assert [("rg-shop/web", "update", "restart in place")] == [
        (each.address, each.action, each.impact) for each in first.healed
    ]
    assert (2, 2, ()) == (first.in_sync, second.in_sync, second.healed)
    assert read_image(watched, "web") == "nginx:1"


def test_a_changed_manifest_is_applied(watched: WatchedWorld) -> None:
    """The files are read again in each round."""
    watched.declare("web", image="nginx:2")

    assert ["rg-shop/web"] == [each.address for each in watched.round().healed]
    assert read_image(watched, "web") == "nginx:2"


@pytest.mark.parametrize("heal", [Heal.NONE, Heal.TAGS])
def test_what_may_not_be_healed_is_reported(watched: WatchedWorld, heal: Heal) -> None:
    """And not written."""
    watched.start(heal=heal)
    change_image(watched, "web")
    sent = len(watched.world.writes)
    first, second = watched.go_on(2)

    assert {"rg-shop/web": Trouble.DIFFERS} == list_troubles(first)
    assert first.concerns == second.concerns
    assert "containers[main].image" in first.concerns[0].text
    assert sent == len(watched.world.writes)


def test_tags_alone_are_healed(watched: WatchedWorld) -> None:
    """With a PATCH."""
    watched.declare("web", more="tags: {team: shop}\n")
    watched.start(heal=Heal.TAGS)
    sent = len(watched.world.writes)

    assert ["tags only"] == [each.impact for each in watched.round().healed]
    assert ["PATCH"] == [each[0] for each in watched.world.writes[sent:]]


def test_a_broken_manifest_fails_the_round_and_changes_nothing(watched: WatchedWorld) -> None:
    """What runs is kept, what was known is still said, and the next round is a good one."""
    (watched.folder / "manifests" / "db.yaml").write_text("name: [")
    broken = watched.round()
    watched.declare("db")
    after = watched.round()

    assert (Fault.MANIFESTS, False, 2) == (broken.fault, broken.good, broken.declared)
    assert broken.failure.startswith("manifests/db.yaml:")
    assert after.good


def test_no_manifest_at_all_is_no_fault_of_azure(watched: WatchedWorld) -> None:
    """Nothing is deleted, and rounds come as often as before."""
    watched.start(allow=Allow(prune=True, max_deletes=-1))
    watched.world.clock.sleep(2 * DAY)
    watched.round()
    watched.forget("web")
    watched.forget("db")
    sent, done = len(watched.world.writes), watched.go_on(4)

    assert {(Fault.MANIFESTS, "no manifest declares a group")} == {(each.fault, each.failure) for each in done}
    assert sent == len(watched.world.writes)
    assert done[-1].due - done[-1].began == 60


def test_what_an_earlier_change_has_left_open_stays_counted(watched: WatchedWorld) -> None:
    """Where its end could not be kept, and a later change of the same group was not sent."""
    course = watched.controller.course
    now = watched.world.clock.now()
    course.expect([Entry(now, Kind.RECREATION, "rg-shop/web")])
    course.expect([])
    course.settle({"rg-shop/web"})

    assert course.get_ledger().count_spent(now).recreations == 1


def test_azure_that_cannot_be_asked_is_asked_less_and_less_often(watched: WatchedWorld) -> None:
    """Until it can; then as before. What was known is still said."""
    refused = AzureFault("error", "GET", status=403)
    watched.world.faults.add([replace(refused, times=1000)])
    waits = [each.due - each.began for each in watched.go_on(6)]
    watched.world.faults.clear()
    after = watched.round()

    assert [60, 120, 240, 480, 900, 900] == [round(each) for each in waits]
    assert {(Fault.AZURE, 2)} == {(each.fault, each.declared) for each in watched.rounds[-7:-1]}
    assert after.good
    assert round(after.due - after.began) == 60


def test_mistakes_in_the_first_round_end_it(tmp_path: Path) -> None:
    """Nobody waits for a manifest that was never there."""
    watched = WatchedWorld(tmp_path)

    with pytest.raises(UsageError, match="no manifest declares a group"):
        watched.round()


def test_a_group_of_somebody_else_is_held_and_the_others_are_healed(watched: WatchedWorld) -> None:
    """One blocker holds its group."""
    live = watched.world.arm("GET", str(rid("db")))
    watched.world.arm("PATCH", str(rid("db")), {"tags": {**live["tags"], "aci-reconcile-project": "other"}})
    change_image(watched, "web")
    change_image(watched, "db")
    done = watched.round()

    assert ["rg-shop/web"] == [each.address for each in done.healed]
    assert {"rg-shop/db": Trouble.HELD} == list_troubles(done)
    assert read_image(watched, "db") == "nginx:hand"


def test_deletions_are_counted_over_a_day(watched: WatchedWorld) -> None:
    """Not in a round: the second one waits until the first is a day old."""
    for name in "abcd":
        watched.declare(name)
    watched.world.clock.sleep(2 * DAY)
    watched.start(allow=Allow(prune=True))
    watched.round()
    watched.forget("a")
    assert ["delete"] == [each.action for each in watched.round().healed]
    watched.forget("b")
    held = watched.round()
    assert {"rg-shop/b": Trouble.HELD} == list_troubles(held)
    assert held.deletions.used == 1
    watched.world.clock.sleep(DAY)

    assert ["rg-shop/b"] == [each.address for each in watched.round().healed]


def test_a_start_without_a_state_counts_as_a_day_used_up(watched: WatchedWorld) -> None:
    """And so does a state that is torn; with a whole one, the count goes on."""
    for name in "abc":
        watched.declare(name)
    watched.start(allow=Allow(prune=True), state=None)
    watched.round()
    watched.forget("a")

    assert {"rg-shop/a": Trouble.HELD} == list_troubles(watched.round())
    assert "not known" in watched.rounds[-1].concerns[0].text
    assert any("there is no --state" in each for each in watched.said.warnings)
    watched.world.clock.sleep(DAY)
    assert ["rg-shop/a"] == [each.address for each in watched.round().healed]


def test_a_state_survives_a_restart(watched: WatchedWorld) -> None:
    """What was deleted before it counts after it, and what was known is known."""
    for name in "abcd":
        watched.declare(name)
    watched.world.clock.sleep(2 * DAY)
    watched.start(allow=Allow(prune=True))
    watched.round()
    watched.forget("a")
    watched.round()
    watched.start()
    watched.forget("b")

    assert {"rg-shop/b": Trouble.HELD} == list_troubles(watched.round())
    assert "1 deletion" in watched.rounds[-1].concerns[0].text
    watched.world.clock.sleep(DAY)
    assert ["rg-shop/b"] == [each.address for each in watched.round().healed]


HUGE = "9" * 400
"""A number that is a whole one in Python and JSON, and no float."""
WHOLE = '{"format_version": 1, "project": "shop", "commit": "", "done": [], '


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        '{"format_version": 1, "project": "shop"',
        '{"format_version": 1}',
        f'{WHOLE}"unknown_until": {HUGE}, "owned": []}}',
        f'{WHOLE}"unknown_until": NaN, "owned": []}}',
        f'{WHOLE}"unknown_until": 0, "owned": [{{"hour": 0, "most": {HUGE}}}]}}',
    ],
)
def test_a_state_that_is_torn_counts_as_used_up(watched: WatchedWorld, content: str) -> None:
    """Whatever is left of it."""
    for name in "abcd":
        watched.declare(name)
    watched.world.clock.sleep(2 * DAY)
    watched.round()
    (watched.folder / "watch.state").write_text(content)
    watched.start(allow=Allow(prune=True))
    watched.forget("a")

    assert {"rg-shop/a": Trouble.HELD} == list_troubles(watched.round())


def test_a_group_that_fails_is_tried_less_and_less_often_and_then_given_up(watched: WatchedWorld) -> None:
    """The others are healed meanwhile; another manifest is tried at once."""
    watched.world.faults.add([AzureFault("error", "PUT", "/web$", status=400, code="InvalidImage", times=1000)])
    watched.declare("web", image="nginx:2")
    sent = len(watched.world.requests)
    done = watched.go_on(40)
    tries = [each for each in watched.world.requests[sent:] if each[0] == "PUT"]
    change_image(watched, "db")
    other = watched.round()

    assert [1, 1, 1] == [each.failed_changes for each in done[:3]]
    assert len(tries) == 6
    assert {"rg-shop/web": Trouble.GIVEN_UP} == list_troubles(done[-1])
    assert sum(each.given_up for each in done) == 2
    assert ["rg-shop/db"] == [each.address for each in other.healed]
    watched.declare("web", image="nginx:3")
    assert watched.round().failed_changes == 1


def test_a_group_that_was_stopped_is_started_under_all(watched: WatchedWorld) -> None:
    """Within the time in which each run state is read; under config it is only reported."""
    watched.world.arm("POST", f"{rid('web')}/stop")
    watched.world.clock.sleep(600)
    reported = watched.round()
    watched.start(heal=Heal.ALL)
    healed = watched.round()

    assert {"rg-shop/web": Trouble.UNHEALTHY} == list_troubles(reported)
    assert [("rg-shop/web", "start")] == [(each.address, each.impact) for each in healed.healed]
    assert () == watched.go_on(3)[-1].concerns


def test_a_stopped_group_of_somebody_else_keeps_no_other_from_being_started(watched: WatchedWorld) -> None:
    """It is held, and the project's own one runs again."""
    watched.start(heal=Heal.ALL, health_every=60)
    live = watched.world.arm("GET", str(rid("db")))
    watched.world.arm("PATCH", str(rid("db")), {"tags": {**live["tags"], "aci-reconcile-project": "other"}})
    for name in ("db", "web"):
        watched.world.arm("POST", f"{rid(name)}/stop")
    done = watched.round()

    assert [("rg-shop/web", "start")] == [(each.address, each.impact) for each in done.healed]
    assert {"rg-shop/db": Trouble.HELD} == list_troubles(done)


def test_a_freeze_keeps_what_is_stopped_stopped(watched: WatchedWorld) -> None:
    """Although nothing differs from the manifests."""
    watched.start(heal=Heal.ALL, health_every=60)
    watched.write_project(PROJECT + "policy: {freeze: [{from: 2020-01-01, to: 2099-01-01, reason: holidays}]}\n")
    watched.world.arm("POST", f"{rid('web')}/stop")
    done = watched.round()

    assert ((), {"rg-shop/web": Trouble.UNHEALTHY}) == (done.healed, list_troubles(done))
    assert "holidays" in done.concerns[0].text


def test_a_group_that_keeps_crashing_is_restarted_a_few_times_an_hour(watched: WatchedWorld) -> None:
    """Then it is only reported."""
    watched.start(heal=Heal.ALL, health_every=60)
    watched.declare("web", image="sim/crash")
    done = watched.go_on(55)
    restarts = [each.began for each in done for change in each.healed if change.impact in {"restart", "start"}]

    assert len(restarts) == 3
    assert {"rg-shop/web": Trouble.UNHEALTHY} == list_troubles(done[-1])
    assert "restarted often enough" in done[-1].concerns[0].text


def test_a_freeze_stops_all_healing(watched: WatchedWorld) -> None:
    """And reporting goes on."""
    watched.write_project(PROJECT + "policy: {freeze: [{from: 2020-01-01, to: 2099-01-01, reason: holidays}]}\n")
    change_image(watched, "web")
    done = watched.round()

    assert "holidays" in done.paused
    assert {"rg-shop/web": Trouble.HELD} == list_troubles(done)
    assert read_image(watched, "web") == "nginx:hand"


@pytest.mark.parametrize(
    "settings", ["policy: {freeze: [{from: 2020-01-01, to: 2099-01-01, reason: holidays}]}", "mode: observe"]
)
def test_it_is_paused_also_while_nothing_differs(watched: WatchedWorld, settings: str) -> None:
    """And by the same words as when something does, so that they are said once; who only reports is not paused."""
    watched.write_project(f"{PROJECT}{settings}\n")
    calm = watched.round()
    change_image(watched, "web")
    held = watched.round()
    watched.start(heal=Heal.NONE)

    assert (calm.concerns, calm.good) == ((), True)
    assert calm.paused == held.paused != ""
    assert watched.round().paused == ""


def test_somebody_who_asks_gets_a_round_at_once(watched: WatchedWorld) -> None:
    """SIGHUP does; what failed before is tried again."""
    watched.controller.hurry()
    before = watched.world.clock.time

    assert watched.round().began == before


def test_hundreds_of_rounds_leave_nothing_behind(watched: WatchedWorld) -> None:
    """No open file, no thread, and no memory."""

    def measure() -> tuple[int, int, int]:
        watched.go_on(3)
        for kept in (watched.world.requests, watched.world.bodies, watched.rounds, watched.events):
            kept.clear()
        gc.collect()
        files = len([*Path("/proc/self/fd").iterdir()]) if Path("/proc/self/fd").exists() else 0
        return files, threading.active_count(), len(gc.get_objects())

    watched.go_on(20)
    files, threads, objects = measure()
    watched.go_on(200)
    later = measure()

    # Threads of a pool may still be ending, and each round begins some.
    assert later[0] - files < 20
    assert later[1] - threads < 20
    assert later[2] - objects < 200


@pytest.mark.parametrize(("refusals", "healed", "writes"), [(1, 1, 2), (99, 0, 2)])
def test_what_azure_did_not_take_is_written_once_more(
    watched: WatchedWorld, monkeypatch: pytest.MonkeyPatch, refusals: int, healed: int, writes: int
) -> None:
    """Somebody may have written at the same moment; what fails twice restarts nobody in vain again."""
    handle, puts = watched.world.emulator.handle, [0]

    def answer(request: Request) -> Response:
        if request.method == "PUT" and b"nginx:2" in request.body:
            puts[0] += 1
            if puts[0] <= refusals:
                request = replace(request, body=request.body.replace(b"nginx:2", b"nginx:1"))
        return handle(request)

    monkeypatch.setattr(watched.world.emulator, "handle", answer)
    watched.declare("web", image="nginx:2")
    done = watched.go_on(60)

    assert puts[0] == writes
    assert sum(len(each.healed) for each in done) == healed
    assert done[-1].in_sync == 1 + healed


@pytest.fixture
def refusing(watched: WatchedWorld) -> WatchedWorld:
    """A watch that knows the last day, and whose next update Azure refuses."""
    watched.world.clock.sleep(2 * DAY)
    watched.go_on(2)
    code = "InvalidContainerGroupUpdate"
    watched.world.faults.add([AzureFault("error", "PUT", "/web$", status=400, code=code, times=1)])
    watched.declare("web", image="nginx:2")
    return watched


def test_what_azure_refuses_to_update_is_recreated_within_the_limit(refusing: WatchedWorld) -> None:
    """At the next try, and counted like every recreation; then updates are tried again."""
    refusing.start(allow=Allow(replace=1))
    refused, recreated = refusing.go_on(2)
    refusing.declare("web", image="nginx:3")
    updated = refusing.round()

    assert (refused.failed_changes, refused.recreations.used) == (1, 0)
    assert [("rg-shop/web", "replace")] == [(each.address, each.action) for each in recreated.healed]
    assert recreated.recreations.used == 1
    assert ["update"] == [each.action for each in updated.healed]


def test_what_azure_refuses_to_update_is_held_without_a_limit(refusing: WatchedWorld) -> None:
    """As every recreation; another manifest is tried in place again."""
    refused, held = refusing.go_on(2)
    refusing.declare("web", image="nginx:3")
    updated = refusing.round()

    assert (refused.failed_changes, held.failed_changes) == (1, 0)
    assert {"rg-shop/web": Trouble.HELD} == list_troubles(held)
    assert "--allow-replace" in held.concerns[0].text
    assert ["update"] == [each.action for each in updated.healed]
