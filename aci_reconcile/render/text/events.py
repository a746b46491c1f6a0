"""What happened to groups as a timeline: a line for each event, its message below it where there is no room."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.container_health import to_epoch
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.values import LONGEST_MESSAGE, LONGEST_NAME, cut
from aci_reconcile.render.words import format_duration, shorten_digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aci_reconcile.core.model import Resource
    from aci_reconcile.operate.timeline import Entry
    from aci_reconcile.render.text.style import Style

_NAME: Final = len("Unhealthy")
_LEAST: Final = 28
"""The narrowest column for messages; where less is left, they stand below."""
_BELOW: Final = "    "


@dataclass(slots=True)
class EventTable:
    """Writes entries in columns, which stay the same as long as a watch goes on.

    Where a width is given, the day stands above its entries and long digests are shortened; else each line has all.
    """

    group: int
    """The width of the column of the group; 0 if there is only one."""
    container: int
    style: Style
    width: int = 0
    """The longest line; 0 for any length."""
    day: str = ""
    """The day of the last entry."""

    @classmethod
    def of(cls, groups: Sequence[Resource], entries: Iterable[Entry], style: Style, width: int) -> EventTable:
        """Return a table for these groups."""
        names = [len(_name_container(each)) for each in entries]
        addresses = [len(sanitize(each.address)) for each in groups]
        return cls(max(addresses) if len(addresses) > 1 else 0, max(names, default=1), style, width)

    def render(self, entries: Iterable[Entry]) -> Iterator[str]:
        """Yield the lines of these entries."""
        for each in entries:
            time = _format_time(each.time)
            if self.width and "T" in time:
                day, time = time.removesuffix("Z").split("T")
                if day != self.day:
                    yield self.style.paint(self.style.bold, f"{day} UTC")
                    self.day = day
            yield from self._render_entry(each, time)

    def _render_entry(self, entry: Entry, time: str) -> Iterator[str]:
        style = self.style
        where = [f"{sanitize(entry.address):<{self.group}}"] if self.group else []
        where.append(f"{_name_container(entry):<{self.container}}")
        name = f"{cut(sanitize(entry.name), LONGEST_NAME) or '-':<{_NAME}}"
        tone = style.warn if entry.type == "Warning" or entry.name.startswith("Failed") else ""
        head = "  ".join((style.paint(style.dim, time), *where, style.paint(tone, name)))
        length = len("  ".join((time, *where, name)))
        message = _describe(entry, shorten=bool(self.width))
        room = self.width - length - 2
        if not self.width or len(message) <= room:
            yield f"{head}  {message}".rstrip()
            return
        if room >= _LEAST:
            first, *rest = textwrap.wrap(message, room, break_on_hyphens=False)
            yield f"{head}  {first}"
            yield from (f"{'':{length}}  {line}" for line in rest)
            return
        yield head.rstrip()
        yield from textwrap.wrap(
            message, self.width, initial_indent=_BELOW, subsequent_indent=_BELOW, break_on_hyphens=False
        )


def _describe(entry: Entry, *, shorten: bool) -> str:
    message = cut(sanitize(entry.message), LONGEST_MESSAGE)
    if shorten:
        message = shorten_digests(message)
    if entry.count == 1:
        return message
    over = f" over {format_duration(entry.seconds)}" if entry.seconds else ""
    return f"{message} (x{entry.count}{over})".strip()


def _name_container(entry: Entry) -> str:
    """Return the column of the container; ``-`` for the group itself."""
    return sanitize(f"{entry.container} (init)" if entry.init else entry.container) or "-"


def _format_time(text: str) -> str:
    """Return a time of Azure's to the second, in UTC; what is no time as it is."""
    seconds = to_epoch(text)
    if seconds is None:
        return sanitize(text) or "-"
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
