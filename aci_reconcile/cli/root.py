"""``aci-reconcile`` itself: its commands by name, its global options, its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aci_reconcile.cli.command import Group, write_sections
from aci_reconcile.cli.option import list_params
from aci_reconcile.cli.options import GlobalOptions
from aci_reconcile.cli.other_tools import ALIASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_COMMANDS = {
    "Main commands": {
        "validate": "aci_reconcile.cli.commands.validate",
        "plan": "aci_reconcile.cli.commands.plan",
        "verify": "aci_reconcile.cli.commands.verify",
        "apply": "aci_reconcile.cli.commands.apply",
        "drift": "aci_reconcile.cli.commands.drift",
        "watch": "aci_reconcile.cli.commands.watch",
        "destroy": "aci_reconcile.cli.commands.destroy",
        "run": "aci_reconcile.cli.commands.run",
    },
    "Operate": {
        "exec": "aci_reconcile.cli.commands.exec_command",
        "restart": "aci_reconcile.cli.commands.restart",
        "stop": "aci_reconcile.cli.commands.stop",
        "start": "aci_reconcile.cli.commands.start",
        "wait": "aci_reconcile.cli.commands.wait",
        "unlock": "aci_reconcile.cli.commands.unlock",
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
        "shards": "aci_reconcile.cli.commands.shards",
        "merge": "aci_reconcile.cli.commands.merge",
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


class Root(Group):
    """``aci-reconcile`` itself: its commands are in sections, and global options may be typed before the command."""

    def __init__(
        self,
        name: str,
        commands: Mapping[str, Mapping[str, str]],
        params: Sequence[click.Parameter],
        *,
        help: str,  # noqa: A002  click's own word
        examples: Sequence[str] = (),
    ) -> None:
        modules = {command: module for each in commands.values() for command, module in each.items()}
        super().__init__(name, modules, params, help=help, examples=examples)
        self._sections = commands

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named, also by a word that other tools have for it; answer ``help`` and ``version``.

        Raises:
            UnknownCommandError: there is none of this name.
        """
        name, *words = args
        if ctx.resilient_parsing:  # completion looks for what can be completed, and prints nothing
            return super().resolve_command(ctx, [ALIASES.get(name, name), *words])
        if name == "version" and not words:
            _print_version(ctx)
        if name == "help" and (not words or words[0].startswith("-")):
            click.echo(ctx.get_help())
            ctx.exit()
        if name == "help":
            name, words = words[0], [*words[1:], "--help"]
        return super().resolve_command(ctx, [ALIASES.get(name, name), *words])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in sections, then the options that all of them share."""
        for title, commands in self._sections.items():
            self.write_commands(title, commands, ctx, formatter)
        write_sections(self.get_params(ctx), ctx, formatter)


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
        _print_version(ctx)


def _print_version(ctx: click.Context) -> None:
    from aci_reconcile.version import VERSION

    click.echo(f"aci-reconcile {VERSION}")
    ctx.exit()
