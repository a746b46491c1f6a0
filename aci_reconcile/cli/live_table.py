"""Progress on a terminal: what is in progress moves at the bottom, what is done stays above as plain lines.

The only importer of rich.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.console import Console as RichConsole
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from aci_reconcile.app.messages import render_lines
from aci_reconcile.cli.console import Progress
from aci_reconcile.reconcile.events import Failed, Moved, Skipped, Started, Succeeded, Unhealthy, Waiting
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.apply import describe_start
from aci_reconcile.render.words import format_duration

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.app.messages import ShowEvent
    from aci_reconcile.cli.console import Console
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event

_ENDS = (Failed, Moved, Skipped, Succeeded, Unhealthy)
_FRAMES_A_SECOND = 8
_MOST_ROWS = 12
"""Rows of the table; the groups beyond it are counted."""


@dataclass(slots=True)
class _Row:
    """A group in progress: since when, and what happens to it."""

    began: float
    text: str
    spinner: Spinner = field(default_factory=lambda: Spinner("dots"))


@dataclass(slots=True)
class _Table:
    """The groups in progress; rich renders them several times a second."""

    clock: Clock
    rows: dict[str, _Row] = field(default_factory=dict[str, _Row])

    def __rich__(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0))
        rows = tuple(self.rows.items())
        for address, row in rows[:_MOST_ROWS]:
            elapsed = format_duration(max(self.clock.now() - row.began, 0))
            table.add_row("", row.spinner, Text(sanitize(address)), Text(sanitize(row.text)), Text(elapsed, "dim"))
        if len(rows) > _MOST_ROWS:
            table.add_row("", "", Text(f"and {len(rows) - _MOST_ROWS} more", "dim"))
        return table

    def take(self, event: Event) -> None:
        """Let a row begin, change or end."""
        match event:
            case Started(change):
                self._set(change, describe_start(change))
            case Waiting(change, detail):
                self._set(change, detail)
            case _ if isinstance(event, _ENDS):
                self.rows.pop(event.change.address, None)
            case _:
                pass

    def _set(self, change: Change, text: str) -> None:
        known = self.rows.get(change.address)
        if known is None:
            self.rows[change.address] = _Row(self.clock.now(), text)
        else:
            known.text = text


@contextmanager
def show_live_table(console: Console, clock: Clock) -> Generator[ShowEvent]:
    """Show what is in progress until the block ends; then only the plain lines are left."""
    colour = bool(console.notes.reset)
    stream: Any = Progress(console)
    screen = RichConsole(file=stream, force_terminal=True, no_color=not colour, highlight=False, markup=False)
    table = _Table(clock)
    with Live(
        table,
        console=screen,
        refresh_per_second=_FRAMES_A_SECOND,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ):

        def show(event: Event) -> None:
            table.take(event)
            text = "" if isinstance(event, (Started, Waiting)) else render_lines(event, console)
            if text:
                screen.print(Text.from_ansi(text), soft_wrap=True)

        yield show
