"""Access tokens in Entra's format, signed so that the emulator recognizes its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator import times
from aci_reconcile.emulator.model import ArmError, Json, Request, is_object

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs

_PARTS = 3
_MOST = 16 * 1024
# The audiences of ARM in the public cloud and others. On this machine, its own address is one, too.
_ARM_HOSTS = frozenset(
    {
        "management.azure.com",
        "management.core.windows.net",
        "management.usgovcloudapi.net",
        "management.core.usgovcloudapi.net",
        "management.chinacloudapi.cn",
        "management.core.chinacloudapi.cn",
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token is for."""

    client: str
    audience: str
    issuer: str


def issue(grant: Grant, knobs: Knobs, now: float) -> str:
    """Return a token with the claims that Entra gives to a service principal."""
    claims: Json = {
        "aud": grant.audience,
        "iss": grant.issuer,
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now + knobs.token_seconds),
        "appid": grant.client,
        "appidacr": "1",
        "idtyp": "app",
        "oid": _make_object_id(grant.client),
        "sub": _make_object_id(grant.client),
        "tid": knobs.tenant_id,
        "ver": "1.0",
    }
    signed = f"{_encode({'typ': 'JWT', 'alg': 'HS256'})}.{_encode(claims)}"
    return f"{signed}.{_sign(signed, knobs)}"


def read_claims(token: str) -> Json | None:
    """Return the claims of anything in the format of a token, whatever its signature; None for anything else."""
    parts = token.split(".")
    if len(parts) != _PARTS or len(token) > _MOST:
        return None
    try:
        middle = parts[1].encode("ascii")
        claims: Any = json.loads(base64.urlsafe_b64decode(middle + b"=" * (-len(middle) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return claims if is_object(claims) else None


def check(request: Request, knobs: Knobs, now: float) -> None:
    """Refuse a request to ARM without a valid token, with ARM's message."""
    header = request.header("authorization") or ""
    if not header:
        text = "Authentication failed. The 'Authorization' header is missing."
        raise make_unauthorized(knobs, "AuthenticationFailed", text)
    kind, _, token = header.partition(" ")
    claims = read_own_claims(token.strip(), knobs) if kind.lower() == "bearer" else None
    if claims is None:
        raise make_unauthorized(knobs, "InvalidAuthenticationToken", "The access token is invalid.")
    if float(claims["exp"]) <= now:
        raise make_expired_token(knobs, float(claims["exp"]), now)
    audience = str(claims["aud"])
    if not _is_arm(audience, request):
        text = (
            f"The access token has been obtained for wrong audience or resource '{audience}'. "
            "It should exactly match with one of the allowed audiences 'https://management.azure.com/'."
        )
        raise make_unauthorized(knobs, "InvalidAuthenticationTokenAudience", text)


def read_own_claims(token: str, knobs: Knobs) -> Json | None:
    """Return the claims of a token that this emulator issued."""
    signed, _, signature = token.rpartition(".")
    claims = read_claims(token)
    if claims is None or not hmac.compare_digest(signature.encode("utf-8", "replace"), _sign(signed, knobs).encode()):
        return None
    return claims


def make_expired_token(knobs: Knobs, until: float, now: float) -> ArmError:
    """Return ARM's error for an expired token."""
    text = (
        f"The access token expiry UTC time '{times.format_seconds(until)}' is earlier than current UTC time "
        f"'{times.format_seconds(now)}'."
    )
    return make_unauthorized(knobs, "ExpiredAuthenticationToken", text)


def make_unauthorized(knobs: Knobs, code: str, text: str) -> ArmError:
    """Return a 401 with the challenge that ARM sends with it."""
    # The audience comes from the client, and must not break the header.
    safe = "".join(letter if " " <= letter <= "~" and letter != '"' else "?" for letter in text)
    challenge = (
        f'Bearer authorization_uri="https://login.microsoftonline.com/{knobs.tenant_id}", error="invalid_token", '
        f'error_description="{safe}"'
    )
    return ArmError(401, code, text, {"www-authenticate": challenge}, fact="tokens")


def _is_arm(audience: str, request: Request) -> bool:
    host = audience.partition("://")[2].partition("/")[0].lower()
    return host in _ARM_HOSTS or host == request.origin().partition("://")[2].lower()


def _encode(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _sign(signed: str, knobs: Knobs) -> str:
    key = f"{knobs.tenant_id} {knobs.client_id}".encode("utf-8", "replace")
    made = hmac.new(key, signed.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def _make_object_id(client: str) -> str:
    made = hashlib.sha256(client.encode("utf-8", "replace")).hexdigest()
    return f"{made[:8]}-{made[8:12]}-4{made[13:16]}-8{made[17:20]}-{made[20:32]}"
