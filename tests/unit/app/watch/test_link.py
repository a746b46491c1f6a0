"""The connection and the lock of a watch, when the project file changes during the run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock
from lease_model import Account, FakeBlob, Time

from aci_reconcile.app import lock as lock_module
from aci_reconcile.app.connection import Connection
from aci_reconcile.app.requests import LockRequest, Target
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.watch import link as link_module
from aci_reconcile.app.watch.link import Link
from aci_reconcile.core.errors import LockError
from aci_reconcile.manifest import Project
from aci_reconcile.manifest.project.project import LockSettings

if TYPE_CHECKING:
    from collections.abc import Generator

    from aci_reconcile.azure.http.fence import Fence
    from aci_reconcile.azure.lock.address import LockAddress

BEFORE = Project("shop", Path("shop"), "", lock=LockSettings("shoplocks", "locks"))


@dataclass
class Backend:
    """Knows whether anything may be written."""

    fence: Fence | None = None

    def guard_writes(self, fence: Fence | None) -> None:
        """Take the fence."""
        self.fence = fence

    def find_obstacle(self) -> str:
        """Return why nothing may be written."""
        return self.fence.find_obstacle() if self.fence is not None else ""


@dataclass
class World:
    """What a link has opened."""

    told: list[str] = field(default_factory=list)

    @contextmanager
    def connect(self, *_: Any, **__: Any) -> Generator[Connection]:
        """Connect."""
        yield Connection(Backend(), "", "here")  # type: ignore[arg-type]

    @contextmanager
    def open_lock(self, address: LockAddress, *_: Any) -> Generator[FakeBlob]:
        """Open the way to a lock."""
        self.told.append(f"open {address}")
        yield FakeBlob(Account(Time()), address=address)
        self.told.append("close")


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Connections and locks that lead nowhere."""
    made = World()
    monkeypatch.setattr(lock_module, "open_lock", made.open_lock)
    monkeypatch.setattr(link_module, "connect", made.connect)
    return made


@pytest.fixture
def link(world: World) -> Link:
    """A link of a watch that takes locks."""
    return Link(Target(lock=LockRequest("watch")), ScriptRun({}, Path(), FakeClock()))


@pytest.mark.parametrize(
    ("after", "lock"),
    [
        (replace(BEFORE, lock=LockSettings("otherlocks", "locks")), "otherlocks.blob.core.windows.net/locks/shop.lock"),
        (replace(BEFORE, name="shop2"), "shoplocks.blob.core.windows.net/locks/shop2.lock"),
        (replace(BEFORE, environment="prod"), "shoplocks.blob.core.windows.net/locks/shop/prod.lock"),
        (replace(BEFORE, lock=None), ""),
    ],
)
def test_a_project_that_changes_its_lock_gets_it(world: World, link: Link, after: Project, lock: str) -> None:
    """What an apply of the new project file would wait for is what the watch takes, too."""
    first = link.open(BEFORE)

    assert first is link.open(replace(BEFORE))
    assert first is not link.open(after)
    assert [
        "open https://shoplocks.blob.core.windows.net/locks/shop.lock",
        "close",
        *([f"open https://{lock}"] if lock else []),
    ] == world.told
    assert (link.blob is None) is (not lock)


def test_nothing_is_written_without_the_lock(link: Link) -> None:
    """Neither before it is held, nor after it was given back."""
    backend: Any = link.open(BEFORE).backend
    before = backend.find_obstacle()
    with link.hold():
        during = backend.find_obstacle()
        assert link.open(BEFORE).lock is not None

    assert (before, during, backend.find_obstacle()) == ("the lock is not held", "", "the lock was given back")
    assert link.open(BEFORE).lock is None


def test_a_project_file_that_changes_under_the_lock_fails_the_round(world: World, link: Link) -> None:
    """What is held is not the lock of what would be written."""
    link.open(BEFORE)
    with link.hold():
        with pytest.raises(LockError, match="changed while it was read"):
            link.open(replace(BEFORE, name="shop2"))
        assert "close" not in world.told

    link.open(replace(BEFORE, name="shop2"))
    assert "close" in world.told
