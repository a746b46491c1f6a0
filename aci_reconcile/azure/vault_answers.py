"""What vaults answer, in our own words: nothing is quoted of an answer that may hold a secret."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.azure.failures import ErrorDetail, trust_hint
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.core.model import as_number, as_object, as_text
from aci_reconcile.core.redaction import veil
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Json

_LONGEST_MESSAGE: Final = 300
_GOOD: Final = range(200, 300)
_UNAUTHORIZED, _NOT_FOUND = 401, 404
_LAST_DAY: Final = 253_402_300_799
"""The last second of the year 9999: what is later is no date, and never comes."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How a secret is asked for: the SDK's clients by their vaults, and the time."""

    clients: Mapping[str, Any]
    now: Callable[[], float]

    def __call__(self, name: str) -> Secret:
        """Fetch one secret; where it cannot be had, it says why."""
        from azure.core.exceptions import AzureError as SdkError
        from azure.core.exceptions import ClientAuthenticationError
        from azure.core.rest import HttpRequest

        vault, secret, *version = name.split("/")
        try:
            request = HttpRequest("GET", f"{{vaultBaseUrl}}/secrets/{secret}/{''.join(version)}")
            response = self.clients[vault].send_request(request)
            return read(name, response.status_code, response.content, self.now())
        except ClientAuthenticationError as error:
            return unavailable(name, f"could not get a token for the vault: {line(str(error))}")
        except AciReconcileError as error:
            return unavailable(name, f"could not get a token for the vault: {line(error.message)}")
        except (SdkError, OSError) as error:
            return unavailable(name, f"could not read the vault: {line(str(error))}{trust_hint(error, '; ')}")
        except ValueError:  # of the policy that reads the vault's challenge; its text would have us switch that off
            return unavailable(
                name, "the vault asked for a token of another server, or in an unknown way; no token was sent"
            )


def unavailable(name: str, reason: str) -> Secret:
    """Return a secret of a vault that could not be had."""
    return Secret.unavailable(_source(name), reason)


def read(name: str, status: int, content: bytes, now: float) -> Secret:
    """Return the secret that an answer holds, with what its owner should hear of its dates."""
    if status not in _GOOD:
        return unavailable(name, _refused(status, content))
    try:
        told: Json = json.loads(content)
    except (ValueError, RecursionError):
        return unavailable(name, f"the vault's answer ({status}) is not JSON")
    value = as_object(told).get("value")
    if value is None or value == "":
        return unavailable(name, "the secret has no value" if as_object(told) else _no_secret(status))
    if not isinstance(value, str):
        return unavailable(name, _no_secret(status))
    return Secret(value, source=_source(name), notice=_notice(as_object(as_object(told).get("attributes")), now))


def line(text: str) -> str:
    """Return a text on one line of bearable length, without what looks like a secret."""
    return veil(" ".join(text.split()))[:_LONGEST_MESSAGE]


def _source(name: str) -> str:
    return f"keyvault:{name}"


def _no_secret(status: int) -> str:
    return f"the vault's answer ({status}) contains no secret"


def _refused(status: int, content: bytes) -> str:
    """Return what a refusal says. Codes and messages of vaults name the caller and the secret, and no value."""
    detail = ErrorDetail.read(content, veil)
    if status == _NOT_FOUND:
        return "the vault has no such secret"
    if _inner(content) == "SecretDisabled":
        return "the secret is disabled"
    said = line(f"({detail.code}) {detail.message}" if detail.code else detail.message)
    what = "refuses the credential" if status == _UNAUTHORIZED else f"refuses ({status})"
    return f"the vault {what}: {said}" if said else f"the vault {what}"


def _inner(content: bytes) -> str:
    """Return the inner code of a refusal, as vaults give it (recorded: ``error.innererror.code``)."""
    try:
        told: Json = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return as_text(as_object(as_object(as_object(told).get("error")).get("innererror")).get("code"))


def _notice(attributes: Mapping[str, Json], now: float) -> str:
    """Say where the dates of a secret do not fit the day.

    A vault gives it all the same, before and after ("Date-time controlled operations" in Microsoft's page about secrets
    of Key Vaults), and was seen to (Azure/AzureKeyVault#19).
    """
    begins, ends = as_number(attributes.get("nbf")), as_number(attributes.get("exp"))
    if ends is not None and ends <= now:
        return f"it has expired ({_day(ends)})"
    if begins is not None and begins > now:
        return f"it is not valid yet ({_day(begins)})"
    return "it is disabled" if attributes.get("enabled") is False else ""


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(min(max(seconds, 0), cast("float", _LAST_DAY))))
