"""``unlock``: show who holds the lock, and end that by force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import LOCK
from aci_reconcile.cli.shard_options import ShardOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlockOptions:
    """The options of ``unlock``."""

    force: bool = declare(
        Option(
            "--force",
            section=options.SAFETY,
            safety=True,
            is_flag=True,
            help="Break the lock. Its holder begins no more writes, and the next run waits up to 60 s.",
        )
    )
    lock: str = declare(LOCK)
    sources: SourceOptions = include(SourceOptions)
    shard: ShardOptions = include(ShardOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def unlock(session: Session, asked: UnlockOptions) -> ExitCode:
    """Show who holds the lock, and break it if asked to."""
    from aci_reconcile.app.unlock import look_at_lock
    from aci_reconcile.render.json.lock import render_lock_json
    from aci_reconcile.render.text.lock import render_lock_text

    sources = asked.shard.narrow(asked.sources.make_sources(asked.azure.place))
    found = look_at_lock(sources, asked.lock, asked.azure.target, session, force=asked.force)
    console = session.console
    render = render_lock_json if console.json else render_lock_text
    console.result(render(found.address, found.holder, held=found.held, free_in=found.free_in))
    if found.held and not asked.force:
        console.info("If it is dead, its lease ends within 60 s by itself; unlock --force breaks that of a live one.")
    return ExitCode.OK


UNLOCK = Command(
    "unlock",
    unlock,
    UnlockOptions,
    help="Show who holds the lock, or end that by force.",
    examples=(
        "aci-reconcile unlock -e prod           who holds it",
        "aci-reconcile unlock -e prod --force   let the next run in, within 60 s",
    ),
)
