"""Formatting the manifests of a project, without a change to what they declare."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.files import read_for_edit, write_edited
from aci_reconcile.app.manifests import find_secrets, make_request
from aci_reconcile.core.errors import AciReconcileError, InvalidManifestsError
from aci_reconcile.manifest import load
from aci_reconcile.manifest.editing.difference import list_differences
from aci_reconcile.manifest.editing.format import format_text

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest import Loaded, Request


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file, before and after."""

    file: str
    path: Path
    before: str = field(repr=False)
    after: str = field(repr=False)
    secrets: tuple[Secret, ...] = ()
    """What the manifests of the project have in clear text, and must not be shown."""

    @property
    def changed(self) -> bool:
        """Whether the form was another one."""
        return self.before != self.after


def format_manifests(sources: Sources, run: Run) -> tuple[Formatted, ...]:
    """Return the selected files in their one form, changed or not; nothing is written.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: the options name something that does not exist.
        AciReconcileError: a file cannot be read, or not formatted without changing what it declares.
    """
    request = make_request(sources, run, resolve=False)
    request = replace(request, cwd=request.cwd.absolute())
    loaded = load(request)
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    names = dict.fromkeys(
        each.where.file
        for each in loaded.resources
        if each.where is not None and (loaded.selected is None or each.id.key in loaded.selected)
    )
    files = [_format(request, name) for name in names]
    if not _keeps(request, loaded, files):  # one of them is the reason; each is tried alone
        files = [_choose(request, loaded, each) for each in files]
    secrets = find_secrets(loaded)
    return tuple(replace(each, secrets=secrets) for each in files)


def write_formatted(files: tuple[Formatted, ...]) -> None:
    """Write the files that differ.

    Raises:
        AciReconcileError: one of them cannot be written.
    """
    for each in files:
        if each.changed:
            write_edited(each.path, each.after)


def _format(request: Request, name: str, *, order: bool = True, short: bool = True) -> Formatted:
    path = request.cwd / name
    text = read_for_edit(path, request.cwd)
    try:
        after = format_text(text, as_json=path.suffix.lower() == ".json", order=order, short=short)
        return Formatted(name, path, text, after)
    except ValueError as error:
        raise AciReconcileError(f"{name} cannot be formatted: {error}") from error


def _choose(request: Request, loaded: Loaded, file: Formatted) -> Formatted:
    """Return a file as formatted, or in its long form, or with its keys where they are, too.

    An alias must not come before its anchor, and what is declared must stay the same to the last value.

    Raises:
        AciReconcileError: either would change what it declares.
    """
    for order, short in ((True, True), (True, False), (False, False)):
        tried = _format(request, file.file, order=order, short=short)
        if _keeps(request, loaded, [tried]):
            return tried
    raise AciReconcileError(f"{file.file} cannot be formatted without changing what it declares; nothing was written")


def _keeps(request: Request, before: Loaded, files: list[Formatted]) -> bool:
    """Whether the loader reads the same groups."""
    texts = {each.path: each.after for each in files if each.changed}
    if not texts:
        return True
    after = load(replace(request, texts=texts))
    if after.errors or len(after.resources) != len(before.resources):
        return False
    pairs = zip(before.resources, after.resources, strict=True)
    return all(one.id == other.id and not list_differences(one, other) for one, other in pairs)
