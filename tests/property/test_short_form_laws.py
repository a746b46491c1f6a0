"""``fmt`` writes the long form short: the same groups, every comment once, and the second time changes nothing."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.editing.difference import list_differences
from aci_reconcile.manifest.editing.format import format_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.manifest import Loaded

TEXTS = st.sampled_from(
    ["x", "a b", "no", "1.10", "it's", "a, b", "{c}", "# d", "e: f", "", "$${env:NAME}", "two\nlines\n"]
)
NAMES = st.lists(st.sampled_from(["A", "B", "on", "N1", "Z_Z"]), unique=True, max_size=4)


class _Dumper(yaml.SafeDumper):
    """Lists indented or not, as people do both."""

    indented = False

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, indentless and not type(self).indented)


class _Indented(_Dumper):
    indented = True


@st.composite
def variables(draw: st.DrawFn) -> list[dict[str, str]]:
    """Return environment variables as a list, now and then with one that has no value."""
    secrets = st.one_of(TEXTS, st.just("${env:NAME:-z}"))
    pairs = st.one_of(st.tuples(st.just("value"), TEXTS), st.tuples(st.just("secureValue"), secrets))
    found = [dict([("name", name), draw(pairs)]) for name in draw(NAMES)]
    found = [dict(reversed(list(each.items()))) if draw(st.booleans()) else each for each in found]
    return [*found, *draw(st.sampled_from([[], [], [{"name": "LONE"}]]))]


@st.composite
def bodies(draw: st.DrawFn) -> Mapping[str, Any]:
    """Return a manifest, each part in the long form or in the short one."""
    ports: list[Any] = [draw(st.sampled_from([80, {"port": 80}, {"port": 80, "protocol": "UDP"}])), {"port": 443}]
    requests = {"cpu": 1, "memoryInGB": draw(st.sampled_from([1, "1.5"]))}
    inner = {
        "image": "x:1",
        "environmentVariables": draw(st.one_of(variables(), st.just({"A": "x", "B": {"secureValue": "y"}}))),
        "ports": ports,
        "resources": draw(st.sampled_from([requests, {"requests": requests}])),
        "volumeMounts": draw(
            st.sampled_from(
                [
                    [],
                    [{"name": "d", "mountPath": "/d"}],
                    [{"name": "d", "mountPath": "/d", "readOnly": True}],
                    {"d": "/d"},
                ]
            )
        ),
    }
    container = {"name": "a", **(inner if draw(st.booleans()) else {"properties": inner})}
    group = {"osType": "Linux", "containers": [container], "volumes": [{"name": "d", "emptyDir": {}}]}
    return {"name": "web", "tags": {"t": draw(TEXTS)}, **(group if draw(st.booleans()) else {"properties": group})}


@st.composite
def manifests(draw: st.DrawFn) -> str:
    """Return a manifest as text, with comments wherever the loader takes them for comments."""
    body = draw(bodies())
    if draw(st.integers(0, 5)) == 0:
        return json.dumps(body)  # flow style in one line, in a file that is named YAML
    flow = draw(st.sampled_from([False, False, None]))
    text = yaml.dump(body, Dumper=draw(st.sampled_from([_Dumper, _Indented])), sort_keys=False,
                     default_flow_style=flow, width=1000)  # fmt: skip
    lines: list[str] = []
    for at, line in enumerate(text.splitlines()):
        kind = draw(st.sampled_from(["", "", "above", "after"]))
        indent = " " * draw(st.sampled_from([len(line) - len(line.lstrip(" -")), 0]))
        lines += [f"{indent}# c{at}"] if kind == "above" else []
        lines.append(f"{line} # c{at}" if kind == "after" else line)
    marked = "\n".join(lines) + "\n"
    try:
        same = yaml.safe_load(marked) == body
    except yaml.YAMLError:
        same = False
    found = marked if same else text
    return found.replace("\n", "\r\n") if draw(st.booleans()) else found


def read(folder: Path, text: str) -> Loaded:
    """Load a text as the only manifest."""
    file = folder / "web.yaml"
    file.write_bytes(text.encode())
    return load(Request(paths=(file,), resource_group="rg", location="westeurope", cwd=folder, resolve=False))


@given(manifests())
def test_the_short_form_says_the_same(text: str) -> None:
    """As the loader reads it, and each comment is where it can be."""
    with tempfile.TemporaryDirectory() as name:
        before = read(Path(name), text)
        formatted = format_text(text, as_json=False)
        after = read(Path(name), formatted)

    assert before.errors is after.errors is False, (before.diagnostics, after.diagnostics)
    for one, other in zip(before.resources, after.resources, strict=True):
        assert list_differences(one, other) == (), formatted
    assert format_text(formatted, as_json=False) == formatted
    assert sorted(re.findall(r"# c\d+", text)) == sorted(re.findall(r"# c\d+", formatted)), formatted
    assert formatted.count("\r\n") in {0, formatted.count("\n")}


@given(bodies())
def test_what_can_be_short_is_short(body: Mapping[str, Any]) -> None:
    """Without comments, no wrapper is left, nor a list that a map can hold."""
    formatted = yaml.safe_load(format_text(yaml.dump(body, sort_keys=False), as_json=False))
    (container,) = formatted["containers"]
    listed = container["environmentVariables"]

    assert "properties" not in formatted
    assert "properties" not in container
    assert "requests" not in container["resources"]
    assert {"port": 443} not in container["ports"]
    assert not isinstance(listed, list) or not listed or {"name": "LONE"} in listed
