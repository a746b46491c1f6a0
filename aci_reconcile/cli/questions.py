"""Questions to a person at a terminal, each with a default and a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.approval import read_answer
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.core.errors import UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.app.init_project import Ask
    from aci_reconcile.cli.session import Session


def sits_at(session: Session) -> bool:
    """Whether a person sits at a terminal and can answer."""
    return not session.console.json and session.stdin is not None and is_terminal(session.stdin)


def make_ask(session: Session, *, silent: bool) -> Ask:
    """Return what asks; without a terminal, or if it must be silent, it takes the default."""
    console, stdin = session.console, session.stdin

    def ask(what: str, default: str, option: str, check: Callable[[str], str]) -> str:
        if silent or console.json or stdin is None or not is_terminal(stdin):
            return check(default)
        while True:
            shown = f" [{sanitize(default)}]" if default else ""
            console.raw(f"{console.notes.paint(console.notes.bold, what)}{shown}: ")
            line = read_answer(stdin)
            if not line:
                console.raw("\n")
                raise UsageError("no answer was given; nothing was written", hint=f"use {option}, or -y")
            try:
                return check(line.strip() or default)
            except UsageError as error:
                console.error(sanitize(f"{error}: {error.hint}" if error.hint else str(error)))

    return ask
