"""Addresses of services in texts. Containers of a group share one network, where every service is ``localhost``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.convert.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Addresses:
    """The names by which the services of a project call each other, and what becomes of them."""

    names: frozenset[str]
    localhost: bool = False
    """Whether they become ``localhost``."""
    elsewhere: Mapping[str, str] | None = None
    """For one group per service: the reference to the address of each service that callers can reach."""

    def rewrite(self, text: str, cursor: Cursor, service: str) -> str:
        """Return a text with the names of other services replaced; without a replacement, they are reported."""
        others = sorted(self.names - {service}, key=len, reverse=True)
        if not others:
            return text
        listed = "|".join(map(re.escape, others))
        # A host: after `//` or `@`, before a port, or the whole value.
        host = rf"(?:(?<=//)|(?<=@))(?:{listed})(?=[:/?#,]|$)|(?<![\w./@-])(?:{listed})(?=:\d)|^(?:{listed})$"
        return re.sub(host, lambda match: self._replace(match.group(), cursor), text)

    def _replace(self, name: str, cursor: Cursor) -> str:
        if self.elsewhere is not None:
            if name in self.elsewhere:
                cursor.findings.note(cursor.where, cursor.path, f"the service {quote(name)} is called by its address")
                return self.elsewhere[name]
            message = f"calls the service {quote(name)}, whose group opens no port"
            cursor.findings.lose(cursor.where, cursor.path, message, "open a port, or put both into one group")
            return name
        if self.localhost:
            cursor.findings.note(cursor.where, cursor.path, f"the service {quote(name)} is `localhost` in the group")
            return "localhost"
        message = f"calls the service {quote(name)} by its name, which no container of a group can resolve"
        cursor.findings.lose(cursor.where, cursor.path, message, "--localhost writes `localhost` in its place")
        return name
