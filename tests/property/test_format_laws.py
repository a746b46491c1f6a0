"""The laws of ``fmt``: the loader reads the same groups, once is as good as twice, and no comment is lost."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.editing.difference import list_differences
from aci_reconcile.manifest.editing.format import format_text

if TYPE_CHECKING:
    from aci_reconcile.manifest import Loaded

VALUES = st.sampled_from(["no", "1.10", "0123", "2019-12-01", "'yes'", '"1:30"', "a b", "*".join("ab"), "1_000", "~x"])
BREAKS = st.sampled_from(["", "", "\n", "  \n\n"])


def key(*spellings: str) -> st.SearchStrategy[str]:
    """Return one of several spellings of a key."""
    return st.sampled_from(spellings)


@st.composite
def entries(draw: st.DrawFn, chunks: list[str], indent: str, *, after_dash: bool = False) -> str:
    """Return the entries of a map in any order, with comments and empty lines between them."""
    text = ""
    for at, chunk in enumerate(draw(st.permutations(chunks))):
        lines = chunk.replace("\n", f"\n{indent}").rstrip(" ")
        if after_dash and at == 0:
            text += f"- {lines}"
            continue
        comment = draw(st.sampled_from(["", f"{indent}# c{at} of {len(chunks)}\n", f"{indent}  # odd\n"]))
        text += f"{draw(BREAKS)}{comment}{indent}{lines}"
    return text


@st.composite
def manifests(draw: st.DrawFn) -> str:
    """Return a valid manifest, as different people would write it."""
    variables = f"{draw(key('environmentVariables', 'EnvironmentVariables', 'environment_variables'))}:\n"
    variables += f"  B: {draw(VALUES)}\n  A: {draw(VALUES)} # c\n"
    block = draw(
        st.sampled_from(["- |\n    x  \n      y\n", "- >-\n    # no comment\n    a\n\n", "- plain\n  over lines\n"])
    )
    container = [
        f"name: {draw(st.sampled_from(['a', '&n a', chr(34) + 'a' + chr(34)]))}\n",
        f"{draw(key('image', 'Image'))}: {draw(st.sampled_from(['x:1', chr(39) + 'x:1' + chr(39)]))} # i\n",
        f"resources: {{{draw(key('cpu', 'CPU'))}: {draw(key('1', chr(34) + '1' + chr(34)))}, memoryInGB: 1}}\n",
        variables,
        f"command:\n{block}- {draw(VALUES)}\n",
    ]
    inside = draw(entries(container, "  ", after_dash=True))
    group = [
        "name: web\n",
        f"{draw(key('osType', 'OSType', 'os_type'))}: {draw(st.sampled_from(['Linux', 'linux']))}\n",
        f"tags:\n  z: {draw(VALUES)}\n  a: {draw(VALUES)}\n",
        f"lifecycle: {{protect: {draw(st.sampled_from(['yes', 'true', 'False']))}}}\n",
    ]
    whole = draw(entries([*group, "@"], ""))
    text = f"# head\n{whole}".replace("@", f"containers:\n{inside}")
    text = text if draw(st.booleans()) else text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def read(folder: Path, text: str) -> Loaded:
    """Load a text as the only manifest."""
    file = folder / "web.yaml"
    file.write_bytes(text.encode())
    return load(Request(paths=(file,), resource_group="rg", location="westeurope", cwd=folder, resolve=False))


@given(manifests())
def test_formatting_changes_nothing_that_is_read(text: str) -> None:
    """The same group, the same comments, and nothing left to do."""
    with tempfile.TemporaryDirectory() as name:
        before = read(Path(name), text)
        assert not before.errors, before.diagnostics

        formatted = format_text(text, as_json=False)

        after = read(Path(name), formatted)
    assert not after.errors, after.diagnostics
    assert list_differences(before.resources[0], after.resources[0]) == ()
    assert format_text(formatted, as_json=False) == formatted
    assert formatted.count("#") == text.count("#")
    assert not {each.code for each in after.diagnostics} & {"ACI111", "ACI220"}
