"""What the command line asks the loader for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in the repository since a commit."""

    paths: frozenset[Path] = frozenset()
    """Absolute, and with every link on the way to the repository followed; what is gone is among them."""
    then: tuple[tuple[Path, str], ...] = ()
    """The changed files that may have been manifests, named as in ``paths``, with their contents as of that commit."""
    shared: tuple[Path, ...] = ()
    """Files beyond the project file that every group depends on: those with values of variables."""
    trees: frozenset[Path] = frozenset()
    """Folders of which everything counts as changed: submodules."""
    whole: str = ""
    """Why all that there is counts as changed; empty where it does not."""


@dataclass(frozen=True, slots=True)
class Base:
    """What a pull request is compared with: the project file on the branch that it goes to, which was reviewed.

    ``text`` is empty where there is none, or where it could not be read: ``because`` and ``hint`` say why then.
    """

    text: str = ""
    because: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Which manifests, for which environment, with which values.

    ``environ`` and ``cwd`` are given, not looked up, so that a run depends on nothing else.
    """

    paths: tuple[Path, ...] = ()
    """What is selected; without a project file, all there is."""
    project: Path | None = None
    """The project file; None: it is looked for, from the first path (or ``cwd``) upwards."""
    environment: str = ""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """Values for ``${var:NAME}``; they win over those of the project file."""
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    only: tuple[str, ...] = ()
    """Addresses, names or patterns of the groups that are selected; empty: all."""
    changes: Changes | None = None
    """What changed, to select the groups that it touches; None: those are not asked for."""
    addresses: tuple[str, ...] | None = None
    """Full addresses of the groups that are selected, whether or not there are such groups; None: any."""
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    cwd: Path = field(default_factory=Path.cwd)
    base: Base | None = None
    """In the run of a pull request: what of the project file was reviewed."""
    resolve: bool = True
    """Whether references to the environment, files and vaults are replaced; False for an offline check."""
    version: str = ""
    """This tool's version, for ``requiredVersion``; empty: that of the installed package."""
