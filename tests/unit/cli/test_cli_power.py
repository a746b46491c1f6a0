"""``restart``, ``stop``, ``start`` and ``wait`` on the emulator: what is written, said, and held back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.cli.command_line import CommandLine, Ran, Served


@pytest.fixture
def shop(project: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project with three groups that run on a server, and nothing noted yet."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    for name in ("api", "db"):
        project.group(name)
    assert 0 == project("apply", "-y").code
    served.asked.clear()
    return project


def writes(served: Served) -> list[str]:
    """Return what was written, in no order: `stop web`, or another verb with its path."""
    found = [(verb, path.rsplit("/", 2)) for verb, path in served.asked if verb != "GET"]
    served.asked.clear()
    return sorted(f"{parts[-1]} {parts[-2]}" if verb == "POST" else verb for verb, parts in found)


def test_each_does_what_it_says(shop: CommandLine, served: Served) -> None:
    """One request for each group that is not in that state already, and a summary."""
    ran = [shop(*words) for words in (("restart", "web"), ("stop", "web", "-y"), ("start", "web", "api"))]

    assert [0, 0, 0] == [each.code for each in ran]
    assert ["restart web", "start web", "stop web"] == writes(served)
    for each, words in zip(ran, ("Restart", "Stop", "Start"), strict=True):
        assert f"{words} complete! Groups: 1 {words.lower()}" in each.out
    assert "Whether a restart pulls the images again is disputed" in ran[0].err
    assert "rg-shop/api                   runs already, healthy" in ran[2].err


def test_patterns_mean_many(shop: CommandLine, served: Served) -> None:
    """Each group once, whatever means it."""
    ran = shop("stop", "rg-shop/*", "web", "-y")

    assert 0 == ran.code
    assert ["stop api", "stop db", "stop web"] == writes(served)
    assert "Stop complete! Groups: 3 stopped." in ran.out


def test_a_restart_of_many_reads_none_of_them(shop: CommandLine, served: Served) -> None:
    """One list tells enough of groups that always run: half of the requests are spared."""
    ran = shop("restart", "rg-shop/*", "--wait", "none")

    assert 0 == ran.code
    assert [] == [path for verb, path in served.asked if verb == "GET" and path.endswith(("/api", "/db", "/web"))]
    assert ["restart api", "restart db", "restart web"] == writes(served)


def test_what_is_so_already_is_said(shop: CommandLine, served: Served) -> None:
    """Nothing is written, and nothing is asked."""
    shop("stop", "web", "-y")
    writes(served)
    again = shop("stop", "web")

    assert (0, []) == (again.code, writes(served))
    assert "rg-shop/web                   is stopped already" in again.err


def test_a_stopped_group_is_started_by_a_restart(shop: CommandLine, served: Served) -> None:
    """Azure refuses to restart it."""
    shop("stop", "web", "-y")
    writes(served)
    ran = shop("restart", "web")

    assert (0, ["start web"]) == (ran.code, writes(served))
    assert "is stopped, so it is started" in ran.out


def test_stop_asks(shop: CommandLine, served: Served, types: Callable[[str], None]) -> None:
    """Without a terminal it does nothing; only the word counts."""
    nobody = shop("stop", "web", "api")
    types("no\n")
    no = shop("stop", "web")
    assert ([1, 1], []) == ([nobody.code, no.code], writes(served))
    assert "cannot ask whether to stop 2 groups: no terminal" in nobody.err
    assert "--auto-approve (-y)" in nobody.err

    types("yes\n")
    assert (0, ["stop web"]) == (shop("stop", "web").code, writes(served))


@pytest.mark.parametrize(("words", "said"), [
    (("restart",), "Missing argument 'ADDRESS...'"),
    (("restart", "wbe"), "did you mean rg-shop/web?"),
    (("stop", "x-*", "-y"), "no container group matches x-*"),
    (("start", "a/b/c"), "'a/b/c' is not an address"),
    (("start", "web", "--wait", "soon"), "--wait"),
    (("wait", "web", "--for", "ever"), "--for"),
    (("wait", "nobody"), "there is no container group rg-shop/nobody"),
    (("restart", "web", "--override-freeze", " "), "--override-freeze needs a reason"),
])  # fmt: skip
def test_what_makes_no_sense(shop: CommandLine, served: Served, words: tuple[str, ...], said: str) -> None:
    """An error, and nothing written."""
    ran = shop(*words)

    assert (1, []) == (ran.code, writes(served))
    assert said in ran.err


def held_back(ran: Ran, served: Served) -> str:
    """Return the line that says what holds a run back, which wrote nothing."""
    assert (3, []) == (ran.code, writes(served))
    return next(line for line in ran.out.splitlines() if line.startswith("Held back:"))


def test_a_group_of_another_project_needs_a_word(shop: CommandLine, served: Served) -> None:
    """And only that."""
    config = (shop.folder / "aci-reconcile.yaml").read_text()
    shop.write("aci-reconcile.yaml", config.replace("name: shop", "name: other"))

    assert "belongs to shop, not to other. Release with --any-owner." in held_back(shop("restart", "web"), served)
    assert (0, ["restart web"]) == (shop("restart", "web", "--any-owner").code, writes(served))


def test_the_project_file_holds_back(shop: CommandLine, served: Served) -> None:
    """Observe mode and freezes, and a protected group is not stopped."""
    config = (shop.folder / "aci-reconcile.yaml").read_text()
    shop.write("aci-reconcile.yaml", f"{config}mode: observe\n")
    assert "observe mode" in held_back(shop("restart", "web"), served)
    assert 0 == shop("start", "web").code  # there is nothing to do

    freeze = "policy: {freeze: [{from: 2000-01-01, to: 2999-12-31, reason: christmas}]}\n"
    shop.write("aci-reconcile.yaml", f"{config}{freeze}")
    assert "--override-freeze REASON" in held_back(shop("stop", "web", "-y"), served)
    assert 0 == shop("start", "web").code
    assert (0, ["restart web"]) == (shop("restart", "web", "--override-freeze", "outage").code, writes(served))

    shop.write("aci-reconcile.yaml", config)
    shop.group("web", more="lifecycle: {protect: true}\n")
    assert "lifecycle.protect: false" in held_back(shop("stop", "web", "-y"), served)
    assert (0, ["restart web"]) == (shop("restart", "web").code, writes(served))


def test_a_broken_project_file_holds_back_too(shop: CommandLine, served: Served) -> None:
    """Nobody knows what it forbids; a broken manifest is no reason to leave a group down."""
    config = (shop.folder / "aci-reconcile.yaml").read_text()
    shop.write("aci-reconcile.yaml", f"{config}mode: obsrve\n")
    broken = shop("restart", "web")
    assert (1, []) == (broken.code, writes(served))
    assert "`obsrve` is not one of" in broken.err

    shop.write("aci-reconcile.yaml", config)
    shop.write("manifests/api.yaml", "name: [\n")
    assert (0, ["restart web"]) == (shop("restart", "web").code, writes(served))


def test_a_group_that_does_not_come_up_ends_with_5(shop: CommandLine, served: Served) -> None:
    """With the reasons of an apply."""
    shop.group("task", image="sim/exit:3", more="restartPolicy: Never\n")
    shop("apply", "-y")
    assert 5 == shop("wait", "task", "--for", "succeeded").code
    writes(served)
    ran = shop("start", "task", "--stable-for", "10s")

    assert (5, ["start task"]) == (ran.code, writes(served))
    assert "has ended (Failed)" not in ran.out
    assert "is not healthy" in ran.err
    assert "exit code 3" in ran.err
    assert 0 == shop("restart", "task", "--wait", "none").code


def test_json_is_one_object_a_line(shop: CommandLine) -> None:
    """The plan, the events, and the end."""
    lines = [json.loads(line) for line in shop("restart", "web", "--format", "json").out.splitlines()]

    assert ("plan", "restart") == (lines[0]["type"], lines[0]["plan"]["resource_changes"][0]["impact"])
    assert ["started", "succeeded", "finished"] == [each["type"] for each in lines[1:] if each["type"] != "waiting"]
    assert {"update"} == {each["action"] for each in lines[1:-1]}
    assert 1 == lines[-1]["changed"]


def test_reports_are_those_of_an_apply(shop: CommandLine) -> None:
    """Named after what was done."""
    ran = shop("restart", "web", "--report", "markdown=r.md", "--report", "junit=r.xml", "--format", "html")

    assert 0 == ran.code
    assert "<title>Restart" in ran.out
    assert "Restart complete! Groups: 1 restarted." in (shop.folder / "r.md").read_text()
    assert 'name="aci-reconcile restart"' in (shop.folder / "r.xml").read_text()


def test_wait(shop: CommandLine, served: Served) -> None:
    """For what is there, never comes, comes too late, or is gone."""
    ran = {
        "healthy": shop("wait", "web"),
        "running": shop("wait", "rg-shop/*", "--for", "running"),
        "succeeded": shop("wait", "web", "--for", "succeeded"),
        "stopped": shop("wait", "web", "--for", "stopped", "--timeout", "3s"),
        "deleted": shop("wait", "nobody", "no-*", "--for", "deleted"),
    }

    assert {"healthy": 0, "running": 0, "succeeded": 5, "stopped": 5, "deleted": 0} == {
        goal: each.code for goal, each in ran.items()
    }
    assert [] == writes(served)
    assert "Wait complete! Groups: 3 as wanted." in ran["running"].out
    assert "it never ends: its restart policy is Always" in ran["succeeded"].err
    assert "it is still healthy after 3 s" in ran["stopped"].err
    assert "nobody does not exist." in ran["deleted"].err


def test_a_manifest_that_says_the_opposite_is_named(shop: CommandLine) -> None:
    """The next apply undoes it, and then nothing is left to do."""
    shop.group("web", more="lifecycle: {power: running}\n")
    shop("apply", "-y")
    ran = shop("stop", "web", "-y")
    plan = shop("plan")

    assert "its manifest says power: running, so the next apply undoes this stop" in ran.out
    assert "~ rg-shop/web [start]" in plan.out
    assert 0 == shop("apply", "-y").code
    assert "No changes." in shop("plan").out


def test_exec_asks_whose_group_it_is_too(project: CommandLine) -> None:
    """With a broken project file nobody knows; the message names the file, and no owner that nobody chose."""
    project("apply", "-y")
    (project.folder / "aci-reconcile.yaml").write_text("name: shop\nresourceGroup: [\n", encoding="utf-8")
    ran = project("exec", "rg-shop/web", "--", "true")

    assert 125 == ran.code
    assert "error ACI004" in ran.err
    assert "belongs to" not in ran.err


def test_a_command_in_a_hint_works_as_printed(
    shop: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It repeats where the groups are, but no variable that may be a secret."""
    endpoint = served.url
    monkeypatch.delenv("ACI_RECONCILE_ARM_ENDPOINT")
    ran = shop("restart", "zzz", "--arm-endpoint", endpoint, "-g", "rg-shop", "--var", "A=b", "--var", "TOKEN=hunter2")

    assert f"`aci-reconcile status --var A=b --resource-group rg-shop --arm-endpoint {endpoint}` lists" in ran.err
    assert "hunter2" not in ran.err
