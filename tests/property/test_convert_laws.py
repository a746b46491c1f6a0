"""The law of ``convert``: whatever a source says is in what is written, or in the report."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from convert_sources import ALL, Source
from thoroughness import IN_SUITE

from aci_reconcile.convert.arm.evaluation import Place
from aci_reconcile.convert.compose.project import ComposeOptions
from aci_reconcile.convert.sources import Options, SourceError, SourceText, convert
from aci_reconcile.convert.writing import write_manifests
from aci_reconcile.manifest.editing.format import format_text
from aci_reconcile.manifest.export.manifests import SharedSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "flyingKey"
PLACE = Place("11111111-1111-1111-1111-111111111111", "rg-shop", "westeurope")


def list_maps(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every map in a document, with its path as the report writes it."""
    if isinstance(node, dict):
        yield path, node
        for key, each in node.items():
            below = f"{path}.{key}" if path else key
            yield from list_maps(each, path if key == "properties" else below)
    elif isinstance(node, list):
        for index, each in enumerate(node):
            named = isinstance(each, dict) and "name" in each and "type" not in each
            label = each["name"] if named else index
            yield from list_maps(each, f"{path}[{label}]" if path else "")


def is_told(path: str, files: dict[str, str], source: Source) -> bool:
    """Whether the mark is in what is written, or it or something around it is in the report."""
    compose = ComposeOptions(
        localhost=True,
        group_per_service="--group-per-service" in source.options,
        read_file=lambda name, _where: source.beside.get(name),
    )
    texts = [SourceText(name, text) for name, text in files.items()]
    try:
        found = convert(texts, Options(place=PLACE, compose=compose))
    except SourceError as error:
        return MARK in error.message
    written = write_manifests(found, SharedSettings())
    assert all(each.text == format_text(each.text, as_json=False) for each in written.manifests)
    said = "".join(each.text for each in written.manifests)
    said += "".join(f"{each.name} {each.declare()}" for each in written.variables)
    said += "".join(f"{each.path} " for each in written.needed)
    inner = path.rpartition(".values.")[2]  # the report names a resource of Terraform by its address
    marked = f"{inner}.{MARK}" if inner else MARK
    around = (each.path for each in found.findings if each.path)
    return (
        MARK in said
        or any(MARK in f"{each.path} {each.message}" for each in found.findings)
        or any(marked.startswith((f"{each}.", f"{each}[")) for each in around)
    )


@pytest.mark.parametrize(("kind", "source"), ALL, ids=[f"{kind}-{each.name}" for kind, each in ALL])
def test_nothing_is_dropped_in_silence(kind: str, source: Source) -> None:
    """A key that no reader knows, put into any map of a source, is told of: also where it is a list or a map."""
    silent: list[tuple[str, str, object]] = []
    for name, text in source.files.items():
        document = yaml.safe_load(text) if name.endswith(".yaml") else json.loads(strip_comments(text))
        for index, (path, _) in enumerate(list_maps(document)):
            if "sensitive_values" in path:  # marks of values, which say nothing by themselves
                continue
            values: tuple[object, ...] = ("x", ["x"], {"y": "x"})
            for value in values[index % 3 :][:1] if IN_SUITE else values[: 1 + index % 3]:
                changed = copy.deepcopy(document)
                list(list_maps(changed))[index][1][MARK] = value
                files = {**source.files, name: json.dumps(changed)}
                if not is_told(path, files, source):
                    silent.append((name, path, value))

    assert [] == silent, kind


def strip_comments(text: str) -> str:
    """Return a template without the comments of the one source that has some."""
    return text.replace("// the groups\n", "").replace("/* all\n of them */", "")
