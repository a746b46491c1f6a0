"""Commands: a function with its typed options, and a help page in sections."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

import click

from aci_reconcile.cli.option import CommandLine, Option, Words, fill_options, list_params, read_command_line
from aci_reconcile.cli.options import OutputOptions, repeat_place
from aci_reconcile.cli.session import Session
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

T = TypeVar("T")


WIDTH = 100

_UNCUT = 1000
"""More characters than the help of any command has, so that click does not shorten it."""

_LAST = "Output"
"""The last section of a help page, which has ``--help``."""

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": WIDTH}


class UnknownCommandError(click.UsageError):
    """There is no command of this name; ``words`` begin with it."""

    def __init__(self, words: Sequence[str], ctx: click.Context) -> None:
        super().__init__(f"there is no command {words[0]!r}", ctx)
        self.words = tuple(words)


class Command(click.Command):
    """A command whose function gets the session and its options, and returns the exit code.

    ``failure`` is the exit code of every error: another one where the function returns the code of a container.
    """

    def __init__(
        self,
        name: str,
        function: Callable[[Session, T], int],
        options: type[T],
        *,
        help: str,  # noqa: A002  click's own word
        examples: Sequence[str] = (),
        failure: ExitCode = ExitCode.ERROR,
    ) -> None:
        self.failure = failure
        self.options: type[object] = options

        def call(ctx: click.Context, **_values: object) -> int:
            return _run(ctx, function, options)

        super().__init__(
            name,
            context_settings=_SETTINGS,
            callback=click.pass_context(call),
            params=list(list_params(options)),
            help=help,
            epilog=_join_examples(examples),
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Add the value of options that are typed without one, so that click does not take the next word for it."""
        optional = {option.long: option for option in self.params if isinstance(option, Option) and option.optional}
        end = args.index("--") if "--" in args else len(args)
        for param in self.params:
            if isinstance(param, Words):
                param.take(ctx, args[end + 1 :])
                args = args[:end]
        words = [f"{arg}={optional[arg].optional}" if arg in optional else arg for arg in args[:end]]
        return super().parse_args(ctx, words + args[end:])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in sections."""
        write_sections(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each with its explanation below it if the terminal is too narrow."""
        del ctx
        if self.epilog:
            formatter.write(f"\n{_wrap_examples(self.epilog, formatter.width)}\n")


class Group(click.Group):
    """Commands under one name, each imported when it is used."""

    def __init__(
        self,
        name: str,
        modules: Mapping[str, str],
        params: Sequence[click.Parameter] = (),
        *,
        help: str,  # noqa: A002  click's own word
        examples: Sequence[str] = (),
    ) -> None:
        super().__init__(
            name,
            context_settings=_SETTINGS,
            callback=click.pass_context(_show_help),
            params=list(params),
            help=help,
            epilog=_join_examples(examples),
            invoke_without_command=True,
            subcommand_metavar="COMMAND ...",
        )
        self._modules = modules

    def find_module(self, name: str) -> str:
        """Return the module of a command."""
        return self._modules[name]

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
        # Not during completion: the word is not finished there.
        if args and not args[0].startswith("-") and args[0] not in self._modules and not ctx.resilient_parsing:
            raise UnknownCommandError(args, ctx)
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options that all of them share."""
        self.write_commands("Commands", self._modules, ctx, formatter)
        write_sections(self.get_params(ctx), ctx, formatter)

    def write_commands(
        self, title: str, names: Iterable[str], ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write a section with a line for each command."""
        with formatter.section(title):
            found = ((name, self.get_command(ctx, name)) for name in names)
            rows = [(name, each.get_short_help_str(_UNCUT)) for name, each in found if each is not None]
            formatter.write_dl([(f"{name:<12}", text) for name, text in rows])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, each with its explanation below it if the terminal is too narrow."""
        del ctx
        if self.epilog:
            formatter.write(f"\n{_wrap_examples(self.epilog, formatter.width)}\n")


def _run(ctx: click.Context, function: Callable[[Session, T], int], options: type[T]) -> int:
    session = ctx.find_object(Session)
    if session is None:
        raise RuntimeError("a command runs within a session")
    session.failure = find_failure_code(ctx)
    line = read_command_line(ctx)
    _check_format(ctx, line)
    session.follow(fill_options(OutputOptions, line))
    session.place = repeat_place(line)
    return function(session, fill_options(options, line))


def find_failure_code(ctx: click.Context | None) -> ExitCode:
    """Return the exit code of errors of the command that a context belongs to."""
    command = ctx.command if ctx is not None else None
    return command.failure if isinstance(command, Command) else ExitCode.ERROR


def _check_format(ctx: click.Context, line: CommandLine) -> None:
    """Check the format, which may be typed before the command, where any is valid.

    Raises:
        UsageError: this command does not have it.
    """
    # Before the command every format is valid, because the command is not known yet.
    types = [each.type for each in ctx.command.params if each.name == "format"]
    known = [str(each) for one in types for each in getattr(one, "choices", ())]
    if known and line.values["format"] not in known:
        hint = f"it takes {', '.join(known)}"
        raise UsageError(f"{ctx.command.name} has no format {line.values['format']}", hint=hint)


def _show_help(ctx: click.Context, **_values: object) -> None:
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def _join_examples(examples: Sequence[str]) -> str:
    return "\n".join(("Examples:", *(f"  {each}" for each in examples))) if examples else ""


def _wrap_examples(examples: str, width: int) -> str:
    """Return the lines; in those that are too long, the second column is below the first."""
    lines: list[str] = []
    for line in examples.splitlines():
        first, gap, second = line.strip().partition("  ")
        broken = len(line) > width and bool(gap)
        lines += [f"  {first}", f"      {second.strip()}"] if broken else [line.rstrip()]
    return "\n".join(lines)


def write_sections(params: Iterable[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter) -> None:
    """Write options in their sections; the one of the output is the last."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for param in params:
        record = param.get_help_record(ctx)
        if record is not None and not isinstance(param, click.Argument):
            title = param.section if isinstance(param, Option) else _LAST
            sections.setdefault(title, []).append(record)
    for title in sorted(sections, key=lambda title: title == _LAST):
        with formatter.section(title):
            formatter.write_dl(sections[title], col_max=34)
