"""What moved between a saved plan and the one that is made now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.saved.document import action_of, essence, major

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.render import Header
    from aci_reconcile.saved.document import Document

_WHOLE: Mapping[str, str] = {
    "project": "project",
    "subscription": "subscription",
    "endpoint": "endpoint",
    "environment": "environment",
    "api_version": "api-version",
}
_FINGERPRINTS: Mapping[str, str] = {
    "live": "the live group",
    "secrets": "its secrets, or the key of their fingerprint",
    "ended": "its run state",
}
_NOTHING = "no-op"


def elsewhere(saved: Document, header: Header, *, tool_version: str, api_version: str) -> tuple[str, ...]:
    """Return what makes a saved plan one for something else, as far as that is known before Azure is asked."""
    here = {
        **saved,
        "project": header.project,
        "environment": header.environment,
        "subscription": header.subscription,
        "endpoint": header.endpoint,
        "format_version": FORMAT_VERSION,
        "tool_version": tool_version,
        "api_version": api_version,
    }
    return (*_whole(essence(saved), essence(here)), *_versions(saved, here))


def moved(saved: Document, now: Document) -> tuple[str, ...]:
    """Return what is not as it was when the plan was saved, one thing a line; nothing where the plan is the same."""
    before, after = essence(saved), essence(now)
    found = (
        *_whole(before, after),
        *_versions(saved, now),
        *_members("option", saved["policy"], now["policy"]),
        *_members("variable", saved["variables"], now["variables"]),
        *_groups(saved, now),
    )
    if found or before == after:
        return tuple(found)
    return ("resource groups: the plan would create different ones",)


def _whole(before: Document, after: Document) -> Iterator[str]:
    for name, word in _WHOLE.items():
        if before[name] != after[name]:
            yield f"{word}: {_shown(before[name])} -> {_shown(after[name])}"


def _versions(saved: Document, now: Document) -> Iterator[str]:
    for name, word in (("format_version", "format"), ("tool_version", "version of aci-reconcile")):
        if major(saved[name]) != major(now[name]):
            yield f"{word}: {saved[name]} -> {now[name]}"


def _members(word: str, before: Document, after: Document) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after or before[name] != after[name]:
            yield f"{word} {name}"


def _groups(saved: Document, now: Document) -> Iterator[str]:
    """Yield the groups that moved, each once, with everything that moved about it."""
    manifests = [
        {each["address"].lower(): each["digest"] for each in document["manifests"]} for document in (saved, now)
    ]
    entries = [{each["address"].lower(): each for each in document["resource_changes"]} for document in (saved, now)]
    for address in sorted({address for each in (*manifests, *entries) for address in each}):
        declared = tuple(_manifest(*(each.get(address) for each in manifests)))
        told = (*declared, *_entry(*(each.get(address) for each in entries), same=not declared))
        if told:
            yield f"{address}: {', '.join(told)}"


def _manifest(before: str | None, after: str | None) -> Iterator[str]:
    if before is None and after is not None:
        yield "it is now declared"
    elif before is not None and after is None:
        yield "it is no longer declared"
    elif before != after:
        yield "its manifest"


def _entry(before: Document | None, after: Document | None, *, same: bool) -> Iterator[str]:
    """Tell what moved about a group; ``same``: its manifest did not.

    A fingerprint means another thing for a group that is written than for one that is not: where that changed, it tells
    nothing by itself.
    """
    if before is None or after is None:
        if before is not after:
            yield "it is now planned" if before is None else "it is no longer planned"
        return
    alike = (before["action"] == _NOTHING) is (after["action"] == _NOTHING)
    names = [name for name in _FINGERPRINTS if before["fingerprint"][name] != after["fingerprint"][name]]
    told = [_FINGERPRINTS[name] for name in names if alike or (same and name == "live")]
    if before["action"] != after["action"]:
        told.append(f"{before['action']} -> {after['action']}")
    if same and not told and action_of(before) != action_of(after):
        told.append("its planned change")
    yield from told


def _shown(value: str) -> str:
    """Return a value on one line: whoever wrote the file may have written anything."""
    return sanitize(value) or "none"
