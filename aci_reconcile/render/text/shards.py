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


def render_shards_text(shards: Sequence[Shard], style: Style) -> str:
    """Return a line a shard: what to type, how many groups, how long their creation takes at least, and where."""
    longest = format_duration(max((each.minutes for each in shards), default=0) * 60)
    end = f"{_count_all(shards)}; all created anew, the longest takes {longest} at Azure's 300 creations an hour."
    return "\n".join(
        (*_render_table(shards, "ALL ANEW", [format_duration(each.minutes * 60) for each in shards], style), "", end)
    )


def render_saved_shards_text(shards: Sequence[Shard], writes: Sequence[int], style: Style) -> str:
    """Return a line a shard: which it is, how many groups it has, how many it writes, and where."""
    end = f"{_count_all(shards)}; {count(sum(writes), 'write')}."
    return "\n".join((*_render_table(shards, "WRITES", [str(each) for each in writes], style), "", end))


def _render_table(shards: Sequence[Shard], measure: str, values: Sequence[str], style: Style) -> Iterator[str]:
    rows = [("SHARD", "GROUPS", measure, "WHERE")]
    for shard, value in zip(shards, values, strict=True):
        where = sanitize(", ".join(_list_places(shard)))
        rows.append((f"{shard.number}/{len(shards)}", str(len(shard.keys)), value, where))
    heading, *lines = ("  ".join(cells).rstrip() for cells in align(rows))
    yield style.paint(style.dim, heading)
    yield from lines


def _count_all(shards: Sequence[Shard]) -> str:
    return f"{count(sum(len(each.keys) for each in shards), 'group')} in {count(len(shards), 'shard')}"


def _list_places(shard: Shard) -> Iterator[str]:
    names = [f"{subscription[:8]}/{location}".strip("/") or "-" for subscription, location in shard.buckets]
    yield from names[:_SHOWN]
    if len(names) > _SHOWN:
        yield f"{len(names) - _SHOWN} more"
