"""Placeholders of other tools: each hint, followed to the letter, leaves a manifest without a complaint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.manifest.syntax.hints import find_bare_names, read_placeholder, suggest_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

PROJECT = "name: shop\npublicEnv: [NAME]\nvariables: {NAME: VALUE}\n"
STYLES = ("${NAME}", '"#{NAME}#"', "$(NAME)", '"{{ NAME }}"', "${{ vars.NAME }}", "__NAME__", "<NAME>")

MANIFEST = """
name: web
location: LOCATION
tags:
  team: TAG
restartPolicy: POLICY
containers:
  - name: a
    image: x:1
    resources:
      cpu: CPU
      memoryInGB: 1.5
    environmentVariables:
      A: READABLE
      B:
        secureValue: SECURE
"""
FIELDS = {
    "LOCATION": ("westeurope", True),
    "TAG": ("shop", True),
    "POLICY": ("Never", True),
    "CPU": ("2", True),
    "READABLE": ("text", True),
    "SECURE": ('"${env:OTHER}"', False),
}
"""What stands in each field when nothing is wrong, and whether anybody may read it."""


def manifest(field: str, text: str) -> str:
    """Return a manifest with a text in one of its fields."""
    manifest = MANIFEST.replace(field, text)
    for name, (value, _) in FIELDS.items():
        manifest = manifest.replace(name, value) if name != field else manifest
    return manifest


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("field", FIELDS)
def test_the_hint_works(field: str, style: str, load_text: Loader) -> None:
    """There is one complaint, and what its hint says to write leaves none."""
    value, readable = FIELDS[field]
    value = value if readable else "text"
    files = {"aci-reconcile.yaml": PROJECT.replace("VALUE", value), "a.yaml": manifest(field, style)}
    options = {"environ": {"NAME": value, "OTHER": "x"}, "location": ""}

    complaints = load_text(files, **options).diagnostics
    offers = re.findall(r"`(\$\{(?:var|env):NAME\})`", complaints[0].hint)
    after = [load_text(files | {"a.yaml": manifest(field, f'"{offer}"')}, **options).diagnostics for offer in offers]

    assert 1 == len(complaints)
    assert (2 if readable else 1) == len(offers)
    assert [()] * len(offers) == after


def test_quotes_keep_the_text_as_the_hint_says(load_text: Loader) -> None:
    """In a field that may hold any text."""
    loaded = load_text(manifest("READABLE", '"${NAME}"'), location="", environ={"OTHER": "x"})

    assert () == loaded.diagnostics


def test_one_complaint_names_all_of_them(load_text: Loader) -> None:
    """Whoever follows it is done."""
    options = {"location": "", "environ": {"OTHER": "x"}, "variables": {"HOST": "a", "PORT": "1"}}
    loaded = load_text(manifest("READABLE", "${HOST}:${PORT}"), **options)
    after = load_text(manifest("READABLE", "${var:HOST}:${var:PORT}"), **options)

    assert ["`${HOST}` and `${PORT}`"] == [each.message.partition(" without")[0] for each in loaded.diagnostics]
    assert () == after.diagnostics


def test_a_placeholder_of_a_secret_is_not_told_twice(load_text: Loader) -> None:
    """It is no secret in clear text: it is none at all."""
    codes = [each.code for each in load_text(manifest("SECURE", '"#{NAME}#"'), location="").diagnostics]

    assert ["ACI222"] == codes


@pytest.mark.parametrize(
    "text", ["a #{B}# c", "echo $(date) x", "a{{b}}", "_a_", "<", "$(a b)", "x" * 300, "", "a < b >"]
)
def test_texts_that_hold_one_among_others_are_left_alone(text: str) -> None:
    """Programs have templates and shells of their own."""
    assert not read_placeholder(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("#{Db.Password}#", "Password"),
        ("{{ .Values.image }}", "image"),
        ("{{- x -}}", "x"),
        ("<your-name>", "your_name"),
        ("#{1}#", "NAME"),
        ("__A_B__", "A_B"),
    ],
)
def test_names_are_such_that_a_variable_may_have_them(text: str, name: str) -> None:
    """The hint is typed as it stands."""
    assert name == read_placeholder(text)


def test_references_and_escapes_are_no_names_of_a_shell() -> None:
    """Only ``${NAME}`` is what `az` would replace."""
    assert () == find_bare_names("${var:A} $${B} $C ${D-x}")


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("cpu", "500m", "write 0.5: CPU is a number of cores"),
        ("cpu", "2 vCPUs", "write 2: CPU is a number of cores"),
        ("cpu", "0,5", "write 0.5: CPU is a number of cores"),
        ("cpu", "1Gi", ""),
        ("cpu", "1m", ""),
        ("memoryInGB", "512Mi", "write 0.5: memory is a number of GB"),
        ("memoryInGB", "1.5Gi", "write 1.5: memory is a number of GB"),
        ("memoryInGB", "2GB", "write 2: memory is a number of GB"),
        ("memoryInGB", "1 gigabyte", "write 1: memory is a number of GB"),
        ("memoryInGB", "1 core", ""),
        ("memoryInGB", "plenty", ""),
        ("port", "80.5", ""),
        ("port", "80m", ""),
    ],
)
def test_amounts_of_other_tools(name: str, text: str, hint: str) -> None:
    """What they come to is in the hint where that is known, and nothing where it is not."""
    assert hint == suggest_number(name, text)
