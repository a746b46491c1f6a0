"""What is read without the parser is read as the parser reads it, to the last column, or not at all."""

from __future__ import annotations

from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.simple_yaml import read_simple
from aci_reconcile.manifest.source.yaml_reader import read_with_parser

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = """\
# of the shop
name: web
tags: {team: shop, "note": 'a b'}   # who
restartPolicy: Always
containers:
- name: web
  image: registry.example.com:5000/shop/web:1.4.2
  command: [sh, -c, "echo {a}: b"]

  environmentVariables: {LOG_LEVEL: info, PASSWORD: {secureValue: "${env:DB_PASSWORD}"}}
  ports:
    - 80
    - {port: 81, protocol: TCP}
  volumeMounts:
- name: side car
ipAddress: {type: Public, ports: [80, 81], nothing: {}, none: []}
---
name: other
lifecycle:
  dependsOn:
  - web
"""
TEXTS = (MANIFEST, *(file.read_text(encoding="utf-8") for file in sorted((ROOT / "manifests").rglob("*.yaml"))))
PIECES = (
    "", " ", "  ", "\n", "\n\n", ":", ": ", " #", "#", "- ", "-", "{", "}", "[", "]", ",", ", ", '"', "'", "a", "0",
    "---\n", "\n---", "...", "&a ", "*a", "!!str ", "|", "|\n", ">", "?", "? ", "%", "@", "`", "~", "=", "<<", "<<: ",
    "\t", "\\", "a: b", "\n  - x", "\n- ", "\n  ", "\n    ", "é", "\r\n", "\r", "\u2028", "\ufeff", "\x00", "\x7f",
    "name: web\n", "{a: b}", "[a, b]", "'' ", "$", "!", "--", "- - ", ",]", ":80", "a:b", "::", "null",
)  # fmt: skip
"""What turns one YAML into another, or into none."""


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Return a manifest with a few edits anywhere."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[end:]
    return text


@given(edited())
@example(MANIFEST)
@example("a:\n  b:\nc:\n- d:\n  e: f\n")
@example("a:\n- b\n-\n")
@example("a: b\n  c\n")
@example("a: b\n  c: d\n")
@example(" a: b\n")
@example("a: {b: c}\n[d]\n")
@example("a: 'b'c\n")
@example("a: - b\n")
@example("---\n---\na: b\n")
@example("a: b\n---\n")
@example("a: b\na: c\n")
@example("a: {b: 1, b: 2}\n")
def test_reads_as_the_parser_does(text: str) -> None:
    """A manifest with edits."""
    found, diagnostics = read_simple(text, "a.yaml"), Diagnostics()

    if found is not None:
        assert tuple(read_with_parser(text, "a.yaml", diagnostics)) == found
        assert not diagnostics.list_all()


@given(st.lists(st.sampled_from([*PIECES, "a", "b", "c: ", "d:", "\n"]), max_size=12).map("".join))
def test_reads_fragments_as_the_parser_does(text: str) -> None:
    """Pieces in any order."""
    found, diagnostics = read_simple(text, "a.yaml"), Diagnostics()

    if found is not None:
        assert tuple(read_with_parser(text, "a.yaml", diagnostics)) == found
        assert not diagnostics.list_all()
