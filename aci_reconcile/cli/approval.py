"""Asking before something is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.console import is_terminal
from aci_reconcile.errors import AciReconcileError, UsageError

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
        raise UsageError(f"nobody is here to {what}", hint="approve with --auto-approve (-y); nothing was written")
    console = session.console
    console.raw(f"\n{console.notes.paint(console.notes.bold, f'Type {_WORD} to {what}:')} ")
    answer = session.stdin.readline()
    if not answer.endswith("\n"):
        console.raw("\n")
    if answer.strip() != _WORD:
        raise AciReconcileError("not approved; nothing was written")
    console.raw("\n")
