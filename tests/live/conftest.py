"""The place of the live tests, their budget, and the clean-up behind them."""

from __future__ import annotations

import os
import secrets
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from e2e.processes import API, SUBSCRIPTION, Commands
from e2e.secure import secure
from live.subscription import Place, Settings, SettingsError, check_budget, estimate_cost, is_setting, read_settings

from aci_reconcile.azure import connect, find_endpoint, make_endpoint
from aci_reconcile.core.model import Scope

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from pathlib import Path

_REAL: Final = pytest.StashKey[Settings | None]()
_COST: Final = pytest.StashKey[float]()
_EMULATED: Final = Scope(SUBSCRIPTION, "rg-live")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add up what the chosen tests cost, and refuse more than the budget before anything is created."""
    marks = [mark for item in items if (mark := item.get_closest_marker("live"))]
    cost = estimate_cost((mark.kwargs["groups"], mark.kwargs["seconds"]) for mark in marks)
    try:
        settings = read_settings(os.environ)
        if settings:
            check_budget(cost, settings)
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_REAL], config.stash[_COST] = settings, cost


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> str:
    """Say where the tests run, and what that costs."""
    settings = config.stash.get(_REAL, None)
    if not settings:
        return ""
    where = f"subscription {settings.scope.subscription}, resource group {settings.scope.resource_group}"
    return f"live: {where}, {settings.location}; estimated cost {config.stash[_COST]:.3f} USD"


@pytest.fixture
def real(request: pytest.FixtureRequest) -> Settings | None:
    """Return the subscription to test in, if somebody asked for one."""
    return request.config.stash.get(_REAL, None)


@pytest.fixture(autouse=True)
def _own_environment(real: Settings | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no setting of the machine reach a test, but for the credentials of a real subscription."""
    for name in tuple(os.environ):
        if is_setting(name) or (not real and name.startswith(("AZURE_", "ARM_", "ACTIONS_", "GITHUB_"))):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest, real: Settings | None) -> None:
    """Leave the machine for a real subscription only."""
    if not real:
        request.getfixturevalue("loopback_only")


@pytest.fixture
def place(
    request: pytest.FixtureRequest, real: Settings | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Place]:
    """Give a place without groups of ours; whatever a test leaves there is deleted, also after a failure."""
    assert request.node.get_closest_marker("live"), "a live test says what it costs: @pytest.mark.live(groups, seconds)"
    with _use_subscription(real) if real else _use_emulator(tmp_path, monkeypatch) as found:
        found.clean()
        try:
            yield found
        finally:
            found.clean()


@contextmanager
def _use_subscription(real: Settings) -> Generator[Place]:
    environ = {"ACI_RECONCILE_SUBSCRIPTION": real.scope.subscription, "ACI_RECONCILE_ARM_ENDPOINT": real.server}
    endpoint = make_endpoint(real.server) if real.server else find_endpoint(os.environ)[0]
    with closing(connect(endpoint, api_version=API, concurrency=4, environ=os.environ)) as backend:
        yield Place(backend, real.scope, real.location, _make_name(), environ)


@contextmanager
def _use_emulator(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Place]:
    with secure(Commands(folder), "--provisioning", "2s") as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        endpoint = make_endpoint(server.url)
        with closing(connect(endpoint, api_version=API, concurrency=4, environ=os.environ)) as backend:
            backend.create_resource_group(_EMULATED, "westeurope", {})
            yield Place(backend, _EMULATED, "westeurope", _make_name(), server.environ)


def _make_name() -> str:
    return f"acirlive-{secrets.token_hex(4)}"
