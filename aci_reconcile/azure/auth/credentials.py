"""Chooses the credential. The order is documented in docs/authentication.md; a test compares both.

1. the file that ``AZURE_AUTH_LOCATION`` names;
2. a service principal in ``AZURE_*``, which DefaultAzureCredential reads;
3. GitHub's OIDC, if a job may request a token, and client and tenant id are known;
4. Terraform's ``ARM_*``, if ``AZURE_CLIENT_ID`` is not set;
5. whatever else DefaultAzureCredential finds: workload identity, managed identity, Azure CLI, …

An incomplete configuration is an error that names what is missing; it never falls through to the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.auth import credential_file, federation, terraform
from aci_reconcile.azure.auth.identity import CHAIN
from aci_reconcile.azure.endpoint import (
    AUTHORITY_VARIABLE,
    CLOUDS,
    CloudName,
    Endpoint,
    find_authority,
    get_cloud,
    get_host,
    split_tenant,
)
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_PASSWORD")


@dataclass(frozen=True, slots=True)
class FoundCredential:
    """A credential of azure-identity, and its description for the user."""

    credential: Any
    description: str
    warning: str = ""


def find_credential(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential:
    """Return the first credential in the environment, without requesting a token.

    DefaultAzureCredential reads the process's own environment, not ``environ``.

    Raises:
        AuthenticationError: a configuration is incomplete, unreadable, or for another cloud.
    """
    _check_cloud(environ, endpoint)
    try:
        return (
            _use_file(environ, endpoint)
            or _use_azure_variables(environ, endpoint)
            or _use_github(environ, endpoint)
            or _use_terraform(environ, endpoint)
            or _use_default(environ, endpoint)
        )
    except ValueError as error:  # azure-identity raises this for a malformed tenant id, authority or certificate
        raise AuthenticationError(f"the credential cannot be used: {error}") from error


def find_subscription(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the subscription in the environment, and its source; None if there is none.

    Raises:
        AuthenticationError: the credential file is named and cannot be read.
    """
    for name in ("AZURE_SUBSCRIPTION_ID", "ARM_SUBSCRIPTION_ID"):
        if value := environ.get(name, "").strip():
            return value, name
    file = credential_file.read(environ)
    return (file.subscription_id, credential_file.VARIABLE) if file and file.subscription_id else None


def find_endpoint(environ: Mapping[str, str]) -> tuple[Endpoint, str]:
    """Return the cloud that the environment implies, and its source, for runs without a flag.

    Raises:
        AuthenticationError: ``ARM_ENVIRONMENT`` or the credential file names a cloud that we do not know.
    """
    file = credential_file.read(environ)
    if file:
        name = file.cloud
        if name is None:
            raise AuthenticationError(
                f"{file.path}: {file.resource_manager} is not one of Azure's clouds",
                hint="if you trust that server, name it with --arm-endpoint",
            )
        return get_cloud(name), credential_file.VARIABLE
    for variable, implied in _list_implied_clouds(environ):
        return get_cloud(implied), variable
    return Endpoint.public(), "default"


def _check_cloud(environ: Mapping[str, str], endpoint: Endpoint) -> None:
    """Refuse a variable for another cloud: a token of one cloud is not valid in another."""
    for variable, implied in _list_implied_clouds(environ):
        if get_cloud(implied).authority != endpoint.authority:
            raise AuthenticationError(
                f"{variable} is {environ[variable]}, but requests go to {endpoint.base_url}",
                hint=f"add --cloud {implied}, or unset {variable}",
            )


def _list_implied_clouds(environ: Mapping[str, str]) -> Iterator[tuple[str, CloudName]]:
    """Yield the clouds that variables imply, Azure's own variable first; an unknown authority implies none."""
    host = get_host(find_authority(environ))
    for name in CLOUDS:
        if get_cloud(name).authority == host:
            yield AUTHORITY_VARIABLE, name
    if of_terraform := terraform.find_cloud(environ):
        yield terraform.ENVIRONMENT, of_terraform


def _use_file(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential | None:
    file = credential_file.read(environ)
    if file is None:
        return None
    from azure.identity import ClientSecretCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    authority, tenant = split_tenant(file.authority_for(endpoint, find_authority(environ)), file.tenant_id)
    credential = ClientSecretCredential(
        tenant, file.client_id, file.client_secret.reveal(), **make_credential_options(authority)
    )
    return FoundCredential(
        credential, f"{describe_principal(file.client_id)} from {credential_file.VARIABLE}", file.warning
    )


def _use_azure_variables(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential | None:
    proofs = [name for name in _SECRETS if environ.get(name)]
    if not proofs:
        return None
    missing = [name for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID") if not environ.get(name)]
    if missing:
        raise AuthenticationError(f"{proofs[0]} is set, but {' and '.join(missing)} is not", hint="set all of them")
    found = _use_default(environ, endpoint)
    return FoundCredential(found.credential, f"{describe_principal(environ['AZURE_CLIENT_ID'])} from AZURE_CLIENT_ID")


def _use_github(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential | None:
    url, token = environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    client, tenant = environ.get("AZURE_CLIENT_ID"), environ.get("AZURE_TENANT_ID")
    if not (url and token and client and tenant):  # a job with "id-token: write" that signs in otherwise is no mistake
        return None
    from azure.identity import ClientAssertionCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    assertion = federation.read_from_service(url, token)
    authority = find_authority(environ) or endpoint.authority
    credential = ClientAssertionCredential(tenant, client, assertion, **make_credential_options(authority))
    return FoundCredential(credential, f"{describe_principal(client)} by GitHub OIDC")


def _use_terraform(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential | None:
    if environ.get("AZURE_CLIENT_ID"):  # the variables of Azure's own SDK win over those of another tool
        return None
    found = terraform.find_credential(environ, endpoint.authority)
    if found is None:
        return None
    credential, means = found
    client = environ.get("ARM_CLIENT_ID", "")
    return FoundCredential(
        credential, f"{describe_principal(client)} from ARM_CLIENT_ID, by {means}" if client else means
    )


def _use_default(environ: Mapping[str, str], endpoint: Endpoint) -> FoundCredential:
    from azure.identity import DefaultAzureCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    authority = find_authority(environ) or endpoint.authority
    # Terraform's own switch: whoever set it does not want a run to act as the person who is signed in.
    no_cli = terraform.forbids_cli(environ)
    options = {**make_credential_options(authority), **({"exclude_cli_credential": True} if no_cli else {})}
    return FoundCredential(DefaultAzureCredential(**options), CHAIN)


def describe_principal(client_id: str) -> str:
    """Return a service principal's display name: enough of its id to recognize it."""
    return f"service principal {client_id[:8]}…"
