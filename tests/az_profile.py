"""The profile of somebody who is signed in to the Azure CLI, written as az writes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

SUBSCRIPTION = "12345678-1234-1234-1234-123456789abc"
TENANT = "87654321-4321-4321-4321-cba987654321"
USER = "ada@example.com"


def make_account(**changes: Any) -> dict[str, Any]:
    """Return an account with the keys that az 2.80 writes."""
    return {
        "id": SUBSCRIPTION,
        "name": "Shop",
        "state": "Enabled",
        "user": {"name": USER, "type": "user"},
        "isDefault": True,
        "tenantId": TENANT,
        "environmentName": "AzureCloud",
        "homeTenantId": TENANT,
        "managedByTenants": [],
    } | changes


def write_profile(folder: Path, *accounts: dict[str, Any]) -> Path:
    """Write ``azureProfile.json`` with its byte order mark, and return the folder."""
    folder.mkdir(exist_ok=True)
    content = {"installationId": "00000000-0000-11ee-0000-000000000000", "subscriptions": accounts}
    (folder / "azureProfile.json").write_text(json.dumps(content), encoding="utf-8-sig")
    return folder
