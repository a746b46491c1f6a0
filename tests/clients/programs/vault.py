"""Keep and read secrets with azure-keyvault-secrets, as its documentation says; prints what was found as JSON."""

from __future__ import annotations

import importlib
import json
import os
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.identity import EnvironmentCredential

# It is installed where this runs, and nowhere else.
secrets: Any = importlib.import_module("azure.keyvault.secrets")


def main() -> None:
    """Set a secret twice and read it back in every way."""
    client = secrets.SecretClient(os.environ["VAULT_URL"], EnvironmentCredential())
    client.set_secret("db-password", "first")
    results: dict[str, Any] = {"set": client.set_secret("db-password", "second").value}
    results["get"] = client.get_secret("db-password").value
    versions = [item.version for item in client.list_properties_of_secret_versions("db-password")]
    results["versions"] = sorted(client.get_secret("db-password", version).value for version in versions)
    results["list"] = [item.name for item in client.list_properties_of_secrets()]
    try:
        client.get_secret("never-was")
    except ResourceNotFoundError as error:
        results["missing"] = [type(error).__name__, error.error.code if error.error else None]
    print(json.dumps(results))  # noqa: T201


if __name__ == "__main__":
    main()
