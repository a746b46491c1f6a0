"""Assertions of an OIDC provider, which a pipeline presents to Microsoft Entra instead of a secret.

Each function returns a callable that gives a *fresh* assertion: azure-identity calls it whenever a token is due, and
GitHub's assertions live for five to ten minutes, so one taken at the start would be stale in a long apply.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, urlsplit

from aci_reconcile.azure.errors import find_trust_hint
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Fetch: TypeAlias = Callable[[str, Mapping[str, str]], tuple[int, bytes]]

AUDIENCE = "api://AzureADTokenExchange"
_SECONDS = 30
_OK = 200


def read_from_file(path: str) -> Callable[[], str]:
    """Read the assertion from a file, every time, because the pipeline renews the file."""

    def assertion() -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise AuthenticationError(f"the OIDC token file {path} cannot be read: {type(error).__name__}") from error

    return assertion


def read_from_service(url: str, token: str, fetch: Fetch | None = None) -> Callable[[], str]:
    """Ask the pipeline's own service for the assertion (GitHub Actions: ``ACTIONS_ID_TOKEN_REQUEST_URL``).

    Raises:
        AuthenticationError: the URL is not https, or, from the callable, the service gave no assertion.
    """
    if urlsplit(url).scheme != "https":  # the request carries the job's token
        raise AuthenticationError("the URL for OIDC tokens is not https", hint="check *_REQUEST_URL")
    joiner = "&" if urlsplit(url).query else "?"
    target = f"{url}{joiner}audience={quote(AUDIENCE, safe='')}"

    def assertion() -> str:
        headers = {"Authorization": f"bearer {token}", "Accept": "application/json"}
        status, content = (fetch or _fetch)(target, headers)
        if status == _OK and (value := _read_value(content)):
            return value
        raise AuthenticationError(
            f"the pipeline's OIDC service answered with status {status}, without a token",
            status=status,
            hint="the job needs 'permissions: id-token: write'",
        )

    return assertion


def _read_value(content: bytes) -> str:
    try:
        value = json.loads(content)["value"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return value if isinstance(value, str) else ""


def _fetch(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    import requests

    try:
        answer = requests.get(
            # No redirects, which would carry the job's token away; an ``auth`` of our own, or ~/.netrc replaces it.
            url,
            headers=dict(headers),
            timeout=_SECONDS,
            allow_redirects=False,
            auth=lambda request: request,
        )
    except requests.RequestException as error:
        message = f"no answer from the pipeline's OIDC service: {type(error).__name__}"
        raise AuthenticationError(message, hint=find_trust_hint(error)) from error
    return answer.status_code, answer.content
