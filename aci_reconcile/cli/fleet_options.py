"""The option that makes one command be about many projects, and what it excludes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.cli.option import Option, declare
from aci_reconcile.cli.options import FILE, MANIFESTS
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aci_reconcile.cli.option import CommandLine

_OF_ONE: Final = (
    "paths",
    "addresses",
    "project",
    "environment",
    "subscription",
    "resource_group",
    "only",
    "changed_since",
    "redeploy",
    "plan",
    "checksum",
    "history",
    "accept",
    "metrics",
    "notify",
    "issue",
    "watch",
)
"""Options that are about one project, by their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """Which projects a command is about."""

    fleet: Path | None = declare(
        Option(
            "--fleet",
            section=MANIFESTS,
            type=FILE,
            metavar="FILE",
            help="All projects that FILE lists, with their environments and subscriptions.",
        )
    )

    name: str = ""
    """What the fleet calls the one project of a run; no option."""

    def check(self, line: CommandLine, more: Iterable[str] = ()) -> None:
        """Check that no option on the command line is about a single project.

        Args:
            line: the command line.
            more: names of further options of the command that are.

        Raises:
            UsageError: one is.
        """
        for name in (*_OF_ONE, *more):
            if name in line.typed:
                word = {"paths": "a path", "addresses": "an address"}.get(name, f"--{name.replace('_', '-')}")
                hint = "leave it out, or run the command for that project alone"
                raise UsageError(f"{word} is about one project, and --fleet names several", hint=hint)
