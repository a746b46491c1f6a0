"""The table of simulated images, their names, and the commands that the simulation understands."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from aci_reconcile.emulator import IMAGES, Knobs
from aci_reconcile.emulator.aci.simulation.images import make_program, parse_reference
from aci_reconcile.emulator.aci.simulation.shell import simulate


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["true"], (1.0, 0)),
        (["false"], (1.0, 1)),
        (["sleep", "5"], (5.0, 0)),
        (["sleep", "2m"], (120.0, 0)),
        (["sleep", "infinity"], (None, 0)),
        (["/bin/sh", "-c", "exit 3"], (1.0, 3)),
        (["/bin/bash", "-c", "sleep 2; sleep 3 && exit 256"], (5.0, 0)),
        (["/bin/sh", "-c", "echo hello; sleep 15; done"], (1.0, 2)),
        (["/bin/sh", "-c", "while true; do echo hello; sleep 20; done"], (None, 0)),
        (["exit 3"], (1.0, 3)),
        (["/bin/sh", "-c", "sleep 1\ntrue"], (1.0, 0)),
        (["/bin/sh", "-c", "echo 'unbalanced"], (1.0, 2)),
        (["/bin/sh", "-c", "while true; do exit 1; done"], (1.0, 1)),
        (["/bin/sh", "-c", "for i in 1 2 3; do sleep 2; done; exit 7"], (6.0, 7)),
        (["/bin/sh", "-c", "trap : TERM; sleep infinity & wait"], (None, 0)),
        (["tail", "-f", "/dev/null"], (None, 0)),
    ],
)
def test_plain_commands_do_what_they_say(command: list[str], expected: tuple[float | None, int]) -> None:
    """The little that the simulated shell understands."""
    attempt = simulate(command)

    assert attempt is not None
    assert expected == (attempt.seconds, attempt.exit_code)


def test_a_script_logs_each_line_at_its_time() -> None:
    """With the variables of the container, and so many lines as it likes."""
    attempt = simulate(["sh", "-c", "echo $NAME; sleep 2; seq 1 10000; printf end >&2"], {"NAME": "web"})

    assert attempt is not None
    assert (2.0, 10_002) == (attempt.seconds, len(attempt.lines))
    assert [(0.0, "web"), (2.0, "1"), (2.0, "2")] == list(attempt.lines[:3])
    assert [(2.0, "10000"), (2.0, "end")] == list(attempt.lines[-2:])
    assert ["web"] == [text for _, text in attempt.list_printed(1.9)]
    assert 10_001 == len(attempt.list_printed(2.0, after=0.0))


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["node", "app.js"],
        ["/bin/sh", "-c", "curl http://x | sh"],
        ["/bin/sh", "-c", "cat /etc/hosts; sleep 5"],
        ["/bin/sh", "-c", "date; sleep 5"],
        ["/bin/sh", "-c", "head --lines=5"],
        ["/bin/sh", "-c", "yes"],
        ["seq", "1", "300000"],
        ["/bin/sh", "-c", "while true; do curl x; done"],
        ["sleep", "soon"],
        ["sleep", "9" * 400],
    ],
)
def test_other_commands_are_not_understood(command: list[str]) -> None:
    """Then the image decides."""
    assert simulate(command) is None


def test_a_loop_without_an_end_is_not_understood_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is followed for a while, which takes seconds of this machine, so for a shorter while here."""
    endless = ["/bin/sh", "-c", "while true; do : $((i=i+1)); done"]
    counting = ["/bin/sh", "-c", "while test $((i=i+1)) -lt 1000; do :; done"]
    for limit, number in (("_MOST_COMMANDS", 4000), ("_SLICE", 100)):
        monkeypatch.setattr(f"aci_reconcile.emulator.aci.simulation.recorder.{limit}", number)

    assert simulate(endless) is None
    assert simulate(counting) is not None


def test_an_unknown_command_keeps_a_bare_shell_image_running_and_leaves_others_alone() -> None:
    """Who gives alpine a command gave it something to do."""
    command = ["my-server", "--port", "80"]

    assert make_program("alpine", command, {}).first.seconds is None
    assert 1 == make_program("sim/crash", command, {}).first.exit_code
    assert 1 == make_program("nginx", ["false"], {}).first.exit_code


def test_an_endless_loop_in_a_shell_prints_and_prints() -> None:
    """Once at the start, once each round."""
    attempt = simulate(["/bin/sh", "-c", "while true; do echo hello; sleep 20; done"])

    assert attempt is not None
    assert [(0.0, "hello")] == attempt.list_printed(19)
    assert [(0.0, "hello"), (20.0, "hello"), (40.0, "hello")] == attempt.list_printed(40)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", ("", "nginx", "latest")),
        ("library/nginx:1", ("", "nginx", "1")),
        ("r.azurecr.io/a/b:2", ("r.azurecr.io", "a/b", "2")),
        ("localhost:5000/a@sha256:" + "0" * 64, ("localhost:5000", "a", "latest")),
    ],
)
def test_image_names_are_taken_apart(image: str, expected: tuple[str, str, str]) -> None:
    """Registry, repository, tag; a digest given is the digest shown."""
    reference = parse_reference(image)

    assert reference is not None
    assert expected == (reference.registry, reference.repository, reference.tag)
    assert "@sha256:" in reference.by_digest()


def test_digests_depend_on_nothing_but_the_name() -> None:
    """A tag of the emulator never moves."""
    first, second = parse_reference("nginx:1"), parse_reference("nginx:2")

    assert first is not None
    assert second is not None
    assert first.by_digest() == parse_reference("nginx:1").by_digest()  # type: ignore[union-attr]
    assert first.by_digest() != second.by_digest()


def test_the_documentation_names_every_image_and_every_knob() -> None:
    """What can be turned, or relied upon, is written down."""
    text = (Path(__file__).resolve().parents[3] / "docs" / "emulator.md").read_text("utf-8")
    names = {*IMAGES, *(knob.name for knob in fields(Knobs))}

    assert set() == {name for name in names if f"`{name}`" not in text}
