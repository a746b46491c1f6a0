"""``shards``: how the project is cut into parts for runs side by side. It never asks Azure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from aci_reconcile.app.shards import MOST
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.option_types import Duration
from aci_reconcile.cli.options import OutputOptions, PlaceOptions, SourceOptions
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.render.json.shards import ENGINES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Key
    from aci_reconcile.core.shards import Shard

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
    sources: SourceOptions = include(SourceOptions)
    place: PlaceOptions = include(PlaceOptions)
    output: OutputOptions = options.include_output((*options.PLAIN, *ENGINES))


def show_shards(session: Session, asked: ShardsOptions) -> ExitCode:
    """Cut, and print the parts."""
    from aci_reconcile.app.manifests import load_valid
    from aci_reconcile.core.shards import choose_count, cut_into_shards, find_parts

    loaded = load_valid(asked.sources.make_sources(asked.place, asked.paths), session, resolve=False)
    parts = find_parts(loaded.resources)
    minutes = None if asked.minutes is None else asked.minutes / 60
    shards = cut_into_shards(parts, choose_count(parts, most=asked.most, minutes=minutes))
    longest = max(each.minutes for each in shards)
    if minutes is not None and longest > minutes:
        session.console.warn(
            f"the longest shard takes {longest:.0f} minutes: what shares a subscription and region, a subnet or a "
            "dependency is not cut, and --max may allow more shards"
        )
    session.console.result(_render(shards, {each.id.key: each.address for each in loaded.resources}, session))
    return ExitCode.OK


def _render(shards: Sequence[Shard], addresses: dict[Key, str], session: Session) -> str:
    from aci_reconcile.render.json.shards import render_shards_json
    from aci_reconcile.render.text.shards import render_shards_text

    console = session.console
    if console.json:
        return render_shards_json(shards, addresses)
    if console.format in ENGINES:
        return ENGINES[console.format](shards)
    return render_shards_text(shards, console.style)


SHARDS = Command(
    "shards",
    show_shards,
    ShardsOptions,
    help="Show how the project is cut into parts that several jobs apply side by side.",
    examples=(
        "aci-reconcile shards --max 8                    what --shard 1/8 to 8/8 are",
        "aci-reconcile shards --format github            a matrix of jobs, in one line",
    ),
)
