"""Environment variables of a service."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aci_reconcile.core.redaction import holds_secret
from aci_reconcile.manifest.project.variables import read_variable_file
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ListNode, MapNode
from aci_reconcile.manifest.syntax.reference_grammar import escape, has_reference, scan_references

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.convert.compose.addresses import Addresses
    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.cursor import Cursor, MapCursor
    from aci_reconcile.core.errors import Where


@dataclass(frozen=True, slots=True)
class Environment:
    """Reads the environment of one service."""

    words: Interpolation
    addresses: Addresses
    read_file: Callable[[str, Where], str | None]
    service: str

    def read(self, service: MapCursor) -> list[dict[str, Any]]:
        """Return the variables of a service; those of its own keys win over those of its files."""
        found: dict[str, dict[str, Any]] = {}
        files = service.get("env_file")
        for key, value, cursor in self._list_files(files) if files else ():
            found[key] = self._make_variable(key, escape(value), cursor)
        environment = service.get("environment")
        for key, text, cursor in self._list_environment(environment) if environment else ():
            said = self.words.say_text(f"${{{key}}}" if text is None else text, cursor)
            if said is not None:
                found[key] = self._make_variable(key, said, cursor)
        return list(found.values())

    def _list_environment(self, cursor: Cursor) -> Iterator[tuple[str, str | None, Cursor]]:
        """Yield name, text and place of each variable; None for one that Compose takes from its own environment."""
        if isinstance(cursor.node, ListNode):
            for each in cursor.items():
                key, equals, value = (each.text() or "").partition("=")
                yield key, value if equals else None, each
            return
        entries = cursor.map()
        for key, each in entries or ():
            yield key, each.text(), each

    def _list_files(self, cursor: Cursor) -> Iterator[tuple[str, str, Cursor]]:
        for each in cursor.items() if isinstance(cursor.node, ListNode) else (cursor,):
            entry = each.map() if isinstance(each.node, MapNode) else None
            named = entry.get("path") if entry else each
            required = entry.flag("required") if entry else None
            if entry is not None:
                entry.note("format", "the file is read as NAME=VALUE")
            path = (self.words.know(named) or "") if named else ""
            text = self.read_file(path, each.where) if path else None
            if text is None:
                if required is not False:
                    each.lose(f"the file {quote(path)} cannot be read")
                continue
            values, wrong = read_variable_file(text, ".env")
            for mistake in wrong:
                each.findings.lose(each.where, each.path, f"{path}:{mistake.where.line}: {mistake.message}")
            yield from ((key, value, each) for key, value in values.items())

    def _make_variable(self, key: str, value: str, cursor: Cursor) -> dict[str, Any]:
        """Return an environment variable; a secret one by its name, or by what it refers to, is secure."""
        secret = any(not each["escape"] and each["env"] for each in scan_references(value))
        if not secret and not has_reference(value) and holds_secret(key, value):
            cursor.findings.note(cursor.where, cursor.path, f"{key} looks like a secret: it becomes a `secureValue`")
            at = f"containers[{self.service}].environmentVariables[{key}]"
            names = (key,), (self.service, key)
            # Services that share a password name the same variable.
            same = ("literal", key, hashlib.sha256(value.encode()).hexdigest())
            return {"name": key, "secureValue": self.words.draft.need(self.words.group, at, *names, secret=same)}
        rewritten = self.addresses.rewrite(value, cursor, self.service)
        return {"name": key, ("secureValue" if secret else "value"): rewritten}
