"""Converts an ARM template: its container groups become manifests, its parameters variables of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.convert.arm.evaluation import A_GROUP, Evaluator
from aci_reconcile.convert.arm.parameters import Parameters, Variables, evaluate_node
from aci_reconcile.convert.arm.resolution import Resolution
from aci_reconcile.convert.body import BodyReader
from aci_reconcile.convert.conversion import ConvertedGroup
from aci_reconcile.convert.cursor import Cursor, MapCursor, Tracker, to_json
from aci_reconcile.convert.values import outline
from aci_reconcile.core.model import CONTAINER_GROUPS, as_text
from aci_reconcile.expressions.syntax import is_expression
from aci_reconcile.expressions.values import ExpressionError
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import Entry, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.convert.arm.evaluation import Place
    from aci_reconcile.convert.arm.parameters import Given
    from aci_reconcile.convert.conversion import Draft
    from aci_reconcile.expressions.values import Value
    from aci_reconcile.manifest.source.nodes import Source

_DEPLOYMENTS: Final = "microsoft.resources/deployments"
_APART: Final = ("name", "type", "apiVersion", "comments", "metadata", "condition", "copy", "dependsOn")
"""Keys of a resource that are read before its body."""
_UNKNOWN: Final = "this key is not known in a template"
_FORMAT: Final = ("$schema", "contentVersion", "languageVersion", "apiProfile")
"""Keys that say how the template is to be read."""
_TOP: Final = {
    "metadata": "metadata of the template",
    "outputs": "a project has no outputs: `status` shows the addresses and states of its groups",
}
"""Keys of a template that a manifest has no use for."""
_BESIDE: Final = {
    "comments": "a comment of the template",
    "metadata": "metadata of the template",
}
"""Keys of a resource that a manifest has no use for."""


def convert_template(node: MapNode, draft: Draft, place: Place, given: Mapping[str, Given]) -> None:
    """Convert the container groups of a template."""
    tracker = Tracker(draft.findings)
    top = tracker.open(node).map()
    if top is None:  # pragma: no cover  the caller passes a map
        return
    _Template(top, draft, place, given).convert()
    tracker.finish(_UNKNOWN)


class _Template:
    """A template under conversion."""

    def __init__(self, top: MapCursor, draft: Draft, place: Place, given: Mapping[str, Given]) -> None:
        self._top = top
        self._draft = draft
        self._parameters = Parameters(top.map("parameters"), given, draft.findings, self._evaluate)
        self._evaluator = Evaluator(place, self._parameters.find, self._find_variable, top.where)
        self._variables = Variables(top.map("variables"), self._evaluator.evaluate)

    def _evaluate(self, text: str) -> Value:
        return self._evaluator.evaluate(text)

    def _find_variable(self, name: str) -> Value:
        return self._variables.find(name)

    def convert(self) -> None:
        """Convert every resource."""
        resources = self._top.find("resources")
        before = len(self._draft.groups)
        for cursor in _list_resources(resources):
            self._convert_resource(cursor)
        if len(self._draft.groups) == before:
            where = resources.where if resources else self._top.where
            self._draft.findings.lose(where, "resources", "the template has no container group")
        self._parameters.finish()
        self._variables.finish()
        for key in _FORMAT:
            self._top.text(key)
        for key, reason in _TOP.items():
            self._top.note(key, reason)

    def _convert_resource(self, cursor: Cursor) -> None:
        resource = cursor.map()
        if resource is None:
            return
        kind = resource.text("type")
        if kind.lower() != CONTAINER_GROUPS.lower():
            _refer(resource, cursor, kind)
            return
        if self._is_wanted(resource, cursor):
            for _ in self._take_turns(resource, cursor):
                self._convert_group(cursor, resource)
        else:
            for _, each in resource:
                each.take()

    def _is_wanted(self, resource: MapCursor, cursor: Cursor) -> bool:
        """Whether the group is deployed: its condition, if it has one, is true or not known."""
        condition = resource.find("condition")
        if condition is None:
            return True
        try:
            wanted = self._evaluator.settle(evaluate_node(condition.take(), self._evaluator.evaluate))
        except ExpressionError as error:
            condition.lose(f"the condition is not known here ({error}); the group is written all the same")
            return True
        verdict = "true, so the group is written" if wanted else "false, so the group is left out"
        cursor.findings.note(cursor.where, cursor.path, f"the condition is {verdict}")
        return wanted is True or str(wanted).lower() == "true"

    def _take_turns(self, resource: MapCursor, cursor: Cursor) -> Iterator[int]:
        """Yield once for each turn of the resource's loop, and once if it has none."""
        loop = resource.map("copy")
        if loop is None:
            yield 0
            return
        name, count = loop.text("name"), loop.find("count")
        loop.note("mode", "groups are written side by side, within Azure's limits")
        loop.note("batchSize", "groups are written side by side, within Azure's limits")
        resolution = Resolution(self._evaluator, self._draft, "")
        turns = resolution.count_turns(count.take(), count.path) if count else 0
        if not count:
            cursor.lose("a loop needs `count`")
        for index in range(turns):
            self._evaluator.indexes.update({name.lower(): index, "": index})
            yield index
        self._evaluator.indexes.clear()

    def _convert_group(self, cursor: Cursor, resource: MapCursor) -> None:
        findings = self._draft.findings
        for key, reason in _BESIDE.items():
            resource.note(key, reason)
        resource.text("apiVersion")
        name_at = resource.find("name")
        if name_at is None:
            findings.lose(cursor.where, cursor.path, "the group has no name")
        name = self._read_name(name_at) or "group"
        first = self._list_dependencies(resource.items("dependsOn"))
        subject = _strip(cursor.take(), _APART)
        resolved = Resolution(self._evaluator, self._draft, name).resolve(subject, "")
        for _, each in resource:
            each.take()
        if not isinstance(resolved, MapNode):  # pragma: no cover  a map resolves to a map
            return
        scope, group = resolved.get("scope"), resolved.get("resourceGroup")
        if scope is not None:
            findings.lose(scope.where, "scope", "the scope is not read: the group goes to the project's resource group")
        body = BodyReader(self._draft, name).read(resolved.without("scope", "resourceGroup"))
        place = group.text if isinstance(group, ScalarNode) else ""
        self._draft.groups.append(ConvertedGroup(name, body, cursor.where, place, depends_on=first))

    def _read_name(self, cursor: Cursor | None) -> str:
        """Return the name of a group."""
        node = cursor.take() if cursor else None
        if cursor is None or not isinstance(node, ScalarNode):
            return ""
        if not is_expression(node.text):
            return as_text(to_json(node))
        return Resolution(self._evaluator, self._draft, "").name(node, cursor.path)

    def _list_dependencies(self, needs: tuple[Cursor, ...]) -> tuple[str, ...]:
        """Return the container groups that must be there first; other resources are reported."""
        found: list[str] = []
        for each in needs:
            node = each.take()
            text = node.text if isinstance(node, ScalarNode) else ""
            try:
                target = outline(self._evaluator.evaluate(text)) if is_expression(text) else text
            except ExpressionError:
                target = ""
            match = A_GROUP.search(target)
            if match and "*" not in match[1]:
                found.append(match[1])
            else:
                each.note(f"{quote(text)} is no container group: it must be there before the first apply")
        return tuple(found)


