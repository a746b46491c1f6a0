"""Entra's endpoints that azure-identity, msal and azure-cli use for a service principal, and the cloud's metadata.

azure-cli's `cloud register` and other clients read the metadata first. Its keys are those that `azure.cli.core.cloud`
maps; every endpoint that exists here points here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from aci_reconcile.emulator.entra import errors, tokens
from aci_reconcile.emulator.evidence import rests_on
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


def answer_identity(request: Request, knobs: Knobs, now: float) -> Response | None:
    """Return the answer where the path is one of Entra's, else None."""
    path = request.split().path
    try:
        if found := _CONFIGURATION.fullmatch(path):
            return _check_method(request, "GET") or answer(200, _describe_configuration(request, found, knobs))
        if found := _TOKEN.fullmatch(path):
            return _check_method(request, "POST") or answer(200, _issue_token(request, found, knobs, now), _UNCACHED)
    except errors.EntraError as error:
        return error.response(request.origin(), now)
    if _DISCOVERY.fullmatch(path):
        return _check_method(request, "GET") or _answer_discovery(request, knobs)
    if _KEYS.fullmatch(path):
        # Tokens are signed with a secret of the emulator, so there is no public key to publish.
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
    """Instance discovery: every authority is this emulator."""
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
    """Answer for the realm of a user. Users cannot sign in here; a managed realm lets a client reach that error."""
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
    if second:  # v2.0 has numbers, and the first version texts and more keys (Entra's documentation of both)
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
        raise errors.invalid_request() from None


def _check_tenant(segment: str, knobs: Knobs) -> str:
    tenant = unquote(segment, errors="replace").lower()
    if tenant not in {knobs.tenant_id.lower(), *_SHARED}:
        raise errors.unknown_tenant(tenant)
    return tenant


def _check_grant(form: dict[str, str]) -> None:
    grant = form.get("grant_type")
    if not grant:
        raise errors.no_parameter("grant_type")
    if grant == "refresh_token":
        raise errors.invalid_refresh_token()
    if grant != "client_credentials":
        raise errors.unknown_grant(grant)


def _check_client(form: dict[str, str], tenant: str, knobs: Knobs, now: float) -> None:
    client = form.get("client_id", "")
    if not client:
        raise errors.no_parameter("client_id")
    if client.lower() != knobs.client_id.lower():
        raise errors.unknown_client(client, tenant)
    if form.get("client_assertion_type") == _ASSERTION:
        _check_assertion(form.get("client_assertion", ""), client, now)
    elif "client_secret" not in form:
        raise errors.no_credential()
    elif form["client_secret"] != knobs.client_secret:
        raise errors.wrong_secret(client)


def _check_assertion(assertion: str, client: str, now: float) -> None:
    """Check the form and the time of a federated or a certificate's assertion; its signature cannot be checked."""
    claims = tokens.read_claims(assertion)
    if claims is None:
        raise errors.invalid_assertion()
    until, since = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(until, int | float) or not isinstance(since, int | float) or not since - 300 <= now < until:
        raise errors.assertion_out_of_time(client)


def _read_audience(form: dict[str, str], *, second: bool) -> str:
    if not second:
        resource = form.get("resource", "")
        if not resource:
            raise errors.no_parameter("resource")
        return resource
    scope = form.get("scope", "")
    if not scope:
        raise errors.no_parameter("scope")
    words = [word for word in scope.split() if word.endswith("/.default")]
    if not words:
        raise errors.scope_without_default(scope)
    return words[0].removesuffix("/.default")


METADATA_PATH = "/metadata/endpoints"
# Of these versions azure-cli and Terraform know that the answer is a list of clouds.
_LIST_VERSIONS = frozenset({"2019-05-01", "2019-10-01", "2020-06-01"})
_FIRST_VERSION = "2015-01-01"
_CLOUD_NAME = "AzureEmulator"


@rests_on("cloud-metadata")
def answer_metadata(request: Request) -> Response | None:
    """Answer a request for the description of the cloud; return None for any other path."""
    if request.split().path.lower().rstrip("/") != METADATA_PATH:
        return None
    if request.method.upper() != "GET":
        return answer(405, {"error": {"code": "MethodNotAllowed", "message": "Only GET is taken here."}})
    version = request.query().get("api-version", "")
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        return answer(400, {"error": {"code": "MissingApiVersionParameter", "message": message}})
    if version == _FIRST_VERSION:
        return answer(200, _describe_oldest(request.origin()))
    cloud = _describe_cloud(request.origin())
    return answer(200, [cloud] if version in _LIST_VERSIONS else cloud)


def _describe_cloud(origin: str) -> Json:
    host = origin.partition("://")[2]
    return {
        "portal": f"{origin}/portal",
        "authentication": {
            "loginEndpoint": origin,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graphAudience": "https://graph.windows.net/",
        "graph": f"{origin}/graph",
        "microsoftGraphResourceId": f"{origin}/",
        "name": _CLOUD_NAME,
        "suffixes": {
            "acrLoginServer": "azurecr.io",
            "keyVaultDns": f"vault.{host}",
            "storage": f"core.{host}",
            "sqlServerHostname": f"database.{host}",
        },
        "batch": "https://batch.core.windows.net/",
        "resourceManager": f"{origin}/",
        "gallery": f"{origin}/gallery",
        "sqlManagement": f"{origin}/sql",
        "vmImageAliasDoc": f"{origin}/aliases",
        "media": "https://rest.media.azure.net",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
    }


def _describe_oldest(origin: str) -> Json:
    return {
        "galleryEndpoint": f"{origin}/gallery",
        "graphEndpoint": f"{origin}/graph",
        "portalEndpoint": f"{origin}/portal",
        "authentication": {"loginEndpoint": origin, "audiences": ["https://management.core.windows.net/"]},
    }
