"""What two readings of a file differ in, to the single value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Json, Resource


class Difference(NamedTuple):
    """A value that differs. The steps to it are names and, for list entries, numbers."""

    steps: tuple[str | int, ...]
    before: Json
    after: Json


def list_differences(before: Resource, after: Resource) -> tuple[Difference, ...]:
    """Return each value that differs, of the body and of the life cycle."""
    found = list(_compare(before.body, after.body, ()))
    # An address that a value refers to becomes a dependency. That follows from the value, and is no change beside it.
    one, other = (replace(each.lifecycle, depends_on=()) for each in (before, after))
    same = one == other and (found or before.lifecycle == after.lifecycle)
    return (*found, *(() if same else (Difference(("lifecycle",), None, None),)))


def _compare(before: Json, after: Json, steps: tuple[str | int, ...]) -> Iterator[Difference]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            if name not in before or name not in after:
                yield Difference((*steps, name), before.get(name), after.get(name))
            else:
                yield from _compare(before[name], after[name], (*steps, name))
    elif _is_list(before) and _is_list(after) and len(before) == len(after):
        for at, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _compare(one, other, (*steps, at))
    elif _is_list(before) and _is_list(after) and len(after) == len(before) + 1:
        same = next((at for at, one in enumerate(before) if any(_compare(one, after[at], ()))), len(before))
        rest = [*after[:same], *after[same + 1 :]]
        if any(any(_compare(one, other, ())) for one, other in zip(before, rest, strict=True)):
            yield Difference(steps, before, after)
        else:
            yield Difference((*steps, same), None, after[same])
    elif not _is_same(before, after):
        yield Difference(steps, before, after)


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_same(before: Json, after: Json) -> bool:
    """Whether two values are the same; offline, a secret that is not read is known by its reference."""
    if isinstance(before, Secret) and isinstance(after, Secret) and not (before.available or after.available):
        return (before.source, before.missing) == (after.source, after.missing)
    return type(before) is type(after) and before == after
