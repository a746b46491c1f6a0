"""The question before something is written: only the word approves, typed after it was asked."""

from __future__ import annotations

import io
import os
import pty
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.cli.approval import ask, discard_typed, read_answer
from aci_reconcile.cli.console import Console
from aci_reconcile.cli.session import Session
from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from collections.abc import Generator


class Terminal(io.StringIO):
    """A terminal at which something is typed."""

    def isatty(self) -> bool:
        """A person looks at it."""
        return True


def approve(typed: str) -> None:
    """Ask a person who types this."""
    ask(Session({}, Terminal(typed), Console(io.StringIO(), io.StringIO())), "go on", approved=False)


@pytest.mark.parametrize("typed", ["yes\n", "yes\r\n", "yes"])
def test_the_word_approves(typed: str) -> None:
    """Whatever ends the line."""
    approve(typed)


@pytest.mark.parametrize(
    "typed", ["", "\n", "y\n", "Yes\n", " yes\n", "yes \n", "\u00a0yes\n", "yes\u00a0\n", "yes\t\n", "\ufeffyes\n"]
)
def test_nothing_else_approves(typed: str) -> None:
    """Not what looks like it, nor the word with something around it."""
    with pytest.raises(AciReconcileError, match="not approved; nothing was written"):
        approve(typed)


@pytest.fixture
def terminal() -> Generator[tuple[int, io.TextIOWrapper]]:
    """Both sides of a terminal: who types, and what reads."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r", encoding="utf-8") as stream:
        yield ours, stream


def test_what_was_typed_before_the_question_is_forgotten(terminal: tuple[int, io.TextIOWrapper]) -> None:
    """Whole lines and the beginning of one."""
    ours, stream = terminal
    os.write(ours, b"yes\nye")
    discard_typed(stream)
    os.write(ours, b"no\n")

    assert "no\n" == read_answer(stream)
    os.close(ours)


def test_a_terminal_that_was_closed_answers_nothing(terminal: tuple[int, io.TextIOWrapper]) -> None:
    """Where the system calls it an error, too."""
    ours, stream = terminal
    os.close(ours)
    discard_typed(stream)

    assert "" == read_answer(stream)
