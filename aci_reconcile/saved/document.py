"""The saved plan as a document, and the digest of what would be done.

``plan_digest`` covers the changes and their inputs: equal plans have equal digests, whenever they were made. The seal
of the file, ``digest``, is in ``saved.canonical``.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from aci_reconcile.core.desired import without_profile
from aci_reconcile.core.health import has_ended
from aci_reconcile.core.model import as_object
from aci_reconcile.core.normalize import align, digest, normalize, secrets_of
from aci_reconcile.core.provisioning import as_settled
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.tags import digest_desired, is_ours
from aci_reconcile.planning.values import Action
from aci_reconcile.render.json.plan import blank_secrets, emit_plan
from aci_reconcile.render.values import conceal, find_hidden_texts
from aci_reconcile.render.words import format_time
from aci_reconcile.saved.canonical import Document, Sealed, digest_text, seal
from aci_reconcile.saved.unchanged import digest_tags, needs_only_tags, shorten, split_off_unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Json, Lifecycle, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.render.header import Header

SAVED_FORMAT = "2.0"
"""Of a saved plan, which is no longer the document that ``plan --format json`` prints."""

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The inputs of a plan that the plan itself does not hold."""

    header: Header
    tool_version: str
    api_version: str
    resources: tuple[Resource, ...]
    """Every group that is declared."""
    fingerprints: Mapping[Key, str] = field(default_factory=dict[Key, str])
    """Fingerprints of each group's secrets, by its key: secrets that a write sends, or that could not be compared."""
    request: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The options that decide what is planned, by name, as JSON."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """The variables from options, without those that are used in secrets."""
    hidden_variables: tuple[str, ...] = ()
    """The names of the variables that are used in secrets."""


def make_document(plan: Plan, origin: Origin) -> Document:
    """Return the plan with its inputs and its ``plan_digest``, without times and seal."""
    told, unchanged = split_off_unchanged(plan.changes)
    emitted = emit_plan(plan, origin.header, told, tool_version=origin.tool_version)
    # As it will be read again; and what is no JSON, a secret first of all, ends here.
    shown: dict[str, Any] = json.loads(json.dumps(emitted, allow_nan=False))
    marked = [
        {**entry, "fingerprint": _make_fingerprint(change, origin)}
        for entry, change in zip(shown["resource_changes"], told, strict=True)
    ]
    content = shown | {
        "format_version": SAVED_FORMAT,
        "api_version": origin.api_version,
        # Secrets of a group that is as declared were compared, so they are available.
        "applyable": plan.applyable and all(map(_has_all_secrets, told)),
        "resource_changes": marked,
        "unchanged": unchanged,
        "manifests": [{"address": each.address, "digest": _digest_manifest(each)} for each in origin.resources],
        "policy": policy_to_json(plan.policy),
        "request": dict(origin.request),
        "variables": dict(origin.variables),
        "hidden_variables": list(origin.hidden_variables),
    }
    return content | {"plan_digest": compute_plan_digest(content)}


def make_salt(resource: Resource, size: int) -> bytes:
    """Return the salt for the fingerprint of a group's secrets in a saved plan.

    It depends on the group and its manifest alone, so that equal secrets have equal fingerprints.
    """
    text = f"saved plan\0{resource.id.key}\0{digest_desired(resource.body)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]


def add_seal(content: Document, *, created: float, expires: float) -> Sealed:
    """Return the document with its times, given in seconds since the epoch, and its seal."""
    return seal({**content, "created_at": format_time(created), "expires_at": format_time(expires)})


def compute_plan_digest(content: Document) -> str:
    """Return the digest of the changes and their inputs."""
    return digest_text(json.dumps(extract_essence(content), sort_keys=True).encode())


def extract_essence(content: Document) -> Document:
    """Return the part of a plan that must be equal for plans to be equal.

    Times, notices, places in files and blockers are left out; blockers are checked again anyway.
    """
    return extract_place(content) | {
        "policy": content["policy"],
        "resource_group_changes": content["resource_group_changes"],
        "manifests": {each["address"].lower(): each["digest"] for each in content["manifests"]},
        "resource_changes": {
            **{each["id"].lower(): each["live"] for each in content["unchanged"]},
            **{each["id"].lower(): shorten(extract_action(each)) for each in content["resource_changes"]},
        },
    }


def extract_place(content: Document) -> dict[str, Any]:
    """Return what a plan was made for, and in which terms."""
    same = ("project", "environment", "endpoint", "api_version")
    return {name: content[name] for name in same} | {
        # A minor version only adds members: plans of both are comparable.
        "format": find_major(content["format_version"]),
        "tool": find_major(content["tool_version"]),
        "subscription": content["subscription"].lower(),
    }


_OF_ACTION = ("action", "impact", "reasons", "loses", "stuck", "fields", "secrets_not_compared", "fingerprint")


def extract_action(entry: Document) -> Document:
    """Return the part of a group's full entry that must be equal for its change to be equal.

    What is to be written follows from all else, and is what people read of a creation, which has no fields.
    """
    action = {name: entry[name] for name in _OF_ACTION}
    if entry["action"] == Action.NO_OP.value or entry["change"]["after"] is None:
        return action
    return {**action, "after": _drop_own_tags(entry["change"]["after"])}


def _drop_own_tags(body: Document) -> Document:
    """Return a body without the tags of this tool: two clones may derive different ids of a project."""
    named = {name: value for name, value in as_object(body.get("tags")).items() if not is_ours(name)}
    return {**body, "tags": named}


def find_major(version: str) -> str:
    """Return the first number of a version."""
    return version.partition(".")[0]


def policy_to_json(policy: Policy) -> dict[str, object]:
    """Return the policy as JSON, without freezes, which depend on the time."""
    given = policy.allotment
    allotted = {"allotment": {"live": given.live, "orphans": _list_addresses(given.orphans)}} if given else {}
    return {
        "prune": policy.prune,
        "max_deletes": policy.max_deletes,
        "deletes_named": policy.deletes_named,
        "max_restarts": policy.max_restarts,
        "max_share": policy.max_share,
        "adopt": policy.adopt,
        "take_over": sorted(policy.take_over),
        "allow_replace": policy.allow_replace,
        "observe": policy.observe,
        "restore": policy.restore,
        "touch_secrets": policy.touch_secrets,
        "trust_secrets": policy.trust_secrets,
        "redeploy": _list_addresses(policy.redeploy),
        "selected": None if policy.selected is None else _list_addresses(policy.selected),
        "create_resource_groups": policy.create_resource_groups,
        "resource_group_location": policy.resource_group_location,
        **allotted,
    }


def _list_addresses(keys: frozenset[Key]) -> list[str]:
    return sorted(f"{key[1]}/{key[-1]}" for key in keys)


def _has_all_secrets(change: Change) -> bool:
    """Whether every secret of the group's manifest is available, so that all could be compared."""
    return change.after is None or all(secret.available for secret in secrets_of(change.after.body).values())


