"""CPU and memory of a service. As in Docker's integration, a service that says nothing gets 1 CPU and 1 GB."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.compose.units import read_exact, read_gigabytes
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.cursor import Cursor, MapCursor

DEFAULT: Final = 1.0


def read_resources(service: MapCursor, deploy: MapCursor | None, words: Interpolation) -> dict[str, Any]:
    """Return requests, and limits where they differ."""
    resources = deploy.map("resources") if deploy else None
    limits = _read_pair(resources.map("limits") if resources else None, words)
    reserved = _read_pair(resources.map("reservations") if resources else None, words)
    # The keys of Compose's second format, which are still in use.
    limits = limits[0] or _read_cpu(service.get("cpus"), words), limits[1] or _read(service.get("mem_limit"), words)
    reserved = reserved[0], reserved[1] or _read(service.get("mem_reservation"), words)
    cpu, memory = reserved[0] or limits[0] or DEFAULT, reserved[1] or limits[1] or DEFAULT
    found: dict[str, Any] = {"requests": {"cpu": cpu, "memoryInGB": memory}}
    above = {"cpu": limits[0] or cpu, "memoryInGB": limits[1] or memory}
    if above != found["requests"]:
        found["limits"] = above
    return found


def _read_pair(entry: MapCursor | None, words: Interpolation) -> tuple[float | None, float | None]:
    """Return CPU and memory."""
    if entry is None:
        return None, None
    return _read_cpu(entry.get("cpus"), words), _read(entry.get("memory"), words)


def _read_cpu(cursor: Cursor | None, words: Interpolation) -> float | None:
    text = words.know(cursor) if cursor else None
    if cursor is None or text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        cursor.lose(f"{quote(text)} is not a number of CPUs")
        return None
    return value or None


def _read(cursor: Cursor | None, words: Interpolation) -> float | None:
    text = words.know(cursor) if cursor else None
    if cursor is None or text is None:
        return None
    value = read_gigabytes(text)
    if value is None:
        cursor.lose(f"{quote(text)} is not a size such as 512m")
    elif not math.isclose(value, read_exact(text)):
        message = f"{text} is written as {value:g} GB: ACI takes steps of 0.1"
        cursor.findings.note(cursor.where, cursor.path, message)
    return value
