"""``completion``: a script with which a shell completes commands, options, environments and groups."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from aci_reconcile.cli import options
from aci_reconcile.cli.command import PREFIX, Command
from aci_reconcile.cli.root import root
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode

_SHELLS = ("bash", "zsh", "fish")
_NAME = "aci-reconcile"


def _completion(ctx: click.Context) -> ExitCode:
    session, given = started(ctx)
    shell = get_completion_class(given.text("shell"))
    if shell is None:
        raise RuntimeError("click knows these shells")
    # not its source(), which starts bash to see whether it is a recent one
    script = shell(root(), {}, _NAME, f"_{PREFIX}COMPLETE")
    session.console.result((script.source_template % script.source_vars()).rstrip("\n"))
    return ExitCode.OK


COMPLETION = Command(
    "completion",
    _completion,
    [click.Argument(["shell"], type=click.Choice(_SHELLS), metavar="SHELL"), *options.output()],
    help="Print a completion script for bash (4.4 or later), zsh or fish.",
    examples=(
        "aci-reconcile completion bash > ~/.local/share/bash-completion/completions/aci-reconcile",
        'aci-reconcile completion zsh > "${fpath[1]}/_aci-reconcile"',
        "aci-reconcile completion fish > ~/.config/fish/completions/aci-reconcile.fish",
    ),
)
