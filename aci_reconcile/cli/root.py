"""``aci-reconcile`` itself: its commands by name, its global options, its help."""

from __future__ import annotations

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Root

_COMMANDS = {
    "Main commands": {
        "validate": "aci_reconcile.cli.authoring",
        "plan": "aci_reconcile.cli.plan",
        "verify": "aci_reconcile.cli.verify",
        "apply": "aci_reconcile.cli.apply",
        "drift": "aci_reconcile.cli.drift",
        "destroy": "aci_reconcile.cli.destroy",
    },
    "Inspect": {
        "status": "aci_reconcile.cli.look",
        "logs": "aci_reconcile.cli.look",
        "show": "aci_reconcile.cli.show",
    },
    "Author and configure": {
        "import": "aci_reconcile.cli.importing",
        "render": "aci_reconcile.cli.authoring",
        "schema": "aci_reconcile.cli.reference",
        "explain": "aci_reconcile.cli.reference",
        "config": "aci_reconcile.cli.config",
        "key": "aci_reconcile.cli.keys",
        "completion": "aci_reconcile.cli.completion",
    },
    "Pipelines": {
        "outputs": "aci_reconcile.cli.pipelines",
        "comment": "aci_reconcile.cli.pipelines",
        "merged": "aci_reconcile.cli.pipelines",
        "head": "aci_reconcile.cli.pipelines",
    },
    "Local emulator": {
        "emulator": "aci_reconcile.cli.emulator",
    },
}


def root() -> Root:
    """Return the command."""
    return Root(
        "aci-reconcile",
        _COMMANDS,
        [_version(), *options.common(options.CHECKS)],
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


def _version() -> click.Option:
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
