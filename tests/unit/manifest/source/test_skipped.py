"""Files, documents and folders that declare nothing: nobody can tell what they declared before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.manifest import warn_of_nothing_to_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

WEB = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
API = WEB.replace("name: web", "name: api")


def places(loaded: Loaded) -> list[str]:
    """Return where nothing is declared."""
    return [str(each) for each in loaded.empty_places]


@pytest.mark.parametrize(
    "text",
    ["", " \n  \n", "\n\n", "# name: api\n", "null\n", "~", "---\n", "---\n---\n", "---\n# gone\n...\n", "\ufeff"],
)
def test_a_file_that_declares_nothing(load_text: Loader, text: str) -> None:
    """However it is empty: it is named, and warned of."""
    loaded = load_text({"a.yaml": WEB, "b.yaml": text})

    assert ["b.yaml"] == places(loaded)
    assert ["ACI138"] == [each.code for each in loaded.diagnostics]
    assert ["rg/web"] == [each.address for each in loaded.resources]


@pytest.mark.parametrize("text", ["", "null", "// gone\n"])
def test_a_json_file_that_declares_nothing(load_text: Loader, text: str) -> None:
    """Likewise."""
    assert ["b.json"] == places(load_text({"a.yaml": WEB, "b.json": text}))


@pytest.mark.parametrize("text", ["[]", "{}", "---\n[]\n", "text"])
def test_what_is_no_map_is_an_error(load_text: Loader, text: str) -> None:
    """Nothing is planned from such a set at all."""
    assert load_text({"a.yaml": WEB, "b.yaml": text}).errors


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f"{WEB}---\n# name: api\n", ["a.yaml:5:1"]),
        (f"{WEB}---\nnull\n", ["a.yaml:4:1"]),
        (f"{WEB}---\n---\n{API}", ["a.yaml:4:1"]),
        (f"---\n# name: db\n---\n{WEB}", ["a.yaml:3:1"]),
        (f"{WEB}---\n", []),
        (f"{WEB}---\n\n  \n", []),
        (f"---\n{WEB}---\n{API}---\n", []),
        (f"# two groups\n---\n{WEB}", []),
        (f"{WEB}...\n", []),
    ],
)
def test_a_document_that_declares_nothing_beside_others(load_text: Loader, text: str, where: list[str]) -> None:
    """It is named by its place; a separator that nothing follows begins no document."""
    assert where == places(load_text({"a.yaml": text}))


def test_a_folder_without_manifests(load_text: Loader) -> None:
    """One of several that the project names; that of a pattern, too."""
    project = "name: shop\nmanifests: [one/, two/, 'more/*/']\n"
    files = {"aci-reconcile.yaml": project, "one/web.yaml": WEB, "two/.gitkeep": "", "more/a/readme.md": ""}
    loaded = load_text(files)

    assert ["more/a", "two"] == sorted(places(loaded))
    assert ["ACI138", "ACI138"] == [each.code for each in loaded.diagnostics]


def test_a_whole_set_has_no_such_place(load_text: Loader) -> None:
    """Files that are no manifests by their names are nobody's business."""
    loaded = load_text({"a.yaml": WEB, ".b.yaml": "", "c.txt": "", "d.yaml.off": ""})

    assert ([], ()) == (places(loaded), loaded.diagnostics)


def test_what_is_said_where_nothing_is_checked() -> None:
    """A warning that says what to do: the wrong folder is no mistake of a manifest."""
    warning = warn_of_nothing_to_check(Where("."))

    assert ("ACI263", Severity.WARNING, True) == (
        warning.code,
        warning.severity,
        "aci-reconcile import" in warning.hint,
    )