def _list_resources(resources: Cursor | None) -> tuple[Cursor, ...]:
    """Return the resources, which newer templates and Bicep write as a map of symbolic names."""
    if resources is None:
        return ()
    if isinstance(resources.node, MapNode):
        return tuple(cursor for _, cursor in resources.map() or ())
    return resources.items()


def _refer(resource: MapCursor, cursor: Cursor, kind: str) -> None:
    """Report a resource that is no container group, with its name."""
    name = resource.find("name")
    shown = as_text(to_json(name.node)) if name else ""
    holds_groups = kind.lower() == _DEPLOYMENTS and CONTAINER_GROUPS.lower() in _flatten(cursor.node).lower()
    for _, each in resource:
        each.take()
    label = f"{kind or 'a resource without a type'} {shown}".strip()
    if holds_groups:
        message = f"{label} is a nested template with container groups, which is not read"
        cursor.lose(message, "convert the nested template as a file of its own")
    else:
        cursor.findings.refer(cursor.where, cursor.path, f"{label} is no container group: go on deploying it")


def _flatten(node: Source) -> str:
    """Return all texts of a node, to search in."""
    if isinstance(node, ScalarNode):
        return node.text
    values = [entry.value for entry in node.entries] if isinstance(node, MapNode) else list(node.items)
    return "\n".join(map(_flatten, values))


def _strip(node: Source, keys: tuple[str, ...]) -> MapNode:
    folded = {key.lower() for key in keys}
    entries: tuple[Entry, ...] = node.entries if isinstance(node, MapNode) else ()
    return MapNode(tuple(entry for entry in entries if entry.key.lower() not in folded), node.where)
