"""Laws of the loader: what is dumped and loaded again is the same, in ARM's shape and in the short form."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import bodies
from thoroughness import up_to

from aci_reconcile.core.fields import ROOT, Kind, Node
from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.syntax.scalars import choose


def loaded(document: dict[str, Any], file: str = "web.json") -> Any:
    """Write a manifest and load it."""
    dump: Any = json.dumps if file.endswith(".json") else yaml.safe_dump
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / file).write_text(dump({"name": "web", **document}), encoding="utf-8")
        found = load(Request(cwd=folder, resource_group="rg", location="westeurope"))
    assert found.resources, found.diagnostics
    return found.resources[0].body


def tidy(value: Any, node: Node | None = ROOT, *, spelled: bool = False) -> Any:
    """Return a body that has `{}` where presence is all there is; and, where asked for, enums in the right spelling."""
    if node is not None and node.row.presence:
        return {}
    if isinstance(value, dict):
        return {key: tidy(each, _below(node, key), spelled=spelled) for key, each in value.items()}
    if isinstance(value, list):
        return [tidy(each, node.item if node else None, spelled=spelled) for each in value]
    if spelled and node is not None and node.row.enum and isinstance(value, str):
        return choose(value, node.row.enum) or value
    return value


def _below(node: Node | None, key: str) -> Node | None:
    if node is None:
        return None
    return node.item if node.kind is Kind.MAP else node.children.get(key)


def short(value: Any, node: Node, draw: Any) -> Any:
    """Return a body in the short form, wherever the draw says so."""
    if isinstance(value, list) and node.item is not None:
        items = [short(each, node.item, draw) for each in value]
        return _shortened(items, node, draw)
    if not isinstance(value, dict) or node.kind is not Kind.OBJECT:
        return value
    found = {
        key: short(each, node.children[key], draw) if key in node.children else each for key, each in value.items()
    }
    if isinstance(found.get("properties"), dict) and draw(st.booleans()):
        found = {**{key: each for key, each in found.items() if key != "properties"}, **found["properties"]}
    if node.row.path.endswith("].properties.resources") and set(found) == {"requests"} and draw(st.booleans()):
        return found["requests"]
    if node.row.path.endswith("ports[]") and set(found) == {"port"} and draw(st.booleans()):
        return found["port"]
    return found


def _shortened(items: list[Any], node: Node, draw: Any) -> Any:
    main = {"environmentVariables": "value", "volumeMounts": "mountPath"}.get(node.row.name)
    names = [each.get("name") for each in items] if main else []
    if main is None or len(set(names)) != len(names) or not all(names) or not draw(st.booleans()):
        return items
    return {each["name"]: _entry(each, main) for each in items}


def _entry(item: dict[str, Any], main: str) -> Any:
    rest = {key: each for key, each in item.items() if key != "name"}
    return rest[main] if set(rest) == {main} else rest


@settings(max_examples=up_to(60))
@given(bodies())
def test_dump_and_load(body: dict[str, Any]) -> None:
    """A body in ARM's shape comes back as it was, as JSON and as YAML."""
    assume("${" not in json.dumps(body))
    body = {"location": "westeurope", **tidy(body)}
    expected = tidy(body, spelled=True)

    assert expected == loaded(body)
    assert expected == loaded(body, "web.yaml")


@settings(max_examples=up_to(60))
@given(bodies(), st.data())
def test_short_and_long_are_one(body: dict[str, Any], data: st.DataObject) -> None:
    """Whatever is left out of ARM's wrapping, the body is the same."""
    assume("${" not in json.dumps(body))

    body = tidy(body)

    assert loaded(body) == loaded(short(body, ROOT, data.draw))


@settings(max_examples=up_to(20))
@given(st.permutations(["a.yaml", "b.yaml", "c/d.yaml", "e.json"]))
def test_the_order_of_files_does_not_matter(names: list[str]) -> None:
    """Resources and diagnostics are in an order of their own."""
    results = []
    for order in (names, sorted(names)):
        with TemporaryDirectory() as name:
            folder = Path(name).resolve()
            for each in order:
                (folder / each).parent.mkdir(exist_ok=True)
                content = {"name": f"web-{each[0]}", "colour": 1, "containers": [{"name": "a", "image": "x"}]}
                (folder / each).write_text(json.dumps(content), encoding="utf-8")
            found = load(Request(cwd=folder, paths=tuple(Path(each) for each in order), resource_group="rg"))
            results.append((found.resources, found.diagnostics, found.files))

    assert results[0] == results[1]


@settings(max_examples=up_to(50))
@given(st.text(min_size=8).filter(lambda text: text.isprintable() and text.strip() == text))
def test_no_diagnostic_shows_a_secret(canary: str) -> None:
    """Wherever a secret stands, in a right place or a wrong one."""
    secret = f"canary-{canary}"
    document = {
        "name": "web",
        "containers": [
            {
                "name": "a",
                "environmentVariables": {"A": {"secureValue": secret}, "B": "${env:X}", "C": {"secureValue": [secret]}},
            },
        ],
        "imageRegistryCredentials": [{"server": "x", "password": secret}, {"server": "y", "password": {"a": secret}}],
        "volumes": [{"name": "v", "secret": {"f": secret, "g": {"fromText": secret}, "h": {"x": secret}}}],
        "extensions": [{"name": "e", "extensionType": "t", "version": "1", "protectedSettings": {"a": [secret]}}],
    }
    with TemporaryDirectory() as name:
        folder = Path(name).resolve()
        (folder / "web.yaml").write_text(json.dumps(document), encoding="utf-8")
        found = load(Request(cwd=folder, environ={"X": secret}))

    assert secret not in repr(found)
    assert "canary-" not in repr(found)
