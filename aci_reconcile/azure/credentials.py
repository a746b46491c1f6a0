"""Which credential is used. The order is documented in docs/authentication.md; a test keeps both together.

1. the file that ``AZURE_AUTH_LOCATION`` names;
2. a service principal in ``AZURE_*``, which DefaultAzureCredential reads;
3. GitHub's OIDC, where a job may ask for a token and client and tenant id are known;
4. Terraform's ``ARM_*``, where no ``AZURE_CLIENT_ID`` is set;
5. whatever else DefaultAzureCredential finds: workload identity, managed identity, Azure CLI, …

What is set and incomplete is an error that names what is missing, never a silent step to the next one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure import authfile, federation, terraform
from aci_reconcile.azure.authority import VARIABLE, authority_url, host_of, named, with_tenant
from aci_reconcile.azure.endpoint import CLOUDS, CloudName, Endpoint, cloud
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECRETS = ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_PASSWORD")


@dataclass(frozen=True, slots=True)
class Found:
    """A credential of azure-identity, and how to name it to the user."""

    credential: Any
    description: str
    warning: str = ""


def credential_from(environ: Mapping[str, str], endpoint: Endpoint) -> Found:
    """Return the first credential that the environment offers; no token is asked for yet.

    DefaultAzureCredential reads the process's own environment, whatever ``environ`` says.

    Raises:
        AuthenticationError: something is set and incomplete, unreadable, or for another cloud.
    """
    _same_cloud(environ, endpoint)
    try:
        return (
            _from_file(environ, endpoint)
            or _from_azure_variables(environ, endpoint)
            or _from_github(environ, endpoint)
            or _from_terraform(environ, endpoint)
            or _default(environ, endpoint)
        )
    except ValueError as error:  # azure-identity's word for a malformed tenant id, authority or certificate
        raise AuthenticationError(f"the credential cannot be used: {error}") from error


def subscription_from(environ: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the subscription that the environment names, and what names it; None when nothing does.

    Raises:
        AuthenticationError: the credential file is named and cannot be read.
    """
    for name in ("AZURE_SUBSCRIPTION_ID", "ARM_SUBSCRIPTION_ID"):
        if value := environ.get(name, "").strip():
            return value, name
    file = authfile.read(environ)
    return (file.subscription_id, authfile.VARIABLE) if file and file.subscription_id else None


def endpoint_from(environ: Mapping[str, str]) -> tuple[Endpoint, str]:
    """Return the cloud that the environment implies, and what says so: for when no flag names one.

    Raises:
        AuthenticationError: ``ARM_ENVIRONMENT`` or the credential file names a cloud that we do not know.
    """
    file = authfile.read(environ)
    if file:
        name = file.cloud
        if name is None:
            raise AuthenticationError(
                f"{file.path}: {file.resource_manager} is not one of Azure's clouds",
                hint="if you trust that server, name it with --arm-endpoint",
            )
        return cloud(name), authfile.VARIABLE
    for variable, implied in _implied(environ):
        return cloud(implied), variable
    return Endpoint.public(), "default"


def _same_cloud(environ: Mapping[str, str], endpoint: Endpoint) -> None:
    for variable, implied in _implied(environ):
        if cloud(implied).authority != endpoint.authority:
            raise AuthenticationError(
                f"{variable} is {environ[variable]}, but requests go to {endpoint.base_url}",
                hint=f"add --cloud {implied}, or unset {variable}",
            )


def _implied(environ: Mapping[str, str]) -> Iterator[tuple[str, CloudName]]:
    """The clouds that variables name, Azure's own variable first; an authority of no cloud implies none."""
    host = host_of(named(environ))
    for name in CLOUDS:
        if cloud(name).authority == host:
            yield VARIABLE, name
    if of_terraform := terraform.cloud_name(environ):
        yield terraform.ENVIRONMENT, of_terraform


def _from_file(environ: Mapping[str, str], endpoint: Endpoint) -> Found | None:
    file = authfile.read(environ)
    if file is None:
        return None
    from azure.identity import ClientSecretCredential

    authority, tenant = with_tenant(file.authority_for(endpoint, named(environ)), file.tenant_id)
    credential = ClientSecretCredential(
        tenant, file.client_id, file.client_secret.reveal(), authority=authority, **_options(authority)
    )
    return Found(credential, f"{principal(file.client_id)} from {authfile.VARIABLE}", file.warning)


def _options(authority: str) -> dict[str, Any]:
    """Return what the credentials share: how they send, and whom they ask about an authority.

    No cloud is asked whether it knows one that is none of theirs: the user named it, and it may be alone.
    """
    from aci_reconcile.azure.signing_in import token_transport

    known = {authority_url(cloud(name).authority) for name in CLOUDS}
    discovery = {} if authority_url(authority) in known else {"disable_instance_discovery": True}
    return {"transport": token_transport(), **discovery}


def _from_azure_variables(environ: Mapping[str, str], endpoint: Endpoint) -> Found | None:
    given = [name for name in _SECRETS if environ.get(name)]
    if not given:
        return None
    missing = [name for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID") if not environ.get(name)]
    if missing:
        raise AuthenticationError(f"{given[0]} is set, but {' and '.join(missing)} is not", hint="set all of them")
    found = _default(environ, endpoint)
    return Found(found.credential, f"{principal(environ['AZURE_CLIENT_ID'])} from AZURE_CLIENT_ID")


def _from_github(environ: Mapping[str, str], endpoint: Endpoint) -> Found | None:
    url, token = environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"), environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    client, tenant = environ.get("AZURE_CLIENT_ID"), environ.get("AZURE_TENANT_ID")
    if not (url and token and client and tenant):
        return None
    from azure.identity import ClientAssertionCredential

    assertion = federation.from_request(url, token)
    authority = named(environ) or endpoint.authority
    credential = ClientAssertionCredential(tenant, client, assertion, authority=authority, **_options(authority))
    return Found(credential, f"{principal(client)} by GitHub OIDC")


def _from_terraform(environ: Mapping[str, str], endpoint: Endpoint) -> Found | None:
    if environ.get("AZURE_CLIENT_ID"):
        return None
    found = terraform.credential_from(environ, endpoint.authority)
    if found is None:
        return None
    credential, means = found
    client = environ.get("ARM_CLIENT_ID", "")
    return Found(credential, f"{principal(client)} from ARM_CLIENT_ID, by {means}" if client else means)


def _default(environ: Mapping[str, str], endpoint: Endpoint) -> Found:
    from azure.identity import DefaultAzureCredential

    authority = named(environ) or endpoint.authority
    no_cli = environ.get("ARM_USE_CLI", "").lower() in {"false", "0"}
    options = {**_options(authority), **({"exclude_cli_credential": True} if no_cli else {})}
    return Found(DefaultAzureCredential(authority=authority, **options), "DefaultAzureCredential")


def principal(client_id: str) -> str:
    """Return a service principal's name for people: enough of its id to know it by."""
    return f"service principal {client_id[:8]}…"
