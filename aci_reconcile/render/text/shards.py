"""The cut into shards as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.table import align
from aci_reconcile.render.words import count, format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.core.shards import Shard
    from aci_reconcile.render.text.style import Style

_SHOWN: Final = 2
_HEADING = ("SHARD", "GROUPS", "ALL ANEW", "WHERE")


def render_shards_text(shards: Sequence[Shard], style: Style) -> str:
    """Return a line a shard: what to type, how many groups, how long their creation takes at least, and where."""
    rows = [_HEADING, *(_make_row(each, len(shards)) for each in shards)]
    heading, *lines = ("  ".join(cells).rstrip() for cells in align(rows))
    groups = sum(len(each.keys) for each in shards)
    longest = format_duration(max((each.minutes for each in shards), default=0) * 60)
    total = f"{count(groups, 'group')} in {count(len(shards), 'shard')}"
    end = f"{total}; all created anew, the longest takes {longest} at Azure's 300 creations an hour."
    return "\n".join((style.paint(style.dim, heading), *lines, "", end))


def _make_row(shard: Shard, shards: int) -> tuple[str, ...]:
    return (
        f"{shard.number}/{shards}",
        str(len(shard.keys)),
        format_duration(shard.minutes * 60),
        sanitize(", ".join(_list_places(shard))),
    )


def _list_places(shard: Shard) -> Iterator[str]:
    names = [f"{subscription[:8]}/{location}".strip("/") or "-" for subscription, location in shard.buckets]
    yield from names[:_SHOWN]
    if len(names) > _SHOWN:
        yield f"{len(names) - _SHOWN} more"
