"""The cut into shards as JSON, and as the engines that run several jobs want it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aci_reconcile.core.model import Key
    from aci_reconcile.core.shards import Shard


def render_shards_json(shards: Sequence[Shard], addresses: Mapping[Key, str]) -> str:
    """Return the shards, with the address of each group by its key."""
    return dump(
        {
            "format_version": FORMAT_VERSION,
            "shards": [
                {
                    "shard": name_shard(each, shards),
                    "groups": len(each.keys),
                    "minutes": each.minutes,
                    "buckets": [{"subscription": one, "location": other} for one, other in each.buckets],
                    "addresses": sorted(addresses[key] for key in each.keys),
                }
                for each in shards
            ],
        }
    )


def name_shard(shard: Shard, shards: Sequence[Shard]) -> str:
    """Return what ``--shard`` takes."""
    return f"{shard.number}/{len(shards)}"


def _render_github(shards: Sequence[Shard]) -> str:
    """Return a matrix for ``strategy.matrix: ${{ fromJSON(…) }}``, in one line."""
    named = [{"shard": name_shard(each, shards), "groups": len(each.keys)} for each in shards]
    return json.dumps({"include": named})


def _render_gitlab(shards: Sequence[Shard]) -> str:
    """Return a hidden job for a child pipeline to extend."""
    names = ", ".join(f'"{name_shard(each, shards)}"' for each in shards)
    return f".aci-reconcile-shards:\n  parallel:\n    matrix:\n      - SHARD: [{names}]"


def _render_azure(shards: Sequence[Shard]) -> str:
    """Return a matrix for ``strategy.matrix: $[ … ]``, in one line."""
    return json.dumps({f"shard_{each.number}": {"SHARD": name_shard(each, shards)} for each in shards})


def _render_k8s(shards: Sequence[Shard]) -> str:
    """Return what belongs into the ``spec`` of a Job."""
    return f"completionMode: Indexed\ncompletions: {len(shards)}\nparallelism: {len(shards)}"


ENGINES: Final[Mapping[str, Callable[[Sequence[Shard]], str]]] = {
    "github": _render_github,
    "gitlab": _render_gitlab,
    "azure": _render_azure,
    "k8s": _render_k8s,
}
"""How each engine is told which jobs to run, by the name of the format."""
