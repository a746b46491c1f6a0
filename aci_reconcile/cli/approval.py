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
    """Return only if the word is typed, or if the command line approves.

    Args:
        session: where the answer comes from.
        what: what the word approves (``apply these changes``).
        approved: whether the command line approves.

    Raises:
        UsageError: there is no terminal.
        AciReconcileError: the answer is something else.
    """
    if approved:
        return
    if not is_terminal(session.stdin) or session.stdin is None:
        raise UsageError(
            f"cannot ask whether to {what}: no terminal", hint="approve with --auto-approve (-y); nothing was written"
        )
    console = session.console
    # Somebody who typed ahead answers a question that was not asked yet.
    discard_typed(session.stdin)
    console.raw(f"\n{console.notes.paint(console.notes.bold, f'Type {_WORD} to {what}:')} ")
    answer = read_answer(session.stdin)
    if not answer.endswith("\n"):
        console.raw("\n")
    if answer.removesuffix("\n").removesuffix("\r") != _WORD:
        raise AciReconcileError("not approved; nothing was written", hint=f"type {_WORD} to approve")
    console.raw("\n")


def read_answer(stdin: IO[str]) -> str:
    """Return the line that is typed; nothing if the terminal was closed."""
    try:
        return stdin.readline()
    except OSError:
        return ""


if sys.platform == "win32":  # pragma: no cover  # of the other system

    def discard_typed(_terminal: IO[str]) -> None:
        """Discard what was typed before the question: it cannot be its answer."""
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()

else:

    def discard_typed(terminal: IO[str]) -> None:
        """Discard what was typed before the question: it cannot be its answer."""
        import termios

        with suppress(OSError, termios.error):  # it is closed, or none
            termios.tcflush(terminal.fileno(), termios.TCIFLUSH)
