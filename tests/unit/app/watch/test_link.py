"""The connection and the lock of a watch, when the project file changes during the run."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from factories import FakeClock

from aci_reconcile.app import lock as lock_module
from aci_reconcile.app.connection import Connection
from aci_reconcile.app.requests import LockRequest, Target
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.watch import link as link_module
from aci_reconcile.app.watch.link import Link
from aci_reconcile.manifest import Project
from aci_reconcile.manifest.project.project import LockSettings

if TYPE_CHECKING:
    from collections.abc import Generator

BEFORE = Project("shop", Path("shop"), "", lock=LockSettings("shoplocks", "locks"))


@pytest.mark.parametrize(
    "after",
    [
        replace(BEFORE, lock=LockSettings("otherlocks", "locks")),
        replace(BEFORE, name="shop2"),
        replace(BEFORE, environment="prod"),
        replace(BEFORE, lock=None),
    ],
)
def test_a_project_that_changes_its_lock_gets_it(monkeypatch: pytest.MonkeyPatch, after: Project) -> None:
    """What an apply of the new project file would wait for must be held by the watch, too."""
    told: list[str] = []

    @contextmanager
    def hold(project: Project, *_: Any) -> Generator[None]:
        told.append(f"take {project.lock} of {project.owner}")
        yield
        told.append("give back")

    @contextmanager
    def connect(*_: Any, **__: Any) -> Generator[Connection]:
        yield Connection(object(), "", "here")  # type: ignore[arg-type]

    monkeypatch.setattr(lock_module, "hold_lock", hold)
    monkeypatch.setattr(link_module, "connect", connect)
    link = Link(Target(lock=LockRequest("watch")), ScriptRun({}, Path(), FakeClock()))
    first = link.open(BEFORE)

    assert first is link.open(replace(BEFORE))
    assert first is not link.open(after)
    assert [f"take {BEFORE.lock} of shop", "give back", f"take {after.lock} of {after.owner}"] == told
