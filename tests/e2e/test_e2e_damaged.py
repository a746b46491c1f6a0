"""Vaults, who issues tokens and ARM say that all is well, with half a document: nothing of it is shown anywhere."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, cast

import pytest
from e2e.processes import PROJECT, Commands, Ended

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

CANARY = "c4n4ry-0f-4-s3cr3t"
REPORTS = ("markdown=r.md", "html=r.html", "json=r.json", "junit=r.xml", "github=r.txt")
DAMAGED = [
    f'{{"value": "{CANARY}", "id": "https:',
    f'{{"value": "{CANARY}",}}',
    f'["{CANARY}"]',
    f'{{"value": ["{CANARY}"]}}',
    f"{CANARY}",
]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answer = b""


class _Vault(BaseHTTPRequestHandler):
    """Asks for a token as vaults do; whoever has one gets the answer."""

    def do_GET(self) -> None:
        server = cast("_Server", self.server)
        known = "Authorization" in self.headers
        self.send_response(200 if known else 401)
        content = server.answer if known else b"{}"
        if not known:
            challenge = 'Bearer authorization="https://login.microsoftonline.com/t", resource="https://vault.azure.net"'
            self.send_header("WWW-Authenticate", challenge)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


class _Anybody(_Vault):
    """Answers everybody, whatever is asked for."""

    def do_GET(self) -> None:
        self.headers["Authorization"] = "none"
        super().do_GET()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], answer: str) -> Generator[str]:
    """Serve on loopback; returns the server's URL."""
    with _Server(("127.0.0.1", 0), handler) as server:
        server.answer = answer.encode()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project of one group with a secret of a vault."""
    found = Commands(tmp_path, {"ACI_RECONCILE_STABLE_FOR": "0s", "ACI_RECONCILE_PROVISIONING": "0s"})
    found.write("aci-reconcile.yaml", f"{PROJECT}subscription: 00000000-0000-0000-0000-000000000000\n")
    path = found.group("web")
    text = "    environmentVariables: {KEY: {secureValue: '${keyvault:shop-kv/db}'}}\n"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    return found


def everything(commands: Commands, ran: Ended) -> str:
    """Return the screen and every file that was written."""
    files = [each for each in commands.folder.rglob("*") if each.is_file() and "manifests" not in each.parts]
    return ran.out + ran.err + "".join(each.read_bytes().decode("utf-8", "replace") for each in files)


def reported() -> list[str]:
    """Return the options that write a report of every kind."""
    return [word for each in REPORTS for word in ("--report", each)]


@pytest.mark.parametrize("answer", DAMAGED)
def test_nothing_of_a_vaults_answer_is_shown(commands: Commands, answer: str) -> None:
    """On the screen, in the saved plan, in a report; the secret is missing, which is no defect."""
    with serving(_Vault, answer) as url:
        known = {"ACI_RECONCILE_VAULT_ENDPOINT": url}
        planned = commands("plan", "--local", "-v", "--out", "plan.json", *reported(), **known)
        applied = commands("apply", "--local", "-y", "--log-format", "json", **known)

    assert (0, 1) == (planned.code, applied.code), planned.err
    assert "keyvault:shop-kv/db: the vault's answer (200)" in planned.out
    assert CANARY not in everything(commands, planned) + applied.out + applied.err
    assert {"plan.json", "r.md", "r.html", "r.json", "r.xml", "r.txt"} <= {
        each.name for each in commands.folder.iterdir()
    }


@pytest.mark.parametrize("answer", [each.replace("value", "access_token") for each in DAMAGED])
def test_nothing_of_a_metadata_endpoints_answer_is_shown(commands: Commands, answer: str) -> None:
    """A managed identity gets half a token: no token could be had, and that is all that is said."""
    with serving(_Anybody, answer) as url:
        known = {"IDENTITY_ENDPOINT": f"{url}/token", "IDENTITY_HEADER": "h", "PATH": "/nonexistent"}
        planned = commands("plan", "-v", *reported(), **known)

    assert 1 == planned.code, planned.err
    assert "could not get a token: " in planned.err
    assert "the token service answered with 200" in planned.err
    assert CANARY not in everything(commands, planned)


@pytest.mark.parametrize("answer", DAMAGED)
def test_nothing_of_resource_managers_answer_is_shown(commands: Commands, answer: str) -> None:
    """What is no list of groups may be anything: it is an error that tells its status."""
    with serving(_Anybody, answer) as url:
        planned = commands("plan", "-v", "--arm-endpoint", url, *reported())

    assert 1 == planned.code, planned.err
    assert "the answer " in planned.out + planned.err
    assert CANARY not in everything(commands, planned)
