"""What ``explain`` prints about fields, kinds of files and references."""

from __future__ import annotations

import re
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import UNSET, Kind, Replaces
from aci_reconcile.core.fields.evidence import cite_default, cite_replacement
from aci_reconcile.manifest.explanation.examples import make_example
from aci_reconcile.manifest.explanation.lookup import DOCUMENTS
from aci_reconcile.manifest.keys import OWN_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aci_reconcile.core.fields import Node
    from aci_reconcile.manifest.explanation.lookup import Place

_WIDTH: Final = 80
_FILES: Final[Mapping[str, str]] = {
    "manifest": "a manifest",
    "aci-reconcile.yaml": "the project file",
    "project": "the project file",
    "project file": "the project file",
}
_ABOUT: Final[Mapping[str, str]] = {
    "a manifest": "A manifest: YAML or JSON that declares one container group. A file may hold several.",
    "the project file": "The project file, aci-reconcile.yaml: what the groups of a folder share.",
}
_ACCEPTED: Final = """\
aci-reconcile.accepted.yaml: findings of `drift` that do not count for a while.
  fingerprint  which finding: `drift --verbose` shows it; or
  address      the group, with `kind` and `paths` to narrow it
  reason       why it is accepted (required)
  until        the last day on which it is (required)

Example:

    - address: rg-shop/web
      paths: [tags.costCenter]
      reason: set by a policy until the move
      until: 2026-12-31

See docs/drift.md, and `aci-reconcile schema accepted-drift`."""
_REFERENCES: Final = """\
References stand in values, and are read by whoever runs the command:

  ${var:NAME}                     a variable of the project file, or of --var
  ${env:NAME}, ${env:NAME:-text}  an environment variable; a secret, unless
                                  publicEnv lists it
  ${file:path}                    a text file below the project; a secret
  ${keyvault:vault/secret}        a secret of an Azure Key Vault
  ${group:name:ipAddress.ip}      a live value of another group, or its
                                  ipAddress.fqdn

A secret may stand only where Azure never returns it, such as secureValue and
password. $${var:X} is the text ${var:X}.

Example:

    environmentVariables:
      LEVEL: "${var:level}"
      TOKEN: {secureValue: "${env:TOKEN}"}

See docs/manifests.md, References."""
_NOT_OURS: Final[Mapping[str, str]] = {
    "kind": "a manifest has no `kind`: ARM's `type` says what it is, and may be left out",
    "metadata": "a manifest has no `metadata`: `name` and `tags` stand at its top",
    "spec": "a manifest has no `spec`: the fields stand at its top, or in ARM's `properties`",
    "replicas": "a group has one instance: declare several groups",
}
"""Paths of Kubernetes."""


def find_topic(subject: str) -> str:
    """Return the text about a kind of file or about references; empty if the subject is neither."""
    name = subject.lower().strip()
    if name in _FILES:
        return "\n".join(_list_keys(_FILES[name]))
    if name in {"aci-reconcile.accepted.yaml", "accepted-drift"}:
        return _ACCEPTED
    if name in {"reference", "references"} or re.match(r"\$\{?(var|env|file|keyvault|group)\b", name):
        return _REFERENCES
    return ""


def find_kubernetes(subject: str) -> str:
    """Return what to write in place of a field of Kubernetes; empty if it is none."""
    return _NOT_OURS.get(subject.lower().partition(".")[0], "")


def _list_keys(document: str) -> Iterator[str]:
    root = DOCUMENTS[document]
    shown = [
        each for name, each in root.children.items() if each.row.settable or name in {"name", "type", "apiVersion"}
    ]
    inner = root.children.get("properties")
    shown = [each for each in shown if each is not inner]
    shown += [each for each in inner.children.values() if each.row.settable] if inner is not None else []
    yield from wrap(_ABOUT[document], _WIDTH)
    yield from _tabulate([(each.row.name, each.row.summary) for each in shown])
    yield ""
    yield "`aci-reconcile explain FIELD` explains one of them."


