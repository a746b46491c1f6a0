"""Secrets of Key Vaults: ``${keyvault:vault/secret}``. Imported late; azure-keyvault-secrets is an optional extra.

A manifest gives the names of a vault and of a secret, never a host: where vaults are is a fact of the cloud that
requests go to, and the SDK compares it with the challenge that a vault answers with before a token is sent. A server
that the environment names may stand in for all of them (``standin``).
"""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.azure.vault_answers import Asking, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from concurrent.futures import Future

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.core.secret import Secret

_NAME = re.compile(r"[A-Za-z0-9-]{3,24}")
_API_VERSION = "7.5"
_READ_SECONDS = 10.0
"""How long a vault may be silent, once. No document says how long one takes; it holds 25 KB at most."""
PATIENCE_SECONDS = 30.0
"""How long one secret may take, with what is sent again."""
_SILENCE_SECONDS = 5.0
"""How long nothing is said while a vault is waited for."""
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
    waiting: Callable[[str], None] = lambda _text: None
    """Takes what is said while a vault lets wait."""
    silence: float = _SILENCE_SECONDS
    now: Callable[[], float] = time.time

    def fetch(self, names: Iterable[str]) -> Mapping[str, Secret]:
        """Return the secrets by their names (``vault/secret[/version]``), all at once, each vault with one client.

        What cannot be had is there, too, and says why.
        """
        wanted = sorted(set(names))
        suffix = _SUFFIXES.get(self.endpoint.authority, _PUBLIC if self.server else "")
        if not suffix or self.credential is None:
            return _without(wanted, f"{self.endpoint.base_url} has no vaults")
        try:
            from azure.keyvault.secrets import SecretClient
        except ImportError:
            return _without(wanted, "the Key Vault client is not installed: pip install 'aci-reconcile[keyvault]'")
        with ExitStack() as stack:
            vaults = sorted({name.partition("/")[0] for name in wanted})
            clients = {vault: stack.enter_context(self._client(SecretClient, vault, suffix)) for vault in vaults}
            with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile-vault") as pool:
                ask = Asking(clients, self.now)
                asked = {name: pool.submit(ask, name) for name in wanted}
                self._tell(wait(asked.values(), self.silence).not_done, asked)
                return {name: each.result() for name, each in asked.items()}

    def _tell(self, late: Collection[Future[Secret]], asked: Mapping[str, Future[Secret]]) -> None:
        """Say which vaults let wait, and for how long they may."""
        names = sorted({name.partition("/")[0] for name, each in asked.items() if each in late})
        if names:
            listed = f"vault {names[0]}" if len(names) == 1 else f"vaults {', '.join(names)}"
            self.waiting(f"Waiting for the {listed}; each secret can take up to {PATIENCE_SECONDS:g} s.")

    def _client(self, make: Callable[..., Any], vault: str, suffix: str) -> Any:
        """Return the SDK's client with its own pipeline, but for what is retried and where it may be led to.

        Raises:
            ValueError: it is not a valid vault name.
        """
        if not _NAME.fullmatch(vault):
            raise ValueError(f"{vault!r} is not a valid vault name")
        from aci_reconcile.azure.identity import USER_AGENT
        from aci_reconcile.azure.policies import ReadsOnly

        return make(
            f"https://{vault}.{suffix}",
            self.credential,
            api_version=_API_VERSION,
            transport=self._transport(),
            retry_policy=ReadsOnly(patience=PATIENCE_SECONDS),
            permit_redirects=False,
            user_agent=USER_AGENT,
        )

    def _transport(self) -> Any:
        from aci_reconcile.azure.standin import Detour
        from aci_reconcile.azure.transport import Counter, pooled
        from aci_reconcile.azure.unread import Undecoded

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
        return Undecoded(Detour(made, self.server) if self.server else made)


def _without(names: Iterable[str], reason: str) -> Mapping[str, Secret]:
    return {name: unavailable(name, reason) for name in names}
