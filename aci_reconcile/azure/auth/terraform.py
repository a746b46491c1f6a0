"""The variables of Terraform's azurerm provider, so that a pipeline that runs both sets them once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from aci_reconcile.azure.auth import federation
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


def find_cloud(environ: Mapping[str, str]) -> CloudName | None:
    """Return the cloud of ``ARM_ENVIRONMENT``; None when it is not set.

    Raises:
        AuthenticationError: the cloud is unknown.
    """
    named = environ.get(ENVIRONMENT, "").strip()
    if not named:
        return None
    if named.lower() not in _CLOUDS:
        raise AuthenticationError(f"{ENVIRONMENT} is {named!r}", hint=f"one of {', '.join(_CLOUDS)}")
    return _CLOUDS[named.lower()]


def find_credential(environ: Mapping[str, str], authority: str) -> tuple[Any, str] | None:
    """Return the credential that the variables describe, and its description; None if they describe none.

    Terraform's own order: OIDC, certificate, secret, managed identity, Azure CLI. The CLI is taken here only where
    ``ARM_USE_CLI`` asks for it, because DefaultAzureCredential tries it anyway.

    Raises:
        AuthenticationError: a part of the credential is missing.
    """
    if _is_true(environ, "ARM_USE_OIDC"):
        return _use_oidc(environ, authority)
    if path := environ.get("ARM_CLIENT_CERTIFICATE_PATH"):
        return _use_certificate(environ, authority, path)
    if environ.get("ARM_CLIENT_SECRET") or environ.get("ARM_CLIENT_SECRET_FILE_PATH"):
        return _use_secret(environ, authority)
    if _is_true(environ, "ARM_USE_MSI"):
        from azure.identity import ManagedIdentityCredential

        from aci_reconcile.azure.auth.tokens import make_pipeline_options

        client = environ.get("ARM_CLIENT_ID") or None
        return ManagedIdentityCredential(client_id=client, **make_pipeline_options()), "managed identity"
    if _is_true(environ, "ARM_USE_CLI"):
        from azure.identity import AzureCliCredential

        return AzureCliCredential(tenant_id=environ.get("ARM_TENANT_ID", "")), "Azure CLI"
    return None


def forbids_cli(environ: Mapping[str, str]) -> bool:
    """Whether ``ARM_USE_CLI`` says that nobody may act by the sign-in of the Azure CLI."""
    return environ.get("ARM_USE_CLI", "").strip().lower() in {"false", "0"}


def names_other(environ: Mapping[str, str]) -> bool:
    """Whether the variables make another identity act than that of the Azure CLI."""
    switches, values = ("ARM_USE_OIDC", "ARM_USE_MSI"), ("CERTIFICATE_PATH", "SECRET", "SECRET_FILE_PATH")
    return (
        forbids_cli(environ)
        or any(_is_true(environ, each) for each in switches)
        or any(environ.get(f"ARM_CLIENT_{each}") for each in values)
    )


def _use_oidc(environ: Mapping[str, str], authority: str) -> tuple[Any, str]:
    from azure.identity import ClientAssertionCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    tenant, client = _get_ids(environ, "ARM_USE_OIDC")
    return ClientAssertionCredential(
        tenant, client, _choose_assertion(environ), **make_credential_options(authority)
    ), "OIDC"


def _choose_assertion(environ: Mapping[str, str]) -> Callable[[], str]:
    # The order of azurerm. A fixed token cannot be renewed: a run that is longer than it must use a file or a URL.
    if fixed := environ.get("ARM_OIDC_TOKEN"):
        return lambda: fixed
    if path := environ.get("ARM_OIDC_TOKEN_FILE_PATH"):
        return federation.read_from_file(path)
    url = environ.get("ARM_OIDC_REQUEST_URL") or environ.get("ACTIONS_ID_TOKEN_REQUEST_URL")
    token = environ.get("ARM_OIDC_REQUEST_TOKEN") or environ.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if url and token:
        return federation.read_from_service(url, token)
    raise AuthenticationError(
        "ARM_USE_OIDC is set, but there is no source of tokens",
        hint="set ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH or ARM_OIDC_REQUEST_URL and _TOKEN; "
        "a GitHub job needs 'permissions: id-token: write'",
    )


def _use_certificate(environ: Mapping[str, str], authority: str, path: str) -> tuple[Any, str]:
    from azure.identity import CertificateCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    tenant, client = _get_ids(environ, "ARM_CLIENT_CERTIFICATE_PATH")
    password = environ.get("ARM_CLIENT_CERTIFICATE_PASSWORD") or None
    try:
        return CertificateCredential(
            tenant, client, path, password=password, **make_credential_options(authority)
        ), "certificate"
    except OSError as error:
        raise AuthenticationError(f"{path} (from ARM_CLIENT_CERTIFICATE_PATH): {error.strerror}") from error


def _use_secret(environ: Mapping[str, str], authority: str) -> tuple[Any, str]:
    from azure.identity import ClientSecretCredential

    from aci_reconcile.azure.auth.tokens import make_credential_options

    tenant, client = _get_ids(environ, "ARM_CLIENT_SECRET")
    secret = environ.get("ARM_CLIENT_SECRET") or _read_secret_file(environ["ARM_CLIENT_SECRET_FILE_PATH"])
    return ClientSecretCredential(tenant, client, secret, **make_credential_options(authority)), "client secret"


def _read_secret_file(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise AuthenticationError(
            f"{path} (from ARM_CLIENT_SECRET_FILE_PATH) cannot be read: {type(error).__name__}"
        ) from None


def _get_ids(environ: Mapping[str, str], because: str) -> tuple[str, str]:
    missing = [name for name in ("ARM_TENANT_ID", "ARM_CLIENT_ID") if not environ.get(name)]
    if missing:
        raise AuthenticationError(f"{because} is set, but {' and '.join(missing)} is not", hint="set all of them")
    return environ["ARM_TENANT_ID"], environ["ARM_CLIENT_ID"]


def _is_true(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in {"true", "1"}
