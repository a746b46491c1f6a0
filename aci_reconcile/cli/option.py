"""Options as typed values: a dataclass for each command, whose fields declare the options that fill them.

So a command's options stand in one place, and a name that is mistyped is a type error::

    @dataclass(frozen=True, slots=True, kw_only=True)
    class LogsOptions:
        address: str = declare(options.ADDRESS)
        tail: int | None = declare(Option("--tail", section=options.OUTPUT, type=options.COUNT))
        azure: AzureOptions = include(AzureOptions)
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PREFIX: Final = "ACI_RECONCILE_"

_PARAM: Final = "param"
_GROUP: Final = "group"
_INSTEAD: Final = "instead"
_LINE: Final = "line"
_WORDS: Final = f"{__name__}.words"

T = TypeVar("T")


class Option(click.Option):
    """An option with its section of the help page.

    Args:
        spellings: as click takes them; the first long one is the name.
        section: the title of its section.
        safety: whether it approves a change or releases a safety limit. Such an option is never read from the
            environment, where it would be forgotten.
        optional: the value of the option if it is typed without one; a value is then typed after ``=``.
        setting: its name in the environment, if its own name means something else in another command.
        adds: whether values on the command line are added to those of the environment, not put in their place.
        attributes: what click takes.
    """

    def __init__(
        self,
        *spellings: str,
        section: str,
        safety: bool = False,
        optional: str = "",
        setting: str = "",
        adds: bool = False,
        **attributes: Any,
    ) -> None:
        self.section = section
        self.adds = adds
        self.optional = optional
        self.long = next(each for each in spellings if each.startswith("--")).partition("/")[0]
        # click has its own `default`; where there is none, that differs from release to release.
        nothing: object = () if attributes.get("multiple") else False if attributes.get("is_flag") else None
        self.absent: object = attributes.get("default", nothing)
        if not safety:
            attributes["envvar"] = PREFIX + (setting or self.long.removeprefix("--").replace("-", "_")).upper()
        super().__init__(list(spellings), **attributes)

    def read_environment(self, ctx: click.Context) -> tuple[Any, ...]:
        """Return the values of a repeatable option in the environment, whatever is on the command line."""
        found = self.value_from_envvar(ctx)
        return () if found is None else tuple(self.type_cast_value(ctx, found))

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Return the spellings and the help text, which names the default itself."""
        spec, _ = super().get_help_record(ctx) or (self.long, "")
        return (spec.replace(" ", "[=", 1) + "]" if self.optional else spec), self.help or ""


class Words(click.Argument):
    """The words after ``--``, as they are: a command for a container."""

    def __init__(self, name: str, metavar: str) -> None:
        super().__init__([name], nargs=-1, required=False, metavar=metavar, type=click.UNPROCESSED)

    def take(self, ctx: click.Context, words: Sequence[str]) -> None:
        """Take the words from the command line, before click reads the rest."""
        ctx.meta[_WORDS] = tuple(words)

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """Add nothing: click's parser would give these words to another argument."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Return the words that were taken."""
        del opts
        return ctx.meta.get(_WORDS, ()), ParameterSource.COMMANDLINE


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The values of a command's options, and which of them are on the command line.

    An option on the command line wins over the environment, and one after the command over one before it. Options that
    may be repeated add up. Variables add up with those of the environment, too: those come first, and the last wins.
    """

    params: tuple[click.Parameter, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    typed: frozenset[str] = frozenset()
    """Names of the options on the command line."""
    from_environment: frozenset[str] = frozenset()
    """Names of the options in the environment and not on the command line."""
    ambient: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many values of an option on the command line come from the environment; they are the first ones."""

    def has(self, name: str) -> bool:
        """Whether an option is on the command line.

        Raises:
            LookupError: the command has no option of this name.
        """
        if self.params and all(each.name != name for each in self.params):
            raise LookupError(f"there is no option {name}")
        return name in self.typed

    def repeat(self, *names: str) -> tuple[str, ...]:
        """Return the words that repeat those of some options that are on the command line."""
        return tuple(word for name in names if self.has(name) for word in _spell(name, self.values[name]))


