"""Groups to run once: those of manifests, with what the caller changes about them, or one with an image.

They pass the same rules as every manifest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.manifest.declared_groups import GroupIndex, resolve_references
from aci_reconcile.manifest.documents import read_document
from aci_reconcile.manifest.project.selection import matches_pattern
from aci_reconcile.manifest.source.diagnostics import quote, suggest_word
from aci_reconcile.manifest.task_changes import TaskChanges, look_only, make_image_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest.declared_groups import DeclaredGroup
    from aci_reconcile.manifest.project.request import Request, TaskRequest
    from aci_reconcile.manifest.project.settings import Settings
    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.references import References

_LONGEST_NAME: Final = 40


@dataclass(frozen=True, slots=True)
class LoadedTask:
    """A group to run once."""

    resource: Resource
    """As it is to run, under the name of its manifest; nothing of its life cycle is left."""
    declared: Resource | None = None
    """As the project declares it; None if no manifest of the project does."""
    notes: tuple[str, ...] = ()
    """What a group of its own has that differs from the manifest, beyond what was typed."""


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document that was read, and what is needed to read it again."""

    file: Path
    node: Source
    references: References
    group: DeclaredGroup
    inside: bool
    """Whether it is one of the project's manifests."""


@dataclass(slots=True)
class TaskReader:
    """Finds what is to run among the documents that the loader reads, and reads those again with the changes."""

    asked: TaskRequest
    request: Request
    settings: Settings
    diagnostics: Diagnostics
    read_documents: list[ReadDocument] = field(default_factory=list[ReadDocument])

    def note(self, file: Path, node: Source, references: References, group: DeclaredGroup, *, inside: bool) -> None:
        """Note a document that the loader has read."""
        self.read_documents.append(ReadDocument(file, node, references, group, inside))

    def find_outside(self, paths: Iterable[Path]) -> Iterator[Path]:
        """Yield those of the paths that hold no manifest of the project: they are read for this run alone."""
        for path in paths:
            if not any(_is_below(each.file, path) for each in self.read_documents):
                yield path

    def read(self, resources: Sequence[Resource], paths: Sequence[Path]) -> tuple[LoadedTask, ...]:
        """Return what is to run, in the order in which it was asked for.

        Raises:
            UsageError: something names no group, or it is not clear which container is meant.
        """
        declared = {each.id.key: each for each in resources}
        known = GroupIndex([each.id for each in resources])
        chosen: dict[int, ReadDocument] = {}
        for path in paths:
            found = [each for each in self.read_documents if _is_below(each.file, path)]
            if not found and not self.diagnostics.failed:
                raise UsageError(
                    f"{path} declares no group", hint="give a manifest, or the address of a declared group"
                )
            chosen.update({id(each): each for each in found})
        for pattern in self.asked.patterns:
            chosen.update({id(each): each for each in self._match(pattern, known)})
        tasks = [self._read_again(each, known, declared) for each in chosen.values()]
        return tuple(each for each in (*tasks, *self._read_image(known)) if each is not None)

    def _match(self, pattern: str, known: GroupIndex) -> list[ReadDocument]:
        found = [
            each for each in self.read_documents if each.inside and matches_pattern(each.group.resource.id, pattern)
        ]
        if not found and not self.diagnostics.failed:
            hint = suggest_word(pattern, known.names) or "give a declared group, a manifest, or --image IMAGE"
            raise UsageError(f"{quote(pattern)} is neither a file nor a declared group", hint=hint)
        return found

    def _read_again(
        self, document: ReadDocument, known: GroupIndex, declared: dict[tuple[str, str, str, str], Resource]
    ) -> LoadedTask | None:
        before = document.group.resource
        changes = TaskChanges(self.asked, look_only(document.references), before.address)
        task = self._read_task(document.node, document.references, changes, known)
        return task and replace(task, declared=declared.get(before.id.key) if document.inside else None)

    def _read_image(self, known: GroupIndex) -> Iterator[LoadedTask | None]:
        if self.asked.image is not None:
            name = make_task_name(self.asked.image.reference)
            changes = TaskChanges(self.asked, look_only(self.settings.references), name)
            yield self._read_task(make_image_group(self.asked, name), self.settings.references, changes, known)

    def _read_task(
        self, node: Source, references: References, changes: TaskChanges, known: GroupIndex
    ) -> LoadedTask | None:
        found = read_document(node, self.request, self.settings, references, self.diagnostics, changes.change)
        if found is None:
            return None
        resource = resolve_references(found, known)
        return LoadedTask(replace(resource, lifecycle=Lifecycle()), notes=tuple(changes.notes))


def make_task_name(image: str) -> str:
    """Return a name for a group that runs an image: the last part of its reference, without tag and digest."""
    last = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    return re.sub("[^a-z0-9]+", "-", last).strip("-")[:_LONGEST_NAME].strip("-") or "task"


def _is_below(file: Path, path: Path) -> bool:
    return file.resolve().is_relative_to(path.resolve())
