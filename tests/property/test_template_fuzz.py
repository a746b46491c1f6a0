"""Whatever stands anywhere in a template: the emulator answers as ARM does, and has no defect."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from convert_sources import arm_templates
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.emulator.deployment_world import DEPLOYMENTS, VERSION, nested, template
from unit.emulator.emulator_world import World

from aci_reconcile.emulator import Request
from aci_reconcile.emulator.deployments.content import read_content

if TYPE_CHECKING:
    from collections.abc import Iterator

FLAT: list[Any] = [
    read_content(next(iter(source.files.values())).encode())
    for source in arm_templates()
    if "deploymentTemplate" in next(iter(source.files.values()))
]
TEMPLATES = [*FLAT, *(template(nested("in", each), nested("out", each, "outer")) for each in FLAT[:5])]
PARTS = [
    *("parameters('name')", "variables('name')", "resourceGroup()", "reference('web')", "listKeys('web', '1')"),
    *("1", "'x'", "null()", "true()", "createArray(1, 'a')", "createObject('a', 1)", "-1", "'9999999999999999999'"),
    "copyIndex()",
]
FUNCTIONS = [
    *("concat", "int", "string", "json", "length", "first", "split", "replace", "range", "add", "mul", "div", "mod"),
    *("if", "not", "and", "equals", "contains", "union", "skip", "substring", "resourceId", "uniqueString", "guid"),
    *("utcNow", "padLeft", "format", "base64", "uri", "join", "max", "items", "reference", "listKeys", "copyIndex"),
    *("fly", "a.b"),
]


def call(name: str, given: list[str]) -> str:
    """A call of a function."""
    return f"{name}({', '.join(given)})"


EXPRESSIONS: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.one_of(
        st.builds(call, st.sampled_from(FUNCTIONS), st.lists(inner, max_size=3)),
        st.builds(lambda of, key: f"{of}[{key}]", inner, inner),
        st.builds(lambda of: f"{of}.name", inner),
    ),
    max_leaves=6,
)
LOOP = {"name": "x", "count": 2, "input": 1}
JUNK: st.SearchStrategy[Any] = st.one_of(
    EXPRESSIONS.map(lambda text: f"[{text}]"),
    st.sampled_from([None, "", [], {}, 0, -1, 10**30, 1e300, True, "x" * 2000, "\ud800", "[", "[]", "[[x]", [[[]]]]),
    st.sampled_from([{"a": None}, {"copy": []}, {"copy": [LOOP]}, {"name": "x", "count": 3}]),
)


def list_places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a template: what holds it, and its key."""
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, each in pairs:
        yield node, key
        yield from list_places(each)


@settings(deadline=None)
@given(st.sampled_from(TEMPLATES), st.data())
def test_no_template_is_a_defect(sent: Any, data: st.DataObject) -> None:
    """A few places changed, a key more: validated, previewed and deployed."""
    changed: Any = copy.deepcopy(sent)
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(list_places(changed))
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        holder[key] = copy.deepcopy(data.draw(JUNK))
    world = World()
    mode = data.draw(st.sampled_from(["Incremental", "Complete"]))
    content: Any = {"properties": {"mode": mode, "template": changed, "parameters": {}}}
    declared = changed.get("parameters")
    for name in declared if isinstance(declared, dict) else ():
        content["properties"]["parameters"][name] = {"value": data.draw(JUNK)} if data.draw(st.booleans()) else {}
    body = json.dumps(content).encode()
    for method, action in (("POST", "/validate"), ("POST", "/whatIf"), ("PUT", "")):
        url = f"{DEPLOYMENTS}/one{action}?api-version={VERSION}"
        answered = world.emulator.handle(Request(method, url, body=body))
        told: dict[str, Any] = json.loads(answered.body or b"{}", parse_constant=pytest.fail)

        assert answered.status in {200, 201, 202, 400, 403, 404, 409, 501}, answered.body
        if answered.status >= 400:
            assert told["error"]["code"]
    world.now += 60
    shown = world.send("GET", f"{DEPLOYMENTS}/one", version=VERSION)

    assert shown.status in {200, 404}, shown.body
