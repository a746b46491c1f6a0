"""The file of a fleet: which projects one command is about, each with its environment and subscription."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.fleet_codes import ACI265, ACI266, ACI267, ACI268
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote, suggest_word
from aci_reconcile.manifest.source.files import PROJECT_FILE, Files, find_path_flaw, find_repository
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.nodes import Source

_KEYS: Final = ("project", "environment", "subscription", "name")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 40
_SHOWN: Final = 8
"""How many characters of a subscription tell it from others."""


@dataclass(frozen=True, slots=True)
class FleetProject:
    """One entry: a project, in one of its environments and in a subscription."""

    file: Path
    """Its project file."""
    environment: str
    subscription: str
    """Empty: what the project says."""
    name: str
    """What tells it from the others, in messages and in names of files."""
    where: Where


def read_fleet(file: Path, cwd: Path) -> tuple[tuple[FleetProject, ...], tuple[Diagnostic, ...]]:
    """Read the file of a fleet.

    Args:
        file: YAML, or JSON where its name says so.
        cwd: the folder that displayed paths are relative to.

    Returns:
        The projects in their order, and the diagnostics of the file. If there is an error, projects are missing.
    """
    diagnostics = Diagnostics()
    files = Files(cwd, file.parent, find_repository(file.parent))
    documents = files.read_documents(file, diagnostics)
    if len(documents) > 1:
        diagnostics.add(ACI265, documents[1].where, "a fleet file must be a single document")
    if not (documents or diagnostics.failed):
        diagnostics.add(ACI265, Where(files.show(file)), "the file is empty", hint="write projects: [{project: FILE}]")
    found = [each for node in documents[:1] for each in _read_entries(node, files, diagnostics)]
    named = _choose_names(found, file.parent)
    _check_unique(named, diagnostics)
    return tuple(named), diagnostics.collect()


def _read_entries(node: Source, files: Files, diagnostics: Diagnostics) -> Iterator[FleetProject]:
    """Yield the valid entries."""
    if not isinstance(node, MapNode):
        diagnostics.add(ACI265, node.where, f"expected a map with `projects`, found {describe(node)}")
        return
    for entry in node.entries:
        if entry.key != "projects":
            hint = suggest_word(entry.key, ("projects",)) or "the only key is projects"
            diagnostics.add(ACI265, entry.where, f"unknown key {quote(entry.key)}", hint=hint, path=entry.key)
    listed = node.get("projects")
    if not isinstance(listed, ListNode) or not listed.items:
        what = "is missing" if listed is None else "is no list of projects, or an empty one"
        where = node.where if listed is None else listed.where
        diagnostics.add(ACI265, where, f"`projects` {what}", hint="write projects: [{project: FILE}]")
        return
    for index, each in enumerate(listed.items):
        path = f"projects[{index}]"
        if isinstance(each, MapNode):
            found = _Entry(each, path, files, diagnostics).read()
            if found is not None:
                yield found
        else:
            message, hint = f"expected a map, found {describe(each)}", "write {project: FILE}"
            diagnostics.add(ACI265, each.where, message, hint=hint, path=path)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the list; its mistakes are noted with their places."""

    node: MapNode
    path: str
    files: Files
    diagnostics: Diagnostics

    def read(self) -> FleetProject | None:
        """Return the project; None if the entry has no file that can be read."""
        for entry in self.node.entries:
            if entry.key not in _KEYS:
                hint = suggest_word(entry.key, _KEYS) or f"known keys: {', '.join(_KEYS)}"
                self._complain(ACI265, entry.where, f"unknown key {quote(entry.key)}", entry.key, hint)
        # Everything is read before any of it decides, so that one run finds all mistakes of an entry.
        file, environment, subscription = self._read_file(), self._read_text("environment"), self._read_subscription()
        name = self._read_name()
        if file is None:
            return None
        where = Where(self.node.where.file, self.node.where.line, self.node.where.column)
        return FleetProject(file, environment.text if environment else "", subscription, name, where)

    def _complain(self, code: Code, where: Where, message: str, name: str = "", hint: str = "") -> None:
        self.diagnostics.add(code, where, message, hint=hint, path=f"{self.path}.{name}" if name else self.path)

    def _read_text(self, name: str) -> ScalarNode | None:
        entry = self.node.get_entry(name)
        if entry is None:
            return None
        if isinstance(entry.value, ScalarNode) and not entry.value.null and entry.value.text.strip():
            return entry.value
        hint = "leave the key out, or give it a value"
        self._complain(ACI265, entry.where, f"expected text, found {describe(entry.value)}", name, hint)
        return None

    def _read_subscription(self) -> str:
        found = self._read_text("subscription")
        if found is None:
            return ""
        if not _GUID.fullmatch(found.text):
            hint = "write its id; az account list shows yours"
            self._complain(ACI268, found.where, f"{quote(found.text)} is not a subscription id", "subscription", hint)
        return found.text

    def _read_name(self) -> str:
        found = self._read_text("name")
        if found is None:
            return ""
        if not _NAME.fullmatch(found.text):
            hint = "use letters, digits, `-`, `_` and `.`, a letter or digit first, at most 64"
            self._complain(ACI265, found.where, f"{quote(found.text)} can't be the name of a file", "name", hint)
        return found.text

    def _read_file(self) -> Path | None:
        found = self._read_text("project")
        if found is None:
            if self.node.get_entry("project") is None:
                hint = "add the path of a project file"
                self._complain(ACI265, self.node.where, "`project` is missing", hint=hint)
            return None
        file = self.files.base / found.text
        flaw, hint = self._find_flaw(file, found.text)
        if flaw:
            self._complain(ACI267, found.where, f"{quote(found.text)} {flaw}", "project", hint)
            return None
        return file

    def _find_flaw(self, file: Path, text: str) -> tuple[str, str]:
        """Return why a file can't be a project file, and what to do; empty texts if it can."""
        if flaw := find_path_flaw(file):
            return f"can't be read: {flaw}", ""
        # A backslash is a separator on Windows only; refused everywhere, a fleet means the same on every system.
        if Path(text).is_absolute() or "\\" in text or not self.files.is_inside(file):
            return "is not inside the repository", f"write a path relative to {quote(self.files.show(self.files.base))}"
        if file.is_dir():
            return "is a folder", f"name the project file in it: {quote((Path(text) / PROJECT_FILE).as_posix())}"
        return ("", "") if file.is_file() else ("does not exist", "")