def describe_place(place: Place) -> Iterator[str]:
    """Yield the lines about a field."""
    node, row = place.node, place.node.row
    yield f"{place.path}  ({_name_kind(node)}{'' if place.document == 'a manifest' else f', in {place.document}'})"
    yield from _indent(row.summary)
    if row.path != place.path:
        yield f"  In ARM's form: {row.path}"
    for trait in _list_traits(place):
        first, *rest = wrap(trait, _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
        yield f"  - {first}"
        yield from (f"    {each}" for each in rest)
    below = [(each.row.name, each.row.summary) for each in _list_below(node)]
    if below:
        yield "  Fields:"
        yield from _tabulate(below, "    ")
    if row.settable or row.path in {"name", "type", "apiVersion"}:
        yield "  Example:"
        yield from (f"      {line}" for line in make_example(DOCUMENTS[place.document], row.path).splitlines())


def list_places(subject: str, places: Sequence[Place]) -> Iterator[str]:
    """Yield the lines about a path that names many fields."""
    yield f"{len(places)} fields are called {subject}:"
    yield from _tabulate([(each.path, each.node.row.summary) for each in places])
    yield ""
    yield f"`aci-reconcile explain {places[0].path.replace('[]', '')}` explains the first."


def _name_kind(node: Node) -> str:
    item = node.item
    if node.kind is Kind.LIST and item is not None:
        return f"list of {'texts' if item.kind is Kind.STRING else 'objects' if item.children else item.kind.value}"
    return "JSON" if node.kind is Kind.ANY else node.kind.value


def _list_below(node: Node) -> list[Node]:
    """Return the fields of an object, or of the entries of a list or a map, without wrappers."""
    inner = node.item if node.item is not None else node
    found: list[Node] = []
    for name, each in inner.children.items():
        found += _list_below(each) if name == "properties" else [each] if each.row.settable else []
    return found


def _list_traits(place: Place) -> Iterator[str]:
    """Yield what is known about a field."""
    node, row = place.node, place.node.row
    azure = place.document == "a manifest" and row.path.partition(".")[0] not in {*OWN_KEYS.children, "name"}
    if row.enum:
        yield f"one of {', '.join(row.enum)}"
    if row.required or row.path == "name":
        yield "required"
    if row.computed and row.path not in {"name", "type", "apiVersion"}:
        yield "computed: Azure sets it, you cannot"
        return
    if row.computed_beside is not None:
        yield f"computed with {': '.join(row.computed_beside)}: Azure sets it"
    if row.default not in {UNSET, ""}:
        text = str(row.default).lower() if isinstance(row.default, bool) else row.default
        yield f"default {text}{f' ({cite_default(row.path)})' if azure else ''}"
    if azure:
        yield from _list_traits_of_azure(node)
    if row.key and row.key != ("",):
        order = "the order counts" if row.ordered else "in any order"
        yield f"an entry is known by its {' and '.join(row.key)}; {order}"


def _list_traits_of_azure(node: Node) -> Iterator[str]:
    """Yield how Azure treats a field."""
    row = node.row
    if row.filled_in:
        yield "Azure fills it in if you leave it out"
    yield _tell_change(node)
    if row.membership is not Replaces.NO:
        yield "entries that come or go might not change in place: Azure's documents and its users disagree"
    if row.untold:
        yield "not returned: Azure accepts it and never returns it; not compared"
    if row.write_only:
        yield "write-only: Azure never returns it; compared by fingerprint"


def _tell_change(node: Node) -> str:
    if node.row.path in {"type", "apiVersion"}:
        return "a change writes nothing"
    if node.row.path.startswith("tags"):
        return "a change is written without a restart"
    if node.replaces is Replaces.YES:
        return f"cannot change in place: the group is deleted and created again ({cite_replacement(node)})"
    if node.replaces is Replaces.MAY:
        return f"might not change in place: Azure's answers differ ({cite_replacement(node)})"
    return "a change restarts the containers in place"


def _indent(text: str) -> list[str]:
    return [f"  {line}" for line in wrap(text, _WIDTH - 2, break_long_words=False, break_on_hyphens=False)]


def _tabulate(rows: Sequence[tuple[str, str]], indent: str = "  ") -> Iterator[str]:
    """Yield two columns; what does not fit goes on below the second."""
    left = min(max(len(name) for name, _ in rows), 40) + 2
    for name, text in rows:
        lines = wrap(text, max(_WIDTH - left - len(indent), 20), break_long_words=False, break_on_hyphens=False)
        yield f"{indent}{name:<{left}}{lines[0]}" if len(name) < left else f"{indent}{name}"
        rest = lines[1:] if len(name) < left else lines
        yield from (f"{indent}{'':<{left}}{line}" for line in rest)
