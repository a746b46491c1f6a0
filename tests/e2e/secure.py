"""An emulator in a process of its own, over TLS and with tokens: ARM and vaults, and a way to see what they hold."""

from __future__ import annotations

import json
import ssl
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from e2e.processes import API, PATIENCE, SUBSCRIPTION, Commands

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "22222222-2222-2222-2222-222222222222"
CLIENT_SECRET = "emulator-secret"
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop/providers/Microsoft.ContainerInstance/containerGroups"


@dataclass(frozen=True, slots=True)
class Secure:
    """The emulator's address, its CA, and the variables of a client that trusts it and signs in to it."""

    url: str
    ca: Path

    @property
    def environ(self) -> Mapping[str, str]:
        """The variables of a client."""
        return {
            "REQUESTS_CA_BUNDLE": str(self.ca),
            "ACI_RECONCILE_ARM_ENDPOINT": self.url,
            "ACI_RECONCILE_VAULT_ENDPOINT": self.url,
            "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION,
            "AZURE_AUTHORITY_HOST": self.url,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_CLIENT_SECRET": CLIENT_SECRET,
        }

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """Send a request; the answer is JSON."""
        request = urllib.request.Request(f"{self.url}{path}", body, headers, method=method)
        trusting = ssl.create_default_context(cafile=str(self.ca))
        with urllib.request.urlopen(request, timeout=PATIENCE, context=trusting) as answer:
            return json.loads(answer.read())

    def hold(self, vault: str, secret: str, value: str) -> None:
        """Add a version of a secret."""
        self.ask("PUT", f"/emulator/vaults/{vault}/secrets/{secret}", json.dumps({"value": value}).encode())

    def fail(self, **fault: object) -> None:
        """Add a fault."""
        self.ask("POST", "/emulator/faults", json.dumps(fault).encode())

    def requests(self) -> Any:
        """Return how often each operation was asked for."""
        return self.ask("GET", "/emulator/requests")["requests"]

    def get_token(self, resource: str = "https://management.azure.com") -> str:
        """Return a token of a client."""
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": CLIENT_SECRET}
        wanted = urlencode({**form, "scope": f"{resource}/.default"}).encode()
        token: str = self.ask("POST", f"/{TENANT}/oauth2/v2.0/token", wanted)["access_token"]
        return token

    def group(self, name: str = "") -> Any:
        """Return a container group, or all of them, as a client with a token sees them."""
        token = self.get_token()
        return self.ask("GET", f"{GROUPS}{name and f'/{name}'}?api-version={API}", Authorization=f"Bearer {token}")


@contextmanager
def secure(commands: Commands, *words: str) -> Generator[Secure]:
    """Serve it, instantaneous; its CA stands in the folder."""
    tls = ("--tls", "--tls-ca", "ca.pem", "--require-token")
    server = commands.begin("--format", "json", "emulator", "--port", "0", *tls, "--pace", "instant", *words)
    try:
        assert server.stdout is not None
        yield Secure(json.loads(server.stdout.readline())["url"], commands.folder / "ca.pem")
    finally:
        server.terminate()
        server.communicate()
