"""Commands and options as values: a help page in sections, environment forms, and an option whose value is optional."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aci_reconcile.core.errors import ExitCode

PREFIX = "ACI_RECONCILE_"
WIDTH = 100

_WHOLE = 1000
"""More than any command's help has: nothing of it is cut."""

_LAST = "Output"
"""The section of the help page that comes last; ``--help`` stands in it."""

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH}


class Option(click.Option):
    """An option with its section of the help page.

    It may be set in the environment unless it releases a brake, as ``setting`` where its own name means something else
    in another command; ``optional`` is the value that it has where none is given with ``=``; ``adds`` is whether what
    stands on the command line is added to what the environment says, instead of taking its place.
    """

    def __init__(
        self,
        *spellings: str,
        section: str,
        brake: bool = False,
        optional: str = "",
        setting: str = "",
        adds: bool = False,
        **attributes: Any,
    ) -> None:
        self.section = section
        self.adds = adds
        self.optional = optional
        self.long = next(each for each in spellings if each.startswith("--")).partition("/")[0]
        if not brake:
            attributes["envvar"] = PREFIX + (setting or self.long.removeprefix("--").replace("-", "_")).upper()
        super().__init__(list(spellings), **attributes)

    def ambient(self, ctx: click.Context) -> tuple[Any, ...]:
        """Return what the environment says of an option that may be repeated, whatever stands on the command line."""
        found = self.value_from_envvar(ctx)
        return () if found is None else tuple(self.type_cast_value(ctx, found))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the spellings, and the text as it is: it says itself what the default is."""
        spec, _ = super().get_help_record(ctx) or (self.long, "")
        return (spec.replace(" ", "[=", 1) + "]" if self.optional else spec), self.help or ""


class Command(click.Command):
    """A command that returns its exit code, with a help page in sections."""

    def __init__(
        self,
        name: str,
        callback: Callable[[click.Context], ExitCode],
        params: Sequence[click.Parameter],
        *,
        help: str,  # noqa: A002  click's own word
        examples: Sequence[str] = (),
    ) -> None:
        super().__init__(
            name,
            context_settings=_SETTINGS,
            callback=click.pass_context(_without_values(callback)),
            params=list(params),
            help=help,
            epilog=_examples(examples),
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give options with an optional value that value: what follows them is never taken for it."""
        optional = {option.long: option for option in self.params if isinstance(option, Option) and option.optional}
        end = args.index("--") if "--" in args else len(args)
        given = [f"{arg}={optional[arg].optional}" if arg in optional else arg for arg in args[:end]]
        return super().parse_args(ctx, given + args[end:])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in sections."""
        _write_sections(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples; what is said of one stands below it where the terminal is too narrow."""
        del ctx
        if self.epilog:
            formatter.write(f"\n{_laid_out(self.epilog, formatter.width)}\n")


class Root(click.Group):
    """The command without a command: global options may stand before the command, and commands load when asked for."""

    def __init__(
        self,
        name: str,
        commands: Mapping[str, Mapping[str, str]],
        params: Sequence[click.Parameter],
        *,
        help: str,  # noqa: A002  click's own word
        examples: Sequence[str] = (),
    ) -> None:
        super().__init__(
            name,
            context_settings=_SETTINGS,
            callback=click.pass_context(_without_values(_help)),
            params=list(params),
            help=help,
            epilog=_examples(examples),
            invoke_without_command=True,
            subcommand_metavar="COMMAND ...",
        )
        self._sections = commands
        self._modules = {command: module for each in commands.values() for command, module in each.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, in the order of the help page."""
        del ctx
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        del ctx
        if cmd_name not in self._modules:
            return None
        command = getattr(import_module(self._modules[cmd_name]), cmd_name.upper())
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is named.

        Raises:
            UnknownCommandError: there is none of this name.
        """
        if args and not args[0].startswith("-") and args[0] not in self._modules and not ctx.resilient_parsing:
            from aci_reconcile.cli.suggesting import UnknownCommandError

            raise UnknownCommandError(args[0], self._modules, ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in sections, then the options that all of them share."""
        for title, commands in self._sections.items():
            with formatter.section(title):
                found = ((name, self.get_command(ctx, name)) for name in commands)
                rows = [(name, each.get_short_help_str(_WHOLE)) for name, each in found if each is not None]
                formatter.write_dl([(f"{name:<12}", text) for name, text in rows])
        _write_sections(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples; what is said of one stands below it where the terminal is too narrow."""
        del ctx
        if self.epilog:
            formatter.write(f"\n{_laid_out(self.epilog, formatter.width)}\n")


def _without_values(callback: Callable[[click.Context], ExitCode | None]) -> Callable[..., ExitCode | None]:
    """Return a callback that reads the values from the context, where they are typed, instead of taking them."""

    def call(ctx: click.Context, **_values: object) -> ExitCode | None:
        return callback(ctx)

    return call


def _help(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _examples(examples: Sequence[str]) -> str:
    return "\n".join(("Examples:", *(f"  {each}" for each in examples))) if examples else ""


def _laid_out(examples: str, width: int) -> str:
    """Return the lines, those that are too long with their second column below the first."""
    lines: list[str] = []
    for line in examples.splitlines():
        first, gap, second = line.strip().partition("  ")
        broken = len(line) > width and bool(gap)
        lines += [f"  {first}", f"      {second.strip()}"] if broken else [line.rstrip()]
    return "\n".join(lines)


def _write_sections(params: Iterable[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter) -> None:
    sections: dict[str, list[tuple[str, str]]] = {}
    for param in params:
        record = param.get_help_record(ctx)
        if record is not None and not isinstance(param, click.Argument):
            title = param.section if isinstance(param, Option) else _LAST
            sections.setdefault(title, []).append(record)
    for title in sorted(sections, key=lambda title: title == _LAST):
        with formatter.section(title):
            formatter.write_dl(sections[title], col_max=34)
