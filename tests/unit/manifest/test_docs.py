"""The pages about manifests: what they show is true."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema.validators
import pytest
from docs_blocks import blocks
from script_modules import load_script

from aci_reconcile.manifest import CODES, load_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "manifests.md"
BLOCKS = [(each.kind, each.text) for each in blocks() if each.page == "docs/manifests.md"]
PROJECTS = [text for kind, text in BLOCKS if kind == "project"]
ENVIRON = dict.fromkeys(["DB_PASSWORD", "STORAGE_KEY", "TOKEN"], "x")


def test_every_block_is_marked() -> None:
    """Each is a manifest or a project file, so that the tests below read it."""
    assert {"manifest", "project"} == {kind for kind, _ in BLOCKS}


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "manifest"])
def test_manifests_load(load_text: Loader, text: str) -> None:
    """Without any complaint, and they are what the schema wants."""
    loaded = load_text(text, resource_group="", location="", environ=ENVIRON)

    assert () == loaded.diagnostics
    assert 1 == len(loaded.resources)


@pytest.mark.parametrize("text", PROJECTS)
@pytest.mark.parametrize("environment", ["", "test", "prod"])
def test_project_files_load(load_text: Loader, environment: str, text: str) -> None:
    """In each of their environments; a variable that is required is given."""
    web = "name: web\ncontainers: [{name: a, image: 'x:${var:image_tag}', resources: {cpu: 1, memoryInGB: 1}}]\n"
    options = {"environment": environment, "location": "", "resource_group": "" if environment else "rg"}
    given = {} if environment == "prod" else {"image_tag": "1.4"}

    loaded = load_text({"aci-reconcile.yaml": text, "manifests/web.yaml": web}, variables=given, **options)

    assert () == loaded.diagnostics
    assert ["web"] == [each.id.name for each in loaded.resources]


@pytest.mark.parametrize("text", PROJECTS)
def test_project_blocks_fit_their_schema(text: str) -> None:
    """An editor has nothing to say about them."""
    import yaml

    found: Any = json.loads(json.dumps(yaml.safe_load(text)))

    assert [] == list(jsonschema.validators.Draft7Validator(load_schema("project")).iter_errors(found))


def test_the_page_of_diagnostics_is_fresh() -> None:
    """It is what the table of codes makes of it: else run scripts/build_diagnostics.py."""
    assert (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8") == load_script("build_diagnostics").render()


def test_a_published_number_is_not_forgotten() -> None:
    """Without a code, it must be retired before the page can be written anew."""
    assert ["ACI998"] == load_script("build_diagnostics").find_lost("## ACI001\n\n## ACI998\n")


def test_codes_that_pages_name_exist() -> None:
    """A link to a code leads somewhere."""
    named = {code for page in (ROOT / "docs").glob("*.md") for code in re.findall(r"ACI\d{3}", page.read_text("utf-8"))}

    assert set() == named - set(CODES)
