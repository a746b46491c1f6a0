"""What a use case needs of its caller: an environment, a folder, time, and a place for messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.render.text.style import Style

Level: TypeAlias = Literal["info", "warning", "error"]


class Messages(Protocol):
    """Where a use case reports what it does. Results are returned, not reported."""

    @property
    def notes(self) -> Style:
        """The colours of messages."""
        ...

    @property
    def quiet(self) -> bool:
        """Whether only errors are wanted."""
        ...

    @property
    def verbose(self) -> bool:
        """Whether details are wanted, too."""
        ...

    def info(self, text: str) -> None:
        """Report something that may be of interest."""
        ...

    def warn(self, text: str) -> None:
        """Warn."""
        ...

    def plain(self, level: Level, text: str) -> None:
        """Write text that needs no prefix."""
        ...


class Run(Protocol):
    """One run: what it may read of the process, and where its messages go."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment variables."""
        ...

    @property
    def cwd(self) -> Path:
        """The folder that relative paths start from."""
        ...

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def console(self) -> Messages:
        """Where messages go."""
        ...


@dataclass(frozen=True, slots=True)
class Silence:
    """Messages that are dropped: a script gets values and exceptions."""

    quiet: bool = True
    verbose: bool = False

    @property
    def notes(self) -> Style:
        """No colours."""
        from aci_reconcile.render.text.style import PLAIN

        return PLAIN

    def info(self, text: str) -> None:
        """Drop a message."""

    def warn(self, text: str) -> None:
        """Drop a warning."""

    def plain(self, level: Level, text: str) -> None:
        """Drop a text."""


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """The run of a script, which calls the Python API."""

    environ: Mapping[str, str]
    cwd: Path
    clock: Clock
    console: Messages = field(default_factory=Silence)
