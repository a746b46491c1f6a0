"""Manifests that other people wrote, from Azure's documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.manifest import Loaded


def read(folder: Path) -> Loaded:
    """Load a folder for a resource group."""
    return load(Request(cwd=folder, resource_group="rg"))


def test_documented_manifests(shared_data: Path) -> None:
    """They are taken, with the warnings they deserve: placeholders, a literal key, odd spellings."""
    loaded = read(shared_data / "manifests")

    told = [(each.where.file[:2], each.code, each.severity) for each in loaded.diagnostics]
    assert [
        ("29", "ACI067", Severity.NOTICE),
        ("30", "ACI100", Severity.WARNING),
        ("30", "ACI082", Severity.WARNING),
        ("31", "ACI067", Severity.NOTICE),
        ("31", "ACI121", Severity.WARNING),
        ("31", "ACI117", Severity.WARNING),
        ("31", "ACI048", Severity.WARNING),
        ("31", "ACI222", Severity.WARNING),
    ] == told
    assert ["appcontaineryaml", "livenesstest", "mycontainergroup001"] == [each.id.name for each in loaded.resources]


def test_deployment_templates_are_named_for_what_they_are(shared_data: Path) -> None:
    """One error for each, whatever else is in them."""
    folder = shared_data / "arm-templates"
    loaded = read(folder)

    told = {each.where.file for each in loaded.diagnostics if each.code == "ACI132"}
    assert {file.name for file in folder.glob("*.json")} == told
    assert {"ACI132"} == {each.code for each in loaded.diagnostics if each.severity is Severity.ERROR}
