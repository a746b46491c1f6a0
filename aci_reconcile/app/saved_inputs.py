"""The inputs of a plan, and their form in a saved plan: its member ``request``, with the options' names as keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from aci_reconcile.app.policy import Allow
from aci_reconcile.app.requests import Sources
from aci_reconcile.core.shards import Whole

if TYPE_CHECKING:
    from aci_reconcile.core.shards import ShardNumber

Request: TypeAlias = Mapping[str, Any]

CHANGED_SINCE = "changed_since"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What decides what is planned, apart from the manifests and Azure."""

    sources: Sources = field(default_factory=Sources)
    allow: Allow = field(default_factory=Allow)
    typed: frozenset[str] = frozenset()
    """Names of the options on the command line, as opposed to those in the environment; for messages only."""


def inputs_to_json(
    inputs: Inputs, *, hidden: Iterable[str], changed: Iterable[str] | None, shard: ShardNumber | None = None
) -> dict[str, Any]:
    """Return the inputs as JSON, without options that have no value.

    Args:
        inputs: the inputs.
        hidden: names of the variables that are used in secrets. A file is no place for their values.
        changed: addresses of the groups that ``--changed-since`` selected. They are saved in place of the commit,
            because later the same commit would select others. None if nothing was selected so.
        shard: which shard the plan is for, as ``auto`` found it, and what of a whole plan it is: what it may not do,
            its apply may not do either.
    """
    sources, secret = inputs.sources, frozenset(hidden)
    values: dict[str, Any] = {
        "paths": [each.as_posix() for each in sources.paths],
        "project": sources.project.as_posix() if sources.project else None,
        "environment": sources.environment,
        "var": [[name, value] for name, value in sources.variables if name not in secret],
        "var_file": [each.as_posix() for each in sources.variable_files],
        "only": list(sources.only),
        "shard": str(shard) if shard else "",
        "whole": _whole_to_json(shard.whole) if shard and shard.whole else None,
        "subscription": sources.subscription,
        "resource_group": sources.resource_group,
        **releases_to_json(inputs.allow),
    }
    found = {name: value for name, value in values.items() if value not in (None, "", [])}
    # An empty list means something here: no group was changed, so none is selected.
    return found if changed is None else found | {CHANGED_SINCE: sorted(changed)}


def _whole_to_json(whole: Whole) -> dict[str, Any]:
    return {
        "id": whole.id,
        "live": whole.live,
        "summary": dict(whole.summary),
        "orphans": list(whole.orphans),
        "files": list(whole.files),
        "api_version": whole.api_version,
        **({"project": whole.project, "projects": list(whole.projects)} if whole.project else {}),
    }


def _whole_from_json(found: Request) -> Whole:
    return Whole(
        found["id"],
        found["live"],
        found["summary"],
        tuple(found["orphans"]),
        tuple(found["files"]),
        found["api_version"],
        found.get("project", ""),
        tuple(found.get("projects", ())),
    )


def releases_to_json(allow: Allow) -> dict[str, Any]:
    """Return what releases a safety limit, by the options' names."""
    return {
        "prune": allow.prune,
        "max_deletes": allow.max_deletes,
        "max_restarts": allow.max_restarts,
        "adopt": allow.adopt,
        "take_over": list(allow.take_over),
        "allow_replace": allow.replace,
        "touch_secrets": allow.touch_secrets,
        "trust_secrets": allow.trust_secrets,
        "redeploy": list(allow.redeploy),
        "create_resource_groups": allow.create_resource_groups,
        "override_freeze": allow.override_freeze,
        "restore_on_failure": allow.restore,
    }


def inputs_from_json(request: Request) -> Inputs:
    """Return the inputs of a saved plan; variables that are used in secrets are missing."""
    project, changed = request.get("project"), request.get(CHANGED_SINCE)
    sources = Sources(
        paths=tuple(map(Path, request.get("paths", ()))),
        project=Path(project) if project else None,
        environment=request.get("environment", ""),
        variables=tuple((name, value) for name, value in request.get("var", ())),
        variable_files=tuple(map(Path, request.get("var_file", ()))),
        only=tuple(request.get("only", ())),
        shard=request.get("shard", ""),
        whole=_whole_from_json(request["whole"]) if "whole" in request else None,
        subscription=request.get("subscription", ""),
        resource_group=request.get("resource_group", ""),
        addresses=None if changed is None else tuple(changed),
    )
    allow = Allow(
        prune=request.get("prune"),
        max_deletes=request.get("max_deletes"),
        max_restarts=request.get("max_restarts"),
        adopt=request.get("adopt", False),
        take_over=tuple(request.get("take_over", ())),
        replace=request.get("allow_replace"),
        touch_secrets=request.get("touch_secrets", False),
        trust_secrets=request.get("trust_secrets", False),
        redeploy=tuple(request.get("redeploy", ())),
        create_resource_groups=request.get("create_resource_groups", False),
        override_freeze=request.get("override_freeze"),
        restore=request.get("restore_on_failure", False),
    )
    return Inputs(sources, allow)


def replay_inputs(request: Request, own: Inputs, *, with_releases: bool = False) -> Inputs:
    """Return the inputs for making a saved plan again.

    The saved plan says which groups it is about. What may be done to them, and the values of variables, come from the
    caller alone: whoever can write the file must not be able to release a safety limit or to change an image.

    Args:
        request: the saved inputs.
        own: the caller's inputs. Their subscription wins, so that a wrong one is noticed.
        with_releases: take the saved releases and values, too, to see whether the plan is stale. Never to apply it.
    """
    saved = inputs_from_json(request)
    sources = replace(saved.sources, subscription=own.sources.subscription or saved.sources.subscription)
    if with_releases:
        return replace(saved, sources=sources)
    variables = own.sources.variables, own.sources.variable_files
    return Inputs(replace(sources, variables=variables[0], variable_files=variables[1]), own.allow, own.typed)
