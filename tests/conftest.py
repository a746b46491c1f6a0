"""What holds for every test: no colours, no settings of whoever runs them, no sockets but loopback."""

from __future__ import annotations

import functools
import gc
import hashlib
import os
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from thoroughness import PROFILE, up_to

ROOT = Path(__file__).resolve().parent.parent

for _name in ("suite", "gate"):
    settings.register_profile(
        _name, max_examples=up_to(50), derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "mutants",
    max_examples=10,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # that a law fails is enough; the smallest example of it is not looked for
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(PROFILE)

# The same bytes make the same hash, which is slow on purpose: the suite asks for most of them again and again.
hashlib.scrypt = functools.lru_cache(512)(hashlib.scrypt)  # type: ignore[assignment]

# Until all tests are collected there is hardly any garbage, and ever more to look through.
gc.disable()

# Behind `nohup` or in the background of a script these are ignored, and would be in every process that a test starts.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)

_FOREIGN = ("ACI_RECONCILE_", "AZURE_", "ARM_", "ACTIONS_", "GITHUB_")
_PLAIN = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CI",
    "TF_BUILD",
    "GITLAB_CI",
    "JENKINS_URL",
    "TEAMCITY_VERSION",
)
_KEPT = {"ACI_RECONCILE_COMMAND"}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no variable of the machine reach a test."""
    for name in tuple(os.environ):
        if (name.startswith(_FOREIGN) or name in _PLAIN) and name not in _KEPT:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_CONFIG_DIR", f"{os.devnull}/azure")  # nobody is signed in to the Azure CLI


@pytest.fixture(name="loopback_only")
def _guard_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any, /) -> None:
        host = str(address[0]) if isinstance(address, tuple) else ""
        if self.family in {socket.AF_INET, socket.AF_INET6} and host not in {"127.0.0.1", "::1", "localhost"}:
            pytest.fail(f"a test tried to connect to {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _loopback_only(loopback_only: None) -> None:
    """Every test stays on the machine; live tests may replace this fixture."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recordings and published schemas beside the checkout; a newcomer has none."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data, the recorded traffic, beside the checkout")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a mutant meet the tests of its own module first, where most of them die, and the laws last."""
    if PROFILE == "mutants":
        module = os.environ.get("MUTANT_UNDER_TEST", "").rpartition(".")[0].rpartition(".")[2]
        items.sort(key=lambda item: (not item.path.stem.startswith(f"test_{module}"), "property" in item.path.parts))


def pytest_collection_finish() -> None:
    """Look for garbage again, seldom and among what comes from now on: thousands of tests are none."""
    gc.freeze()
    if PROFILE != "mutants":  # such a process ends soon
        gc.set_threshold(20_000, 20, 20)
        gc.enable()
