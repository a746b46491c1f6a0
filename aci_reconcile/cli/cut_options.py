"""The options of ``shards``: how to cut, and what to plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.shards import MOST
from aci_reconcile.cli import options
from aci_reconcile.cli.fleet_options import FleetOptions
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.option_types import Duration
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import RESTORE, ReleaseOptions
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.shards import choose_count, cut_into_shards
from aci_reconcile.render.json.shards import ENGINES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aci_reconcile.app.saved_inputs import Inputs
    from aci_reconcile.core.shards import Part, Shard

_JOBS = 256
"""How many jobs a matrix of GitHub has at most (documented); GitLab's has 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsOptions:
    """The options of ``shards``."""

    paths: tuple[Path, ...] = declare(options.PATHS)
    most: int = declare(
        Option(
            "--max",
            "most",
            section=options.MANIFESTS,
            type=click.IntRange(1, MOST),
            default=_JOBS,
            metavar="N",
            setting="shards_max",
            help=f"At most N shards (default: {_JOBS}).",
        )
    )
    minutes: float | None = declare(
        Option(
            "--minutes",
            section=options.MANIFESTS,
            type=Duration(),
            default=None,
            metavar="TIME",
            setting="shards_minutes",
            help="As few shards as are done within TIME by quota alone, such as 50m.",
        )
    )
    out: Path | None = declare(
        Option(
            "--out",
            section=options.SAVED,
            type=options.FILE,
            metavar="DIR",
            setting="shards_out",
            help="Plan the whole project, and save a plan for each shard in DIR.",
        )
    )
    expires: float = declare(options.EXPIRES)
    releases: ReleaseOptions = include(ReleaseOptions)
    restore: bool = declare(RESTORE)
    refresh: str = declare(options.REFRESH)
    fleet: FleetOptions = include(FleetOptions)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output((*options.PLAIN, *ENGINES))
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))
    line: CommandLine = command_line()

    @property
    def most_minutes(self) -> float | None:
        """How long a shard may take."""
        return None if self.minutes is None else self.minutes / 60

    shard: ShardOptions = field(default_factory=ShardOptions)
    """No shard: the command is about all of them, and takes no such option."""

    def cut(self, parts: Sequence[Part]) -> tuple[Shard, ...]:
        """Return the shards."""
        return cut_into_shards(parts, choose_count(parts, most=self.most, minutes=self.most_minutes))

    @property
    def inputs(self) -> Inputs:
        """What decides what is planned."""
        from aci_reconcile.app.saved_inputs import Inputs

        sources = self.sources.make_sources(self.azure.place, self.paths)
        return Inputs(sources, self.releases.make_allow(restore=self.restore), self.line.typed)
