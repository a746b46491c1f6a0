"""Who issues tokens, as azure-identity wants it told: a URL with scheme, port and path.

azure-identity 1.25 takes ``localhost:8443`` for a URL whose scheme is ``localhost``, so that a bare host will not do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "AZURE_AUTHORITY_HOST"
_ADFS: Final = "/adfs"


def authority_url(text: str, said_by: str = VARIABLE) -> str:
    """Return an authority as ``https://host[:port][/path]``; it may be given as a bare host.

    Raises:
        AuthenticationError: it is no https server.
    """
    given = text.strip()
    try:
        parts = urlsplit(given if "//" in given else f"https://{given}")
        port = parts.port
    except ValueError as error:
        raise AuthenticationError(f"{said_by} is not the URL of a server: {error}") from None
    if parts.scheme.lower() != "https" or not parts.hostname or parts.username is not None or parts.query:
        raise AuthenticationError(f"{said_by} is not an https URL", hint="write it as https://login.example[:port]")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"https://{host}{'' if port in {None, 443} else f':{port}'}{parts.path.rstrip('/')}"


def named(environ: Mapping[str, str]) -> str:
    """Return the authority that the environment names, as a URL; empty where it names none.

    Raises:
        AuthenticationError: it names none that could be one.
    """
    text = environ.get(VARIABLE, "").strip()
    return authority_url(text) if text else ""


def host_of(url: str) -> str:
    """Return the host and port of an authority's URL: what the clouds are known by."""
    return urlsplit(url).netloc


def with_tenant(url: str, tenant: str) -> tuple[str, str]:
    """Return the authority and the tenant that are put together to the address where tokens are asked for.

    AD FS, which Azure Stack Hub may use, has one tenant, and its name is the path (documented by MSAL as a convention).
    """
    return (url.removesuffix(_ADFS), "adfs") if url.lower().endswith(_ADFS) else (url, tenant)
