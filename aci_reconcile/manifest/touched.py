"""Which groups a change of the repository touches: what ``plan --changed-since`` narrows a plan to.

A group is touched when the file that declares it changed, a file that it names with ``${file:…}``, or a group that it
depends on. What is shared touches everything; so does a group that stood in a file then and stands nowhere now, for
what is gone is seen only in a plan of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.manifest import json_source, yaml_source
from aci_reconcile.manifest.files import PROJECT_FILE
from aci_reconcile.manifest.findings import Findings, quote
from aci_reconcile.manifest.foreign import foreign, foreign_text
from aci_reconcile.manifest.naming import declared_name
from aci_reconcile.manifest.nodes import ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.references import found_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest.beneath import Beneath
    from aci_reconcile.manifest.naming import DeclaredName
    from aci_reconcile.manifest.nodes import Source
    from aci_reconcile.manifest.request import Changes

Key: TypeAlias = "tuple[str, ...]"


@dataclass(frozen=True, slots=True)
class Touched:
    """The groups that are touched, by full address; None where it is all of them, ``because`` of what is shared."""

    addresses: frozenset[str] | None
    because: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is noted while manifests are read: which files the groups of each come from, and what they are called."""

    files: dict[Path, set[Path]] = field(default_factory=dict["Path", "set[Path]"])
    """By manifest: itself, and the files that it names."""
    named: set[DeclaredName] = field(default_factory=set["DeclaredName"])

    def note(self, file: Path, documents: Iterable[Source], base: Path) -> None:
        """Note what one manifest holds.

        Args:
            file: the manifest.
            documents: what it says.
            base: where the files that it names are looked for.
        """
        known = self.files.setdefault(file, {file})
        for node in documents:
            known.update(base / target for target in files_of(node))
            self.named.add(declared_name(node))


def touched(
    changes: Changes,
    shared: Iterable[Path],
    reading: Reading,
    sources: Mapping[Key, Path],
    groups: Iterable[Resource],
    beneath: Beneath,
) -> Touched:
    """Return the groups that a change touches.

    Args:
        changes: what changed.
        shared: the files that every group depends on.
        reading: what the manifests hold now.
        sources: the manifest of each group.
        groups: every group of the project.
        beneath: the projects below, whose manifests are none of this one's.
    """
    common = sorted(path for path in shared if _changed(path, changes))
    because = changes.whole or (f"{common[0].name} changed" if common else _divided(changes, beneath))
    if because:
        return Touched(None, because)
    gone = sorted(set(_then(changes, beneath)) - reading.named)
    if gone:
        return Touched(None, f"{quote(gone[0][1])} is no longer declared" if gone[0][1] else "a manifest can't be read")
    hit = {file for file, known in reading.files.items() if any(_changed(each, changes) for each in known)}
    known = tuple(groups)
    return Touched(_with_dependents({each.address for each in known if sources[each.id.key] in hit}, known))


def files_of(node: Source) -> Iterator[str]:
    """Yield the files that a document names with ``${file:…}``."""
    for text in _texts(node):
        for match in found_in(text):
            if match["other"] == "file" and not match["escape"]:
                yield match["target"]


def _divided(changes: Changes, beneath: Beneath) -> str:
    """Say which folder is now a separate project, or is none any more: its groups are seen only in the whole."""
    then = {path for path, _ in changes.then}
    for path in sorted(changes.paths):
        if path.name == PROJECT_FILE and beneath.holds(path) and path.is_file() != (path in then):
            now = "is no longer a separate project" if path in then else "is now a separate project"
            return f"{quote(path.parent.name)} {now}"
    return ""


def former_groups(changes: Changes, beneath: Beneath) -> tuple[str, ...]:
    """Return the resource groups that the changed files named before, as they stood there; references are left out."""
    return tuple(sorted({group for group, _ in _then(changes, beneath) if group and "${" not in group}))


def _then(changes: Changes, beneath: Beneath) -> Iterator[DeclaredName]:
    """Yield what the changed manifests held before; nothing but empty texts for one that could not be read."""
    for path, text in changes.then:
        if beneath.project_of(path):
            continue
        findings, json = Findings(), path.suffix.lower() == ".json"
        source = json_source if json else yaml_source
        found = [declared_name(node) for node in source.documents(text, str(path), findings) if foreign(node) is None]
        yield from (each for each in found if each[1])
        if findings.failed and foreign_text(text, json=json) is None:
            yield ("", "")


def _changed(path: Path, changes: Changes) -> bool:
    """Whether a file changed, or a submodule around it: where it stands, or where the links on the way lead."""
    return _within(path, changes) or _within(path.resolve(), changes)


def _within(path: Path, changes: Changes) -> bool:
    return path in changes.paths or (bool(changes.trees) and not changes.trees.isdisjoint(path.parents))


def _texts(node: Source) -> Iterator[str]:
    match node:
        case ScalarNode():
            yield node.text
        case ListNode():
            for each in node.items:
                yield from _texts(each)
        case MapNode():
            for entry in node.entries:
                yield from _texts(entry.value)


def _with_dependents(addresses: set[str], groups: Iterable[Resource]) -> frozenset[str]:
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
