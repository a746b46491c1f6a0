"""Entra's endpoints, as far as azure-identity, msal and azure-cli ask for them on behalf of a service principal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from aci_reconcile.emulator import entra, tokens
from aci_reconcile.emulator.model import Json, Request, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.knobs import Knobs

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_CONFIGURATION = re.compile(r"/([^/]+)(/v2\.0)?/\.well-known/openid-configuration", re.IGNORECASE)
_TOKEN = re.compile(r"/([^/]+)/oauth2(/v2\.0)?/token", re.IGNORECASE)
_DISCOVERY = re.compile(r"/common/discovery/instance", re.IGNORECASE)
_KEYS = re.compile(r"/([^/]+)/discovery(/v2\.0)?/keys", re.IGNORECASE)
_REALM = re.compile(r"/common/userrealm/([^/]+)", re.IGNORECASE)
_SHARED = frozenset({"common", "organizations", "consumers"})


def handle(request: Request, knobs: Knobs, now: float) -> Response | None:
    """Return the answer where the path is one of Entra's, else None."""
    path = request.split().path
    try:
        if found := _CONFIGURATION.fullmatch(path):
            return _check_method(request, "GET") or answer(200, _describe_configuration(request, found, knobs))
        if found := _TOKEN.fullmatch(path):
            return _check_method(request, "POST") or answer(200, _issue_token(request, found, knobs, now), _UNCACHED)
    except entra.EntraError as error:
        return error.response(request.origin(), now)
    if _DISCOVERY.fullmatch(path):
        return _check_method(request, "GET") or _answer_discovery(request, knobs)
    if _KEYS.fullmatch(path):
        # Tokens are signed with a secret of the emulator's own: there is no public key to publish.
        return _check_method(request, "GET") or answer(200, {"keys": []})
    if found := _REALM.fullmatch(path):
        return _check_method(request, "GET") or _answer_realm(unquote(found[1], errors="replace"))
    return None


_UNCACHED = {"cache-control": "no-store, no-cache", "pragma": "no-cache"}


def _check_method(request: Request, method: str) -> Response | None:
    if request.method.upper() == method:
        return None
    return answer(405, {"error": "invalid_request", "error_description": f"Only {method} is allowed here."})


def _describe_configuration(request: Request, found: re.Match[str], knobs: Knobs) -> Json:
    """Return the OpenID configuration: the keys that clients read, with links to this emulator."""
    tenant, version = _check_tenant(found[1], knobs), (found[2] or "").lower()
    base = f"{request.origin()}/{tenant}"
    named = "{tenantid}" if tenant in _SHARED else tenant
    return {
        "token_endpoint": f"{base}/oauth2{version}/token",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": f"{base}/discovery{version}/keys",
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": f"{request.origin()}/{named}/v2.0" if version else f"https://sts.windows.net/{named}/",
        "authorization_endpoint": f"{base}/oauth2{version}/authorize",
        "device_authorization_endpoint": f"{base}/oauth2{version}/devicecode",
        "tenant_region_scope": None,
        "cloud_instance_name": "microsoftonline.com",
    }


def _answer_discovery(request: Request, knobs: Knobs) -> Response:
    """Answer instance discovery: whatever authority a client has, it is this one."""
    asked = request.query().get("authorization_endpoint", "")
    path = asked.partition("://")[2].partition("/")[2]
    tenant = path.partition("/")[0] or knobs.tenant_id
    host = request.origin().partition("://")[2]
    body: Json = {
        "tenant_discovery_endpoint": f"{request.origin()}/{tenant}/v2.0/.well-known/openid-configuration",
        "api-version": request.query().get("api-version", "1.1"),
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    }
    return answer(200, body)


def _answer_realm(user: str) -> Response:
    """Answer that a user is managed: then a client goes on and learns that users cannot sign in here."""
    domain = user.rpartition("@")[2]
    body: Json = {"ver": "1.0", "account_type": "Managed", "domain_name": domain, "cloud_instance_name": ""}
    return answer(200, body)


def _issue_token(request: Request, found: re.Match[str], knobs: Knobs, now: float) -> Json:
    tenant, second = _check_tenant(found[1], knobs), bool(found[2])
    form = _parse_form(request)
    _check_grant(form)
    _check_client(form, tenant, knobs, now)
    audience = _read_audience(form, second=second)
    grant = tokens.Grant(knobs.client_id, audience, f"https://sts.windows.net/{knobs.tenant_id}/")
    made = tokens.issue(grant, knobs, now)
    seconds = int(knobs.token_seconds)
    if second:
        return {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": made}
    return {
        "token_type": "Bearer",
        "expires_in": str(seconds),
        "ext_expires_in": str(seconds),
        "expires_on": str(int(now) + seconds),
        "not_before": str(int(now)),
        "resource": audience,
        "access_token": made,
    }


def _parse_form(request: Request) -> dict[str, str]:
    try:
        return dict(parse_qsl(request.body.decode("utf-8"), keep_blank_values=True))
    except ValueError:
        raise entra.malformed_request() from None


def _check_tenant(segment: str, knobs: Knobs) -> str:
    tenant = unquote(segment, errors="replace").lower()
    if tenant not in {knobs.tenant_id.lower(), *_SHARED}:
        raise entra.unknown_tenant(tenant)
    return tenant


def _check_grant(form: dict[str, str]) -> None:
    grant = form.get("grant_type")
    if not grant:
        raise entra.missing_parameter("grant_type")
    if grant == "refresh_token":
        raise entra.invalid_refresh_token()
    if grant != "client_credentials":
        raise entra.unsupported_grant(grant)


def _check_client(form: dict[str, str], tenant: str, knobs: Knobs, now: float) -> None:
    client = form.get("client_id", "")
    if not client:
        raise entra.missing_parameter("client_id")
    if client.lower() != knobs.client_id.lower():
        raise entra.unknown_client(client, tenant)
    if form.get("client_assertion_type") == _ASSERTION:
        _check_assertion(form.get("client_assertion", ""), client, now)
    elif "client_secret" not in form:
        raise entra.missing_credential()
    elif form["client_secret"] != knobs.client_secret:
        raise entra.wrong_secret(client)


def _check_assertion(assertion: str, client: str, now: float) -> None:
    """A federated or a certificate's assertion: its form and its time are checked, its signature cannot be."""
    claims = tokens.read(assertion)
    if claims is None:
        raise entra.malformed_assertion()
    until, since = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(until, int | float) or not isinstance(since, int | float) or not since - 300 <= now < until:
        raise entra.assertion_out_of_time(client)


def _read_audience(form: dict[str, str], *, second: bool) -> str:
    if not second:
        resource = form.get("resource", "")
        if not resource:
            raise entra.missing_parameter("resource")
        return resource
    scope = form.get("scope", "")
    if not scope:
        raise entra.missing_parameter("scope")
    words = [word for word in scope.split() if word.endswith("/.default")]
    if not words:
        raise entra.scope_without_default(scope)
    return words[0].removesuffix("/.default")
