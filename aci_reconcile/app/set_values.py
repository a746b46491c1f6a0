"""Setting single values of a declared group in the file that it is declared in."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.files import read_for_edit, write_edited
from aci_reconcile.app.manifests import make_request
from aci_reconcile.app.targets import find_near
from aci_reconcile.core.errors import AciReconcileError, InvalidManifestsError, Severity, UsageError, Where
from aci_reconcile.core.fields import FIELDS
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.manifest import list_environments, load
from aci_reconcile.manifest.editing.difference import list_differences
from aci_reconcile.manifest.editing.place import (
    Place,
    find_place,
    find_spec,
    is_in_list,
    list_names,
    parse_path,
    settle_keys,
)
from aci_reconcile.manifest.editing.tree import Table, Text, read_trees
from aci_reconcile.manifest.editing.write import insert_text, replace_text
from aci_reconcile.manifest.syntax.reference_grammar import has_reference
from aci_reconcile.render.values import hide_lookalikes

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest import Loaded, Request
    from aci_reconcile.manifest.editing.tree import Tree

_IDENTITY: Final = frozenset({"name", "type", "resourceGroup", "apiVersion"})
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A value that was changed, as it may be shown."""

    address: str
    path: str
    where: Where
    old: str | None
    """None: it was not there."""
    new: str


@dataclass(frozen=True, slots=True)
class Edited:
    """What was changed, and what the checks say about it that they did not say before."""

    changes: tuple[ValueChange, ...]
    diagnostics: tuple[Diagnostic, ...]


def set_values(sources: Sources, address: str, values: tuple[tuple[str, str], ...], run: Run) -> Edited:
    """Set values, each a path and a text, and write the file; nothing is written unless all of them can be set.

    Raises:
        InvalidManifestsError: the manifests have errors, before or after.
        UsageError: there is no such group or field, or the value is not in its file.
        AciReconcileError: the file cannot be written.
    """
    request = make_request(sources, run, resolve=False)
    request = replace(request, cwd=request.cwd.absolute())
    first = _load_valid(request)
    loaded, changes = first, list[ValueChange]()
    for path, value in values:
        request, change = _Edit(request, loaded, _find_group(loaded, address), path, value).make()
        if change is not None:
            loaded = _load_valid(request)
            changes.append(change)
    _check_environments(request, first)
    for file, text in request.texts.items():
        write_edited(file, text)
    known = {(each.code, each.message, each.path) for each in first.diagnostics}
    new = [each for each in loaded.diagnostics if (each.code, each.message, each.path) not in known]
    return Edited(tuple(changes), tuple(each for each in new if each.severity is Severity.WARNING))


def _load_valid(request: Request) -> Loaded:
    loaded = load(request)
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    return loaded


def _check_environments(request: Request, before: Loaded) -> None:
    """Make sure that no environment has an error that it did not have."""
    file = before.project.file
    if request.environment or file is None or not request.texts:
        return
    for name in list_environments(request.cwd, file):
        each = replace(request, environment=name, project=file)
        after = load(each)
        if after.errors and not load(replace(each, texts={})).errors:
            raise InvalidManifestsError(after.diagnostics)


def _find_group(loaded: Loaded, address: str) -> Resource:
    """Return the declared group that an address or a name means.

    Raises:
        UsageError: there is none, or there are several.
    """
    wanted = address.lower()
    found = [each for each in loaded.resources if wanted in {each.id.name.lower(), each.address.lower()}]
    if len(found) > 1:
        listed = ", ".join(each.address for each in found)
        raise UsageError(f"{address} means {len(found)} groups", hint=f"choose one: {listed}")
    if not found:
        near = find_near(address, [each.address if "/" in address else each.id.name for each in loaded.resources])
        hint = f"did you mean {near}?" if near else "`aci-reconcile validate` checks the manifests that there are"
        raise UsageError(f"no manifest declares the group {address}", hint=hint)
    return found[0]