def _digest_manifest(resource: Resource) -> str:
    """Return the digest of a declared group, expanded, with the sources of its secrets in place of their values."""
    return digest_text(_MANIFEST.encode({"body": resource.body, "lifecycle": _describe(resource.lifecycle)}).encode())


@functools.lru_cache(maxsize=256)
def _describe(lifecycle: Lifecycle) -> Mapping[str, Any]:
    """Return a lifecycle as JSON, without places in files; most groups have the same."""
    return asdict(replace(lifecycle, ignored_at=()))


def _to_plain(value: object) -> object:
    if isinstance(value, Secret):
        return {"secret": value.source}
    raise TypeError(f"{type(value).__name__} is no JSON")


_MANIFEST = json.JSONEncoder(sort_keys=True, default=_to_plain)


def _make_fingerprint(change: Change, origin: Origin) -> dict[str, str]:
    """Return the fingerprint by which changes of the group or its secrets are noticed; run state counts for PUTs.

    All tags count, with the serial of the last write: a plan does not become valid again after its changes are undone.
    A group that does not exist yet has no tags.
    """
    # A write starts ended containers again, so it matters whether they had ended when the plan was approved.
    ended = has_ended(change.before.body) if change.before is not None and change.sends_body else ""
    return {"live": _digest_live(change), "secrets": origin.fingerprints.get(change.id.key, ""), "ended": ended}


def _digest_live(change: Change) -> str:
    """Return the digest of the live body; for a no-op only of the fields that the manifest declares.

    Such a group may be known from a list alone, which holds less than a read of the group. Texts that the manifest
    keeps secret are left out: a digest would let people guess them.
    """
    if change.before is None:
        return ""
    if needs_only_tags(change):
        return digest_tags(change.before)
    # A digest of a short text lets somebody guess it.
    hidden = find_hidden_texts(change)
    body: Json = blank_secrets({name: conceal(value, hidden) for name, value in change.before.body.items()})  # type: ignore[assignment]  # it is JSON again
    if change.after is None:
        return digest(normalize(as_object(body)))
    wanted = change.after.body
    seen = as_settled(as_object(body), wanted)
    if change.writes:
        return digest(normalize(seen))
    return digest(align(normalize(without_profile(seen, wanted)), normalize(wanted))[0])
