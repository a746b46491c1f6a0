"""Entra's errors in its own format, with codes and texts from users' reports and documentation."""

from __future__ import annotations

import uuid

from aci_reconcile.emulator import times
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer


@rests_on("entra-errors")
class EntraError(Exception):
    """A refusal by the token endpoint."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.number = number
        self.text = text

    def response(self, origin: str, now: float) -> Response:
        """Return the error as a response; its ids are derived from its text."""
        stamp = times.format_seconds(now).replace("T", " ")
        trace = str(uuid.uuid5(uuid.NAMESPACE_URL, f"trace {self.number} {stamp}"))
        correlation = str(uuid.uuid5(uuid.NAMESPACE_URL, f"correlation {self.number} {stamp}"))
        described = (
            f"AADSTS{self.number}: {self.text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
        )
        body: Json = {
            "error": self.error,
            "error_description": described,
            "error_codes": [self.number],
            "timestamp": stamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"{origin}/error?code={self.number}",
        }
        return answer(self.status, body, {"cache-control": "no-store, no-cache", "pragma": "no-cache"})


def wrong_secret(client: str) -> EntraError:
    """Return the error for a secret that is not the client's, or has expired."""
    text = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
        f"not the client secret ID, for a secret added to app '{client}'."
    )
    return EntraError(401, "invalid_client", 7000215, text)


def unknown_tenant(tenant: str) -> EntraError:
    """Return the error for a tenant that no directory has."""
    text = (
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant."
    )
    return EntraError(400, "invalid_tenant", 90002, text)


def unknown_client(client: str, tenant: str) -> EntraError:
    """Return the error for an application that the directory does not have."""
    text = (
        f"Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant."
    )
    return EntraError(400, "unauthorized_client", 700016, text)


def no_credential() -> EntraError:
    """Return the error for a request with neither a secret nor an assertion."""
    text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return EntraError(401, "invalid_client", 7000218, text)


def no_parameter(name: str) -> EntraError:
    """Return the error for a missing parameter."""
    text = f"The request body must contain the following parameter: '{name}'."
    return EntraError(400, "invalid_request", 900144, text)


def invalid_request() -> EntraError:
    """Return the error for a body that is not a form."""
    return EntraError(400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.")


def invalid_assertion() -> EntraError:
    """Return the error for an assertion that is not a token."""
    return EntraError(401, "invalid_client", 50027, "JWT token is invalid or malformed.")


def assertion_out_of_time(client: str) -> EntraError:
    """Return the error for an assertion that has expired, or is not valid yet."""
    text = f"Client assertion is not within its valid time range. Application: '{client}'."
    return EntraError(401, "invalid_client", 700024, text)


def invalid_refresh_token() -> EntraError:
    """Return the error for any refresh token: a service principal gets none, so none can be valid."""
    return EntraError(400, "invalid_grant", 9002313, "Invalid request. Request is malformed or invalid.")


def unknown_grant(grant: str) -> EntraError:
    """Return the error for the grants of users, devices and managed identities, which cannot sign in here."""
    return EntraError(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant}'.")


def scope_without_default(scope: str) -> EntraError:
    """Client credentials are for everything an application may do on one resource."""
    text = (
        f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI)."
    )
    return EntraError(400, "invalid_scope", 1002012, text)
