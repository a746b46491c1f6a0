"""Commands that a text offers: they work as printed."""

from __future__ import annotations

import pytest

from aci_reconcile.cli.option import list_params
from aci_reconcile.cli.options import PLACE
from aci_reconcile.cli.root import make_root
from aci_reconcile.operate.commands import ON_GROUPS, complete_commands


@pytest.mark.parametrize(("text", "expected"), [
    ("`aci-reconcile status` lists them", "`aci-reconcile status --local -g 'rg one'` lists them"),
    ("`aci-reconcile start rg/web`, or not", "`aci-reconcile start rg/web --local -g 'rg one'`, or not"),
    ("`aci-reconcile facts show` lists all", "`aci-reconcile facts show` lists all"),
    ("`aci-reconcile stopped` is none", "`aci-reconcile stopped` is none"),
    ("aci-reconcile status", "aci-reconcile status"),
    ("", ""),
])  # fmt: skip
def test_a_command_in_a_text_gets_the_options_that_say_where_groups_are(text: str, expected: str) -> None:
    """Only ours on groups, and only in backticks: elsewhere nobody knows where it ends."""
    assert expected == complete_commands(text, ("--local", "-g", "rg one"))
    assert text == complete_commands(text, ())


@pytest.mark.parametrize("name", ON_GROUPS)
def test_each_of_the_commands_takes_them(name: str) -> None:
    """Or the completed command would be an error."""
    command = make_root().get_command(None, name)  # type: ignore[arg-type]  # it needs none

    assert command is not None
    assert set(PLACE) <= {each.name for each in list_params(command.options)}  # type: ignore[attr-defined]
