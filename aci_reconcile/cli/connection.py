"""Opening the way to Azure, or to what stands in for it."""

from __future__ import annotations

import re
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.kinds import Duration
from aci_reconcile.errors import UsageError
from aci_reconcile.redaction import is_secret_setting
from aci_reconcile.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.arm import ArmBackend, Endpoint
    from aci_reconcile.arm.transport import Send
    from aci_reconcile.cli.given import Target
    from aci_reconcile.emulator import Store

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
    """Where to connect to, and what is needed for it. ``state`` is the folder of the embedded emulator."""

    target: Target
    api_version: str
    state: Path
    environ: Mapping[str, str]
    sleep: Callable[[float], None] = time.sleep
    paced: bool = False
    """Whether what is done there obeys Azure's rate limits by itself."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An open way to Azure. ``endpoint`` is how reports name it: empty for the public cloud."""

    backend: ArmBackend
    endpoint: str
    description: str
    warning: str = ""


@contextmanager
def connected(place: Place) -> Generator[Connection]:
    """Connect; nothing is sent yet.

    Raises:
        UsageError: there is no such place.
        AuthenticationError: the credentials in the environment are incomplete or contradict the place.
    """
    if not place.target.local:
        with _opened(place, endpoint_of(place.target, place.environ), None) as connection:
            yield connection
        return
    from aci_reconcile.arm import Endpoint

    with closing(_store(place.state)) as store, _opened(place, Endpoint.local(), _send(store, place)) as connection:
        yield connection


@contextmanager
def _opened(place: Place, endpoint: Endpoint, send: Send | None) -> Generator[Connection]:
    from aci_reconcile.arm import connect, span

    _hush()
    backend = connect(
        endpoint,
        api_version=place.api_version,
        concurrency=place.target.concurrency,
        environ=place.environ,
        send=send,
        sleep=place.sleep,
        paced=place.paced,
        patience=place.target.timeout,
    )
    backend.remember(_of_environment(place.environ))
    with closing(backend), span("aci-reconcile"):
        identity = backend.identity
        where = (
            f"the embedded emulator, state in {place.state}"
            if send
            else f"{endpoint.base_url}, identity: {identity.description}"
        )
        yield Connection(backend, _shown(endpoint, local=send is not None), where, identity.warning)


def _of_environment(environ: Mapping[str, str]) -> Iterator[Secret]:
    """Yield the values of the variables that are called secrets: a container may have been given one of them."""
    for name, value in environ.items():
        if is_secret_setting(name) and len(value) >= _SHORTEST_VALUE and not _PATH.fullmatch(value):
            yield Secret(value, source=f"env:{name}")


def _hush() -> None:
    """Keep the SDKs from writing to stderr what their errors say anyway; whoever configures logging still sees it."""
    import logging

    for name in ("azure", "msal"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def endpoint_of(target: Target, environ: Mapping[str, str]) -> Endpoint:
    """Return where requests go.

    Raises:
        UsageError: there is no such place.
        AuthenticationError: the environment names a cloud that nobody knows.
    """
    from aci_reconcile.arm import Endpoint, cloud, custom, endpoint_from

    if target.local:
        return Endpoint.local()
    if target.endpoint:
        return custom(target.endpoint, tokens_from=target.cloud or "public")
    return cloud(target.cloud) if target.cloud else endpoint_from(environ)[0]


def _shown(endpoint: Endpoint, *, local: bool) -> str:
    if local:
        return "local emulator"
    return "" if endpoint.cloud == "public" else endpoint.base_url


def _store(folder: Path) -> Store:
    import sqlite3

    from aci_reconcile.emulator import open_store

    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return open_store(folder)
    except (OSError, sqlite3.Error) as error:
        hint = "make the folder writable, or delete it to start again"
        raise UsageError(f"the emulator cannot keep its state in {folder}: {error}", hint=hint) from error


def _send(store: Store, place: Place) -> Send:
    from aci_reconcile.emulator import Emulator, Knobs, Request

    told = place.environ.get(PROVISIONING, "")
    knobs = Knobs(provisioning_seconds=_seconds(told)) if told else Knobs()
    emulator = Emulator(store, knobs=knobs)

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        response = emulator.handle(Request(method, url, headers, body))
        return response.status, response.headers, response.body

    return send


def _seconds(text: str) -> float:
    import click

    try:
        return Duration().convert(text, None, None)
    except click.BadParameter as error:
        raise UsageError(f"{PROVISIONING}: {error.message}") from error
