"""The place that a report is about: its first line, and the first members of its JSON."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.values import ELLIPSIS

if TYPE_CHECKING:
    from aci_reconcile.core.shards import ShardNumber

FORMAT_VERSION = "1.0"
"""Of every JSON document. A reader accepts a newer minor version, which only adds, and refuses another major one."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a plan applies. ``project`` is the owner, with ``/environment`` if one is chosen.

    ``endpoint`` is empty for the public cloud's own.
    """

    project: str
    subscription: str
    endpoint: str = ""
    environment: str = ""
    commit: str = ""
    """The commit that the manifests are at; empty outside of a repository."""
    shard: ShardNumber | None = None
    """Which of several runs this is; None if it is about the whole project."""

    def text(self, *, full: bool = False) -> str:
        """Return the place as the first line of a report names it; a subscription's GUID is cut, unless ``full``."""
        return sanitize(", ".join(f"{name} {value}" for name, value in self.parts(full=full)))

    def parts(self, *, full: bool = False) -> tuple[tuple[str, str], ...]:
        """Return what is known of the place, by name; the values are not sanitized."""
        # Four characters tell two subscriptions apart; a column of whole GUIDs would push the rest off the line.
        guid = not full and _GUID.fullmatch(self.subscription) is not None
        subscription = self.subscription[:4] + ELLIPSIS if guid else self.subscription
        parts = (("project", self.project), ("subscription", subscription), ("endpoint", self.endpoint))
        return tuple((name, value) for name, value in parts if value)

    def place(self) -> tuple[tuple[str, str], ...]:
        """Return the parts without the project, for a report that has the project in its heading."""
        return tuple(each for each in self.parts() if each[0] != "project")

    def json(self, tool_version: str) -> dict[str, object]:
        """Return the members with which every document begins."""
        return {
            "format_version": FORMAT_VERSION,
            "tool_version": tool_version,
            "project": self.project,
            "environment": self.environment,
            "subscription": self.subscription,
            "endpoint": self.endpoint,
        }

    def run_json(self) -> dict[str, object]:
        """Return the members that tell whether the reports of several runs belong together."""
        shard = emit_shard(self.shard) if self.shard is not None else None
        return {name: value for name, value in (("commit", self.commit), ("shard", shard)) if value}


def emit_shard(shard: ShardNumber) -> dict[str, object]:
    """Return which shard of how many it is, and of which plan if it was saved from one."""
    plan = {"plan": shard.whole.id} if shard.whole is not None else {}
    return {"number": shard.number, "count": shard.count, **plan}
