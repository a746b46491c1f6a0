"""What ``merge`` reads of a run's JSON report: the member ``result`` of its document, or of the last of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.render.escape import dump
from aci_reconcile.render.formats.page_json import emit_page
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.words import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.shards import ShardNumber
    from aci_reconcile.render.page.page import Page


@dataclass(frozen=True, slots=True)
class RunOrigin:
    """Which run it was: the command, which part of how many, and the commit of the manifests."""

    command: str
    shard: ShardNumber | None = None
    commit: str = ""
    """Empty where the folder is in no repository."""

    @property
    def plan(self) -> str:
        """The id of the plan of the whole project that a shard applied its part of; empty for none."""
        return self.shard.whole.id if self.shard is not None and self.shard.whole is not None else ""


@dataclass(frozen=True, slots=True)
class RunEnd:
    """How a run ended."""

    exit_code: int
    page: Page
    """What the other formats of its report contain."""
    failed: bool = False
    """Whether an error ended it."""
    finished_at: float = 0
    """Seconds since the epoch."""
    checked: Mapping[str, Any] | None = None
    """Of ``drift``: where, and what was seen there, as JSON."""


def add_result(text: str, origin: RunOrigin, end: RunEnd) -> str:
    """Return a JSON report with the result of its run, the last member of its last document.

    Args:
        text: the report: a document, or documents of one line each.
        origin: which run it was.
        end: how it ended.
    """
    shard = origin.shard
    result = {
        "format_version": FORMAT_VERSION,
        "command": origin.command,
        "exit_code": end.exit_code,
        "failed": end.failed,
        "shard": None if shard is None else {"number": shard.number, "count": shard.count, "plan": origin.plan},
        "commit": origin.commit,
        "finished_at": format_time(end.finished_at),
        **({"checked": end.checked} if end.checked is not None else {}),
        "page": emit_page(end.page),
    }
    # Without parsing it: the plan of thousands of groups is large.
    before, after = ("\n  ", "\n") if text.endswith("\n}") else (" ", "")
    return f'{text.removesuffix("}").rstrip()},{before}"result": {dump(result, indent=None)}{after}}}'
