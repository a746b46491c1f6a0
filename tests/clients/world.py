"""An emulator as a process of its own, and clients in environments and homes of their own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clients.door import Door

from aci_reconcile.emulator import Knobs

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENTS = ROOT / "build" / "clients"
COMMAND = shlex.split(os.environ.get("ACI_RECONCILE_COMMAND", f"{sys.executable} -m aci_reconcile"))
VAULT = "shop-kv.vault.azure.net"
PUBLIC_HOSTS = ("management.azure.com", "login.microsoftonline.com", VAULT)
TOLERATED = {"CONNECT azcliprod.blob.core.windows.net:443"}
"""Refused like everything else, and no failure: azure-cli looks once a day for a newer version of itself."""
WRONG_SECRET = "not-the-secret"
_PATIENCE = 180
_SEARCHED = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Emulated:
    """A running emulator, and what a client must know to sign in. ``ca`` is empty for plain http."""

    pid: int
    url: str
    ca: str
    subscription: str
    tenant: str
    client: str
    secret: str

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Done:
    """What a program left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read as JSON; nothing is null, as azure-cli prints it."""
        return json.loads(self.out) if self.out.strip() else None

    @property
    def all(self) -> str:
        """Everything that it printed."""
        return self.out + self.err


@dataclass(frozen=True, slots=True)
class World:
    """An emulator, the proxy that keeps its clients at home, and a folder for their homes."""

    emulator: Emulated
    door: Door
    folder: Path

    def environ(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a client: nothing of the machine's own but a search path."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return {
            "PATH": _SEARCHED,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "HTTP_PROXY": self.door.url,
            "HTTPS_PROXY": self.door.url,
            "NO_PROXY": "localhost,127.0.0.1",
            **({"REQUESTS_CA_BUNDLE": self.emulator.ca, "SSL_CERT_FILE": self.emulator.ca} if self.emulator.ca else {}),
            **more,
        }

    def principal(self) -> dict[str, str]:
        """Return the variables by which azure-identity finds the service principal and the subscription."""
        emulator = self.emulator
        return {
            "AZURE_TENANT_ID": emulator.tenant,
            "AZURE_CLIENT_ID": emulator.client,
            "AZURE_CLIENT_SECRET": emulator.secret,
            "AZURE_SUBSCRIPTION_ID": emulator.subscription,
        }

    def ansible(self) -> dict[str, str]:
        """Return the variables by which azure.azcollection finds them; it knows no Azure but the public one."""
        emulator = self.emulator
        return {
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "AZURE_CLIENT_ID": emulator.client,
            "AZURE_SECRET": emulator.secret,
            "AZURE_TENANT": emulator.tenant,
            "AZURE_SUBSCRIPTION_ID": emulator.subscription,
            "AZURE_DISABLE_INSTANCE_DISCOVERY": "true",
        }

    def own_command(self, folder: Path, *words: str, expect: int = 0) -> str:
        """Run aci-reconcile as its users do: in the public cloud, with a service principal, over TLS."""
        done = run([*COMMAND, *words], folder, self.environ(NO_COLOR="1", **self.principal()))

        assert expect == done.code, done.all
        return done.all


def run(words: list[str], folder: Path, environ: Mapping[str, str], seconds: int = _PATIENCE) -> Done:
    """Run a program to its end, with no terminal and nothing on its input."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class MissingClientError(Exception):
    """Nobody installed a client."""


def installed(name: str, environments: Path = ENVIRONMENTS) -> Path:
    """Return the folder of a client's programs.

    Raises:
        MissingClientError: nobody installed it.
    """
    if not (environments / name / ".installed").is_file():
        raise MissingClientError(f"the client {name} is not installed: run make test-clients")
    return environments / name / "bin"


@contextmanager
def emulated(folder: Path, *options: str, tls: bool = True) -> Generator[Emulated]:
    """Run an emulator until the block ends."""
    words = [*COMMAND, "emulator", "--port", "0", "--format", "json", *options]
    if tls:
        words += ["--tls", "--tls-ca", "ca.pem", "--require-token"]
        words += [word for name in PUBLIC_HOSTS for word in ("--tls-name", name)]
    environ = {"PATH": _SEARCHED, "HOME": str(folder), "LANG": "C.UTF-8"}
    with (folder / "emulator.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            log.seek(0)
            assert first, log.read()
            said = json.loads(first)
            url, known = said["url"].replace("127.0.0.1", "localhost"), Knobs()
            yield Emulated(
                pid=process.pid,
                url=url,
                ca=said.get("ca", ""),
                subscription=said["subscription"],
                tenant=known.tenant_id,
                client=known.client_id,
                secret=known.client_secret,
            )
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=20)
            finally:
                process.kill()


@contextmanager
def world(folder: Path, *options: str, tls: bool = True) -> Generator[World]:
    """Run an emulator and the proxy before it; at the end no client may have asked for anything else."""
    with emulated(folder, *options, tls=tls) as emulator:
        hosts = frozenset(PUBLIC_HOSTS) if tls else frozenset[str]()
        with Door(hosts, emulator.port) as door:
            yield World(emulator, door, folder)
        astray = [asked for asked in door.refused if asked not in TOLERATED]
        assert [] == astray, f"asked for what is not the emulator: {astray}"
