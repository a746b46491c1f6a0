"""The table of ``status --watch``: drawn anew on a terminal, and elsewhere a row for each group that has changed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.console import is_terminal
from aci_reconcile.manifest import list_switches
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.json.status import emit_group
from aci_reconcile.render.text.status import list_changing_cells, render_status_text, render_unread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.health import Health
    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.values import Unreadable

_CLEAR: Final = "\x1b[H\x1b[2J"
_LINES: Final = (80, 24)


@dataclass(slots=True)
class StatusScreen:
    """Shows groups each time that they were read, and knows what it has shown."""

    session: Session
    shape: str
    width: int
    declared: tuple[Resource, ...] = ()
    """The manifests, whose schedules say what happens next."""
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """What was shown of each group, by its address."""
    complaints: tuple[str, ...] = ()
    """What could not be read the last time."""
    begun: bool = False

    def show(self, groups: Sequence[tuple[Resource, Health]], unread: Sequence[Unreadable]) -> bool:
        """Show the groups, and return whether anything has changed."""
        console = self.session.console
        seen = {live.address: list_changing_cells(live, health) for live, health in groups}
        changed = [pair for pair in groups if self.shown.get(pair[0].address) != seen[pair[0].address]]
        # What could not be read is not gone.
        dark = {each.address for each in unread}
        hidden = [name for name in self.shown if name not in seen and not _is_dark(name, dark)]
        self.shown = {name: cells for name, cells in self.shown.items() if name not in hidden} | seen
        moves = is_terminal(console.out) and self.session.environ.get("TERM") != "dumb"
        if moves and not console.json:
            self._draw(groups, unread)
        else:
            self._append(changed, hidden, unread)
        return bool(changed or hidden)

    def _draw(self, groups: Sequence[tuple[Resource, Health]], unread: Sequence[Unreadable]) -> None:
        console = self.session.console
        text = self._render(groups, unread)
        lines, room = text.splitlines(), max(shutil.get_terminal_size(_LINES).lines - 2, 3)
        if len(lines) > room:
            lines = [*lines[:room], f"… and {len(lines) - room} more lines"]
        console.result(_CLEAR + "\n".join(lines))

    def _append(
        self, changed: Sequence[tuple[Resource, Health]], gone: Sequence[str], unread: Sequence[Unreadable]
    ) -> None:
        console = self.session.console
        if console.json:
            switches = list_switches(self.declared, self.session.clock.now())
            for live, health in changed:
                console.line(emit_group(live, health, switches.get(live.id.key)))
            for name in gone:
                console.line({"address": name, "deleted": True})
        elif changed or not self.begun:
            text = self._render(changed, ())
            console.result(text if not self.begun else text.partition("\n")[2])
        self.begun = True
        if not console.json:
            for name in gone:
                console.result(f"{sanitize(name)}  deleted")
        complaints = tuple(render_unread(unread, console.notes))
        if complaints != self.complaints:
            console.plain("error", "\n".join(complaints))
        self.complaints = complaints

    def _render(self, groups: Sequence[tuple[Resource, Health]], unread: Sequence[Unreadable]) -> str:
        now = self.session.clock.now()
        style, wide = self.session.console.style, self.shape == "wide"
        switches = list_switches(self.declared, now)
        return render_status_text(groups, style, unread, width=self.width, now=now, wide=wide, switches=switches)


def _is_dark(name: str, dark: set[str]) -> bool:
    return name in dark or name.partition("/")[0] in dark
