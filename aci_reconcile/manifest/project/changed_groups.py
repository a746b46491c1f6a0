"""Finds the groups that a change of the repository touches, for ``plan --changed-since``.

A group is affected if its file, a file that it names with ``${file:…}``, or a group that it depends on changed. A
change of a shared file affects all groups. So does a removed group, because only a plan of all groups shows a removal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest.source import json_reader, yaml_reader
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.files import PROJECT_FILE
from aci_reconcile.manifest.source.foreign import identify_foreign, identify_foreign_text
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, read_group_name
from aci_reconcile.manifest.syntax.reference_grammar import scan_references

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest.project.nested_projects import NestedProjects
    from aci_reconcile.manifest.project.request import Changes
    from aci_reconcile.manifest.source.nodes import DeclaredName, Source

Key: TypeAlias = "tuple[str, ...]"


@dataclass(frozen=True, slots=True)
class ChangedGroups:
    """The affected groups, by full address; None for all of them, with the reason in ``because``."""

    addresses: frozenset[str] | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class ReadManifests:
    """Data recorded while reading manifests: the files of each, and the names of their groups."""

    files: dict[Path, set[Path]] = field(default_factory=dict["Path", "set[Path]"])
    """By manifest: itself, and the files that it names."""
    named: set[DeclaredName] = field(default_factory=set["DeclaredName"])

    def note(self, file: Path, documents: Iterable[Source], base: Path) -> None:
        """Record one manifest.

        Args:
            file: the manifest.
            documents: its content.
            base: the folder for the files that it names.
        """
        known = self.files.setdefault(file, {file})
        for node in documents:
            known.update(base / target for target in find_file_references(node))
            self.named.add(read_group_name(node))


def find_changed_groups(
    changes: Changes,
    shared: Iterable[Path],
    manifests: ReadManifests,
    sources: Mapping[Key, Path],
    groups: Iterable[Resource],
    nested: NestedProjects,
) -> ChangedGroups:
    """Return the groups that a change touches.

    Args:
        changes: what changed.
        shared: the files that every group depends on.
        manifests: the current manifests.
        sources: the manifest of each group.
        groups: every group of the project.
        nested: the projects below, whose manifests do not count here.
    """
    common = sorted(path for path in shared if _has_changed(path, changes))
    because = changes.everything or (f"{common[0].name} changed" if common else _explain_split(changes, nested))
    if because:
        return ChangedGroups(None, because)
    # A group that is no longer declared has no manifest that could be affected, and only a plan of all finds orphans.
    gone = sorted(set(_list_former_names(changes, nested)) - manifests.named)
    if gone:
        return ChangedGroups(
            None, f"{quote(gone[0][1])} is no longer declared" if gone[0][1] else "a manifest can't be read"
        )
    files = {file for file, known in manifests.files.items() if any(_has_changed(each, changes) for each in known)}
    known = tuple(groups)
    return ChangedGroups(_add_dependents({each.address for each in known if sources[each.id.key] in files}, known))


def find_file_references(node: Source) -> Iterator[str]:
    """Yield the files that a document names with ``${file:…}``."""
    for text in _list_texts(node):
        for match in scan_references(text):
            if match["other"] == "file" and not match["escape"]:
                yield match["target"]


def _explain_split(changes: Changes, nested: NestedProjects) -> str:
    """Say which folder became, or no longer is, a separate project; only a plan of all groups shows the effect."""
    then = {path for path, _ in changes.then}
    for path in sorted(changes.paths):
        if path.name == PROJECT_FILE and nested.contains(path) and path.is_file() != (path in then):
            now = "is no longer a separate project" if path in then else "is now a separate project"
            return f"{quote(path.parent.name)} {now}"
    return ""


def list_former_groups(changes: Changes, nested: NestedProjects) -> tuple[str, ...]:
    """Return the resource groups that the changed files named before, without those that contain references."""
    return tuple(sorted({group for group, _ in _list_former_names(changes, nested) if group and "${" not in group}))


def _list_former_names(changes: Changes, nested: NestedProjects) -> Iterator[DeclaredName]:
    """Yield the groups that the changed manifests declared before; empty texts for a manifest that can't be read."""
    for path, text in changes.then:
        if nested.find_project_of(path):
            continue
        diagnostics, json = Diagnostics(), path.suffix.lower() == ".json"
        source = json_reader if json else yaml_reader
        found = [
            read_group_name(node)
            for node in source.read_documents(text, str(path), diagnostics)
            if identify_foreign(node) is None
        ]
        yield from (each for each in found if each[1])
        # What can't be read may have declared any group, so everything counts as changed.
        if diagnostics.failed and identify_foreign_text(text, json=json) is None:
            yield ("", "")


def _has_changed(path: Path, changes: Changes) -> bool:
    """Whether a file, or a submodule around it, changed; with and without links followed."""
    return _is_listed(path, changes) or _is_listed(path.resolve(), changes)


def _is_listed(path: Path, changes: Changes) -> bool:
    return path in changes.paths or (bool(changes.trees) and not changes.trees.isdisjoint(path.parents))


def _list_texts(node: Source) -> Iterator[str]:
    match node:
        case ScalarNode():
            yield node.text
        case ListNode():
            for each in node.items:
                yield from _list_texts(each)
        case MapNode():
            for entry in node.entries:
                yield from _list_texts(entry.value)


def _add_dependents(addresses: set[str], groups: Iterable[Resource]) -> frozenset[str]:
    """Return the groups, and those that depend on them, however far."""
    above: dict[str, set[str]] = {}
    for each in groups:
        for address in each.lifecycle.depends_on:
            above.setdefault(address, set()).add(each.address)
    found, waiting = set(addresses), list(addresses)
    while waiting:
        new = above.get(waiting.pop(), set()) - found
        found |= new
        waiting.extend(new)
    return frozenset(found)
