"""Secrets of Key Vaults: ``${keyvault:vault/secret}``. Imported late; azure-keyvault-secrets is an optional extra.

A manifest names a vault and a secret, never a host: the cloud determines the host, and the SDK compares it with the
vault's challenge before it sends a token. A server that the environment names may stand in for all vaults
(``ACI_RECONCILE_VAULT_ENDPOINT``), such as the emulator. Requests are made as for the cloud, including host name and
challenge, and the transport sends them to that server.

Messages never quote an answer that may contain a secret.
"""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from azure.core.credentials import AccessToken
from azure.core.rest import HttpRequest

from aci_reconcile.azure.endpoint import make_endpoint
from aci_reconcile.azure.errors import find_trust_hint
from aci_reconcile.azure.http.answer import ErrorDetail
from aci_reconcile.core.errors import AciReconcileError, UsageError
from aci_reconcile.core.model import as_number, as_object, as_text
from aci_reconcile.core.redaction import veil
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from concurrent.futures import Future

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.core.model import Json


_VAULT_NAME = re.compile(r"[A-Za-z0-9-]{3,24}")
_API_VERSION = "7.5"
_READ_SECONDS = 10.0
"""Timeout of one request to a vault. No duration is documented; a secret has 25 KB at most."""
SECRET_SECONDS = 30.0
"""Timeout of one secret, retries included."""
_QUIET_SECONDS = 5.0
"""Seconds of waiting for a vault before a message is shown."""
_SUFFIXES: Final[Mapping[str, str]] = {
    "login.microsoftonline.com": "vault.azure.net",
    "login.microsoftonline.us": "vault.usgovcloudapi.net",
    "login.chinacloudapi.cn": "vault.azure.cn",
}
"""The domain of a cloud's vaults, by the host that issues its tokens."""
_PUBLIC = "vault.azure.net"


