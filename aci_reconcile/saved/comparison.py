"""What changed between a saved plan and the plan that is made now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.saved.document import SAVED_FORMAT, extract_action, extract_essence, extract_place, find_major
from aci_reconcile.saved.unchanged import lengthen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.render.header import Header
    from aci_reconcile.saved.canonical import Document

_HEADER: Mapping[str, str] = {
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
_OF_GROUPS = ("manifests", "resource_changes")


def find_other_target(saved: Document, header: Header, *, tool_version: str, api_version: str) -> tuple[str, ...]:
    """Return why a saved plan is for another project or subscription, as far as that is known without Azure."""
    here = {
        **saved,
        "project": header.project,
        "environment": header.environment,
        "subscription": header.subscription,
        "endpoint": header.endpoint,
        "format_version": SAVED_FORMAT,
        "tool_version": tool_version,
        "api_version": api_version,
    }
    return (*_compare_header(extract_place(saved), extract_place(here)), *_compare_versions(saved, here))


def find_moved(saved: Document, now: Document) -> tuple[str, ...]:
    """Return what changed since the plan was saved, one change a line; empty if the plan is the same."""
    before, after = extract_essence(saved), extract_essence(now)
    found = (
        *_compare_header(before, after),
        *_compare_versions(saved, now),
        *_compare_members("option", saved["policy"], now["policy"]),
        *_compare_members("variable", saved["variables"], now["variables"]),
        *(_compare_groups(saved, now) if any(before[each] != after[each] for each in _OF_GROUPS) else ()),
    )
    if found or before == after:
        return tuple(found)
    return ("resource groups: the plan would create different ones",)


def _compare_header(before: Document, after: Document) -> Iterator[str]:
    for name, word in _HEADER.items():
        if before[name] != after[name]:
            yield f"{word}: {_render_value(before[name])} -> {_render_value(after[name])}"


def _compare_versions(saved: Document, now: Document) -> Iterator[str]:
    for name, word in (("format_version", "format"), ("tool_version", "version of aci-reconcile")):
        if find_major(saved[name]) != find_major(now[name]):
            yield f"{word}: {saved[name]} -> {now[name]}"


def _compare_members(word: str, before: Document, after: Document) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after or before[name] != after[name]:
            yield f"{word} {name}"


def _compare_groups(saved: Document, now: Document) -> Iterator[str]:
    """Yield a line for each group that changed, with all its changes."""
    manifests = [
        {each["address"].lower(): each["digest"] for each in document["manifests"]} for document in (saved, now)
    ]
    entries = [
        {each["address"].lower(): each for each in (*document["unchanged"], *document["resource_changes"])}
        for document in (saved, now)
    ]
    for address in sorted({address for each in (*manifests, *entries) for address in each}):
        declared = tuple(_compare_manifest(*(each.get(address) for each in manifests)))
        differences = (*declared, *_compare_entry(*(each.get(address) for each in entries), same=not declared))
        if differences:
            yield f"{address}: {', '.join(differences)}"


def _compare_manifest(before: str | None, after: str | None) -> Iterator[str]:
    if before is None and after is not None:
        yield "it is now declared"
    elif before is not None and after is None:
        yield "it is no longer declared"
    elif before != after:
        yield "its manifest"


def _compare_entry(before: Document | None, after: Document | None, *, same: bool) -> Iterator[str]:
    """Yield what changed about a group. ``same``: its manifest did not change."""
    if before is None or after is None:
        if before is not after:
            yield "it is now planned" if before is None else "it is no longer planned"
        return
    short = "live" in before and "live" in after
    before, after = lengthen(before), lengthen(after)
    alike = (before["action"] == _NOTHING) is (after["action"] == _NOTHING)
    names = [name for name in _FINGERPRINTS if before["fingerprint"][name] != after["fingerprint"][name]]
    live = short or _tells_of_live(before, after, same=same)
    differences = [_FINGERPRINTS[name] for name in names if (live if name == "live" else alike)]
    if before["action"] != after["action"]:
        differences.append(f"{before['action']} -> {after['action']}")
    if same and not differences and extract_action(before) != extract_action(after):
        differences.append("its planned change")
    yield from differences


def _tells_of_live(before: Document, after: Document, *, same: bool) -> bool:
    """Whether two digests of the live group that differ show that it changed, so that nothing wrong is said.

    That of a group that is written covers all of it, and that of another one what its manifest names, or only its tags.
    """
    writing = [each for each in (before, after) if each["action"] != _NOTHING]
    if len(writing) == 1 and before["fingerprint"]["live"] and after["fingerprint"]["live"]:
        # If only secrets differ, another secret is as good a reason.
        return same and any(not each["secret"] for each in writing[0]["fields"])
    return same or bool(writing)


def _render_value(value: str) -> str:
    """Return a value on one line. The file is untrusted and may hold anything."""
    return sanitize(value) or "none"
