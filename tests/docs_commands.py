"""Parses the command lines that documentation and deployment files show, as the command would; nothing is run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from aci_reconcile.cli.root import make_root

if TYPE_CHECKING:
    from collections.abc import Sequence


def parse_command(words: Sequence[str]) -> None:
    """Parse words as the command would; nothing is run."""
    group: click.Command = make_root()
    name, context, rest = "aci-reconcile", None, list(words)
    try:
        while isinstance(group, click.Group):
            context = group.make_context(name, list(rest), parent=context)
            _, rest, _ = group.make_parser(context).parse_args(list(rest))
            if not rest:
                return
            found, command, rest = group.resolve_command(context, rest)
            assert command is not None
            assert found is not None
            name, group = found, command
        group.make_context(name, rest, parent=context)
    except Exit:
        return