@dataclass(frozen=True, slots=True)
class Vaults:
    """The vaults of one cloud.

    ``credential`` is one of azure-identity; None on this machine, where there are no vaults. ``transport`` creates the
    transport of a client; by default, pooled connections. ``server`` stands in for all vaults.
    """

    endpoint: Endpoint
    credential: Any
    concurrency: int = 8
    transport: Callable[[], Any] | None = None
    sleep: Callable[[float], None] = time.sleep
    server: str = ""
    on_wait: Callable[[str], None] = lambda _text: None
    """Receives messages while waiting for a vault."""
    quiet_seconds: float = _QUIET_SECONDS
    now: Callable[[], float] = time.time

    def fetch(self, names: Iterable[str]) -> Mapping[str, Secret]:
        """Return the secrets by name (``vault/secret[/version]``), fetched in parallel, with one client per vault.

        Secrets that are not available are included, and say why.
        """
        wanted = sorted(set(names))
        # A stand-in serves any cloud; the SDK still needs a domain that fits the challenge.
        suffix = _SUFFIXES.get(self.endpoint.authority, _PUBLIC if self.server else "")
        if not suffix or self.credential is None:
            return _make_unavailable(
                wanted, f"{self.endpoint.base_url} has no vaults: set ACI_RECONCILE_VAULT_ENDPOINT"
            )
        try:
            from azure.keyvault.secrets import SecretClient
        except ImportError:  # an optional extra: most projects have no vault
            return _make_unavailable(
                wanted, "the Key Vault client is not installed: pip install 'aci-reconcile[keyvault]'"
            )
        with ExitStack() as stack:
            # One client for each vault: the SDK keeps the challenge, so only the first request of a vault is refused.
            vaults = sorted({name.partition("/")[0] for name in wanted})
            clients = {vault: stack.enter_context(self._client(SecretClient, vault, suffix)) for vault in vaults}
            with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile-vault") as pool:
                fetch = Fetcher(clients, self.now)
                futures = {name: pool.submit(fetch, name) for name in wanted}
                self._announce_wait(wait(futures.values(), self.quiet_seconds).not_done, futures)
                return {name: each.result() for name, each in futures.items()}

    def _announce_wait(self, late: Collection[Future[Secret]], futures: Mapping[str, Future[Secret]]) -> None:
        """Say which vaults are still awaited, and for how long."""
        names = sorted({name.partition("/")[0] for name, each in futures.items() if each in late})
        if names:
            listed = f"vault {names[0]}" if len(names) == 1 else f"vaults {', '.join(names)}"
            self.on_wait(f"Waiting for the {listed}; each secret can take up to {SECRET_SECONDS:g} s.")

    def _client(self, make: Callable[..., Any], vault: str, suffix: str) -> Any:
        """Return the SDK's client with its own pipeline, except for retries and redirects.

        Raises:
            ValueError: it is not a valid vault name.
        """
        if not _VAULT_NAME.fullmatch(vault):
            raise ValueError(f"{vault!r} is not a valid vault name")
        from aci_reconcile.azure.auth.identity import USER_AGENT
        from aci_reconcile.azure.http.policies import SafeRetryPolicy

        return make(
            f"https://{vault}.{suffix}",
            self.credential,
            api_version=_API_VERSION,
            transport=self._transport(),
            retry_policy=SafeRetryPolicy(timeout=SECRET_SECONDS),
            permit_redirects=False,  # a redirect would carry the token to another server
            user_agent=USER_AGENT,
            auto_request_id=False,  # as RandomIdPolicy says
        )

    def _transport(self) -> Any:
        from aci_reconcile.azure.http.pool import make_pooled_transport
        from aci_reconcile.azure.http.transport import DetourTransport, RequestCounter, UndecodedTransport

        inner = (
            self.transport()
            if self.transport
            else make_pooled_transport(
                RequestCounter(),
                concurrency=self.concurrency,
                read_seconds=_READ_SECONDS,
                loopback=self.server.startswith("http://"),
                sleep=self.sleep,
            )
        )
        return UndecodedTransport(DetourTransport(inner, self.server) if self.server else inner)


def _make_unavailable(names: Iterable[str], reason: str) -> Mapping[str, Secret]:
    return {name: make_unavailable(name, reason) for name in names}


_LONGEST_MESSAGE: Final = 300
_GOOD: Final = range(200, 300)
_UNAUTHORIZED, _NOT_FOUND = 401, 404
_LAST_DAY: Final = 253_402_300_799
"""The last second of the year 9999: later values are not valid dates, and count as never."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches secrets with the SDK's clients, by vault, and checks their dates."""

    clients: Mapping[str, Any]
    now: Callable[[], float]

    def __call__(self, name: str) -> Secret:
        """Fetch one secret; if it is not available, it says why."""
        from azure.core.exceptions import AzureError as SdkError
        from azure.core.exceptions import ClientAuthenticationError

        vault, secret, *version = name.split("/")
        try:
            request = HttpRequest("GET", f"{{vaultBaseUrl}}/secrets/{secret}/{''.join(version)}")
            response = self.clients[vault].send_request(request)
            return read_secret(name, response.status_code, response.content, self.now())
        except ClientAuthenticationError as error:
            return make_unavailable(name, f"could not get a token for the vault: {to_line(str(error))}")
        except AciReconcileError as error:
            return make_unavailable(name, f"could not get a token for the vault: {to_line(error.message)}")
        except (SdkError, OSError) as error:
            return make_unavailable(
                name, f"could not read the vault: {to_line(str(error))}{find_trust_hint(error, '; ')}"
            )
        except ValueError:
            # From the policy that reads the vault's challenge (azure-keyvault-secrets, ChallengeAuthPolicy). Its own
            # message recommends to switch the check off, so it is replaced.
            return make_unavailable(
                name, "the vault asked for a token of another server, or in an unknown way; no token was sent"
            )


