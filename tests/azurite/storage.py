"""Azurite, Microsoft's emulator of storage accounts, with TLS and tokens, beside an emulator of ARM."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

import requests
import trustme
from docs_blocks import ROOT
from e2e.processes import PATIENCE, Commands
from e2e.secure import Secure, secure

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

PROGRAM = ROOT / "build" / "lock" / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
ACCOUNT = "devstoreaccount1"
"""The account that Azurite has without being told of others (documented)."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The account's address, and the variables of a client that trusts and may use both emulators."""

    url: str
    arm: Secure
    environ: Mapping[str, str]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.split(":")[2].split("/")[0])

    def ask(self, method: str, path: str, **headers: str) -> requests.Response:
        """Send a request about a container or a blob."""
        token = self.arm.get_token("https://storage.azure.com")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}", "x-ms-version": "2021-12-02", "x-ms-date": formatdate(usegmt=True)}
        trusted = self.environ["REQUESTS_CA_BUNDLE"]
        return requests.request(method, f"{self.url}/{path}", headers=sent, verify=trusted, timeout=PATIENCE)

    def make_container(self, name: str) -> str:
        """Make a container and return its URL."""
        assert self.ask("PUT", f"{name}?restype=container").status_code == 201
        return f"{self.url}/{name}"

    def find_groups(self) -> set[str]:
        """Return the names of the container groups."""
        try:
            return {each["name"] for each in self.arm.group()["value"]}
        except OSError:  # before the first apply there is no resource group
            return set()

    def count_writes(self) -> int:
        """Return how many container groups were written, each time counted."""
        return sum(
            each["count"]
            for each in self.arm.requests()
            if each["method"] == "PUT" and each["path"].endswith("/containerGroups/{name}") and each["status"] < 300
        )


@contextmanager
def serve(folder: Path) -> Generator[Storage]:
    """Start both emulators, each with an authority of its own that the clients trust."""
    node = shutil.which("node")
    assert node is not None, "make test-lock needs Node.js"
    assert PROGRAM.is_file(), "make test-lock installs Azurite"
    authority, port = trustme.CA(), find_port()
    certificate = authority.issue_cert("127.0.0.1")
    key, chain = folder / "key.pem", folder / "chain.pem"
    certificate.private_key_pem.write_to_path(key)
    chain.write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
    words = ["--inMemoryPersistence", "--disableTelemetry", "--oauth", "basic", "--cert", str(chain), "--key", str(key)]
    words += ["--blobHost", "127.0.0.1", "--blobPort", str(port)]
    azurite = subprocess.Popen([node, str(PROGRAM), *words], cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert azurite.stdout is not None
        while "successfully listens" not in (line := azurite.stdout.readline()):
            assert line, "Azurite did not start"
        with secure(Commands(folder), "--provisioning", "1.5s") as arm:
            bundle = folder / "bundle.pem"
            bundle.write_bytes(arm.ca.read_bytes() + authority.cert_pem.bytes())
            environ = {**arm.environ, "REQUESTS_CA_BUNDLE": str(bundle)}
            yield Storage(f"https://127.0.0.1:{port}/{ACCOUNT}", arm, environ)
    finally:
        azurite.terminate()
        azurite.communicate()


def find_port() -> int:
    """Return a port that is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_until(what: Any, seconds: float = PATIENCE) -> float:
    """Wait until something is true; returns how long that took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it never came"
        time.sleep(0.1)
    return time.monotonic() - began