@dataclass(frozen=True, slots=True)
class _Edit:
    """One value to set."""

    request: Request
    loaded: Loaded
    resource: Resource
    path: str
    value: str

    def make(self) -> tuple[Request, ValueChange | None]:
        """Return the request that reads the edited text, and the change; None if the value is there already."""
        keys = self._parse()
        file, text, root = self._find_layer(keys)
        keys = settle_keys(root, keys)
        place = self._descend(root, keys, text, file)
        spec = find_spec(keys)
        old = place.tree if not place.rest and isinstance(place.tree, Text) else None
        if not place.rest and old is None:
            below = ", ".join(list_names(place.tree)[:8])
            raise UsageError(f"{self.path} is no single value", hint=f"name one in it: {below}" if below else "")
        if old is not None and old.text == self.value and not (not old.style and old.text in _NULLS):
            return self.request, None
        self._check_reference(old, text, file)
        as_json = file.suffix.lower() == ".json"
        if old is not None:
            edited: str | None = replace_text(text, old, self.value, spec, as_json=as_json)
        else:
            edited = insert_text(text, place, self.value, as_json=as_json)
        if edited is None:
            raise self._complain_of_missing(place, text, file)
        request = replace(self.request, texts={**self.request.texts, file: edited})
        self._check(request, keys, _locate(text, place.tree.start, self._show(file)))
        at = old.start if old is not None else _find_first_difference(text, edited)
        change = ValueChange(
            self.resource.address,
            self.path,
            _locate(edited, at, self._show(file)),
            None if old is None else self._veil(old.text, keys),
            self._veil(self.value, keys),
        )
        return request, change

    def _parse(self) -> Keys:
        containers = as_list(as_object(self.resource.body.get("properties")).get("containers"))
        names = tuple(as_text(as_object(each).get("name")) for each in containers)
        keys = parse_path(self.path, names)
        if keys is None:
            shorts = {re.sub(r"properties\.|\[\]|\.\*", "", each.path) for each in FIELDS}
            inside = {each.removeprefix("containers.") for each in shorts}
            near = find_near(re.sub(r"\[[^\]]*\]", "", self.path), shorts | inside)
            hint = f"did you mean {near}?" if near else "name a field such as containers[web].image or tags.team"
            raise UsageError(f"there is no field {self.path}", hint=hint)
        if keys[0] in _IDENTITY:
            raise UsageError(
                f"{keys[0]} says which group it is, and is not set", hint="edit the manifest: it is another group then"
            )
        return keys

    def _find_layer(self, keys: Keys) -> tuple[Path, str, Tree]:
        """Return the file to edit, its text, and the part of it that is about the group.

        An environment has its own layer, and only that is edited for it.
        """
        start = self.resource.where
        if start is None:  # only of what Azure or a saved plan says
            raise AciReconcileError(f"{self.resource.address} has no manifest")
        file = self.request.cwd / start.file
        text = self._read(file)
        root = _find_document(self._read_trees(file, text), _find_offset(text, start))
        if not self.request.environment:
            return file, text, root
        project = self.loaded.project.file
        own = self.request.cwd / project if project is not None else None
        if own is not None:
            words = self._read(own)
            patch = self._find_patch(self._read_trees(own, words)[0])
            if patch is not None and not (is_in_list(keys) and find_place(patch, keys).rest):
                return own, words, patch
        place = find_place(root, keys)
        where = _locate(text, place.tree.start, self._show(file))
        name = self.request.environment
        raise UsageError(
            f"{self.path} is not set for the environment {name} alone: {where} is for all environments",
            hint=f"leave out -e {name} to set it there, or write the patch environments.{name}.groups first",
        )

    def _find_patch(self, tree: Tree) -> Tree | None:
        """Return the environment's patch of the group; the one by address is above the one by name."""
        for name in ("environments", self.request.environment, "groups"):
            entries = tree.entries if isinstance(tree, Table) else ()
            found = next((value for key, value in entries if key.text == name), None)
            if found is None:
                return None
            tree = found
        entries = tree.entries if isinstance(tree, Table) else ()
        names = (self.resource.address.lower(), self.resource.id.name.lower())
        return next((value for name in names for key, value in entries if key.text.lower() == name), None)

    def _read(self, file: Path) -> str:
        known = self.request.texts.get(file)
        return read_for_edit(file, self.request.cwd) if known is None else known

    def _read_trees(self, file: Path, text: str) -> tuple[Tree, ...]:
        try:
            return read_trees(text, json=file.suffix.lower() == ".json")
        except ValueError as error:
            raise AciReconcileError(f"{self._show(file)} cannot be edited: {error}") from error

    def _descend(self, root: Tree, keys: Keys, text: str, file: Path) -> Place:
        place = find_place(root, keys)
        if place.rest and isinstance(place.tree, Text) and place.tree.text in _NULLS and not place.tree.style:
            where = _locate(text, place.tree.start, self._show(file))
            raise UsageError(f"{self.path}: {where} is empty, and no map", hint="write `{}` there, and try again")
        return place

    def _check_reference(self, old: Text | None, text: str, file: Path) -> None:
        """Refuse to put a value in the place of a reference: what it names is what should be changed."""
        if old is None or not has_reference(old.text) or has_reference(self.value):
            return
        where = _locate(text, old.start, self._show(file))
        raise UsageError(
            f"{self.path} is the reference {old.text} at {where}",
            hint="change what it names (for a variable: `--var`, a file of variables, or the project file), "
            "or replace the reference by hand",
        )

    def _complain_of_missing(self, place: Place, text: str, file: Path) -> UsageError:
        where = _locate(text, place.tree.start, self._show(file))
        known = list_names(place.tree)
        near = find_near(place.rest[0], known)
        hint = f"did you mean {near}?" if near else f"{where} has {', '.join(known[:8])}" if known else ""
        return UsageError(f"{self.path} is not in the manifest: {where} has no {place.rest[0]}", hint=hint)

    def _check(self, request: Request, keys: Keys, where: Where) -> None:
        """Make sure that exactly this one value changes.

        Raises:
            InvalidManifestsError: the manifests would have errors.
            UsageError: something else would change, too, or nothing would.
        """
        after = _load_valid(request)
        before = {each.id.key: each for each in self.loaded.resources}
        if [each.id for each in after.resources] != [each.id for each in self.loaded.resources]:
            raise UsageError(f"{self.path} at {where}: other groups would be declared; nothing was written")
        found = [(each, part) for each in after.resources for part in list_differences(before[each.id.key], each)]
        if not found:
            raise UsageError(f"{self.path} at {where}: the value would have no effect; nothing was written")
        if len(found) > 1 or found[0][0].id != self.resource.id:
            others = ", ".join(dict.fromkeys(".".join(map(str, (each.id.name, *part.steps))) for each, part in found))
            hint = f"an anchor is shared, or a value above it: {others}"
            raise UsageError(f"{self.path} at {where}: more would change; nothing was written", hint=hint)
        part = found[0][1]
        names = [each for each in part.steps if isinstance(each, str)]
        rest = iter(keys)
        if not all(name in rest for name in names) or not _reads(part.after, self.value):
            raise UsageError(f"{self.path} at {where}: the value would be read differently; nothing was written")

    def _veil(self, text: str, keys: Keys) -> str:
        spec = find_spec(keys)
        if has_reference(text):
            return text
        hidden = (spec is not None and spec.write_only) or isinstance(hide_lookalikes(text, keys), Secret)
        return REDACTED if hidden else str(hide_lookalikes(text, keys))

    def _show(self, file: Path) -> str:
        try:
            return file.relative_to(self.request.cwd).as_posix()
        except ValueError:
            return str(file)


def _reads(after: object, value: str) -> bool:
    """Whether a value of the loader is the one that was set. What holds a reference or is a secret is not compared."""
    if isinstance(after, bool):
        return str(after).lower() == value.lower()
    if isinstance(after, (int, float)):
        return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value) is not None and float(value) == after
    return not isinstance(after, str) or "${" in value or after.lower() == value.lower()


def _find_document(trees: tuple[Tree, ...], offset: int) -> Tree:
    return next((each for each in reversed(trees) if each.start <= offset), trees[0])


def _find_offset(text: str, where: Where) -> int:
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    return starts[min(where.line, len(starts)) - 1] + where.column - 1


def _locate(text: str, offset: int, file: str) -> Where:
    ends = [match.end() for match in _BREAK.finditer(text, 0, offset)]
    return Where(file, len(ends) + 1, offset - (ends[-1] if ends else 0) + 1)


def _find_first_difference(one: str, other: str) -> int:
    """Return where the inserted text begins: after the line break and the indentation before it."""
    at = next((at for at, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), len(one))
    while at < len(other) and other[at] in " \r\n,-":
        at += 1
    return at