def declare(param: click.Parameter) -> Any:
    """Return a field of a dataclass that is filled by an option or an argument."""
    absent = param.absent if isinstance(param, Option) else () if param.nargs < 0 else _find_absent(param)
    return field(default=absent, metadata={_PARAM: param})


def _find_absent(param: click.Parameter) -> object:
    # An argument that must be typed has no default; here it has one, so that tests can make its dataclass.
    return "" if param.required else param.default


def include(group: type[T], **instead: click.Parameter) -> Any:
    """Return a field that holds a group of options; ``instead`` replaces some of them, by the name of the field."""
    return field(default_factory=group, metadata={_GROUP: group, _INSTEAD: instead})


def command_line() -> Any:
    """Return a field that holds the command line itself, for options whose origin matters."""
    return field(default_factory=CommandLine, repr=False, compare=False, metadata={_LINE: True})


def list_params(group: type[Any], instead: Mapping[str, click.Parameter] | None = None) -> Iterator[click.Parameter]:
    """Yield the options and arguments that a dataclass declares, in order."""
    for each in fields(group):
        if _GROUP in each.metadata:
            yield from list_params(each.metadata[_GROUP], each.metadata[_INSTEAD])
        elif _PARAM in each.metadata:
            param: click.Parameter = each.metadata[_PARAM]
            yield (instead or {}).get(each.name, param)


def fill_options(group: type[T], line: CommandLine) -> T:
    """Return a dataclass of options with the values of a command line."""
    values: dict[str, object] = {}
    for each in fields(cast("Any", group)):
        if _GROUP in each.metadata:
            values[each.name] = fill_options(each.metadata[_GROUP], line)
        elif _PARAM in each.metadata:
            values[each.name] = line.values[each.metadata[_PARAM].name]
        elif _LINE in each.metadata:
            values[each.name] = line
    return group(**values)


def read_command_line(ctx: click.Context) -> CommandLine:
    """Read the context of a command and, for global options, that of ``aci-reconcile`` before it."""
    values = dict(ctx.params)
    typed = _find_typed(ctx)
    root = ctx.find_root()
    before = _find_typed(root) & set(values) if root is not ctx else frozenset[str]()
    for name in before:
        earlier = root.params[name]
        if name not in typed:
            values[name] = earlier
        elif isinstance(earlier, tuple):
            values[name] = (*cast("tuple[object, ...]", earlier), *values[name])
    typed |= before
    ambient = {name: found for name, found in _read_environment(ctx) if name in typed}
    for name, found in ambient.items():
        values[name] = (*found, *values[name])
    source = ctx.get_parameter_source
    environment = frozenset(name for name in values if source(name) is ParameterSource.ENVIRONMENT) - typed
    numbers = {name: len(found) for name, found in ambient.items()}
    return CommandLine(tuple(ctx.command.params), values, typed, environment, numbers)


def _read_environment(ctx: click.Context) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield the values in the environment of the options that the command line adds to."""
    for each in ctx.command.params:
        if isinstance(each, Option) and each.adds:
            yield str(each.name), each.read_environment(ctx)


def _find_typed(ctx: click.Context) -> frozenset[str]:
    """Return the names of the options on the command line."""
    source = ctx.get_parameter_source
    # click 8.1 says of a variadic argument without words, too, that it is on the command line.
    return frozenset(
        name for name, value in ctx.params.items() if source(name) is ParameterSource.COMMANDLINE and value != ()
    )


def _spell(name: str, value: object) -> Iterable[str]:
    for each in cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,):
        yield f"--{name.replace('_', '-')}"
        if isinstance(each, tuple):  # K=V
            yield "=".join(map(str, cast("tuple[object, ...]", each)))
        else:
            yield from () if each is True else (str(each),)
