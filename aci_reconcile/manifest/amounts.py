"""Amounts as other tools write them (``500m``, ``1.5Gi``, ``1 core``), and the number that a manifest needs instead.

Kubernetes counts CPU in thousandths and memory in bytes with a suffix; Compose writes ``512M`` and ``1g``. Azure counts
cores and GB (10⁹ or 2³⁰ bytes is not documented; the hint treats them as equal, as Azure's own examples do).
"""

from __future__ import annotations

import re
from typing import Final

_AMOUNT: Final = re.compile(r"([0-9]{1,12}(?:[.,][0-9]{1,6})?)\s*([A-Za-z]{0,12})")
_CPU: Final = {"m": 0.001, "": 1, "c": 1, "cpu": 1, "cpus": 1, "core": 1, "cores": 1, "vcpu": 1, "vcpus": 1}
_IN_GB: Final = {"k": 2**-20, "m": 2**-10, "g": 1, "t": 2**10, "": 1}
_BYTES: Final = re.compile(r"([kmgt])(?:i?b?|igabytes?|egabytes?)", re.IGNORECASE)
_SMALLEST: Final = 0.01


def suggest_number(name: str, text: str) -> str:
    """Return a hint with the number for an amount; empty if the text is not an amount, or is almost zero.

    Args:
        name: what the field is called.
        text: what stands there.
    """
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        return ""
    factor = _find_factor(name, found[2].lower())
    number = float(found[1].replace(",", ".")) * factor if factor else 0
    if number < _SMALLEST:
        return ""
    what = "CPU is a number of cores" if name == "cpu" else "memory is a number of GB"
    return f"write {round(number, 3):g}: {what}"


def _find_factor(name: str, unit: str) -> float:
    """Return the factor of a unit; 0 if the unit is unknown."""
    if name != "memoryInGB":
        return _CPU.get(unit, 0) if name == "cpu" else 0
    found = _BYTES.fullmatch(unit)
    return _IN_GB.get(found[1].lower() if found else unit, 0)
