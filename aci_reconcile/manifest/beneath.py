"""Projects below a project: a folder with a project file of its own is that project's, and is left out above."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.manifest.files import PROJECT_FILE
from aci_reconcile.manifest.findings import Findings
from aci_reconcile.manifest.naming import declared_name
from aci_reconcile.manifest.nodes import MapNode, ScalarNode
from aci_reconcile.manifest.project_file import read_root

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.manifest.files import Files


@dataclass(frozen=True, slots=True)
class Beneath:
    """Tells which project below ``root`` a path belongs to, be it by a link, and keeps what was found.

    ``root`` is the folder of the project file, or where the run begins when there is none.
    """

    root: Path
    found: dict[Path, None] = field(default_factory=dict["Path", None])
    """The project files below."""
    _known: dict[Path, Path | None] = field(default_factory=dict["Path", "Path | None"])

    def project_of(self, path: Path) -> Path | None:
        """Return the project file of a path that belongs to a project below; None: it is this project's."""
        for each in dict.fromkeys((path, path.resolve())):
            found = self._of(each if each.is_dir() else each.parent)
            if found is not None:
                self.found[found] = None
                return found
        return None

    def declared(self, files: Files) -> dict[str, str]:
        """Return what the projects below declare, each with its project file, without asking whether it is right.

        The key is the address in small letters, without a resource group where that cannot be told from the files.
        """
        groups: dict[str, str] = {}
        waiting = [*self.found, *self._beside()]
        seen: set[Path] = set()
        while waiting:
            file = waiting.pop()
            if file in seen:
                continue
            seen.add(file)
            below = Beneath(file.parent)
            shared = _resource_groups(file, files)
            for path in files.manifests(file.parent, below.project_of, Findings()):
                for group, name in map(declared_name, files.documents(path, Findings())):
                    places = {group} if group and "${" not in group else shared
                    groups.update({f"{place}/{name}": files.show(file) for place in places if name})
            waiting.extend(below.found)
        return groups

    def _beside(self) -> Iterator[Path]:
        """Yield the project files near the root that no folder of manifests leads to.

        A project is often split into a folder beside the manifests. Deeper down nobody looks: a repository may hold
        anything.
        """
        root = self.root.resolve()
        for depth in ("*", "*/*"):
            for file in sorted(self.root.glob(f"{depth}/{PROJECT_FILE}")):
                hidden = any(part.startswith(".") for part in file.relative_to(self.root).parts)
                if not hidden and file not in self.found and file.resolve().is_relative_to(root):
                    yield file

    def holds(self, path: Path) -> bool:
        """Whether a file stands in a folder below the root."""
        return any(True for _ in self._way(path.parent))

    def _of(self, folder: Path) -> Path | None:
        if folder not in self._known:
            files = (each / PROJECT_FILE for each in self._way(folder))
            self._known[folder] = next((file for file in files if file.is_file()), None)
        return self._known[folder]

    def _way(self, folder: Path) -> Iterator[Path]:
        """Yield a folder and those above it, as far as the root, which is none of them."""
        for root in dict.fromkeys((self.root, self.root.resolve())):
            if folder.is_relative_to(root):
                yield from (each for each in (folder, *folder.parents) if each != root and each.is_relative_to(root))
                return


def _resource_groups(file: Path, files: Files) -> frozenset[str]:
    """Return where the groups of a project may live that do not say it themselves; empty: that is not known."""
    root = read_root(file, files, Findings())
    known = root.get("environments")
    layers = [root, *(entry.value for entry in known.entries)] if isinstance(known, MapNode) else [root]
    said = [each.get("resourceGroup") for each in layers if isinstance(each, MapNode)]
    texts = {each.text.lower() for each in said if isinstance(each, ScalarNode) and not each.null}
    return frozenset("" if "${" in text else text for text in texts) or frozenset({""})
