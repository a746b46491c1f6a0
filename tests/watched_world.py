"""A watch in this process: a project on disk, the emulator behind the real SDK, and time that only sleeping moves."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from azure_world import AzureWorld
from factories import SUBSCRIPTION

from aci_reconcile.app.connection import Connection
from aci_reconcile.app.requests import LockRequest, Sources, Target
from aci_reconcile.app.run import ScriptRun, Silence
from aci_reconcile.app.watch.controller import Controller, make_controller
from aci_reconcile.app.watch.ledger_file import LedgerFile
from aci_reconcile.app.watch.link import Link
from aci_reconcile.app.watch.settings import Settings, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lease_model import FakeBlob

    from aci_reconcile.app.git_source import GitSource
    from aci_reconcile.manifest import Project
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.rounds import Round

PROJECT = f"name: shop\nid: 4f7k2m9q1c\nsubscription: {SUBSCRIPTION}\nresourceGroup: rg-shop\nlocation: westeurope\n"
GROUP = """name: {name}
osType: Linux
containers:
  - name: main
    image: {image}
    resources: {{cpu: 1, memoryInGB: 1}}
"""


@dataclass(frozen=True)
class Said(Silence):
    """Keeps what is warned of."""

    warnings: list[str] = field(default_factory=list[str])

    def warn(self, text: str) -> None:
        """Keep a warning."""
        self.warnings.append(text)


@dataclass
class WatchedWorld:
    """A project in a folder, Azure, and a watch of both."""

    folder: Path
    world: AzureWorld = field(default_factory=AzureWorld)
    project: str = PROJECT
    settings: Settings = field(default_factory=Settings)
    rounds: list[Round] = field(default_factory=list["Round"])
    events: list[Event] = field(default_factory=list["Event"])
    said: Said = field(default_factory=Said)
    git: GitSource | None = None
    """Where the manifests are fetched from, if they are not in the folder."""
    lock: FakeBlob | None = None
    """The lock of the project, if it has one."""
    number: int = 0
    controller: Controller = field(init=False)

    def __post_init__(self) -> None:
        # The files are older than the watch: then it trusts their times.
        self.world.clock.time = max(self.world.clock.time, time.time() + 60)
        (self.folder / "manifests").mkdir(parents=True, exist_ok=True)
        self.write_project(self.project)
        self.start()

    def start(self, **more: Any) -> None:
        """Begin another process, which knows nothing of the one before."""
        self.settings = replace(self.settings, **more)
        run = ScriptRun({}, self.folder, self.world.clock, self.said)
        surroundings = Surroundings(
            show=self.events.append, tell=lambda _before, done: self.rounds.append(done), chance=lambda: 0.0
        )
        target = Target(lock=LockRequest("watch") if self.lock is not None else None)
        controller = make_controller(Sources(), target, self.settings, run, surroundings, self.git)
        controller.course.link = WorldLink(target, run, world=self.world, lock=self.lock)
        self.controller = controller

    def keep_state(self) -> LedgerFile:
        """Return the file of the state."""
        return LedgerFile(self.folder / "watch.state")

    def write_project(self, text: str) -> None:
        """Write the project file."""
        (self.folder / "aci-reconcile.yaml").write_text(text)

    def declare(self, name: str, image: str = "nginx:1", more: str = "") -> None:
        """Write a manifest."""
        (self.folder / "manifests" / f"{name}.yaml").write_text(GROUP.format(name=name, image=image) + more)

    def forget(self, name: str) -> None:
        """Delete a manifest."""
        (self.folder / "manifests" / f"{name}.yaml").unlink()

    def round(self) -> Round:
        """Make one round when it is due, and return it."""
        return self.go_on(1)[-1]

    def go_on(self, rounds: int, between: Callable[[], None] = lambda: None) -> list[Round]:
        """Make some rounds; return them."""
        before = len(self.rounds)
        for _ in range(rounds):
            self.controller.wait()
            between()
            self.controller.step()
        return self.rounds[before:]


@dataclass(slots=True)
class WorldLink(Link):
    """The connection to the emulator: the real one signs in, and the lock is a model of one."""

    world: AzureWorld = field(kw_only=True)
    lock: FakeBlob | None = field(kw_only=True)

    def _connect(self, project: Project) -> Connection:
        del project
        self.blob = self.lock
        return Connection(self.world.backend, "", "here")
