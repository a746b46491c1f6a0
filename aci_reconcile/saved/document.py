"""What a saved plan says, and the digests over it.

``plan_digest`` is over what would be done and what that was concluded from; two plans of the same have the same one,
whenever they were made. ``digest`` is over the whole document in its canonical form, which the file equals byte for
byte: members in their order, two spaces, ASCII, one line break at the end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from aci_reconcile.core.health import has_ended
from aci_reconcile.core.model import as_object
from aci_reconcile.core.normalize import align, digest, normalize, secrets_of
from aci_reconcile.core.profiles import without_profile
from aci_reconcile.core.provisioning import as_settled
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.tags import digest_desired
from aci_reconcile.render import plan_json
from aci_reconcile.render.bodies import opened
from aci_reconcile.render.escape import dump
from aci_reconcile.render.values import conceal, hidden_texts
from aci_reconcile.render.words import iso

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change, Plan
    from aci_reconcile.render import Header

Document: TypeAlias = Mapping[str, Any]

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a plan was made from, as far as the plan itself doesn't say it."""

    header: Header
    tool_version: str
    api_version: str
    resources: tuple[Resource, ...]
    """Every group that is declared."""
    fingerprints: Mapping[Key, str] = field(default_factory=dict[Key, str])
    """Of the secrets of a group, by its key: those that a write sends, or that nothing live could be compared with."""
    request: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The options that decide what is planned, by name, as JSON."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """The variables that options gave, but those that stand in secrets."""
    hidden_variables: tuple[str, ...] = ()
    """The names of those that stand in secrets."""


def document(plan: Plan, origin: Origin) -> Document:
    """Return the plan with all that it was made from, and its ``plan_digest``; without times and without a seal."""
    told: dict[str, Any] = json.loads(plan_json(plan, origin.header, tool_version=origin.tool_version))
    marked = [
        {**entry, "fingerprint": _fingerprint(change, origin)}
        for entry, change in zip(told["resource_changes"], plan.changes, strict=True)
    ]
    content = told | {
        "api_version": origin.api_version,
        "applyable": plan.applyable and all(map(_at_hand, plan.changes)),
        "resource_changes": marked,
        "manifests": [{"address": each.address, "digest": _manifest(each)} for each in origin.resources],
        "policy": policy_json(plan.policy),
        "request": dict(origin.request),
        "variables": dict(origin.variables),
        "hidden_variables": list(origin.hidden_variables),
    }
    return content | {"plan_digest": plan_digest(content)}


def salt(resource: Resource, size: int) -> bytes:
    """Return the salt for the fingerprint of a group's secrets in a saved plan.

    It is the same for the same manifest, so that the same secrets have the same fingerprint; no other group has it.
    """
    text = f"saved plan\0{resource.id.key}\0{digest_desired(resource.body)}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:size]


def sealed(content: Document, *, created: float, expires: float) -> Document:
    """Return the document as it is saved: with its times, in seconds since the epoch, and its seal."""
    timed = {**content, "created_at": iso(created), "expires_at": iso(expires)}
    return timed | {"digest": seal(timed)}


def written(content: Document) -> str:
    """Return the canonical form of a document.

    Raises:
        ValueError: it holds a number that is none.
    """
    return dump(content) + "\n"


def seal(content: Document) -> str:
    """Return the digest over a document, its own ``digest`` left out."""
    return _sha256(written({name: value for name, value in content.items() if name != "digest"}))


def plan_digest(content: Document) -> str:
    """Return the digest over what would be done."""
    return _sha256(json.dumps(essence(content), sort_keys=True))


def essence(content: Document) -> Document:
    """Return what must be the same for a plan to be the same.

    Not in it: times, notices, places in files, and what holds the plan back, which is looked at anew anyway.
    """
    same = ("project", "environment", "endpoint", "api_version", "policy", "resource_group_changes")
    return {name: content[name] for name in same} | {
        "format": major(content["format_version"]),
        "tool": major(content["tool_version"]),
        "subscription": content["subscription"].lower(),
        "manifests": {each["address"].lower(): each["digest"] for each in content["manifests"]},
        "resource_changes": {each["id"].lower(): action_of(each) for each in content["resource_changes"]},
    }


_OF_ACTION = ("action", "impact", "reasons", "loses", "stuck", "fields", "secrets_not_compared", "fingerprint")


def action_of(entry: Document) -> Document:
    """Return what must be the same for what happens to one group to be the same."""
    return {name: entry[name] for name in _OF_ACTION}


def major(version: str) -> str:
    """Return the first number of a version."""
    return version.partition(".")[0]


def policy_json(policy: Policy) -> dict[str, object]:
    """Return what the plan was allowed; windows in which nothing is written depend on the time and are left out."""
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
        "redeploy": _addresses(policy.redeploy),
        "selected": None if policy.selected is None else _addresses(policy.selected),
        "create_resource_groups": policy.create_resource_groups,
        "resource_group_location": policy.resource_group_location,
    }


def _addresses(keys: frozenset[Key]) -> list[str]:
    return sorted(f"{key[1]}/{key[-1]}" for key in keys)


def _at_hand(change: Change) -> bool:
    """Whether every secret of the group's manifest is there, so that nothing is left uncompared for want of it."""
    return change.after is None or all(secret.available for secret in secrets_of(change.after.body).values())


def _manifest(resource: Resource) -> str:
    """Return the digest of a group as it is declared, expanded; of its secrets, where they come from."""
    declared = {"body": resource.body, "lifecycle": asdict(resource.lifecycle)}
    return _sha256(json.dumps(declared, sort_keys=True, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return {"secret": value.source}
    raise TypeError(f"{type(value).__name__} is no JSON")


def _fingerprint(change: Change, origin: Origin) -> dict[str, str]:
    """Return by what it is noticed that the group moved, or its secrets; run state counts where a body is written.

    All of the tags count, the serial of the group's last write among them, so that no plan is good once more after
    somebody has taken back what it did. A group that is to be created remembers nothing; the groups beside it do.
    """
    ended = has_ended(change.before.body) if change.before is not None and change.sends_body else ""
    return {"live": _live(change), "secrets": origin.fingerprints.get(change.id.key, ""), "ended": ended}


def _live(change: Change) -> str:
    """Return the digest of the live body; of a group that stays as it is, as far as it answers for its manifest.

    A list tells less than a read of the group itself, and such a group may have been seen in a list alone. A text that
    the manifest keeps secret is left out: a digest would let it be guessed.
    """
    if change.before is None:
        return ""
    hidden = hidden_texts(change)
    body: Json = opened({name: conceal(value, hidden) for name, value in change.before.body.items()})  # type: ignore[assignment]  # it is JSON again
    if change.after is None:
        return digest(normalize(as_object(body)))
    wanted = change.after.body
    seen = as_settled(as_object(body), wanted)
    if change.writes:
        return digest(normalize(seen))
    return digest(align(normalize(without_profile(seen, wanted)), normalize(wanted))[0])


def _sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
