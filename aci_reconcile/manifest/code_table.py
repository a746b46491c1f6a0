"""Every diagnostic code: the table that gives out the numbers.

A code stands beside what reports it: in the file of its rule, else in the ``codes.py`` of its folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest import fleet_codes, group_codes
from aci_reconcile.manifest.code import Code
from aci_reconcile.manifest.project import codes as project_codes
from aci_reconcile.manifest.rules import TOPICS
from aci_reconcile.manifest.source import codes as source_codes
from aci_reconcile.manifest.syntax import codes as syntax_codes
from aci_reconcile.manifest.syntax import reference_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

RETIRED: Final[frozenset[str]] = frozenset()
"""Numbers of codes that were removed. People search for a number, so it never gets another meaning."""

MODULES: Final = (source_codes, syntax_codes, reference_codes, project_codes, group_codes, fleet_codes, *TOPICS)
"""The modules that define codes."""

_NUMBERS: Final = tuple(f"ACI{number:03}" for number in range(1, 300))
_SHOWN: Final = 12


def collect_codes(codes: Iterable[tuple[str, Code]], retired: Collection[str] = RETIRED) -> dict[str, Code]:
    """Return codes by number, in order.

    Args:
        codes: each with the name of its constant, which is its number. The same code may occur several times.
        retired: numbers that no code may have.

    Raises:
        ValueError: a number is taken or retired, or differs from the name; the message names free numbers.
    """
    known = tuple(codes)
    found: dict[str, Code] = {}
    for name, code in known:
        number = code.number
        if found.setdefault(number, code) is not code:
            problem = f"has two meanings, {found[number].title!r} and {code.title!r}: give the new one another number"
        elif number in retired:
            problem = "is retired, and never gets another meaning"
        elif number != name:
            problem = f"is assigned to {name}: use the same number for both"
        else:
            continue
        free = list_free_numbers({each.number for _, each in known}, retired)
        raise ValueError(f"{number} {problem}; free numbers: {', '.join(free[:_SHOWN])}, …")
    return dict(sorted(found.items()))


def list_free_numbers(taken: Collection[str], retired: Collection[str] = RETIRED) -> tuple[str, ...]:
    """Return the numbers that a new code may have, in order."""
    return tuple(each for each in _NUMBERS if each not in taken and each not in retired)


CODES: Final[Mapping[str, Code]] = collect_codes(
    (name, each) for module in MODULES for name, each in vars(module).items() if isinstance(each, Code)
)
"""By number, in order."""
