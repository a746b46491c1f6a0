"""The health check of a service as a liveness probe."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.compose.units import read_seconds
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode

if TYPE_CHECKING:
    from aci_reconcile.convert.compose.addresses import Addresses
    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.cursor import Cursor, MapCursor

_LEAST: Final = 1
"""Seconds: the shortest period of a probe."""


@dataclass(frozen=True, slots=True)
class ProbeReader:
    """Reads the health check of one service."""

    words: Interpolation
    addresses: Addresses
    service: str

    def read(self, service: MapCursor) -> dict[str, Any] | None:
        """Return the probe; None if there is no check."""
        check = service.map("healthcheck")
        if check is None:
            return None
        test = check.get("test")
        command = self._read_test(test) if test else []
        probe: dict[str, Any] = {"exec": {"command": command}}
        for key, ours in (
            ("start_period", "initialDelaySeconds"),
            ("interval", "periodSeconds"),
            ("timeout", "timeoutSeconds"),
        ):
            seconds = self._read_duration(check.get(key))
            if seconds is not None:
                probe[ours] = seconds
        retries = check.get("retries")
        text = self.words.know(retries) if retries else None
        if text and text.isdigit() and int(text):
            probe["failureThreshold"] = int(text)
        check.note("start_interval", "a probe of ACI has one period")
        if check.flag("disable") or not command:
            return None
        message = "becomes a liveness probe: ACI restarts the container when it fails"
        check.findings.note(check.where, check.path, message)
        return probe

    def _read_test(self, cursor: Cursor) -> list[str]:
        if not isinstance(cursor.node, ListNode):
            text = self.words.say(cursor)
            return ["/bin/sh", "-c", self.addresses.rewrite(text, cursor, self.service)] if text else []
        said = [self.words.say(each) or "" for each in cursor.items()]
        words = [self.addresses.rewrite(each, cursor, self.service) for each in said]
        kind = words[0] if words else "NONE"
        if kind == "CMD-SHELL":
            return ["/bin/sh", "-c", *words[1:]]
        if kind == "NONE":
            return []
        return words[1:] if kind == "CMD" else words

    def _read_duration(self, cursor: Cursor | None) -> int | None:
        text = self.words.know(cursor) if cursor else None
        if cursor is None or text is None:
            return None
        seconds = read_seconds(text)
        if seconds is None:
            cursor.lose(f"{quote(text)} is not a duration")
            return None
        whole = max(math.ceil(seconds), _LEAST) if seconds else 0
        if whole != seconds:
            cursor.findings.note(cursor.where, cursor.path, f"{text} is written as {whole} s: ACI takes whole seconds")
        return whole or None
