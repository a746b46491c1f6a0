"""exec against the emulator's simulated shell, through both doors, and whether or not exec takes arguments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from exec_commands import CASES
from factories import SUBSCRIPTION, body, container, rid

import aci_reconcile
from aci_reconcile.api.operate import Ran
from aci_reconcile.azure import ArmBackend, Endpoint, connect
from aci_reconcile.core.errors import BlockedError, NoExitCodeError, NotFoundError, UsageError
from aci_reconcile.core.model import Resource
from aci_reconcile.emulator import Emulator, Knobs, Request, dial, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEEDS_MORE = {
    "killed",
    "terminated",
    "interrupted by itself",
    "not executable",
    "a folder",
    "1 MB without a newline",
    "1 MB of lines",
}
"""Commands with programs and files that the simulated container does not have, and one that takes it a minute."""
_ADDRESS = "rg-shop/web"


def _connect(emulator: Emulator, url: str = "") -> ArmBackend:
    def send(method: str, target: str, headers: Any, data: bytes) -> Any:
        answer = emulator.handle(Request(method, target, headers, data))
        return answer.status, answer.headers, answer.body

    options: dict[str, Any] = {} if url else {"send": send, "dial": partial(dial, emulator)}
    endpoint = Endpoint.local(url) if url else Endpoint.local()
    backend = connect(endpoint, api_version="2025-09-01", concurrency=2, environ={}, **options)
    backend.subscription = SUBSCRIPTION
    return backend


def _fill(backend: ArmBackend) -> None:
    backend.create_resource_group(rid().scope, "westeurope", {})
    backend.put(Resource(rid(), body()))
    backend.put(Resource(rid("theirs"), body(tags={"aci-reconcile-project": "theirs/prod"})))
    backend.put(Resource(rid("two"), body(container("app"), container("proxy"))))


@pytest.fixture(params=["in process", "http", "one word"])
def backend(request: pytest.FixtureRequest) -> Iterator[ArmBackend]:
    """Give a backend on each door, and one whose exec takes no arguments."""
    arguments = "one word" if request.param == "one word" else "split"
    emulator = Emulator(open_store(None), knobs=Knobs(provisioning_seconds=0, exec_arguments=arguments))  # type: ignore[arg-type]
    if request.param == "http":
        with serve(emulator) as server:
            connected = _connect(emulator, server.url)
            _fill(connected)
            yield connected
            connected.close()
        return
    connected = _connect(emulator)
    _fill(connected)
    yield connected
    connected.close()


def test_commands(backend: ArmBackend) -> None:
    """The code and the output, as in a real shell."""
    wrong = dict[str, Any]()
    for name, case in tuple(CASES.items())[::2]:
        if name not in _NEEDS_MORE:
            ran = aci_reconcile.execute(backend, _ADDRESS, case.words, stdin=case.stdin)
            if ran.exit_code != case.code or case.output not in {None, ran.output}:
                wrong[name] = (ran.exit_code, ran.output[-100:])

    assert {} == wrong


def test_output_as_it_comes(backend: ArmBackend) -> None:
    """Given to a function instead of kept."""
    pieces = list[bytes]()
    ran = aci_reconcile.execute(backend, _ADDRESS, ["echo", "it runs"], show=pieces.append)

    assert (Ran(0, b""), b"it runs\n") == (ran, b"".join(pieces))


def test_a_container_by_name(backend: ArmBackend) -> None:
    """Where there are several."""
    assert Ran(0, b"x\n") == aci_reconcile.execute(backend, "rg-shop/two", ["echo", "x"], container="PROXY")
    with pytest.raises(UsageError, match="several containers"):
        aci_reconcile.execute(backend, "rg-shop/two", ["echo", "x"])


def test_what_is_not_run(backend: ArmBackend) -> None:
    """No group, no command, another owner's group, NUL, a text in place of words."""
    with pytest.raises(NotFoundError):
        aci_reconcile.execute(backend, "rg-shop/nobody", ["true"])
    with pytest.raises(BlockedError, match="theirs/prod"):
        aci_reconcile.execute(backend, "rg-shop/theirs", ["true"])
    assert 0 == aci_reconcile.execute(backend, "rg-shop/theirs", ["true"], any_owner=True).exit_code
    for words in ([], [""], ["a\0b"], ["-x"], "ls -l"):
        with pytest.raises(UsageError):
            aci_reconcile.execute(backend, _ADDRESS, words)


def test_a_container_that_does_not_run(backend: ArmBackend) -> None:
    """Its state, and where to look."""
    backend.stop(rid())
    with pytest.raises(NoExitCodeError, match="web of rg-shop/web does not run") as caught:
        aci_reconcile.execute(backend, _ADDRESS, ["true"])

    assert "aci-reconcile logs" in caught.value.hint


def test_windows_has_no_code(backend: ArmBackend) -> None:
    """Nothing is sent there."""
    backend.put(Resource(rid("win"), {**body(), "properties": {**body()["properties"], "osType": "Windows"}}))
    before = backend.requests
    with pytest.raises(NoExitCodeError, match="runs Windows"):
        aci_reconcile.execute(backend, "rg-shop/win", ["cmd"])

    assert 1 == backend.requests - before
