"""Asking before something is written."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from aci_reconcile.cli.console import is_terminal
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from aci_reconcile.cli.session import Session

_WORD = "yes"


def ask(session: Session, what: str, *, approved: bool) -> None:
    """Go on only when the word was typed, or approval was given on the command line.

    Args:
        session: where the answer comes from.
        what: what the word stands for (``apply these changes``).
        approved: whether it was given already.

    Raises:
        UsageError: nobody is there to be asked.
        AciReconcileError: the answer was another one.
    """
    if approved:
        return
    if not is_terminal(session.stdin) or session.stdin is None:
        raise UsageError(
            f"cannot ask whether to {what}: no terminal", hint="approve with --auto-approve (-y); nothing was written"
        )
    console = session.console
    forget_typed(session.stdin)
    console.raw(f"\n{console.notes.paint(console.notes.bold, f'Type {_WORD} to {what}:')} ")
    answer = answered(session.stdin)
    if not answer.endswith("\n"):
        console.raw("\n")
    if answer.removesuffix("\n").removesuffix("\r") != _WORD:
        raise AciReconcileError("not approved; nothing was written", hint=f"type {_WORD} to approve")
    console.raw("\n")


def answered(stdin: IO[str]) -> str:
    """Return the line that is typed; a terminal that was closed answers nothing."""
    try:
        return stdin.readline()
    except OSError:
        return ""


if sys.platform == "win32":  # pragma: no cover  # of the other system

    def forget_typed(_terminal: IO[str]) -> None:
        """Forget what was typed already: it answers nothing that was not asked yet."""
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()

else:

    def forget_typed(terminal: IO[str]) -> None:
        """Forget what was typed already: it answers nothing that was not asked yet."""
        import termios

        with suppress(OSError, termios.error):  # it is closed, or none
            termios.tcflush(terminal.fileno(), termios.TCIFLUSH)
