"""Which YAML is read without the parser, and that nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.source.simple_yaml import read_simple
from aci_reconcile.manifest.source.yaml_reader import read_documents, read_with_parser
from benchmarks import project

if TYPE_CHECKING:
    from pathlib import Path

SIMPLE = (
    "name: web",
    "a:\n  b: c\n",
    "a:\n- b\n- c: d\n  e: f\n",
    "a: {b: [c, {d: 'e'}], f: \"g h\"}  # why\n",
    "\n# why\n\na: b\n---\na: c\n",
    "a:\nb: ~\n",
)
LEFT_TO_THE_PARSER = (
    "",
    "# nothing\n",
    "name",
    "[a, b]",
    "a: |\n  b\n",
    "a: b\n  c\n",
    'a: "b\\n"',
    "a: 'it''s'",
    "a: &b c",
    "a: !!str b",
    "<<: {a: b}",
    "a: é",
    "a: b\r\n",
    "a: b\na: c\n",
    "a: [b,\n  c]\n",
    "- a\n",
    "---\n---\na: b\n",
    "a: b\n---\n",
    f"a: {'b' * 1000}\n",
    f"a: {'[' * 30}{']' * 30}\n",
    "a: b\n" + "# why\n" * 10_000,
)


@pytest.mark.parametrize("text", SIMPLE)
def test_simple(text: str) -> None:
    """As the parser reads it."""
    found = read_simple(text, "a.yaml")

    assert found is not None
    assert tuple(read_with_parser(text, "a.yaml", Diagnostics())) == found


@pytest.mark.parametrize("text", LEFT_TO_THE_PARSER)
def test_left_to_the_parser(text: str) -> None:
    """What it says of these is what is said."""
    known, by_parser = Diagnostics(), Diagnostics()

    assert read_simple(text, "a.yaml") is None
    assert [*read_documents(text, "a.yaml", known)] == [*read_with_parser(text, "a.yaml", by_parser)]
    assert known.list_all() == by_parser.list_all()


def test_places() -> None:
    """Every key and value has its own; a value that is missing is where the parser sees it."""
    web, ports = ScalarNode("web", Where("a.yaml", 1, 7)), ScalarNode("80", Where("a.yaml", 2, 9), plain=False)

    assert read_simple("name: web\nports: ['80']\nnone: # yet", "a.yaml") == (
        MapNode(
            (
                Entry("name", Where("a.yaml", 1, 1), web),
                Entry("ports", Where("a.yaml", 2, 1), ListNode((ports,), Where("a.yaml", 2, 8))),
                Entry("none", Where("a.yaml", 3, 1), ScalarNode("", Where("a.yaml", 3, 6))),
            ),
            Where("a.yaml", 1, 1),
        ),
    )


def test_one_line_in_two_files() -> None:
    """Lines are remembered, but not where they were."""
    found = [*(read_simple("a: b", "a.yaml") or ()), *(read_simple("\na: b", "b.yaml") or ())]

    assert [Where("a.yaml", 1, 1), Where("b.yaml", 2, 1)] == [each.where for each in found]


def test_the_benchmark_measures_it(tmp_path: Path) -> None:
    """As in most projects, none of its manifests needs the parser."""
    project.write(tmp_path, 2)

    assert all(read_simple(each.read_text(encoding="utf-8"), "a.yaml") for each in tmp_path.rglob("*.yaml"))
