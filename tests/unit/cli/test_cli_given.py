"""Options as they were given: a name that nobody has is a mistake, and not an option that was left out."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.cli import options
from aci_reconcile.cli.given import Given

if TYPE_CHECKING:
    from collections.abc import Callable

    import click

NOTHING = Given({}, frozenset())
ACCESSORS: list[Callable[[str], Any]] = [
    NOTHING.text,
    NOTHING.flag,
    NOTHING.choice,
    NOTHING.number,
    NOTHING.seconds,
    NOTHING.limit,
    NOTHING.path,
    NOTHING.texts,
    NOTHING.files,
    NOTHING.pairs,
]


@pytest.mark.parametrize("ask", ACCESSORS, ids=lambda ask: ask.__name__)
def test_a_name_that_is_mistyped_is_an_error(ask: Callable[[str], Any]) -> None:
    """Whatever kind of value is wanted."""
    with pytest.raises(LookupError, match="there is no option auto_aprove"):
        ask("auto_aprove")


def test_an_option_that_a_command_lacks_was_not_given() -> None:
    """Those that commands share may be asked for everywhere."""
    assert (False, "", None) == (NOTHING.flag("auto_approve"), NOTHING.text("wait"), NOTHING.path("out"))


def test_the_names_of_all_shared_options_are_known() -> None:
    """Of each function that makes some."""
    makers = [
        each
        for _, each in inspect.getmembers(options, inspect.isfunction)
        if each.__module__ == options.__name__ and "list[click.Parameter]" in str(each.__annotations__.get("return"))
    ]
    made: list[click.Parameter] = [
        one for each in makers for one in (each(options.PAGES) if inspect.signature(each).parameters else each())
    ]

    assert {one.name for one in made} == options.names()
