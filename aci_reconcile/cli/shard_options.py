"""The options that make a run one of several."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.option import Option, declare
from aci_reconcile.cli.options import MANIFESTS
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.app.requests import Sources
    from aci_reconcile.core.shards import ShardNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardOptions:
    """Which of several runs this is; on the command line only."""

    shard: str | None = declare(
        Option(
            "--shard",
            section=MANIFESTS,
            safety=True,
            metavar="I/N",
            default=None,
            help="Only part I of N, as the command shards cuts them; auto: as the job is numbered.",
        )
    )
    shards: int | None = declare(
        Option(
            "--shards",
            section=MANIFESTS,
            safety=True,
            type=click.IntRange(min=1),
            metavar="N",
            default=None,
            help="How many parts there are, where --shard auto finds only a number.",
        )
    )

    addresses: tuple[str, ...] | None = None
    """The groups of one project in the shard, where a fleet has been cut; no option."""
    cut: str = ""
    """Which cut that is; no option."""

    def find_number(self, environ: Mapping[str, str]) -> ShardNumber | None:
        """Return which shard it is; None if it is none.

        Raises:
            UsageError: it is no shard, or the environment does not say which.
        """
        from aci_reconcile.app.shards import read_shard

        return read_shard(self.shard or "", self.shards or 0, environ)

    def narrow(self, sources: Sources) -> Sources:
        """Return the sources with the shard.

        Raises:
            UsageError: the option is empty. A job whose variable is not set must not write the whole project.
        """
        if self.shard is not None and not self.shard.strip():
            raise UsageError("--shard is empty", hint="write I/N, as in --shard 2/4, or leave the option out")
        addresses = sources.addresses if self.addresses is None else self.addresses
        return replace(sources, shard=self.shard or "", shards=self.shards or 0, addresses=addresses, cut=self.cut)
