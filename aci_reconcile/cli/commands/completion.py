"""``completion``: a script with which a shell completes commands, options, environments and groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import PREFIX, declare, include
from aci_reconcile.cli.options import OutputOptions
from aci_reconcile.core.errors import ExitCode

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session

_NAME = "aci-reconcile"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionOptions:
    """The options of ``completion``."""

    shell: str = declare(click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL"))
    output: OutputOptions = include(OutputOptions)


def print_completion(session: Session, asked: CompletionOptions) -> ExitCode:
    """Print the script."""
    make_completion = get_completion_class(asked.shell)
    if make_completion is None:
        raise RuntimeError("click knows these shells")
    # click's source() would start bash to see whether it is recent enough.
    script = make_completion(click.Group(_NAME), {}, _NAME, f"_{PREFIX}COMPLETE")
    session.console.result((script.source_template % script.source_vars()).rstrip("\n"))
    return ExitCode.OK


COMPLETION = Command(
    "completion",
    print_completion,
    CompletionOptions,
    help="Print a completion script for bash (4.4 or later), zsh or fish.",
    examples=(
        "aci-reconcile completion bash > ~/.local/share/bash-completion/completions/aci-reconcile",
        'aci-reconcile completion zsh > "${fpath[1]}/_aci-reconcile"',
        "aci-reconcile completion fish > ~/.config/fish/completions/aci-reconcile.fish",
    ),
)
