"""Laws of the loader: whatever bytes a file holds, there are resources or diagnostics, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.core.fields import FIELDS
from aci_reconcile.manifest import CODES, Loaded, Request, load

if TYPE_CHECKING:
    from collections.abc import Iterable

_FRAGMENTS = [
    "name: web", "containers:", "- name: a", "  - {name: a, image: x}", "properties: {", "}", "[", "]", "&a ", "*a",
    "<<: *a", "!!str ", "---", "...", "${env:X}", "${var:X}", "$${var:X}", "${", "image: 1.10", "no", "0x1F", "1:30",
    "ports: [80]", "tags: {a: null}", "null", "~", '"', "'", "\t", "\n", "  ", "#", ": ", "? ", "|", ">", "%YAML 1.2",
    "environments: {prod: {}}", "resources: {cpu: 1}", "\x07", "é", "\ufeff", "9" * 40, ".inf",
    "lifecycle: {ignore: [a]}", "location: westeurope", "resourceGroup: rg", "\\u0000", "\r\n",
]  # fmt: skip

_KEYS = sorted({*(row.name for row in FIELDS), "resourceGroup", "lifecycle", "dependsOn", "ignore", "fromText", "<<"})
_SETTINGS = ["name", "variables", "environments", "defaults", "policy", "manifests"]
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["Linux", "tcp", "80", "${var:a}", "${env:B:-c}", "${file:x}", "no", "/mnt", "web", "a:b"]),
)
_TREES = st.recursive(
    _SCALARS,
    lambda below: st.one_of(
        st.lists(below, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(_KEYS), st.text(max_size=4)), below, max_size=6),
    ),
    max_leaves=25,
)


def run(files: dict[str, bytes], **options: Any) -> Loaded:
    """Load files from a folder of their own."""
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for path, content in files.items():
            (folder / path).write_bytes(content)
        return load(Request(cwd=folder, **options))


def check(loaded: Loaded) -> None:
    """Every diagnostic is documented and stands somewhere; the order is that of the places."""
    assert {each.code for each in loaded.diagnostics} <= set(CODES)
    assert all(each.where.file and each.message for each in loaded.diagnostics)
    assert loaded.diagnostics == tuple(sorted(loaded.diagnostics))
    assert loaded.resources or loaded.diagnostics


def lines(parts: Iterable[str]) -> bytes:
    """Return fragments as a file."""
    return "".join(parts).encode()


@settings(max_examples=up_to(60), deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    """Bytes of any kind give documents or diagnostics."""
    check(run({"a.yaml": content, "b.json": content}))


@settings(max_examples=up_to(60), deadline=None)
@given(st.lists(st.one_of(st.sampled_from(_FRAGMENTS), st.sampled_from(["\n", "\n  ", " ", ": "])), max_size=30))
def test_fragments_of_yaml(parts: list[str]) -> None:
    """Fragments of manifests in any order give documents or diagnostics."""
    check(run({"a.yaml": lines(parts)}))


@settings(max_examples=up_to(60), deadline=None)
@given(_TREES)
def test_any_json(tree: Any) -> None:
    """JSON of any shape, with keys that mean something, gives documents or diagnostics, and as YAML the same."""
    text = json.dumps(tree).encode()

    check(run({"a.json": text}))
    check(run({"a.yaml": text}))


@settings(max_examples=up_to(60), deadline=None)
@given(st.dictionaries(st.sampled_from(_SETTINGS), _TREES))
def test_any_project_file(tree: Any) -> None:
    """A project file of any shape gives documents or diagnostics."""
    manifest = b"name: web\nresourceGroup: rg\nlocation: x\ncontainers: [{name: a, image: 'b:1'}]\n"
    check(run({"aci-reconcile.yaml": json.dumps(tree).encode(), "web.yaml": manifest}))


@settings(max_examples=up_to(50), deadline=None)
@given(_TREES)
def test_offline_says_no_more(tree: Any) -> None:
    """An offline check of a body has no error that the full one does not have."""
    text = json.dumps({"name": "web", "location": "x", "resourceGroup": "rg", "properties": tree}).encode()

    full = run({"a.json": text}, environ={"B": "c"})
    offline = run({"a.json": text}, resolve=False)

    assert offline.errors <= full.errors
