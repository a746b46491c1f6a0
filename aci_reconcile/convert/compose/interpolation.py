"""``$VAR`` and ``${VAR:-default}`` in Compose files: variables of the project, or secrets by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.conversion import Variable
from aci_reconcile.convert.values import UNKNOWN, Hole, Settling, write
from aci_reconcile.core.redaction import is_secret_name
from aci_reconcile.expressions.values import ExpressionError, Text, join
from aci_reconcile.manifest.source.nodes import ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.convert.cursor import Cursor
    from aci_reconcile.core.errors import Where

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR: Final = re.compile(r":?[-+?]")
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class Interpolation:
    """Replaces the variables of one Compose project."""

    draft: Draft
    group: str
    values: Mapping[str, str]
    """Values from the command line and from the file ``.env``."""
    settling: Settling = field(default_factory=lambda: Settling({}))

    def say(self, cursor: Cursor) -> str | None:
        """Return a text as a manifest says it, with references; None if there is none, or it is wrong."""
        text = cursor.text()
        return None if text is None else self.say_text(text, cursor)

    def say_text(self, text: str, cursor: Cursor) -> str | None:
        """Return a text of this place as a manifest says it."""
        try:
            value = self._parse(text, cursor.where, 0)
            return write(value, lambda hole: self._refer(hole, cursor))
        except ExpressionError as error:
            cursor.lose(f"{error}")
            return None

    def know(self, cursor: Cursor) -> str | None:
        """Return a text whose value decides what the manifest looks like, such as a port."""
        text = cursor.text()
        if text is None:
            return None
        self.settling.fixed.clear()
        try:
            known = str(self.settling.settle(self._parse(text, cursor.where, 0)))
        except ExpressionError as error:
            cursor.lose(f"{error}")
            return None
        for name in self.settling.fixed:
            cursor.findings.note(cursor.where, cursor.path, f"written with the value of ${{{name}}}: no variable here")
        return known

    def _refer(self, hole: Hole, cursor: Cursor) -> str:
        if hole.secret:
            return self.draft.need(self.group, cursor.path, hole.secret, secret=("compose", *hole.secret))
        return self.draft.declare(hole.variable) if hole.variable else hole.reference

    def _parse(self, text: str, where: Where, depth: int) -> str | Hole | Text:
        """Return a text with its variables as holes. Raises ExpressionError."""
        if depth > _DEEPEST:
            raise ExpressionError("variables are nested too deep")
        parts: list[str | Hole | Text] = []
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            parts.append(text[at:dollar])
            if text.startswith("$$", dollar):
                parts.append("$")
                at = dollar + 2
            elif text.startswith("${", dollar):
                end = _find_end(text, dollar + 2)
                parts.append(self._expand(text[dollar + 2 : end], where, depth))
                at = end + 1
            elif match := _NAME.match(text, dollar + 1):
                parts.append(self._make_hole(match.group(), None, "", where))
                at = match.end()
            else:
                raise ExpressionError("a `$` begins no variable: write `$$`")
        found: str | Hole | Text = join([*parts, text[at:]])
        return found

    def _expand(self, inner: str, where: Where, depth: int) -> str | Hole | Text:
        """Return what stands between the braces: a name, perhaps with a default."""
        match = _NAME.match(inner)
        if match is None:
            raise ExpressionError(f"`${{{inner}}}` names no variable")
        name, rest = match.group(), inner[match.end() :]
        operator = _OPERATOR.match(rest)
        if operator is None:
            if rest:
                raise ExpressionError(f"`${{{inner}}}` is not a form of Compose")
            return self._make_hole(name, None, "", where)
        word = rest[operator.end() :]
        sign = operator.group()[-1]
        if sign == "?":
            return self._make_hole(name, None, word, where)
        value = self._parse(word, where, depth + 1)
        if sign == "+":
            if name not in self.values:
                raise ExpressionError(f"it depends on whether {name} is set: give --var {name}=…")
            return value if self.values[name] or ":" not in operator.group() else ""
        if isinstance(value, str):
            return self._make_hole(name, value, "", where)
        return value if name not in self.values else self._make_hole(name, None, "", where)

    def _make_hole(self, name: str, default: str | None, message: str, where: Where) -> Hole:
        if is_secret_name(name):
            if default:
                text = f"the default of {name} is a secret in clear text, which no manifest gets: set it anew"
                self.draft.findings.note(where, "", text)
            return Hole(name, secret=(name,))
        # An empty value counts as none for `:-`, and Compose takes an unset variable for an empty text.
        known = self.values.get(name) or default
        description = f"Compose says: {message}" if message else ""
        variable = Variable(name, where, known, description=description)
        return Hole(name, variable, known=UNKNOWN if known is None else known)


def _find_end(text: str, at: int) -> int:
    """Return where the braces end that began before ``at``. Raises ExpressionError."""
    depth = 1
    for index in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise ExpressionError("a `${` has no end")


def make_text(text: str, where: Where) -> ScalarNode:
    """Return a text as a node."""
    return ScalarNode(text, where, plain=False)
