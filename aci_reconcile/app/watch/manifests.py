"""The manifests of a watch: read in every round, and kept as they are while no file has changed.

What is looked at of each file is its place, size and times. A file that was written less than two seconds before it was
looked at may change again without any of these, so it is read again in the next round.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.app.manifests import load_valid, locate, make_request
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.vaults import make_fetch
from aci_reconcile.core.errors import AciReconcileError
from aci_reconcile.manifest import find_project_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from aci_reconcile.app.git_source import Checkout, GitSource
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.vaults import Fetch
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest import Loaded

KEPT: Final = 3600.0
"""Seconds for which values of vaults are kept, in memory alone; after that, everything is read again."""
_SETTLED: Final = 2.0
_MOST: Final = 20_000
"""Files and folders of a project up to which looking at them is quicker than reading the manifests."""
_IGNORED: Final = frozenset({".git", ".aci-reconcile"})


Look: TypeAlias = "frozenset[tuple[object, ...]]"
"""What the files look like, to see whether any of them has changed."""


@dataclass(slots=True)
class KeptVaults:
    """Fetches secrets of vaults, and keeps the values for an hour."""

    fetch: Fetch
    now: Callable[[], float]
    kept: dict[str, tuple[float, Secret]] = field(default_factory=dict[str, "tuple[float, Secret]"])
    missed: bool = False
    """Whether a secret was not available the last time: it is asked for again, and not kept."""

    def __call__(self, names: Iterable[str]) -> Mapping[str, Secret]:
        """Return the secrets by name; those that are not kept are fetched."""
        wanted, now = frozenset(names), self.now()
        self.kept = {name: each for name, each in self.kept.items() if name in wanted and each[0] > now - KEPT}
        missing = sorted(wanted - self.kept.keys())
        fetched: Mapping[str, Secret] = self.fetch(missing) if missing else {}
        self.kept.update({name: (now, each) for name, each in fetched.items() if each.available})
        self.missed = any(not each.available for each in fetched.values())
        return {**{name: each for name, (_, each) in self.kept.items()}, **fetched}


@dataclass(slots=True)
class Manifests:
    """Loads the manifests of a project again and again."""

    sources: Sources
    target: Target
    run: Run
    vaults: KeptVaults = field(init=False)
    loaded: Loaded | None = None
    since: float = 0
    """When that was loaded, in seconds since the epoch."""
    look: Look | None = None
    """The files that ``loaded`` was read from; None: it must be read again."""
    git: GitSource | None = None
    """Where they are fetched from; None: they are in a folder."""
    checkout: Checkout | None = None
    pause: str = ""
    """Why nothing is to be made of them yet, where they come from Git."""
    accepted: str = ""
    """A commit that somebody wants, although the ref went back to it."""
    fetch_failure: str = ""
    """Why they are still those of an earlier commit: git could not fetch."""

    def __post_init__(self) -> None:
        """Keep the values of vaults for this project."""
        self.vaults = KeptVaults(make_fetch(self.target, self.run), self.run.clock.now)
        # What is named on the command line is here, wherever the manifests are.
        files = tuple(self.run.cwd / each for each in self.sources.variable_files)
        self.sources = replace(self.sources, variable_files=files)

    @property
    def revision(self) -> str:
        """The commit that they are of, where they come from Git."""
        return self.checkout.commit if self.checkout is not None else ""

    def load(self) -> Loaded:
        """Return the manifests; the same objects as before while nothing has changed.

        Raises:
            AciReconcileError: they cannot be read, or have errors.
        """
        now, run = self.run.clock.now(), self._go_there()
        look = self._look(run, now)
        if self.loaded is not None and look is not None and look == self.look and now < self.since + KEPT:
            return self.loaded
        # What was read first is as old as its oldest value of a vault.
        self.look, self.vaults.missed = None, False
        loaded = locate(load_valid(self.sources, run, self.vaults), self.target, run.environ)
        if self.git is not None:  # what is kept beside a project must outlive this commit
            loaded = replace(loaded, project=replace(loaded.project, root=self.run.cwd))
        oldest = min((fetched for fetched, _ in self.vaults.kept.values()), default=now)
        self.loaded, self.since, self.look = loaded, oldest, None if self.vaults.missed else look
        return loaded

    def _go_there(self) -> Run:
        """Return a run in the folder of the manifests; those of Git are fetched, or stay what they were.

        Raises:
            AciReconcileError: they cannot be fetched, and never were.
        """
        if self.git is None:
            return self.run
        try:
            self.checkout, self.fetch_failure = self.git.fetch(self.checkout), ""
        except AciReconcileError as error:
            if self.checkout is None:
                raise
            self.fetch_failure = error.message
        return ScriptRun(self.run.environ, self.checkout.folder, self.run.clock, self.run.console)

    def check_history(self, last: str) -> None:
        """Pause if the ref does not contain the commit that was followed last: it went back, or elsewhere.

        Raises:
            AciReconcileError: git could not be asked.
        """
        if self.git is None or self.checkout is None or not last or self.checkout.commit == last:
            self.pause, self.accepted = "", ""
            return
        # Until it is noted as followed, it stays accepted: the round may fail before that.
        if self.checkout.commit == self.accepted:
            self.pause = ""
            return
        self.accepted = ""
        back = self.git.went_back(last, self.checkout.commit)
        self.pause = (
            f"{self.checkout.ref} went back in history: {last[:12]} is not in {self.checkout.commit[:12]}; "
            "push a commit that contains both, or send SIGHUP to follow it"
            if back
            else ""
        )

    def forget(self, told: str) -> None:
        """Read everything again the next time, and follow a ref that went back if that was told.

        Args:
            told: why nothing is healed, as it was reported last.
        """
        self.look = None
        # Only what was reported is accepted: the ref may go back further before the next fetch.
        if self.pause and self.pause == told:
            self.accepted = self.revision
        self.vaults.kept.clear()

    def _look(self, run: Run, now: float) -> Look | None:
        """Return what the files look like; None if that does not tell whether they have changed.

        Raises:
            UsageError: the options name something that does not exist.
        """
        file = find_project_file(make_request(self.sources, run, resolve=False))
        if file is None or self.sources.paths or self.sources.changed_since:
            return None
        try:
            found = frozenset(_look_at((*_list_below(file.parent), *self.sources.variable_files), now))
        except (OSError, _UnclearError):
            return None
        return found | {(str(file),)}


class _UnclearError(Exception):
    """Looking at the files does not tell whether they have changed."""


def _list_below(folder: Path) -> Iterator[Path]:
    """Yield everything below a folder.

    Raises:
        OSError: it cannot be listed.
        _UnclearError: a link leads to another folder, or there is too much of it.
    """
    left, seen = [folder], 0
    while left:
        with os.scandir(left.pop()) as entries:
            for entry in entries:
                seen += 1
                if seen > _MOST or (entry.is_symlink() and entry.is_dir()):
                    raise _UnclearError
                if entry.name not in _IGNORED:
                    yield Path(entry.path)
                    left += [Path(entry.path)] if entry.is_dir(follow_symlinks=False) else []


def _look_at(files: Iterable[Path], now: float) -> Iterator[tuple[object, ...]]:
    """Yield what each file looks like.

    Raises:
        OSError: one cannot be looked at.
        _UnclearError: one was written just now, and may be written again in the same moment.
    """
    for file in files:
        there = file.stat()
        if stat.S_ISDIR(there.st_mode):
            yield (str(file),)
            continue
        if there.st_ctime > now - _SETTLED or not stat.S_ISREG(there.st_mode):
            raise _UnclearError
        yield (str(file), there.st_mtime_ns, there.st_ctime_ns, there.st_size, there.st_ino)
