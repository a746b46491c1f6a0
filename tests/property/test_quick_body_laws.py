"""What is read quickly is read as with care, to the last place, or not at all; and then nothing was said or counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

from hypothesis import given
from hypothesis import strategies as st
from strategies import bodies

from aci_reconcile.core.errors import Where
from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.normalize import order_secrets, secrets_of
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.files import Files
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode, Source
from aci_reconcile.manifest.syntax.quick_body import QuickBody, read_body, read_with_care
from aci_reconcile.manifest.syntax.references import ExpansionSize, PublicEnv, References

TEXTS = (
    "", "~", "null", "x", "80", "1.0", "1e3", "0x1F", "010", "yes", "true", "Linux", "linux", "TCP", " x", "x\n", "#x",
    "<x>", "$X", "{{ x }}", "__X__", "${X}", "$${env:A}", "${env:A}", "a${env:A}b", "${env:KEY}", "${env:EMPTY}",
    "${env:EMPTY:-}", "${env:MISSING}", "${env:PUBLIC}", "${env:AZURE_CLIENT_SECRET}", "${env:A:-b}", "${Env:A}",
    "${var:number}", "${var:text}", "${var:none}", "${var:text}${env:A}", "${file:no}", "${keyvault:vault/name}",
    "${group:web:ipAddress.ip}", "${env:A", "café",
)  # fmt: skip
KEYS = ("name", "Name", "properties", "value", "secureValue", "fromText", "x", "${env:A}", "$${env:A}", "type")
ENVIRON = {"A": "a secret", "KEY": "a key\n", "EMPTY": "", "PUBLIC": "public", "AZURE_CLIENT_SECRET": "ours"}
NOWHERE = Files(Path("/nowhere"), Path("/nowhere"), Path("/nowhere"))
Path_: TypeAlias = "tuple[str | int, ...]"


def make_references(*, resolve: bool = True) -> References:
    """Return what replaces references here, and counts for itself."""
    return References(
        Diagnostics(),
        NOWHERE,
        {"number": "80", "text": "a text"},
        frozenset({"number", "text", "none"}),
        ENVIRON,
        PublicEnv(frozenset({"PUBLIC"})),
        resolve=resolve,
    )


def make_node(value: Any, line: list[int]) -> Source:
    """Return a body as a file holds it, each value in a line of its own."""
    line[0] += 1
    where = Where("a.yaml", line[0], 1)
    if isinstance(value, dict):
        return MapNode(tuple(Entry(key, where, make_node(each, line)) for key, each in value.items()), where)
    if isinstance(value, list):
        return ListNode(tuple(make_node(each, line) for each in value), where)
    if isinstance(value, str):
        return ScalarNode(value, where, plain=False)
    if isinstance(value, Secret):
        return ScalarNode("${env:A}", where, plain=False)
    return ScalarNode("null" if value is None else str(value).lower(), where)


@st.composite
def edited(draw: st.DrawFn) -> MapNode:
    """Return a body in ARM's shape, with an edit anywhere or none."""
    node = make_node(draw(bodies(secrets=True)), [0])
    for _ in range(draw(st.integers(0, 2))):
        node = edit(draw, node)
    assert isinstance(node, MapNode)
    return node


def edit(draw: st.DrawFn, node: Source) -> Source:
    """Return a node with something else somewhere in it."""
    if isinstance(node, MapNode) and node.entries:
        index = draw(st.integers(0, len(node.entries) - 1))
        entry = node.entries[index]
        if draw(st.integers(0, 9)) == 0:
            entry = entry._replace(key=draw(st.sampled_from(KEYS)))
        else:
            entry = entry._replace(value=edit(draw, entry.value))
        return node._replace(entries=(*node.entries[:index], entry, *node.entries[index + 1 :]))
    if isinstance(node, ListNode) and node.items and draw(st.integers(0, 9)):
        index = draw(st.integers(0, len(node.items) - 1))
        return node._replace(items=(*node.items[:index], edit(draw, node.items[index]), *node.items[index + 1 :]))
    where = node.where
    other = draw(st.sampled_from(["scalar"] * 6 + ["map", "list"]))
    if other == "map":
        return MapNode((Entry(draw(st.sampled_from(KEYS)), where, ScalarNode("x", where)),), where)
    if other == "list":
        return ListNode((ScalarNode("x", where),), where)
    return ScalarNode(draw(st.sampled_from(TEXTS)), where, plain=draw(st.booleans()))


@given(edited(), st.booleans(), st.booleans())
def test_reads_as_with_care(node: MapNode, resolve: bool, lenient: bool) -> None:
    """A body in ARM's shape, with a few edits."""
    references, other = make_references(resolve=resolve), make_references(resolve=resolve)
    references.size.add("counted before")
    other.size.add("counted before")
    quick = QuickBody(references)

    if not quick.read(node, ROOT):
        assert references.size.mark() == other.size.mark()
        assert not references.diagnostics.consulted
        return

    careful = read_with_care(node, ROOT, other, other.diagnostics, lenient=lenient)
    assert not other.diagnostics.consulted
    assert repr(quick.body) == repr(careful.value)
    assert list_secrets(order_secrets(quick.secrets)) == list_secrets(secrets_of(careful.value))
    assert (quick.keys, quick.plain) == (careful.places.keys, careful.places.plain)
    assert not (careful.places.refers)
    assert not (careful.places.doubtful)
    assert references.size.mark() == other.size.mark()


@given(edited(), st.booleans())
def test_places_are_found_when_asked_for(node: MapNode, lenient: bool) -> None:
    """Of each value, the same place by the same name, and whatever is wrong is said once."""
    references, other = make_references(), make_references()
    either = read_body(node, ROOT, references, references.diagnostics, lenient=lenient)
    careful = read_with_care(node, ROOT, other, other.diagnostics, lenient=lenient)

    assert repr(either.value) == repr(careful.value)
    for path in list_paths(careful.value):
        assert either.places.find(path) == careful.places.find(path)
        assert either.places.describe(path) == careful.places.describe(path)
    assert references.diagnostics.list_all() == other.diagnostics.list_all()
    assert references.size.mark() == other.size.mark()


def list_secrets(secrets: dict[str, Secret]) -> list[tuple[str, str, str]]:
    """Return secrets in their order, with their values."""
    return [(path, each.source, each.missing or each.reveal()) for path, each in secrets.items()]


def list_paths(value: Any, path: Path_ = ()) -> list[Path_]:
    """Return the paths of all values, and one that does not exist below each."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, (*path, "none"), *(each for key, below in inner for each in list_paths(below, (*path, key)))]


def test_the_size_of_a_body_that_is_read_again_counts_once() -> None:
    """A body with a mistake after its references."""
    where = Where("a.yaml", 1, 1)
    tags = MapNode((Entry("a", where, ScalarNode("${env:PUBLIC}", where)),), where)
    node = MapNode((Entry("tags", where, tags), Entry("nothing", where, ScalarNode("x", where))), where)
    references = replace(make_references(), size=ExpansionSize())

    read_body(node, ROOT, references, references.diagnostics)

    assert references.size.mark() == (len("public"), len("public"))
