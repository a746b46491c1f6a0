"""Streams: colours, widths, readers that go away, disks that are full."""

from __future__ import annotations

import io
import os
import pty
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.cli.console import Console, Progress, make_console, wants_colour, write
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.cli.progress import show_events
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.reconcile.events import Finished, Paced

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.reconcile.events import Event


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Say that it is a terminal."""
        return True


@pytest.mark.parametrize(
    ("color", "terminal", "environ", "expected"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"CLICOLOR": "0"}, False),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("auto", False, {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour(color: str, terminal: bool, environ: dict[str, str], expected: bool) -> None:
    """The option, then NO_COLOR, then what forces, then the terminal."""
    assert expected is wants_colour(color, terminal=terminal, environ=environ)


def test_each_stream_has_its_own_colours() -> None:
    """A result that is piped away has none, though progress on the terminal has."""
    console = make_console(OutputOptions(), (io.StringIO(), Terminal()), {"TERM": "xterm"})

    assert ("", True) == (console.style.reset, bool(console.notes.reset))


@pytest.mark.parametrize(
    ("output", "environ", "live"),
    [
        (OutputOptions(), {}, True),
        (OutputOptions(quiet=True), {}, False),
        (OutputOptions(format="json"), {}, False),
        (OutputOptions(log_format="json"), {}, False),
        (OutputOptions(), {"CI": "true"}, False),
        (OutputOptions(), {"GITHUB_ACTIONS": "true"}, False),
        (OutputOptions(), {"TF_BUILD": "True"}, False),
        (OutputOptions(), {"GITLAB_CI": "true"}, False),
        (OutputOptions(), {"TERM": "dumb"}, False),
    ],
)
def test_nothing_moves_where_nobody_looks(output: OutputOptions, environ: dict[str, str], live: bool) -> None:
    """Spinners are for a person at a terminal."""
    assert live is make_console(output, (io.StringIO(), Terminal()), environ).live
    assert False is make_console(output, (Terminal(), io.StringIO()), environ).live


@pytest.mark.parametrize(
    ("environ", "width"), [({}, 100), ({"COLUMNS": "80"}, 80), ({"COLUMNS": "7"}, 60), ({"COLUMNS": "wide"}, 100)]
)
def test_a_pipe_has_a_width_of_its_own(environ: dict[str, str], width: int) -> None:
    """What goes into a file does not depend on the terminal beside it."""
    assert width == make_console(OutputOptions(), (io.StringIO(), io.StringIO()), environ).width


def test_a_reader_that_went_away_is_no_error() -> None:
    """The rest goes nowhere, and the work goes on."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        write(stream, "one\n")
        write(stream, "two\n")


def test_a_terminal_that_was_closed_is_no_error() -> None:
    """Linux calls it an input/output error; the rest goes nowhere, and the work goes on."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as stream:
        os.close(ours)
        write(stream, "one\n")
        write(stream, "two\n")


def test_what_is_said_beside_a_result_is_no_reason_to_end() -> None:
    """A full disk under the log of a run does not tear it apart."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    out = io.StringIO()
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        console = Console(out, stream)
        console.info("one")
        console.error("two")
        Progress(console).write("three")
        console.result("done")

    assert "done\n" == out.getvalue()


def test_a_full_disk_ends_no_work_that_has_begun() -> None:
    """What happens is followed to its end; then it is said that a part of it could not be told."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    seen: list[int] = []

    def events() -> Generator[Event]:
        for number in range(3):
            seen.append(number)
            yield Paced("reads", 1.0)
        yield Finished()

    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        console = Console(stream, io.StringIO(), json=True, format="json")
        with pytest.raises(AciReconcileError, match="the output cannot be written"):
            show_events(events(), console, SystemClock())

    assert [0, 1, 2] == seen


def test_a_full_disk_is_an_error() -> None:
    """A result that is lost must not look like success."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with (
        Path("/dev/full").open("w", encoding="utf-8") as stream,
        pytest.raises(AciReconcileError, match="the output cannot be written: No space left"),
    ):
        write(stream, "one\n")


def test_quiet_silences_all_but_errors() -> None:
    """Results are not silenced either."""
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err, quiet=True)
    console.info("info")
    console.warn("warning")
    console.plain("info", "plain")
    console.error("error")
    console.result("result")

    assert ("result\n", "Error: error\n") == (out.getvalue(), err.getvalue())
