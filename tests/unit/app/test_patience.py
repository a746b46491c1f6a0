"""Reads that Azure's limits refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from factories import FakeClock

from aci_reconcile.app.patience import Patience
from aci_reconcile.core.errors import AzureError, InvalidRequestError, ThrottledError

if TYPE_CHECKING:
    from collections.abc import Callable


class Told:
    """Keeps warnings."""

    verbose = False

    def __init__(self) -> None:
        self.texts: list[str] = []

    def warn(self, text: str) -> None:
        """Keep one."""
        self.texts.append(text)


def refused(*errors: AzureError) -> Callable[[], str]:
    """Return a request that is refused so many times."""
    left = list(errors)

    def ask() -> str:
        if left:
            raise left.pop(0)
        return "here"

    return ask


def test_azure_says_how_long_to_wait() -> None:
    """Each time; without a word, a quarter of a minute. Each wait is told."""
    clock, told = FakeClock(), Told()
    begun = clock.now()
    patience = Patience.of(clock, told, 1800)  # type: ignore[arg-type]  # all that it needs of a console
    ask = refused(ThrottledError("too many", retry_after=7), ThrottledError("too many"))

    assert "here" == patience.ask(ask)
    assert 22 == clock.now() - begun
    assert ["going on in 7 s", "going on in 15 s"] == [each.partition("; ")[2] for each in told.texts]


@pytest.mark.parametrize(("timeout", "error"), [
    (1800, ThrottledError("for an hour", retry_after=3600)),
    (5, ThrottledError("too many", retry_after=7)),
    (1800, InvalidRequestError("no")),
])  # fmt: skip
def test_what_nobody_waits_for(timeout: float, error: AzureError) -> None:
    """Five minutes are the most, and another error is no reason to wait."""
    clock, told = FakeClock(), Told()
    begun = clock.now()
    with pytest.raises(type(error), match=error.message):
        Patience.of(clock, told, timeout).ask(refused(error))  # type: ignore[arg-type]  # as above

    assert (begun, []) == (clock.now(), told.texts)


def test_many_refusals_at_once_are_told_once() -> None:
    """Thirty threads read side by side."""
    told, clocks = Told(), [FakeClock() for _ in range(3)]
    patience = Patience.of(clocks[0], told, 1800)  # type: ignore[arg-type]  # as above
    for clock in clocks:
        patience.clock = clock
        patience.ask(refused(ThrottledError("too many", retry_after=7)))

    assert 1 == len(told.texts)
