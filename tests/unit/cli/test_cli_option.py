"""Options as typed values: what a field declares is what the command line fills."""

from __future__ import annotations

import dataclasses
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import pytest
from unit.cli.command_line import list_commands

from aci_reconcile.app.durations import Moment
from aci_reconcile.azure import CloudName
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import CommandLine, Option, fill_options, list_params, read_command_line
from aci_reconcile.cli.option_types import Allowance, Duration, Pair, Report, Since
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.emulator import Pace

COMMANDS = {name: found for name, found in list_commands().items() if isinstance(found[0], Command)}
NAMESPACE = {"CloudName": CloudName, "Moment": Moment, "OutputOptions": OutputOptions, "Pace": Pace, "Path": Path}


def find_class(name: str) -> type[Any]:
    """Return the class with the options of a command."""
    command, _ = COMMANDS[name]
    assert isinstance(command, Command)
    found = command.options
    assert command.params == list(list_params(found))
    return found


def list_fields(group: type[Any]) -> list[tuple[Any, Any]]:
    """Return the parameters that a class declares, each with the type of its field."""
    hints = get_type_hints(group, localns=NAMESPACE)
    found: list[tuple[Any, Any]] = []
    for each in dataclasses.fields(group):
        if "group" in each.metadata:
            found += list_fields(each.metadata["group"])
        elif "param" in each.metadata:
            found.append((each.metadata["param"], hints[each.name]))
    return found


def find_type(param: click.Parameter) -> Any:
    """Return the type of the values that click makes."""
    one: Any = find_single_type(param)
    if param.multiple if isinstance(param, Option) else param.nargs < 0:
        return types.GenericAlias(tuple, (one, ...))
    # click says since 8.3 that nothing is the default with a value of its own
    missing = param.absent is None if isinstance(param, Option) else param.to_info_dict()["default"] is None
    missing = missing and not param.required
    return one | None if missing else one


def find_single_type(param: click.Parameter) -> Any:
    """Return the type of one value."""
    kind = param.type
    if isinstance(kind, click.Choice):
        return str
    if isinstance(kind, (Pair, Report)):
        return tuple[str, str]
    known: dict[Any, Any] = {Since: Moment, click.Path: Path, Duration: float, Allowance: int}
    by_name = {"integer": int, "integer range": int, "float": float, "float range": float, "boolean": bool}
    return known.get(type(kind), by_name.get(kind.name, str))


def widen(hint: Any) -> Any:
    """Return a type with ``str`` in the place of literal texts."""
    if get_origin(hint) is Literal:
        return str
    if get_origin(hint) in {Union, types.UnionType}:
        return Union[tuple(widen(each) for each in get_args(hint))]  # noqa: UP007  made of a list
    return hint


@pytest.mark.parametrize("name", COMMANDS)
def test_the_type_of_a_field_is_that_of_its_option(name: str) -> None:
    """What mypy believes of a command's options is what click makes of them."""
    for param, hint in list_fields(find_class(name)):
        assert find_type(param) == widen(hint), param.name


@pytest.mark.parametrize("name", COMMANDS)
def test_options_that_nobody_gives_have_their_defaults(name: str) -> None:
    """Those that the class itself has, so that tests and use cases can make one."""
    group = find_class(name)
    command, _ = COMMANDS[name]
    words = ["x" if not isinstance(each.type, click.Choice) else each.type.choices[0] for each in command.params
             if isinstance(each, click.Argument) and each.required]  # fmt: skip
    line = read_command_line(command.make_context(name, words))
    filled, empty = fill_options(group, line), group()

    for each in dataclasses.fields(group):
        if each.compare and not isinstance(each.metadata.get("param"), click.Argument):
            assert getattr(empty, each.name) == getattr(filled, each.name), each.name


def test_a_name_that_no_option_has_is_a_mistake() -> None:
    """And not an option that was left out."""
    line = CommandLine(params=(click.Option(["--wait"]),))

    assert not line.has("wait")
    with pytest.raises(LookupError, match="there is no option wiat"):
        line.has("wiat")
