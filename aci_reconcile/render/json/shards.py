"""The cut into shards as JSON, and as the engines that run several jobs want it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aci_reconcile.core.model import Key
    from aci_reconcile.core.shards import Shard


@dataclass(frozen=True, slots=True)
class SavedShard:
    """The saved plan of a shard: its file, and what it does."""

    plan: str
    writes: int
    orphans: tuple[str, ...] = ()
    """Addresses of the groups without a manifest that it deletes."""


Saved: TypeAlias = "Sequence[SavedShard]"
"""The saved plans of all shards, in their order; empty if none were saved."""


def render_shards_json(shards: Sequence[Shard], addresses: Mapping[str, Mapping[Key, str]], saved: Saved = ()) -> str:
    """Return the shards, with the addresses of the groups of each project, which has no name if it is the only one."""
    entries: list[dict[str, object]] = [
        {
            "shard": name_shard(each, shards),
            "groups": len(each.keys),
            "minutes": each.minutes,
            "buckets": [{"subscription": one, "location": other} for one, other in each.buckets],
            "addresses": sorted(name for one in addresses.values() for name in _choose(one, each)),
        }
        for each in shards
    ]
    for entry, each in zip(entries, shards, strict=True):
        if "" not in addresses:
            entry["projects"] = {name: found for name, one in addresses.items() if (found := _choose(one, each))}
    for entry, made in zip(entries, saved, strict=False):
        entry |= {"plan": made.plan, "writes": made.writes, "orphans": list(made.orphans)}
    return dump({"format_version": FORMAT_VERSION, "shards": entries})


def _choose(addresses: Mapping[Key, str], shard: Shard) -> list[str]:
    """Return the addresses of a project that are in a shard, in order."""
    keys = shard.keys
    return sorted(address for key, address in addresses.items() if key in keys)


def name_shard(shard: Shard, shards: Sequence[Shard]) -> str:
    """Return what ``--shard`` takes."""
    return f"{shard.number}/{len(shards)}"


def _render_github(shards: Sequence[Shard], saved: Saved) -> str:
    """Return a matrix for ``strategy.matrix: ${{ fromJSON(…) }}``, in one line."""
    named: list[dict[str, object]] = [{"shard": name_shard(each, shards), "groups": len(each.keys)} for each in shards]
    for job, each in zip(named, saved, strict=False):
        job |= {"plan": each.plan, "writes": each.writes}
    return json.dumps({"include": named})


def _render_gitlab(shards: Sequence[Shard], saved: Saved) -> str:
    """Return a hidden job for a child pipeline to extend."""
    lines = [f"SHARD: [{', '.join(_quote(name_shard(each, shards)) for each in shards)}]"]
    if saved:  # a list of variables for each job: two lists would be every combination of both
        pairs = zip(shards, saved, strict=True)
        lines = [f"{{SHARD: {_quote(name_shard(each, shards))}, PLAN: {_quote(made.plan)}}}" for each, made in pairs]
    return "\n".join((".aci-reconcile-shards:", "  parallel:", "    matrix:", *(f"      - {each}" for each in lines)))


def _quote(text: str) -> str:
    return json.dumps(text)


def _render_azure(shards: Sequence[Shard], saved: Saved) -> str:
    """Return a matrix for ``strategy.matrix: $[ … ]``, in one line."""
    jobs = {f"shard_{each.number}": {"SHARD": name_shard(each, shards)} for each in shards}
    for job, each in zip(jobs.values(), saved, strict=False):
        job["PLAN"] = each.plan
    return json.dumps(jobs)


def _render_k8s(shards: Sequence[Shard], saved: Saved) -> str:
    """Return what belongs into the ``spec`` of a Job; a pod finds its plan by its number."""
    del saved
    return f"completionMode: Indexed\ncompletions: {len(shards)}\nparallelism: {len(shards)}"


ENGINES: Final[Mapping[str, Callable[[Sequence[Shard], Saved], str]]] = {
    "github": _render_github,
    "gitlab": _render_gitlab,
    "azure": _render_azure,
    "k8s": _render_k8s,
}
"""How each engine is told which jobs to run, by the name of the format."""
