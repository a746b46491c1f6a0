"""The request of the command line to the loader."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.shards import ShardNumber


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in the repository since a commit."""

    paths: frozenset[Path] = frozenset()
    """Changed paths, deleted ones included: absolute, with all links to the repository followed."""
    then: tuple[tuple[Path, str], ...] = ()
    """Changed files that may have been manifests, named as in ``paths``, with their contents in that commit."""
    shared: tuple[Path, ...] = ()
    """Files besides the project file that every group depends on: variable files."""
    trees: frozenset[Path] = frozenset()
    """Folders whose entire content counts as changed: submodules."""
    everything: str = ""
    """Why everything counts as changed; empty if it does not."""


@dataclass(frozen=True, slots=True)
class Base:
    """The base of a pull request: the reviewed project file of its target branch.

    ``text`` is empty if there is none, or it could not be read; ``because`` and ``hint`` then say why.
    """

    text: str = ""
    because: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A group that no manifest declares: one container with this image."""

    reference: str
    cpu: str = "1"
    memory: str = "1.5"
    """In GB. Both defaults are those of ``az container create``."""


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """Groups to run once, each in a group of its own, and what is different for this run."""

    paths: tuple[Path, ...] = ()
    """Manifests; they need not belong to the project's own."""
    patterns: tuple[str, ...] = ()
    """Addresses, names or patterns of declared groups."""
    image: Image | None = None
    container: str = ""
    """The container that command and variables are for; empty if there is only one."""
    command: tuple[str, ...] = ()
    """Words that replace the container's command, as they are; empty: its own."""
    env: tuple[tuple[str, str | None], ...] = ()
    """Environment variables to set. A value may have references; None: that of the variable here, as a secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """Which manifests to load, for which environment, with which values.

    ``environ`` and ``cwd`` are passed in, not read from the process, so a run depends on nothing else.
    """

    paths: tuple[Path, ...] = ()
    """Paths that select groups; without a project file, paths of all manifests."""
    project: Path | None = None
    """The project file; None to search for it, from the first path (or ``cwd``) upwards."""
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values for ``${var:NAME}``, which override the project file."""
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    only: tuple[str, ...] = ()
    """Addresses, names or patterns of the selected groups; empty for all."""
    changes: Changes | None = None
    """Changes, to select the groups that they touch; None to select by other means."""
    addresses: tuple[str, ...] | None = None
    """Full addresses of the selected groups, whether or not they exist; None for all."""
    outline: bool = False
    """Whether of all groups only what decides their shard is read, without their secrets and most of their mistakes."""
    shard: ShardNumber | None = None
    """Which part of the groups is selected, where several runs share them; None for all."""
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    cwd: Path = field(default_factory=Path.cwd)
    base: Base | None = None
    """The reviewed project file, in the run of a pull request."""
    resolve: bool = True
    """Whether to replace references to the environment, files and vaults; False for an offline check."""
    task: TaskRequest | None = None
    """What to run once; None to run nothing."""
    texts: Mapping[Path, str] = field(default_factory=dict["Path", str])
    """Texts to read in place of files, by absolute path: what an edit would leave in them."""
    version: str = ""
    """This tool's version, for ``requiredVersion``; empty for the version of the installed package."""

    @property
    def named_paths(self) -> tuple[Path, ...]:
        """The paths on the command line, whatever they are for."""
        return (*self.paths, *(self.task.paths if self.task else ()))
