"""A Key Vault of a few lines on loopback, reached through the client's own pipeline as if it were in the cloud."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, TypeAlias, cast
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError

from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

Held: TypeAlias = "str | int | bytes | Mapping[str, Any]"
RESOURCE = "https://vault.azure.net"


@dataclass
class Cloud:
    """Vaults with their secrets, by ``host/secret``. ``asked``: who asked for what.

    A number stands for a refusal, bytes for the whole answer, a map for what stands beside ``value: v`` in it.
    """

    secrets: dict[str, Held]
    challenge: str = f'Bearer authorization="https://login.microsoftonline.com/t", resource="{RESOURCE}"'
    asked: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])
    port: int = 0

    def transport(self) -> InProcessTransport:
        """Return a transport that brings every request here, whatever host it is for."""
        return InProcessTransport(self._send, RequestCounter(), lambda _seconds: None)

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        parts = urlsplit(url)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, {**headers, "Host": parts.netloc})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        except OSError as error:
            raise ServiceRequestError(str(error)) from error
        finally:
            connection.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.cloud = cloud


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        cloud = cast("_Server", self.server).cloud
        host, path = self.headers["Host"], urlsplit(self.path).path.removeprefix("/secrets/").rstrip("/")
        known = "Authorization" in self.headers
        cloud.asked.append((host, path, known))
        if not known:
            self._say(401, {}, {"WWW-Authenticate": cloud.challenge})
            return
        held = cloud.secrets.get(f"{host.partition('.')[0]}/{path}", 404)
        shown = {"id": f"https://{host}/secrets/{path}", "attributes": {"enabled": True}}
        match held:
            case int():
                self._say(held, {"error": {"code": "Refused", "message": f"no: {path}"}})
            case bytes():
                self._say(200, held)
            case str():
                self._say(200, {"value": held, **shown})
            case _:
                self._say(200, {"value": "v", **shown, **held})

    def _say(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


@contextmanager
def vaults(**secrets: Held) -> Generator[Cloud]:
    """Serve vaults; ``shop__db_password`` stands for the secret ``db-password`` of the vault ``shop``."""
    held = {name.replace("__", "/").replace("_", "-"): value for name, value in secrets.items()}
    cloud = Cloud(held)
    with _Server(cloud) as server:
        cloud.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield cloud
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Principal:
    """A credential that gives a token to anybody, and remembers for what."""

    scopes: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token."""
        self.scopes.append(scopes)
        return AccessToken("token", 4_000_000_000)
