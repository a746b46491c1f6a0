"""Going through with a process from within another one, which sees each of its steps first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from aci_reconcile.reconcile.steps import never

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.reconcile.steps import Process, Step

T = TypeVar("T")


def go_through(
    work: Process[T], see: Callable[[Any], Step | None], is_enough: Callable[[], bool] = never
) -> Process[T | None]:
    """Go through with a process, and return its result; None if it was enough before its end.

    Args:
        work: the process; it is closed in any case.
        see: takes each step, and returns what to do in its place; None for nothing.
        is_enough: asked after each step, whether the rest is no longer needed.
    """
    value: object = None
    error: Exception | None = None
    try:
        while True:
            try:
                step = work.throw(error) if error else work.send(value)
            except StopIteration as end:
                result: T = end.value
                return result
            value = error = None
            if is_enough():
                return None
            instead = see(step)
            if instead is None:
                continue
            try:
                value = yield instead
            except Exception as problem:  # noqa: BLE001  what a request raised is the process's own business
                error = problem
    finally:
        work.close()
