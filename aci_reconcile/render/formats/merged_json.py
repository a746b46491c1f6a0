"""The merged results of several runs as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import dump
from aci_reconcile.render.formats.page_json import emit_page
from aci_reconcile.render.header import FORMAT_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.render.formats.result import RunEnd, RunOrigin
    from aci_reconcile.render.page.page import Page


def render_merged_json(
    page: Page, runs: Sequence[tuple[RunOrigin, RunEnd]], *, exit_code: int, tool_version: str
) -> str:
    """Return the page of all, and each run with its verdict and its exit code."""
    first = runs[0][0]
    return dump(
        {
            "format_version": FORMAT_VERSION,
            "tool_version": tool_version,
            "command": first.command,
            "commit": first.commit,
            "exit_code": exit_code,
            "runs": [
                {
                    "project": end.page.subject,
                    "shard": {"number": origin.shard.number, "count": origin.shard.count} if origin.shard else None,
                    "exit_code": end.exit_code,
                    "failed": end.failed,
                    "verdict": end.page.verdict,
                }
                for origin, end in runs
            ],
            "page": emit_page(page),
        }
    )
