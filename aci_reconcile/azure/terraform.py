"""The variables of Terraform's azurerm provider, so that a pipeline that runs both sets them once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure import federation
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.azure.endpoint import CloudName

ENVIRONMENT = "ARM_ENVIRONMENT"
_CLOUDS: dict[str, CloudName] = {
    "public": "public",
    "usgovernment": "usgov",
    "usgovernmentl4": "usgov",
    "china": "china",
}


def cloud_name(environ: Mapping[str, str]) -> CloudName | None:
    """Return the cloud of ``ARM_ENVIRONMENT``; None when it is not set.

    Raises:
        AuthenticationError: it names a cloud that we do not know.
    """
    named = environ.get(ENVIRONMENT, "").strip()
    if not named:
        return None
    if named.lower() not in _CLOUDS:
        raise AuthenticationError(f"{ENVIRONMENT} is {named!r}", hint=f"one of {', '.join(_CLOUDS)}")
    return _CLOUDS[named.lower()]


def credential_from(environ: Mapping[str, str], authority: str) -> tuple[Any, str] | None:
    """Return the credential that the variables describe and what it is; None where they describe none.

    Terraform's own order: OIDC, certificate, secret, managed identity, Azure CLI. The CLI is taken here only where
    ``ARM_USE_CLI`` asks for it, because DefaultAzureCredential tries it anyway.

    Raises:
        AuthenticationError: they describe one, and a part of it is missing.
    """
    if _true(environ, "ARM_USE_OIDC"):
        return _oidc(environ, authority)
    if path := environ.get("ARM_CLIENT_CERTIFICATE_PATH"):
        return _certificate(environ, authority, path)
    if environ.get("ARM_CLIENT_SECRET") or environ.get("ARM_CLIENT_SECRET_FILE_PATH"):
        return _secret(environ, authority)
    if _true(environ, "ARM_USE_MSI"):
        from azure.identity import ManagedIdentityCredential

        from aci_reconcile.azure.signing_in import token_transport

        client = environ.get("ARM_CLIENT_ID") or None
        return ManagedIdentityCredential(client_id=client, transport=token_transport()), "managed identity"
    if _true(environ, "ARM_USE_CLI"):
        from azure.identity import AzureCliCredential

        return AzureCliCredential(tenant_id=environ.get("ARM_TENANT_ID", "")), "Azure CLI"
    return None


def _oidc(environ: Mapping[str, str], authority: str) -> tuple[Any, str]:
    from azure.identity import ClientAssertionCredential

    tenant, client = _ids(environ, "ARM_USE_OIDC")
    return ClientAssertionCredential(tenant, client, _assertion(environ), **_options(authority)), "OIDC"


def _options(authority: str) -> dict[str, Any]:
    from aci_reconcile.azure.signing_in import token_transport

    return {"authority": authority, "transport": token_transport()}


def _assertion(environ: Mapping[str, str]) -> Callable[[], str]:
    if fixed := environ.get("ARM_OIDC_TOKEN"):
        return lambda: fixed
    if path := environ.get("ARM_OIDC_TOKEN_FILE_PATH"):
        return federation.from_file(path)
    url = environ.get("ARM_OIDC_REQUEST_URL") or environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    token = environ.get("ARM_OIDC_REQUEST_TOKEN") or environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if url and token:
        return federation.from_request(url, token)
    raise AuthenticationError(
        "ARM_USE_OIDC is set, but there is no source of tokens",
        hint="set ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH or ARM_OIDC_REQUEST_URL and _TOKEN; "
        "a GitHub job needs 'permissions: id-token: write'",
    )


def _certificate(environ: Mapping[str, str], authority: str, path: str) -> tuple[Any, str]:
    from azure.identity import CertificateCredential

    tenant, client = _ids(environ, "ARM_CLIENT_CERTIFICATE_PATH")
    password = environ.get("ARM_CLIENT_CERTIFICATE_PASSWORD") or None
    try:
        return CertificateCredential(tenant, client, path, password=password, **_options(authority)), "certificate"
    except OSError as error:
        raise AuthenticationError(f"{path} (from ARM_CLIENT_CERTIFICATE_PATH): {error.strerror}") from error


def _secret(environ: Mapping[str, str], authority: str) -> tuple[Any, str]:
    from azure.identity import ClientSecretCredential

    tenant, client = _ids(environ, "ARM_CLIENT_SECRET")
    secret = environ.get("ARM_CLIENT_SECRET") or _secret_file(environ["ARM_CLIENT_SECRET_FILE_PATH"])
    return ClientSecretCredential(tenant, client, secret, **_options(authority)), "client secret"


def _secret_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthenticationError(
            f"{path} (from ARM_CLIENT_SECRET_FILE_PATH) cannot be read: {type(error).__name__}"
        ) from None


def _ids(environ: Mapping[str, str], because: str) -> tuple[str, str]:
    missing = [name for name in ("ARM_TENANT_ID", "ARM_CLIENT_ID") if not environ.get(name)]
    if missing:
        raise AuthenticationError(f"{because} is set, but {' and '.join(missing)} is not", hint="set all of them")
    return environ["ARM_TENANT_ID"], environ["ARM_CLIENT_ID"]


def _true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in {"true", "1"}
