"""The file of a fleet: what is taken, and where each mistake is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from aci_reconcile.manifest import load_schema
from aci_reconcile.manifest.fleet import read_fleet

if TYPE_CHECKING:
    from pathlib import Path

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with two projects, in a folder with something else."""
    (tmp_path / "elsewhere.yaml").write_text("name: x\n")
    for name in (".git", "shop", "bill"):
        (tmp_path / "repo" / name).mkdir(parents=True)
        (tmp_path / "repo" / name / "aci-reconcile.yaml").write_text(f"name: {name}\n")
    return tmp_path / "repo"


def told(folder: Path, text: str) -> list[str]:
    """Return the diagnostics of a fleet file, each with its place."""
    (folder / "fleet.yaml").write_text(text)
    return [f"{each.where}: {each.code} {each.message}" for each in read_fleet(folder / "fleet.yaml", folder)[1]]


def named(folder: Path, text: str) -> list[str]:
    """Return the names of the projects of a fleet file without mistakes."""
    assert [] == told(folder, text)
    return [each.name for each in read_fleet(folder / "fleet.yaml", folder)[0]]


def test_projects_in_their_order(folder: Path) -> None:
    """With what each says, and its line."""
    text = f"""\
projects:
  - {{project: shop/aci-reconcile.yaml, environment: prod, subscription: {ONE}}}
  - project: bill/aci-reconcile.yaml
    name: billing
"""
    assert ["shop-prod", "billing"] == named(folder, text)
    shop, bill = read_fleet(folder / "fleet.yaml", folder)[0]
    assert (folder / "shop/aci-reconcile.yaml", "prod", ONE, 2) == (
        shop.file,
        shop.environment,
        shop.subscription,
        shop.where.line,
    )
    assert ("", "", 3) == (bill.environment, bill.subscription, bill.where.line)


def test_one_project_in_several_subscriptions(folder: Path) -> None:
    """Its subscription is a part of the name then."""
    line = "  - {{project: shop/aci-reconcile.yaml, subscription: {}}}\n"

    (folder / "aci-reconcile.yaml").write_text("name: all\n")

    assert ["shop-11111111", "shop-22222222"] == named(folder, "projects:\n" + line.format(ONE) + line.format(TWO))
    near = f"{ONE[:-1]}2"
    assert [f"shop-{ONE}", f"shop-{near}"] == named(folder, "projects:\n" + line.format(ONE) + line.format(near))
    assert ["project"] == named(folder, "projects:\n  - project: ./aci-reconcile.yaml\n")


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("[]", "ACI265", "1:1: expected a map with `projects`, found a list"),
        ("", "ACI265", " the file is empty"),
        ("{}", "ACI265", "1:1: `projects` is missing"),
        ("projects: []", "ACI265", "1:11: `projects` is no list of projects, or an empty one"),
        ("projects: shop", "ACI265", "1:11: `projects` is no list of projects, or an empty one"),
        ("projects:\n  - shop", "ACI265", "2:5: expected a map, found a single value"),
        ("projects:\n  - {name: a}", "ACI265", "2:5: `project` is missing"),
        ("projects:\n  - {project: }", "ACI265", "2:6: expected text, found nothing"),
        (
            "projects:\n  - {project: shop/aci-reconcile.yaml, environments: prod}",
            "ACI265",
            "2:40: unknown key `environments`",
        ),
        ("projects:\n  - {project: shop/no.yaml}", "ACI267", "2:15: `shop/no.yaml` does not exist"),
        ("projects:\n  - {project: shop}", "ACI267", "2:15: `shop` is a folder"),
        (
            "projects:\n  - {project: ../elsewhere.yaml}",
            "ACI267",
            "2:15: `../elsewhere.yaml` is not inside the repository",
        ),
        ("projects:\n  - {project: /etc/passwd}", "ACI267", "2:15: `/etc/passwd` is not inside the repository"),
        ("projects:\n  - {project: link.yaml}", "ACI267", "2:15: `link.yaml` is not inside the repository"),
        ("projects:\n  - {project: pipe.yaml}", "ACI267", "2:15: `pipe.yaml` does not exist"),
        (
            "projects:\n  - {project: shop/aci-reconcile.yaml, subscription: prod}",
            "ACI268",
            "2:54: `prod` is not a subscription id",
        ),
        (
            "projects:\n  - {project: shop/aci-reconcile.yaml, name: ../up}",
            "ACI265",
            "2:46: `../up` can't be the name of a file",
        ),
        (
            "projects:\n  - {project: shop/aci-reconcile.yaml}\n  - {project: ./shop/../shop/aci-reconcile.yaml}",
            "ACI266",
            "3:5: this project is named before, in line 2",
        ),
        (
            "projects:\n- {project: shop/aci-reconcile.yaml, name: A}\n- {project: bill/aci-reconcile.yaml, name: a}",
            "ACI266",
            "3:3: the name `a` is taken in line 2",
        ),
        ("projects: []\nmore: 1", "ACI265", "1:11: `projects` is no list of projects, or an empty one"),
        (
            "projects:\n  - {project: shop/aci-reconcile.yaml}\n---\n{}",
            "ACI265",
            "4:1: a fleet file must be a single document",
        ),
    ],
)
def test_each_mistake_has_its_place(text: str, code: str, message: str, folder: Path) -> None:
    """And a code that explains it."""
    (folder / "link.yaml").symlink_to(folder.parent / "elsewhere.yaml")
    os.mkfifo(folder / "pipe.yaml")

    place, _, words = message.partition(" ")
    assert f"fleet.yaml{place and ':'}{place.removesuffix(':')}: {code} {words}" in told(folder, text)


def test_all_mistakes_at_once(folder: Path) -> None:
    """Not only the first."""
    text = "projects:\n  - {project: no.yaml, subscription: x, name: '/'}\n  - 1\n"

    assert 4 == len(told(folder, text))


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (f"projects: [{{project: a.yaml, environment: b, subscription: {ONE}, name: c}}]", True),
        ("projects: []", False),
        ("projects: [{project: a.yaml, subscription: x}]", False),
        ("projects: [{environment: x}]", False),
        ("projects: [{project: a.yaml, other: x}]", False),
    ],
)
def test_the_schema_says_the_same(text: str, good: bool) -> None:
    """For editors."""
    assert good is jsonschema.Draft7Validator(load_schema("fleet")).is_valid(yaml.safe_load(text))
