"""The project file as nodes: one map with corrected keys, without settings for the endpoint of requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.keys import PROJECT
from aci_reconcile.manifest.project.codes import ACI173, ACI174
from aci_reconcile.manifest.source.codes import ACI011
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.files import Files, find_project, find_repository
from aci_reconcile.manifest.source.nodes import MapNode, ScalarNode, describe
from aci_reconcile.manifest.syntax.codes import ACI115
from aci_reconcile.manifest.syntax.expansion import Expansion, expand

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.manifest.source.nodes import Entry, Source

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NOT_HERE = {"armendpoint": "--arm-endpoint", "cloud": "--cloud"}


def read_root(file: Path, files: Files, diagnostics: Diagnostics) -> MapNode:
    """Return the settings of a project file; an empty map if there are none."""
    return make_root(files.read_documents(file, diagnostics), files.show(file), diagnostics)


def make_root(documents: tuple[Source, ...], file: str, diagnostics: Diagnostics) -> MapNode:
    """Return the settings in the documents of a project file; an empty map if there are none."""
    where = Where(file, 1, 1)
    if len(documents) > 1:
        diagnostics.add(ACI011, documents[1].where, "a project file must be a single document")
    node: Source = documents[0] if documents else MapNode((), where)
    if isinstance(node, ScalarNode) and node.null:
        node = MapNode((), where)
    if not isinstance(node, MapNode):
        diagnostics.add(ACI011, node.where, "a project file must be a map of settings")
        node = MapNode((), where)
    node = _drop_targets(node.without("$schema"), diagnostics)
    expanded = expand(node, PROJECT, "", Expansion(diagnostics))
    return expanded if isinstance(expanded, MapNode) else node


def _drop_targets(node: MapNode, diagnostics: Diagnostics) -> MapNode:
    """Remove settings that determine where requests and tokens go.

    A repository may not set them: a pull request could send the pipeline's tokens to a server of its author.
    """
    kept: list[Entry] = []
    for entry in node.entries:
        flag = _NOT_HERE.get(re.sub("[-_]", "", entry.key).lower())
        if flag:
            message = f"{quote(entry.key)} can't be set in a file"
            diagnostics.add(
                ACI173, entry.where, message, hint=f"use {flag}, or its environment variable", path=entry.key
            )
        elif entry.key.lower() == "environments" and isinstance(entry.value, MapNode):
            below = tuple(
                each._replace(value=_drop_targets(each.value, diagnostics)) if isinstance(each.value, MapNode) else each
                for each in entry.value.entries
            )
            kept.append(entry._replace(value=MapNode(below, entry.value.where)))
        else:
            kept.append(entry)
    return MapNode(tuple(kept), node.where)


def list_environments(folder: Path, project: Path | None = None) -> tuple[str, ...]:
    """Return the environments of the folder's project, unchecked; none without a project."""
    file = folder / project if project else find_project(folder)
    if file is None:
        return ()
    diagnostics = Diagnostics()
    root = read_root(file, Files(folder, file.parent, find_repository(file.parent)), diagnostics)
    return tuple(entry.key for entry in read_environments(root, diagnostics))


def check_name(what: str, name: str, where: Where, diagnostics: Diagnostics) -> None:
    """Complain of a name that can't be part of the owner tag; ``what`` is `project` or `environment`."""
    if not _NAME.fullmatch(name):
        message = f"{quote(name)} is not a valid {what} name"
        hint = "it becomes part of a tag: use up to 64 letters, digits, `.`, `_` and `-`, with a letter or digit first"
        diagnostics.add(ACI174, where, message, hint=hint, path="name" if what == "project" else f"environments.{name}")


def read_environments(root: MapNode, diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """Return the environments; invalid ones are reported."""
    node = root.get("environments")
    found = node.entries if isinstance(node, MapNode) else ()
    wrong = [node] if node is not None and not isinstance(node, MapNode) else []
    wrong += [entry.value for entry in found if not isinstance(entry.value, MapNode)]
    for each in wrong:
        if not (isinstance(each, ScalarNode) and each.null):
            message = f"expected a map, found {describe(each)}"
            diagnostics.add(ACI115, each.where, message, path="environments")
    return found
