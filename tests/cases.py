"""Many small cases in one test: a test of its own for each costs more than what it asserts."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def naming(case: object) -> Generator[None]:
    """Say below a failure which case it is of."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"the case: {case}")
        raise
