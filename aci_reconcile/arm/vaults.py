"""Secrets of Key Vaults: ``${keyvault:vault/secret}``. Imported late; azure-keyvault-secrets is an optional extra.

A manifest gives the names of a vault and of a secret, never a host: where vaults are is a fact of the cloud that
requests go to, and the SDK compares it with the challenge that a vault answers with before a token is sent. A server
that the environment names may stand in for all of them (``standin``).
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.redaction import veil
from aci_reconcile.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.arm.endpoint import Endpoint

_NAME = re.compile(r"[A-Za-z0-9-]{3,24}")
_API_VERSION = "7.5"
_READ_SECONDS = 30.0
_LONGEST_MESSAGE = 300
_SUFFIXES: Final[Mapping[str, str]] = {
    "login.microsoftonline.com": "vault.azure.net",
    "login.microsoftonline.us": "vault.usgovcloudapi.net",
    "login.chinacloudapi.cn": "vault.azure.cn",
}
"""Where the vaults of a cloud are, by the host that issues its tokens."""
_PUBLIC = "vault.azure.net"


@dataclass(frozen=True, slots=True)
class Vaults:
    """The vaults of one cloud.

    ``credential`` is one of azure-identity; None on this machine, where there are no vaults. ``transport`` makes the
    last link of a client's pipeline; without one, pooled connections are made. ``server`` stands in for all of them.
    """

    endpoint: Endpoint
    credential: Any
    concurrency: int = 8
    transport: Callable[[], Any] | None = None
    sleep: Callable[[float], None] = time.sleep
    server: str = ""

    def fetch(self, names: Iterable[str]) -> Mapping[str, Secret]:
        """Return the secrets by their names (``vault/secret[/version]``), all at once, each vault with one client.

        What cannot be had is there, too, and says why.
        """
        wanted = sorted(set(names))
        suffix = _SUFFIXES.get(self.endpoint.authority, _PUBLIC if self.server else "")
        if not suffix or self.credential is None:
            return _without(wanted, f"there are no vaults at {self.endpoint.base_url}")
        try:
            from azure.keyvault.secrets import SecretClient
        except ImportError:
            return _without(wanted, "the Key Vault client is not installed: pip install 'aci-reconcile[keyvault]'")
        with ExitStack() as stack:
            vaults = sorted({name.partition("/")[0] for name in wanted})
            clients = {vault: stack.enter_context(self._client(SecretClient, vault, suffix)) for vault in vaults}
            with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile-vault") as pool:
                return dict(zip(wanted, pool.map(partial(_secret, clients), wanted), strict=True))

    def _client(self, make: Callable[..., Any], vault: str, suffix: str) -> Any:
        """Return the SDK's client with its own pipeline, but for what is retried and where it may be led to.

        Raises:
            ValueError: it is no name of a vault.
        """
        if not _NAME.fullmatch(vault):
            raise ValueError(f"{vault!r} is no name of a vault")
        from aci_reconcile.arm.connection import USER_AGENT
        from aci_reconcile.arm.policies import ReadsOnly

        return make(
            f"https://{vault}.{suffix}",
            self.credential,
            api_version=_API_VERSION,
            transport=self._transport(),
            retry_policy=ReadsOnly(),
            permit_redirects=False,
            user_agent=USER_AGENT,
        )

    def _transport(self) -> Any:
        from aci_reconcile.arm.standin import Detour
        from aci_reconcile.arm.transport import Counter, pooled

        made = (
            self.transport()
            if self.transport
            else pooled(
                Counter(),
                concurrency=self.concurrency,
                read_seconds=_READ_SECONDS,
                loopback=self.server.startswith("http://"),
                sleep=self.sleep,
            )
        )
        return Detour(made, self.server) if self.server else made


def _without(names: Iterable[str], reason: str) -> Mapping[str, Secret]:
    return {name: Secret.unavailable(_source(name), reason) for name in names}


def _source(name: str) -> str:
    return f"keyvault:{name}"


def _secret(clients: Mapping[str, Any], name: str) -> Secret:
    """Fetch one secret; nothing that the vault or the SDK says can hold its value."""
    from azure.core.exceptions import AzureError as SdkError
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

    vault, secret, *version = name.split("/")
    try:
        value = clients[vault].get_secret(secret, *version).value
    except ResourceNotFoundError:
        return Secret.unavailable(_source(name), "the vault has no such secret")
    except ClientAuthenticationError as error:
        return Secret.unavailable(_source(name), f"the vault does not take the credential: {_line(error)}")
    except HttpResponseError as error:
        return Secret.unavailable(_source(name), f"the vault refuses ({error.status_code}): {_line(error)}")
    except (SdkError, ValueError) as error:
        return Secret.unavailable(_source(name), f"the vault cannot be read: {_line(error)}")
    if not value:
        return Secret.unavailable(_source(name), "the secret has no value")
    return Secret(value, source=_source(name))


def _line(error: Exception) -> str:
    """Return an error on one line of bearable length, without what looks like a secret."""
    return veil(" ".join(str(error).split()))[:_LONGEST_MESSAGE]
