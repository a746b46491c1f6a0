"""Projects below a project: a folder with its own project file belongs to that project only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.manifest.project.project_file import read_root
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.files import PROJECT_FILE
from aci_reconcile.manifest.source.nodes import MapNode, ScalarNode, read_group_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.manifest.source.files import Files


@dataclass(frozen=True, slots=True)
class NestedProjects:
    """Finds the project below ``root`` that a path belongs to, links included, and caches the answers.

    ``root`` is the folder of the project file or, without one, the current folder.
    """

    root: Path
    found: dict[Path, None] = field(default_factory=dict["Path", None])
    """The project files below."""
    _known: dict[Path, Path | None] = field(default_factory=dict["Path", "Path | None"])

    def find_project_of(self, path: Path) -> Path | None:
        """Return the project file of a path in a project below; None if the path belongs to this project."""
        # A link may lead into a project below, or stand in one.
        for each in dict.fromkeys((path, path.resolve())):
            found = self._find_in(each if each.is_dir() else each.parent)
            if found is not None:
                self.found[found] = None
                return found
        return None

    def list_groups(self, files: Files) -> dict[str, str]:
        """Return the groups that the projects below declare, each with its project file, without validation.

        The key is the address in lowercase, without the resource group if the files do not determine it.
        """
        groups: dict[str, str] = {}
        waiting = [*self.found, *self._find_adjacent()]
        seen: set[Path] = set()
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            # Its mistakes are its own: they are reported by a run in its folder.
            below = NestedProjects(file.parent)
            shared = _list_resource_groups(file, files)
            for path in files.list_manifests(file.parent, below.find_project_of, Diagnostics()):
                for group, name in map(read_group_name, files.read_documents(path, Diagnostics())):
                    places = {group} if group and "${" not in group else shared
                    groups.update({f"{place}/{name}": files.show(file) for place in places if name})
            waiting.extend(below.found)
        return groups

    def _find_adjacent(self) -> Iterator[Path]:
        """Yield the project files near the root that are outside the folders of manifests.

        A project is often split into a folder beside the manifests. Deeper folders are not searched, because a
        repository may contain anything.
        """
        root = self.root.resolve()
        for depth in ("*", "*/*"):
            for file in sorted(self.root.glob(f"{depth}/{PROJECT_FILE}")):
                hidden = any(part.startswith(".") for part in file.relative_to(self.root).parts)
                if not hidden and file not in self.found and file.resolve().is_relative_to(root):
                    yield file

    def contains(self, path: Path) -> bool:
        """Whether a file is in a folder below the root."""
        return any(True for _ in self._list_parents(path.parent))

    def _find_in(self, folder: Path) -> Path | None:
        if folder not in self._known:
            files = (each / PROJECT_FILE for each in self._list_parents(folder))
            self._known[folder] = next((file for file in files if file.is_file()), None)
        return self._known[folder]

    def _list_parents(self, folder: Path) -> Iterator[Path]:
        """Yield a folder and its parents below the root."""
        for root in dict.fromkeys((self.root, self.root.resolve())):
            if folder.is_relative_to(root):
                yield from (each for each in (folder, *folder.parents) if each != root and each.is_relative_to(root))
                return


def _list_resource_groups(file: Path, files: Files) -> frozenset[str]:
    """Return the resource groups of a project's groups that name none; empty if unknown."""
    root = read_root(file, files, Diagnostics())
    known = root.get("environments")
    layers = [root, *(entry.value for entry in known.entries)] if isinstance(known, MapNode) else [root]
    groups = [each.get("resourceGroup") for each in layers if isinstance(each, MapNode)]
    texts = {each.text.lower() for each in groups if isinstance(each, ScalarNode) and not each.null}
    return frozenset("" if "${" in text else text for text in texts) or frozenset({""})
