"""``shards``: how the project is cut into parts for runs side by side, and a saved plan for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.cut_options import ShardsOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session


def show_shards(session: Session, asked: ShardsOptions) -> ExitCode:
    """Cut, and print the parts; with a folder, plan all and save a plan for each."""
    from aci_reconcile.cli.shards_output import render_shards, warn_of_longest

    if asked.fleet.fleet is not None:
        asked.fleet.check(asked.line)
    if asked.out is not None:
        from aci_reconcile.cli.shard_plans import save_fleet_plans, save_plans

        save = save_plans if asked.fleet.fleet is None else save_fleet_plans
        return save(session, asked, asked.out)
    _check_offline(asked)
    if asked.fleet.fleet is not None:
        from aci_reconcile.app.fleet import load_fleet, load_groups

        groups = load_groups(load_fleet(asked.fleet.fleet, session), asked.inputs.sources, session)
        parts, addresses = groups.parts, groups.addresses
    else:
        from aci_reconcile.app.manifests import load_valid
        from aci_reconcile.core.shards import find_parts

        loaded = load_valid(asked.inputs.sources, session, resolve=False)
        parts, addresses = find_parts(loaded.resources), {"": {each.id.key: each.address for each in loaded.resources}}
    shards = asked.cut(parts)
    warn_of_longest(shards, asked.most_minutes, session.console)
    session.console.result(render_shards(shards, addresses, (), session.console))
    return ExitCode.OK


def _check_offline(asked: ShardsOptions) -> None:
    """Refuse what only a plan can do: somebody has forgotten ``--out``.

    Raises:
        UsageError: an option releases a safety limit, or wants a report.
    """
    from aci_reconcile.app.policy import Allow

    if asked.inputs.allow != Allow() or asked.report:
        word = "--report" if asked.report else "what releases a safety limit"
        raise UsageError(f"{word} is for a plan, and nothing is planned", hint="add --out DIR")


SHARDS = Command(
    "shards",
    show_shards,
    ShardsOptions,
    help="Show how the project is cut into parts that several jobs apply side by side.",
    examples=(
        "aci-reconcile shards --max 8                    what --shard 1/8 to 8/8 are",
        "aci-reconcile shards --format github            a matrix of jobs, in one line",
        "aci-reconcile shards --max 8 --out plans        a saved plan for each, in plans",
    ),
)
