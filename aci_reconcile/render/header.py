"""Where a report's findings apply: its first line, and the first members of its JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.values import ELLIPSIS

FORMAT_VERSION = "1.0"
"""Of every JSON document. A reader accepts a newer minor version, which only adds, and refuses another major one."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a plan applies. ``project`` is the owner: with ``/environment`` where one is chosen.

    ``endpoint`` is empty for the public cloud's own.
    """

    project: str
    subscription: str
    endpoint: str = ""
    environment: str = ""

    def text(self, *, whole: bool = False) -> str:
        """Return it as the first line names it; a subscription's GUID by its beginning, unless ``whole``."""
        return sanitize(", ".join(f"{name} {value}" for name, value in self.parts(whole=whole)))

    def parts(self, *, whole: bool = False) -> tuple[tuple[str, str], ...]:
        """Return what is known of the place, by name, as it came."""
        guid = not whole and _GUID.fullmatch(self.subscription) is not None
        subscription = self.subscription[:4] + ELLIPSIS if guid else self.subscription
        parts = (("project", self.project), ("subscription", subscription), ("endpoint", self.endpoint))
        return tuple((name, value) for name, value in parts if value)

    def place(self) -> tuple[tuple[str, str], ...]:
        """Return the parts but the project, for where that stands in a heading."""
        return tuple(each for each in self.parts() if each[0] != "project")

    def json(self, tool_version: str) -> dict[str, object]:
        """Return the first members of a document."""
        return {
            "format_version": FORMAT_VERSION,
            "tool_version": tool_version,
            "project": self.project,
            "environment": self.environment,
            "subscription": self.subscription,
            "endpoint": self.endpoint,
        }
