"""The Azure CLI's default account: which subscription it is, and whether a run may take it.

Read in azure-cli's source (``_profile.py``, ``_session.py``, ``_environment.py``, ``cloud.py``): the accounts are in
``azureProfile.json`` in ``AZURE_CONFIG_DIR``, else in ``~/.azure``, as UTF-8 with a byte order mark. One of them has
``isDefault``; ``environmentName`` is its cloud, ``tenantId`` the tenant of its tokens, and ``user.name`` a user or the
client id of an application. A cloud that somebody registered is in ``clouds.config``, with its address.

Terraform dropped such a default, because plan and apply met different subscriptions (azurerm's pull request 26621).
Here it is taken only where the Azure CLI's own sign-in is what acts.
"""

from __future__ import annotations

import configparser
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.auth import terraform
from aci_reconcile.azure.endpoint import AUTHORITY_VARIABLE, find_authority, get_host
from aci_reconcile.core.ci import find_ci
from aci_reconcile.core.default_account import DefaultAccount
from aci_reconcile.core.model import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.azure.auth.identity import Actor
    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.core.model import Json

_LARGEST: Final = 16 * 1024 * 1024
_LONGEST: Final = 200
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CLOUD_NAMES: Final = {"public": "AzureCloud", "usgov": "AzureUSGovernment", "china": "AzureChinaCloud"}
_OTHERS: Final = (
    "AZURE_AUTH_LOCATION",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_PASSWORD",
)
"""Variables that make another identity than the Azure CLI's act."""
_NARROWED: Final = "AZURE_TOKEN_CREDENTIALS"
_WITH_CLI: Final = {"", "dev", "azureclicredential"}
"""Values of ``AZURE_TOKEN_CREDENTIALS`` with which the Azure CLI may be asked (documented by azure-identity)."""


def read_default_account(environ: Mapping[str, str], endpoint: Endpoint) -> DefaultAccount | None:
    """Return az's default account in the cloud of an endpoint; None if there is none, or no readable profile."""
    folder = _find_folder(environ)
    if folder is None or not endpoint.needs_token:
        return None
    cloud = _CLOUD_NAMES.get(endpoint.cloud) or _find_registered(folder, endpoint.base_url)
    found = [each for each in _read_accounts(folder) if each.get("isDefault") is True]
    # Az refuses two defaults as well.
    if len(found) != 1 or found[0].get("environmentName") != cloud:
        return None
    account = found[0]
    named = _find_text(as_object(account.get("user")), "name")
    subscription, tenant = _find_text(account, "id"), _find_text(account, "tenantId")
    if not (_GUID.fullmatch(subscription) and tenant and named):
        return None
    return DefaultAccount(subscription, _find_text(account, "name"), tenant, named)


def _find_folder(environ: Mapping[str, str]) -> Path | None:
    if named := environ.get("AZURE_CONFIG_DIR"):
        return Path(named)
    home = environ.get("USERPROFILE" if os.name == "nt" else "HOME")
    return Path(home, ".azure") if home else None


def _read_accounts(folder: Path) -> list[Mapping[str, Json]]:
    try:
        content: Json = json.loads(_read(folder / "azureProfile.json") or "{}")
    except (ValueError, RecursionError):
        return []
    return [as_object(each) for each in as_list(as_object(content).get("subscriptions"))]


def _find_registered(folder: Path, url: str) -> str:
    """Return the name under which somebody registered a cloud with this address; empty if nobody did."""
    clouds = configparser.ConfigParser(interpolation=None)
    try:
        clouds.read_string(_read(folder / "clouds.config"))
    except configparser.Error:
        return ""
    known = {name: clouds.get(name, "endpoint_resource_manager", fallback="").rstrip("/") for name in clouds.sections()}
    return next((name for name, address in known.items() if address == url), "")


def _read(file: Path) -> str:
    """Return the text of a small file; nothing if it cannot be read, which az itself takes for an empty one."""
    try:
        if not file.is_file():  # a pipe would never end
            return ""
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
        return content.decode("utf-8-sig") if len(content) <= _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _find_text(source: Mapping[str, Json], name: str) -> str:
    value = source.get(name)
    return value if isinstance(value, str) and len(value) <= _LONGEST else ""


def find_objection(environ: Mapping[str, str], endpoint: Endpoint, account: DefaultAccount) -> str:
    """Return why a run must not take the account; empty if nothing is known against it before there is a token."""
    return next(_find_objections(environ, endpoint, account), "")


def _find_objections(environ: Mapping[str, str], endpoint: Endpoint, account: DefaultAccount) -> Iterator[str]:
    if variable := find_ci(environ):
        yield f"{variable} says that this is a pipeline"
    yield from (f"with {name}, another identity acts" for name in _OTHERS if environ.get(name))
    if terraform.names_other(environ):
        yield "with these ARM_… variables, another identity acts"
    if environ.get(_NARROWED, "").strip().lower() not in _WITH_CLI:
        yield f"{_NARROWED} names another identity"
    if (authority := get_host(find_authority(environ))) and authority != endpoint.authority:
        yield f"{AUTHORITY_VARIABLE} names another place to sign in"
    for name in ("AZURE_TENANT_ID", "ARM_TENANT_ID"):
        if environ.get(name, account.tenant).lower() != account.tenant.lower():
            yield f"{name} is not its tenant"


def find_stranger(account: DefaultAccount, actor: Actor) -> str:
    """Return who acts instead of the one that signed in to the account; empty if it is the same.

    The claims of a token are not verified here. That does no harm: they can only make a run stop.
    """
    names = {each.lower() for each in (*actor.users, actor.app) if each}
    if account.user.lower() in names and account.tenant.lower() == actor.tenant.lower():
        return ""
    return str(actor) or "somebody whom the token does not name"
