"""The cut into shards, and the plans that were saved for them, as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.json.shards import ENGINES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.cli.console import Console
    from aci_reconcile.core.model import Key
    from aci_reconcile.core.shards import Shard
    from aci_reconcile.render.json.shards import SavedShard


def render_shards(
    shards: Sequence[Shard],
    addresses: Mapping[str, Mapping[Key, str]],
    saved: Sequence[SavedShard],
    console: Console,
) -> str:
    """Return the shards as the format of the console wants them.

    Args:
        shards: the shards.
        addresses: the addresses of the groups of each project, by its name and by their keys.
        saved: what was saved for each shard; empty if nothing was.
        console: knows the format.
    """
    from aci_reconcile.render.json.shards import render_shards_json
    from aci_reconcile.render.text.shards import render_saved_shards_text, render_shards_text

    if console.json:
        return render_shards_json(shards, addresses, saved)
    if console.format in ENGINES:
        return ENGINES[console.format](shards, saved)
    if saved:
        return render_saved_shards_text(shards, [each.writes for each in saved], console.style)
    return render_shards_text(shards, console.style)


def warn_of_longest(shards: Sequence[Shard], minutes: float | None, console: Console) -> None:
    """Warn where even the best cut has a shard that takes longer than was asked for."""
    longest = max(each.minutes for each in shards)
    if minutes is not None and longest > minutes:
        console.warn(
            f"the longest shard takes {longest:.0f} minutes: what shares a subscription and region, a subnet or a "
            "dependency is not cut, and --max may allow more shards"
        )
