"""A long apply on GitHub without a secret: tokens and assertions end sooner than the apply, and it goes on."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

import pytest
from e2e.processes import PROJECT, SUBSCRIPTION, Commands
from e2e.test_e2e_identity import CLIENT, TENANT

from aci_reconcile.emulator.http.tls import Tls, make_context

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

LASTS = 2
"""Seconds that an assertion, and a token, is good for; the apply takes longer."""
REQUEST_TOKEN = "canary-request-token"


class OidcService(ThreadingHTTPServer):
    """The runner's own service, which gives a short-lived assertion to whoever shows the job's token."""

    block_on_close = False
    daemon_threads = True

    def __init__(self, ca_file: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.socket = make_context(Tls(ca_file)).wrap_socket(self.socket, server_side=True)
        self.given: list[str] = []

    @property
    def url(self) -> str:
        """As the runner tells it, with a query of its own."""
        return f"https://127.0.0.1:{self.server_address[1]}/idtoken?api-version=2.0"

    def assertion(self) -> str:
        """Make the next assertion."""
        now = int(time.time())
        claims = {"sub": "repo:shop/infra:environment:prod", "jti": len(self.given), "nbf": now, "exp": now + LASTS}
        parts = ({"alg": "RS256"}, claims, {"signature": "none"})
        made = ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=").decode() for each in parts)
        self.given.append(made)
        return made


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        service = cast("OidcService", self.server)
        known = self.headers.get("Authorization", "").lower() == f"bearer {REQUEST_TOKEN}"
        known = known and self.path.endswith("&audience=api%3A%2F%2FAzureADTokenExchange")
        content = json.dumps({"value": service.assertion()} if known else {}).encode()
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@contextmanager
def oidc(folder: Path) -> Generator[OidcService]:
    """Serve assertions until the block ends."""
    with OidcService(folder / "runner-ca.pem") as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            service.shutdown()
            thread.join()


@contextmanager
def azure(commands: Commands) -> Generator[str]:
    """Serve an emulator whose tokens are good for a moment and whose groups take longer; gives its address."""
    words = ("--format", "json", "emulator", "--port", "0", "--tls", "--tls-ca", "ca.pem", "--require-token")
    server = commands.begin(*words, "--knob", f"token_seconds={LASTS}", "--provisioning", f"{2.5 * LASTS}s")
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.communicate()


def test_a_long_apply_outlives_its_first_token(tmp_path: Path) -> None:
    """Each token that is due is asked for with a fresh assertion; one fixed assertion would not have sufficed."""
    commands = Commands(tmp_path)
    commands.write("aci-reconcile.yaml", PROJECT)
    commands.group("web")
    with azure(commands) as url, oidc(tmp_path) as service:
        bundle = tmp_path / "bundle.pem"
        bundle.write_bytes((tmp_path / "ca.pem").read_bytes() + (tmp_path / "runner-ca.pem").read_bytes())
        known = {
            "REQUESTS_CA_BUNDLE": str(bundle),
            "ACI_RECONCILE_ARM_ENDPOINT": url,
            "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION,
            "AZURE_AUTHORITY_HOST": url,
            "GITHUB_ACTIONS": "true",
        }
        ids = {"AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT}
        pipeline = {"ACTIONS_ID_TOKEN_REQUEST_URL": service.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN}
        fixed = tmp_path / "assertion.jwt"
        began = time.monotonic()
        applied = commands("apply", "-y", "--stable-for", "0s", **known, **ids, **pipeline)
        took = time.monotonic() - began
        asked = len(service.given)
        commands.group("db")
        fixed.write_text(service.assertion(), encoding="utf-8")
        stuck = commands("apply", "-y", "--stable-for", "0s", **known, **ids, AZURE_FEDERATED_TOKEN_FILE=str(fixed))

    assert 0 == applied.code, applied.err
    assert took > LASTS
    assert asked > 1
    assert asked == len(set(service.given[:asked]))
    assert 0 != stuck.code
    assert "AADSTS700024" in stuck.err + stuck.out
    told = applied.out + applied.err + stuck.out + stuck.err
    assert [] == [secret for secret in (REQUEST_TOKEN, *service.given) if secret in told]


def test_ssl_is_what_the_runner_speaks(tmp_path: Path) -> None:
    """The stand-in is asked over TLS, as the real service is: another scheme is refused before anything is sent."""
    with oidc(tmp_path) as service:
        assert isinstance(service.socket, ssl.SSLSocket)
        commands = Commands(tmp_path)
        commands.write("aci-reconcile.yaml", PROJECT)
        commands.group("web")
        pipeline = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": service.url.replace("https", "http"),
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": REQUEST_TOKEN,
            "AZURE_CLIENT_ID": CLIENT,
            "AZURE_TENANT_ID": TENANT,
        }
        refused = commands("plan", "-s", SUBSCRIPTION, **pipeline)

    assert (1, []) == (refused.code, service.given)
    assert "is not https" in refused.err
