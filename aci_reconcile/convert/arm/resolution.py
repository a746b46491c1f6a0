"""Turns a resource of a template into what a deployment would send, with references where values stay open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.arm.parameters import evaluate_node
from aci_reconcile.convert.conversion import Variable
from aci_reconcile.convert.values import Hole, Live, outline, write
from aci_reconcile.expressions.syntax import is_expression, unescape
from aci_reconcile.expressions.values import ExpressionError, Text, Value, as_items, as_mapping
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.expansion import join
from aci_reconcile.manifest.syntax.reference_grammar import escape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.convert.arm.evaluation import Evaluator
    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.core.errors import Where
    from aci_reconcile.manifest.source.nodes import Source

MOST_COPIES: Final = 800
"""Turns of a copy loop (docs: ARM template limits)."""
_WORDS: Final = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Resolution:
    """Resolves the expressions below one resource."""

    evaluator: Evaluator
    draft: Draft
    group: str
    """What the group is called, for the names of its secrets."""

    def resolve(self, node: Source, at: str) -> Source | None:
        """Return a node without expressions; None if there is nothing to write, which is reported."""
        if isinstance(node, MapNode):
            return MapNode(tuple(self._resolve_entries(node, at)), node.where)
        if isinstance(node, ListNode):
            items = (self.resolve(each, f"{at}[{self._label(each, index)}]") for index, each in enumerate(node.items))
            return ListNode(tuple(each for each in items if each is not None), node.where)
        if node.plain or not is_expression(node.text):
            return node if node.plain else node._replace(text=escape(unescape(node.text)))
        return self._evaluate(node, at)

    def _resolve_entries(self, node: MapNode, at: str) -> Iterator[Entry]:
        for entry in node.entries:
            if entry.key == "copy" and isinstance(entry.value, ListNode):
                yield from self._repeat(entry.value, at)
                continue
            key = self._resolve_key(entry, at)
            below = at if key == "properties" else join(at, key or "")
            value = self._resolve_value(entry, key, below) if key is not None else None
            if key is not None and value is not None:
                yield Entry(key, entry.where, value)

    def _resolve_value(self, entry: Entry, key: str, at: str) -> Source | None:
        node = entry.value
        if key.lower() == "name" and isinstance(node, ScalarNode) and is_expression(node.text):
            return ScalarNode(self.name(node, at), node.where, plain=False)
        return self.resolve(node, at)

    def name(self, node: ScalarNode, at: str) -> str:
        """Return what an expression calls something; a name identifies it, so no variable can stand there.

        One that is not known is named after the last word of its expression, and reported.
        """
        fixed = self.evaluator.settling.fixed
        fixed.clear()
        try:
            found = str(self.evaluator.settle(self.evaluator.evaluate(node.text)))
        except ExpressionError as error:
            words = _WORDS.findall(node.text)
            found = words[-1].lower() if words else "unnamed"
            message = f"{error}: called {quote(found)} for now"
            hint = "a name cannot be a variable: give the value, or write it into the manifest"
            self.draft.findings.lose(node.where, at, message, hint)
            return found
        for name in fixed:
            message = f"a name cannot be a variable: {quote(found)} is written in place of {name}"
            self.draft.findings.note(node.where, at, message)
        return escape(found)

    def _resolve_key(self, entry: Entry, at: str) -> str | None:
        if not is_expression(entry.key):
            return entry.key
        try:
            return str(self.evaluator.settle(self.evaluator.evaluate(entry.key)))
        except ExpressionError as error:
            self.draft.findings.lose(entry.where, at, f"a key cannot be a reference, and here {error}")
            return None

    def _repeat(self, loops: ListNode, at: str) -> Iterator[Entry]:
        """Yield the properties that ``copy`` makes: a list each, with one item for each turn."""
        for loop in loops.items:
            name, count, inner = (
                (loop.get(key) for key in ("name", "count", "input"))
                if isinstance(loop, MapNode)
                else (None, None, None)
            )
            if not isinstance(name, ScalarNode) or count is None or inner is None:
                self.draft.findings.lose(loop.where, join(at, "copy"), "a loop needs `name`, `count` and `input`")
                continue
            turns = self.count_turns(count, join(at, "copy"))
            items = [self._turn(inner, f"{join(at, name.text)}[{index}]", name.text, index) for index in range(turns)]
            yield Entry(name.text, loop.where, ListNode(tuple(x for x in items if x is not None), loop.where))
            for extra in loop.entries if isinstance(loop, MapNode) else ():
                if extra.key not in {"name", "count", "input"}:
                    self.draft.findings.lose(extra.where, join(join(at, "copy"), extra.key), "a loop has no such key")

    def _turn(self, node: Source, at: str, name: str, index: int) -> Source | None:
        indexes: dict[str, int] = self.evaluator.indexes
        before = dict(indexes)
        indexes[name.lower()] = indexes[""] = index
        try:
            return self.resolve(node, at)
        finally:
            indexes.clear()
            indexes.update(before)

    def count_turns(self, node: Source, at: str) -> int:
        """Return how often a loop runs; 0 if that is not known, which is reported."""
        try:
            count = self.evaluator.settle(evaluate_node(node, self.evaluator.evaluate))
        except ExpressionError as error:
            self.draft.findings.lose(node.where, at, f"the loop cannot be unrolled: {error}")
            return 0
        if isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_COPIES:
            return count
        message = f"{quote(str(count))} is not a number of turns from 0 to {MOST_COPIES}"
        self.draft.findings.lose(node.where, at, message)
        return 0

    def _evaluate(self, node: ScalarNode, at: str) -> Source | None:
        self.evaluator.settling.fixed.clear()
        try:
            value = self.evaluator.evaluate(node.text)
            source = self._to_source(value, node.where, at)
        except ExpressionError as error:
            return self._ask(node, at, error)
        for name, known in self.evaluator.settling.fixed.items():
            message = f"computed with {name} = {quote(str(known))}, and written as its result"
            self.draft.findings.note(node.where, at, message)
        return source

    def _ask(self, node: ScalarNode, at: str, error: ExpressionError) -> Source:
        """Return a variable in place of an expression that cannot be evaluated here."""
        words = "_".join(_WORDS.findall(f"{self.group} {at.rpartition('.')[2] or at}")) or "value"
        name = f"_{words}" if words[0].isdigit() else words
        text = f"the template says {node.text}"
        self.draft.findings.lose(
            node.where, at, f"{error}", f"give the variable {name} the value, or write it into the manifest"
        )
        return ScalarNode(self.draft.declare(Variable(name, node.where, description=text)), node.where, plain=False)

    def _to_source(self, value: Value, where: Where, at: str) -> Source:
        """Return a value as a node of the file: its place is that of the expression."""
        members, items = as_mapping(value), as_items(value)
        if members is not None:
            made = (Entry(key, where, self._to_source(each, where, join(at, key))) for key, each in members.items())
            return MapNode(tuple(made), where)
        if items is not None:
            nodes = (self._to_source(each, where, f"{at}[{index}]") for index, each in enumerate(items))
            return ListNode(tuple(nodes), where)
        soft = self.evaluator.soften(value)
        if isinstance(soft, Live):
            raise ExpressionError(f"{soft} needs a live value, which only a deployment asks for")
        if isinstance(soft, (str, Hole, Text)):
            text = ScalarNode(write(soft, lambda hole: self._refer(hole, at)), where, plain=False)
            encoded = isinstance(soft, Hole) and soft.encoded
            return MapNode((Entry("fromText", where, text),), where) if encoded else text
        plain = {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else ""
        return ScalarNode(plain or repr(value), where)

    def _refer(self, hole: Hole, at: str) -> str:
        """Return the reference that stands for a hole in a manifest."""
        if hole.secret:
            words = (*hole.secret[-2:],)
            return self.draft.need(self.group, at, words, (self.group, *words), secret=("template", *hole.secret))
        return self.draft.declare(hole.variable) if hole.variable else hole.reference

    def _label(self, node: Source, index: int) -> str:
        """Return what people call an item of a list: its name, if it has one."""
        name = node.get("name") if isinstance(node, MapNode) else None
        if not isinstance(name, ScalarNode) or not name.text:
            return str(index)
        try:
            shown = outline(self.evaluator.evaluate(name.text)) if is_expression(name.text) else name.text
        except ExpressionError:
            return str(index)
        return str(index) if "*" in shown else shown