def _choose_names(found: list[FleetProject], base: Path) -> list[FleetProject]:
    """Return the projects with a name each: what they say, else the folder and the environment.

    Where that does not tell them apart, the subscription does: its beginning, or all of it.
    """
    names = [each.name or _make_name(each, base) for each in found]
    for length in (_SHOWN, None):
        often = Counter(name.lower() for name in names)
        names = [
            name if each.name or often[name.lower()] == 1 else _make_name(each, base, each.subscription[:length])
            for each, name in zip(found, names, strict=True)
        ]
    return [replace(each, name=name) for each, name in zip(found, names, strict=True)]


def _make_name(project: FleetProject, base: Path, subscription: str = "") -> str:
    """Return a name that is the same in every clone; the folder of the fleet file may be called otherwise there."""
    file, folder, base = project.file, Path(os.path.normpath(project.file)).parent, Path(os.path.normpath(base))
    own = file.stem if file.name != PROJECT_FILE else "project" if folder == base else folder.name
    words = (_NOT_IN_NAMES.sub("-", each)[:_LONGEST].strip("-.") for each in (own, project.environment, subscription))
    return "-".join(filter(None, words)) or "project"


def _check_unique(found: list[FleetProject], diagnostics: Diagnostics) -> None:
    """Complain about a project that is named twice, and about two with one name."""
    projects: dict[tuple[Path, str, str], FleetProject] = {}
    names: dict[str, FleetProject] = {}
    for each in found:
        key = each.file.resolve(), each.environment, each.subscription.lower()
        first = projects.setdefault(key, each)
        if first is not each:
            message = f"this project is named before, in line {first.where.line}"
            diagnostics.add(ACI266, each.where, message, hint="remove one of them, or give them subscriptions")
            continue
        other = names.setdefault(each.name.lower(), each)
        if other is not each:
            message = f"the name {quote(each.name)} is taken in line {other.where.line}"
            diagnostics.add(ACI266, each.where, message, hint="give each a `name` of its own")