def make_unavailable(name: str, reason: str) -> Secret:
    """Return a vault secret that is not available."""
    return Secret.unavailable(_name_source(name), reason)


def read_secret(name: str, status: int, content: bytes, now: float) -> Secret:
    """Return the secret in an answer, with a notice about its dates."""
    if status not in _GOOD:
        return make_unavailable(name, _describe_refusal(status, content))
    try:
        body: Json = json.loads(content)
    except (ValueError, RecursionError):
        return make_unavailable(name, f"the vault's answer ({status}) is not JSON")
    value = as_object(body).get("value")
    if value is None or value == "":  # an empty text is no secret (core.secret): Azure refuses it as a password
        return make_unavailable(name, "the secret has no value" if as_object(body) else _describe_missing(status))
    if not isinstance(value, str):
        return make_unavailable(name, _describe_missing(status))
    return Secret(
        value, source=_name_source(name), notice=_make_notice(as_object(as_object(body).get("attributes")), now)
    )


def to_line(text: str) -> str:
    """Return a text on one short line, without what looks like a secret."""
    return veil(" ".join(text.split()))[:_LONGEST_MESSAGE]


def _name_source(name: str) -> str:
    return f"keyvault:{name}"


def _describe_missing(status: int) -> str:
    return f"the vault's answer ({status}) contains no secret"


def _describe_refusal(status: int, content: bytes) -> str:
    """Return the text of a refusal. Codes and messages of vaults name the caller and the secret, but no value."""
    detail = ErrorDetail.read(content, veil)
    if status == _NOT_FOUND:  # the vault's own message is long, and advises to recover a deleted secret
        return "the vault has no such secret"
    if _read_inner_code(content) == "SecretDisabled":
        return "the secret is disabled"
    text = to_line(f"({detail.code}) {detail.message}" if detail.code else detail.message)
    what = "refuses the credential" if status == _UNAUTHORIZED else f"refuses ({status})"
    return f"the vault {what}: {text}" if text else f"the vault {what}"


def _read_inner_code(content: bytes) -> str:
    """Return the inner code of a vault's refusal (recorded: ``error.innererror.code``)."""
    try:
        body: Json = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    return as_text(as_object(as_object(as_object(body).get("error")).get("innererror")).get("code"))


def _make_notice(attributes: Mapping[str, Json], now: float) -> str:
    """Return a notice if a secret is expired, disabled or not valid yet.

    A vault returns it anyway ("Date-time controlled operations" in Microsoft's page about secrets of Key Vaults;
    observed in Azure/AzureKeyVault#19).
    """
    begins, ends = as_number(attributes.get("nbf")), as_number(attributes.get("exp"))
    # A notice, not an error: the value may still be good, and only its owner knows what the dates mean.
    if ends is not None and ends <= now:
        return f"it has expired ({_format_day(ends)})"
    if begins is not None and begins > now:
        return f"it is not valid yet ({_format_day(begins)})"
    return "it is disabled" if attributes.get("enabled") is False else ""


def _format_day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(min(max(seconds, 0), cast("float", _LAST_DAY))))


STAND_IN_VARIABLE: Final = "ACI_RECONCILE_VAULT_ENDPOINT"
_FOREVER = 4_000_000_000


def find_stand_in(environ: Mapping[str, str]) -> str:
    """Return the server's scheme, host and port; empty if none is named.

    Raises:
        UsageError: it is neither https, nor plain http on this machine.
    """
    url = environ.get(STAND_IN_VARIABLE, "").strip()
    if not url:
        return ""
    try:
        return make_endpoint(url).base_url
    except UsageError as error:
        raise UsageError(f"{STAND_IN_VARIABLE}: {error}", hint=error.hint) from error


class DummyCredential:
    """The credential for a server that gets no token: the SDK's client demands one."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        """Return a token that no server accepts."""
        return AccessToken("none", _FOREVER)
