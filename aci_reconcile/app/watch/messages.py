"""Messages of the parts of a round: what is said again in every round is shown once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.app.run import Level, Messages
    from aci_reconcile.render.text.style import Style


@dataclass(slots=True)
class ChangedMessages:
    """Shows a message unless the round before has shown it, too."""

    shown: Messages
    before: set[str] = field(default_factory=set[str])
    now: set[str] = field(default_factory=set[str])

    def turn(self) -> None:
        """Begin another round."""
        # A round that reads no manifests says nothing of them: what was said before still stands.
        if self.now:
            self.before, self.now = self.now, set()

    @property
    def notes(self) -> Style:
        """The colours of messages."""
        return self.shown.notes

    @property
    def quiet(self) -> bool:
        """Whether only errors are wanted."""
        return self.shown.quiet

    @property
    def verbose(self) -> bool:
        """Whether details are wanted, too."""
        return self.shown.verbose

    def info(self, text: str) -> None:
        """Report something that may be of interest."""
        if self._is_news(text):
            self.shown.info(text)

    def warn(self, text: str) -> None:
        """Warn."""
        if self._is_news(text):
            self.shown.warn(text)

    def plain(self, level: Level, text: str) -> None:
        """Write text that needs no prefix."""
        if self._is_news(text):
            self.shown.plain(level, text)

    def _is_news(self, text: str) -> bool:
        self.now.add(text)
        return text not in self.before
