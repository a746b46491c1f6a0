"""``aci-reconcile`` itself: its commands by name, its global options, its help."""

from __future__ import annotations

import click

from aci_reconcile.cli.command import Root
from aci_reconcile.cli.option import list_params
from aci_reconcile.cli.options import GlobalOptions

_COMMANDS = {
    "Main commands": {
        "validate": "aci_reconcile.cli.commands.validate",
        "plan": "aci_reconcile.cli.commands.plan",
        "verify": "aci_reconcile.cli.commands.verify",
        "apply": "aci_reconcile.cli.commands.apply",
        "drift": "aci_reconcile.cli.commands.drift",
        "destroy": "aci_reconcile.cli.commands.destroy",
        "run": "aci_reconcile.cli.commands.run",
    },
    "Operate": {
        "exec": "aci_reconcile.cli.commands.exec_command",
        "restart": "aci_reconcile.cli.commands.restart",
        "stop": "aci_reconcile.cli.commands.stop",
        "start": "aci_reconcile.cli.commands.start",
        "wait": "aci_reconcile.cli.commands.wait",
    },
    "Inspect": {
        "status": "aci_reconcile.cli.commands.status",
        "logs": "aci_reconcile.cli.commands.logs",
        "events": "aci_reconcile.cli.commands.events",
        "why": "aci_reconcile.cli.commands.why",
        "show": "aci_reconcile.cli.commands.show",
    },
    "Author and configure": {
        "init": "aci_reconcile.cli.commands.init",
        "import": "aci_reconcile.cli.commands.import_groups",
        "convert": "aci_reconcile.cli.commands.convert",
        "fmt": "aci_reconcile.cli.commands.fmt",
        "set": "aci_reconcile.cli.commands.set_values",
        "render": "aci_reconcile.cli.commands.render",
        "schema": "aci_reconcile.cli.commands.schema",
        "explain": "aci_reconcile.cli.commands.explain",
        "config": "aci_reconcile.cli.commands.config",
        "key": "aci_reconcile.cli.commands.key",
        "completion": "aci_reconcile.cli.commands.completion",
    },
    "Pipelines": {
        "outputs": "aci_reconcile.cli.commands.outputs",
        "comment": "aci_reconcile.cli.commands.comment",
        "merged": "aci_reconcile.cli.commands.merged",
        "head": "aci_reconcile.cli.commands.head",
    },
    "Local emulator, and what it believes": {
        "emulator": "aci_reconcile.cli.commands.emulator",
        "facts": "aci_reconcile.cli.commands.facts",
    },
}


def make_root() -> Root:
    """Return the command ``aci-reconcile``."""
    return Root(
        "aci-reconcile",
        _COMMANDS,
        [_make_version_option(), *list_params(GlobalOptions)],
        help="Make Azure Container Instances match the manifests in this folder.",
        examples=(
            "aci-reconcile plan              show what would change",
            "aci-reconcile apply             change it, and wait until containers run",
            "aci-reconcile drift -e prod     show what differs in Azure now",
            "aci-reconcile apply --local -y  try it on the embedded emulator",
            "",
            "Run COMMAND --help to see all options of a command.",
            "You can set most options in the environment, for example --resource-group",
            "as ACI_RECONCILE_RESOURCE_GROUP. Options that approve a change or release",
            "a safety limit work on the command line only.",
        ),
    )


def _make_version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_show_version,
        help="Print the version and exit.",
    )


def _show_version(ctx: click.Context, param: click.Parameter, value: object) -> None:
    del param
    if value and not ctx.resilient_parsing:
        from aci_reconcile.version import VERSION

        click.echo(f"aci-reconcile {VERSION}")
        ctx.exit()
