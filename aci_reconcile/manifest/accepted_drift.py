"""The file of accepted drift: a list of findings that do not count for a while, each with a reason and a last day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import Where
from aci_reconcile.findings import Acceptance, Kind
from aci_reconcile.manifest.project.codes import ACI195, ACI196, ACI197
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote, suggest_word
from aci_reconcile.manifest.source.files import Files, find_repository
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode, describe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest.code import Code
    from aci_reconcile.manifest.source.nodes import Source

_KEYS: Final = ("fingerprint", "address", "kind", "paths", "reason", "until")
_KINDS: Final = tuple(kind.value for kind in Kind if kind not in {Kind.NOT_COMPARED, Kind.SECRET_NOT_COMPARED})
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_ADDRESS = re.compile(r"(?:[^/\s]+/)?[^/\s]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def read_accepted_drift(file: Path, cwd: Path) -> tuple[tuple[Acceptance, ...], tuple[Diagnostic, ...]]:
    """Read the file of accepted drift.

    Args:
        file: YAML, or JSON where its name says so.
        cwd: the folder that displayed paths are relative to.

    Returns:
        The acceptances, and the diagnostics of the file. If there is an error, the acceptances are incomplete.
    """
    diagnostics = Diagnostics()
    files = Files(cwd, file.parent, find_repository(file.parent))
    documents = files.read_documents(file, diagnostics)
    if len(documents) > 1:
        diagnostics.add(ACI195, documents[1].where, "a file of accepted drift must be a single document")
    found = tuple(_read_entries(documents[0], diagnostics)) if documents else ()
    return found, diagnostics.collect()


def _read_entries(node: Source, diagnostics: Diagnostics) -> Iterator[Acceptance]:
    """Yield the valid entries; an empty file has none, and accepts nothing."""
    if isinstance(node, ScalarNode) and node.null:
        return
    if not isinstance(node, ListNode):
        diagnostics.add(ACI195, node.where, f"expected a list, found {describe(node)}")
        return
    for index, each in enumerate(node.items):
        if isinstance(each, MapNode):
            found = _Entry(each, f"[{index}]", diagnostics).read()
            if found is not None:
                yield found
        else:
            diagnostics.add(ACI195, each.where, f"expected a map, found {describe(each)}", path=f"[{index}]")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the list; its mistakes are noted with their places."""

    node: MapNode
    path: str
    diagnostics: Diagnostics

    def read(self) -> Acceptance | None:
        """Return the acceptance; None if the entry lacks the drift it accepts, a reason or an end date."""
        self._check_keys()
        # Everything is read before any of it decides, so that one run finds all mistakes of an entry.
        reason, until = self._read_reason(), self._read_until()
        fingerprint = self._read_matching(
            "fingerprint", _FINGERPRINT, "16 hexadecimal digits, as `drift --verbose` shows"
        )
        address = self._read_matching("address", _ADDRESS, "an address (`resourceGroup/name`) or a name")
        kind, paths = self._read_kind(), frozenset(self._read_paths())
        if not self._identifies_drift() or reason is None or until is None:
            return None
        where = Where(self.node.where.file, self.node.where.line, self.node.where.column)
        return Acceptance(reason, until, where, fingerprint, address, kind, paths)

    def _complain(self, code: Code, where: Where, message: str, name: str = "", hint: str = "") -> None:
        self.diagnostics.add(code, where, message, hint=hint, path=f"{self.path}.{name}" if name else self.path)

    def _check_keys(self) -> None:
        for entry in self.node.entries:
            if entry.key not in _KEYS:
                hint = suggest_word(entry.key, _KEYS) or f"known keys: {', '.join(_KEYS)}"
                self._complain(ACI195, entry.where, f"unknown key {quote(entry.key)}", entry.key, hint)

    def _identifies_drift(self) -> bool:
        """Whether the entry names its drift in exactly one way; else that is reported."""
        named = [name for name in ("fingerprint", "address") if self.node.get_entry(name)]
        if len(named) != 1:
            both = (
                "the entry has both a fingerprint and an address"
                if named
                else "the entry has neither a fingerprint nor an address"
            )
            self._complain(ACI197, self.node.where, f"{both}: use exactly one")
            return False
        if named == ["fingerprint"] and (self.node.get_entry("kind") or self.node.get_entry("paths")):
            self._complain(
                ACI197, self.node.where, "a fingerprint already determines the kind and the path: remove them"
            )
            return False
        return True

    def _read_text(self, name: str) -> ScalarNode | None:
        entry = self.node.get_entry(name)
        if entry is None:
            return None
        if isinstance(entry.value, ScalarNode) and not entry.value.null:
            return entry.value
        self._complain(ACI195, entry.where, f"expected text, found {describe(entry.value)}", name)
        return None

    def _read_matching(self, name: str, pattern: re.Pattern[str], wanted: str) -> str:
        found = self._read_text(name)
        if found is None:
            return ""
        if not pattern.fullmatch(found.text):
            self._complain(ACI195, found.where, f"{quote(found.text)} is not {wanted}", name)
        return found.text

    def _read_kind(self) -> str:
        found = self._read_text("kind")
        if found is None:
            return ""
        if found.text not in _KINDS:
            hint = suggest_word(found.text, _KINDS) or f"known kinds: {', '.join(_KINDS)}"
            self._complain(ACI195, found.where, f"{quote(found.text)} is not a kind of drift", "kind", hint)
        return found.text

    def _read_paths(self) -> Iterator[str]:
        """Yield the paths that limit an entry; none if it is not limited to paths."""
        entry = self.node.get_entry("paths")
        if entry is None:
            return
        if not isinstance(entry.value, ListNode) or not entry.value.items:
            self._complain(ACI195, entry.where, "expected a list of paths", "paths")
            return
        for each in entry.value.items:
            if isinstance(each, ScalarNode) and not each.null:
                yield each.text
            else:
                self._complain(ACI195, each.where, f"expected a path, found {describe(each)}", "paths")

    def _read_reason(self) -> str | None:
        found = self._read_text("reason")
        if found is None or not found.text.strip():
            self._complain(ACI196, self.node.where, "`reason` is missing", hint="say why the drift is accepted")
            return None
        return found.text.strip()

    def _read_until(self) -> date | None:
        """Return the last day on which the drift is accepted; None if it is missing or not a date."""
        found = self._read_text("until")
        if found is None:
            self._complain(
                ACI196, self.node.where, "`until` is missing", hint="add the last day, such as `until: 2026-12-31`"
            )
            return None
        try:
            # Python accepts more forms (20261231, 2026-W53-4), which a reader of the file may misread.
            return date.fromisoformat(found.text if _DATE.fullmatch(found.text) else "")
        except ValueError:
            hint = "write a date such as 2026-12-31"
            self._complain(ACI196, found.where, f"{quote(found.text)} is not a date", "until", hint)
            return None
