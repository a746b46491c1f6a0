"""What a use case needs of its caller: an environment, time, and somebody to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aci_reconcile.core.backend import Clock
    from aci_reconcile.render.text.style import Style

Level: TypeAlias = Literal["info", "warning", "error"]


class Messages(Protocol):
    """Where a use case says what it does. Results are returned and never said here."""

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
        """Say something that may be of interest."""
        ...

    def warn(self, text: str) -> None:
        """Warn."""
        ...

    def plain(self, level: Level, text: str) -> None:
        """Write text that is already laid out."""
        ...


class Run(Protocol):
    """One run: what it may read of the process, and whom it tells."""

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
