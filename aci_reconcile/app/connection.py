"""Connecting to Azure, to the embedded emulator, or to another ARM-compatible server."""

from __future__ import annotations

import re
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.durations import parse_duration
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.redaction import is_secret_setting
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.requests import Target
    from aci_reconcile.azure import Actor, ArmBackend, Endpoint
    from aci_reconcile.azure.http.transport import Send
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.azure.stream import Dial
    from aci_reconcile.emulator import Knobs, Store
    from aci_reconcile.manifest import LocalFacts

STATE = ".aci-reconcile"
"""The folder of the embedded emulator's state, beside the project file."""

PROVISIONING = "ACI_RECONCILE_PROVISIONING"
"""How long the emulator takes to provision a group; for the embedded one there is no option."""

_PATH: Final = re.compile(r"/[\w./-]*")
"""Where a file is, and no secret; keys of storage accounts may begin with a slash, and hold more than a path does."""
_SHORTEST_VALUE = 8
"""Characters that a variable must hold to count as a secret by its name alone: `TOKEN=none` is none."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to connect to, and how. ``state`` is the folder of the embedded emulator."""

    target: Target
    api_version: str
    state: Path
    environ: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep
    paced: bool = False
    """Whether the caller obeys Azure's rate limits by itself."""
    facts: LocalFacts | None = None
    """How the embedded emulator answers, if not as it is believed that Azure does."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection. ``endpoint`` is its name in reports: empty for the public cloud."""

    backend: ArmBackend
    endpoint: str
    place: str
    """Where it leads to, for a person."""
    warning: str = ""
    embedded: bool = False
    """Whether it leads to the emulator in this process, where nobody signs in."""
    lock: HeldLock | None = None
    """The lock that is held while it is open, if the run has one."""

    def describe(self, actor: Actor) -> str:
        """Return where it leads to, and who acts there."""
        return self.place if self.embedded else f"{self.place}, identity: {self.backend.identity.describe(actor)}"


@contextmanager
def open_connection(place: Place) -> Generator[Connection]:
    """Open a connection; nothing is sent yet.

    Raises:
        UsageError: there is no such place.
        AuthenticationError: the credentials in the environment are incomplete or contradict the place.
    """
    if not place.target.local:
        with _connect(place, find_endpoint(place.target, place.environ)) as connection:
            yield connection
        return
    from aci_reconcile.azure import Endpoint

    knobs, warning = _make_knobs(place)
    with (
        closing(_open_store(place.state)) as store,
        _connect(place, Endpoint.local(), *_make_doors(store, knobs)) as connection,
    ):
        yield replace(connection, warning=warning or connection.warning)


@contextmanager
def _connect(
    place: Place, endpoint: Endpoint, send: Send | None = None, dial: Dial | None = None
) -> Generator[Connection]:
    from aci_reconcile.azure import connect, start_span

    silence_sdks()
    backend = connect(
        endpoint,
        api_version=place.api_version,
        concurrency=place.target.concurrency,
        environ=place.environ,
        send=send,
        dial=dial,
        sleep=place.sleep,
        paced=place.paced,
        total_timeout=place.target.timeout,
    )
    # Containers print their own environment, and logs of a run print what Azure returns.
    backend.remember(_find_secrets(place.environ))
    with closing(backend), start_span("aci-reconcile"):
        embedded = send is not None
        where = f"the embedded emulator, state in {place.state}" if embedded else endpoint.base_url
        name = _render_endpoint(endpoint, local=embedded)
        yield Connection(backend, name, where, backend.identity.warning, embedded)


def _find_secrets(environ: Mapping[str, str]) -> Iterator[Secret]:
    """Yield the values of environment variables whose names say that they are secrets: a container may hold one."""
    for name, value in environ.items():
        if is_secret_setting(name) and len(value) >= _SHORTEST_VALUE and not _PATH.fullmatch(value):
            yield Secret(value, source=f"env:{name}")


def silence_sdks() -> None:
    """Keep the SDKs from logging to stderr what their errors say anyway, unless logging is configured."""
    import logging

    for name in ("azure", "msal"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def find_endpoint(target: Target, environ: Mapping[str, str]) -> Endpoint:
    """Return where requests go.

    Raises:
        UsageError: there is no such place.
        AuthenticationError: the environment names an unknown cloud.
    """
    from aci_reconcile.azure import Endpoint, find_endpoint, get_cloud, make_endpoint

    if target.local:
        return Endpoint.local()
    if target.endpoint:
        return make_endpoint(target.endpoint, tokens_from=target.cloud or "public")
    return get_cloud(target.cloud) if target.cloud else find_endpoint(environ)[0]


def _render_endpoint(endpoint: Endpoint, *, local: bool) -> str:
    if local:
        return "local emulator"
    return "" if endpoint.cloud == "public" else endpoint.base_url


def _open_store(folder: Path) -> Store:
    import sqlite3

    from aci_reconcile.emulator import open_store

    try:
        folder.mkdir(parents=True, exist_ok=True)
        # The state holds bodies with secrets, so it must not be committed by `git add .`.
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return open_store(folder)
    except (OSError, sqlite3.Error) as error:
        hint = "make the folder writable, or delete it to start again"
        raise UsageError(f"the emulator cannot keep its state in {folder}: {error}", hint=hint) from error


def _make_knobs(place: Place) -> tuple[Knobs, str]:
    """Return the knobs of the embedded emulator, and what to say of facts that it has no knob for."""
    from aci_reconcile.emulator import Knobs

    knobs, warning = Knobs(), ""
    if place.facts:
        from aci_reconcile.facts.answers import read_answers
        from aci_reconcile.facts.imitation import describe_ignored, imitate

        answers = read_answers(place.facts.text, place.facts.name)
        knobs, ignored = imitate(knobs, answers)
        warning = describe_ignored(answers, ignored)
    if text := place.environ.get(PROVISIONING, ""):
        knobs = replace(knobs, provisioning_seconds=_parse_seconds(text))
    return knobs, warning


def _make_doors(store: Store, knobs: Knobs) -> tuple[Send, Dial]:
    """Return the embedded emulator as functions: one for requests, one for WebSockets."""
    from aci_reconcile.emulator import Emulator, Request, dial

    emulator = Emulator(store, knobs=knobs)

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        response = emulator.handle(Request(method, url, headers, body))
        return response.status, response.headers, response.body

    return send, partial(dial, emulator)


def _parse_seconds(text: str) -> float:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{PROVISIONING}: {error}") from error
