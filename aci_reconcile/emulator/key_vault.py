"""Key Vault's secrets: get, versions, set, and the challenge that `azure-keyvault-secrets` expects.

They are in memory only, so no value is written to a file, and they are lost when the emulator ends.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote

from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.entra import tokens
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Request, Response, answer, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.emulator.knobs import Knobs

_PATH = re.compile(r"/secrets(?:/([^/]*))?(?:/([^/]*))?/?", re.IGNORECASE)
_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")
_DATES = ("nbf", "exp")
_RESOURCE = "https://vault.azure.net"
DEFAULT_VAULT = "default"


@dataclass(frozen=True, slots=True)
class Secret:
    """One version of a secret."""

    version: str
    value: str
    created: float
    enabled: bool = True
    content_type: str = ""
    dates: Mapping[str, float] = field(default_factory=dict[str, float])
    """Start and end of validity (`nbf`, `exp`); the secret is returned anyway, as documented."""


@rests_on("vaults")
class Vaults:
    """All vaults. A vault is the first part of a host name whose second part is `vault`; else it is `default`."""

    def __init__(self, new_version: Callable[[], str]) -> None:
        self._lock = threading.Lock()
        self._secrets: dict[tuple[str, str], list[Secret]] = {}
        self._new_version = new_version

    def put(self, vault: str, name: str, body: Json, now: float) -> Secret:
        """Add a version. Raises ValueError if the name or the value is invalid."""
        value, enabled = body.get("value"), as_object(body.get("attributes")).get("enabled", body.get("enabled", True))
        if not _NAME.fullmatch(name) or not isinstance(value, str):
            message = "a secret needs a name of letters, digits and hyphens, and a text 'value'"
            raise ValueError(message)
        attributes = as_object(body.get("attributes"))
        dates = {key: float(date) for key in _DATES if isinstance(date := attributes.get(key), (int, float))}
        kind = str(body.get("contentType") or "")
        made = Secret(self._new_version(), value, now, enabled is not False, kind, dates)
        with self._lock:
            self._secrets.setdefault((vault.lower(), name.lower()), []).append(made)
        return made

    def handle(self, request: Request, knobs: Knobs, now: float) -> Response | None:
        """Return the answer where the path is Key Vault's, else None."""
        found = _PATH.fullmatch(request.split().path)
        if found is None:
            return None
        refused = _challenge(request, knobs, now)
        if refused is not None:
            return refused
        name, last = (unquote(part or "", errors="replace") for part in found.groups())
        vault, method = find_vault(request), request.method.upper()
        if method == "PUT" and name and not last:
            return self._set(request, name, now)
        if method != "GET":
            return _make_error(501, "NotEmulated", f"The aci-reconcile emulator does not emulate {method} on secrets.")
        with self._lock:
            versions = list(self._secrets.get((vault, name.lower()), []))
            names = sorted(each for owner, each in self._secrets if owner == vault)
        if not name:
            return answer(200, {"value": [self._show_item(request, each) for each in names], "nextLink": None})
        if last.lower() == "versions":
            listed = [_show(request, name, secret, value=False) for secret in versions]
            return answer(200, {"value": listed, "nextLink": None})
        return _get(request, name, last, versions)

    def _set(self, request: Request, name: str, now: float) -> Response:
        try:
            made = self.put(find_vault(request), name, parse(request.body), now)
        except ValueError as error:
            return _make_error(400, "BadParameter", str(error))
        return answer(200, _show(request, name, made))

    def _show_item(self, request: Request, name: str) -> Json:
        with self._lock:
            latest = self._secrets[find_vault(request), name][-1]
        body = _show(request, name, latest, value=False)
        return {**body, "id": str(body["id"]).rpartition("/")[0]}


def find_vault(request: Request) -> str:
    """Return the vault that a request's host names."""
    labels = request.origin().partition("://")[2].partition(":")[0].lower().split(".")
    return labels[0] if labels[1:2] == ["vault"] else DEFAULT_VAULT


def _get(request: Request, name: str, version: str, versions: list[Secret]) -> Response:
    wanted = [secret for secret in versions if not version or secret.version == version.lower()]
    if not wanted:
        text = (
            f"A secret with (name/id) {name}{f'/{version}' if version else ''} was not found in this key vault. If you "
            "recently deleted this secret you may be able to recover it using the correct recovery command."
        )
        return _make_error(404, "SecretNotFound", text)
    if not wanted[-1].enabled:  # Key Vault's REST reference: 403, with the reason in the inner error
        text = "Operation get is not allowed on a disabled secret."
        return _make_error(403, "Forbidden", text, inner="SecretDisabled")
    return answer(200, _show(request, name, wanted[-1]))


def _challenge(request: Request, knobs: Knobs, now: float) -> Response | None:
    """Key Vault answers a request without a token with a challenge that names the required token."""
    credentials = request.header("authorization") or ""
    claims = tokens.read_own_claims(credentials.partition(" ")[2].strip(), knobs)
    # The SDK always asks without a token first, to read the challenge; so the first request is refused in any case.
    if credentials and not knobs.require_token:
        return None
    if claims is not None and float(claims["exp"]) > now and str(claims["aud"]).rstrip("/") == _RESOURCE:
        return None
    text = (
        "AKV10000: Request is missing a Bearer or PoP token."
        if not credentials
        else "AKV10022: Invalid or expired token."
    )
    header = f'Bearer authorization="{request.origin()}/{knobs.tenant_id}", resource="{_RESOURCE}"'
    return _make_error(401, "Unauthorized", text, headers={"www-authenticate": header})


def _show(request: Request, name: str, secret: Secret, *, value: bool = True) -> Json:
    body: Json = {"value": secret.value} if value else {}
    if secret.content_type:
        body["contentType"] = secret.content_type
    stamp = int(secret.created)
    return {
        **body,
        "id": f"{request.origin()}/secrets/{name}/{secret.version}",
        "attributes": {
            "enabled": secret.enabled,
            **{key: int(date) for key, date in secret.dates.items()},
            "created": stamp,
            "updated": stamp,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        },
        "tags": {},
    }


def _make_error(
    status: int, code: str, text: str, *, inner: str = "", headers: dict[str, str] | None = None
) -> Response:
    error: Json = {"code": code, "message": text}
    return answer(status, {"error": {**error, "innererror": {"code": inner}} if inner else error}, headers)
