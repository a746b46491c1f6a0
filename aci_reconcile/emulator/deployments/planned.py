"""What a template deploys: its resources one by one, with their ids and in their order."""

from __future__ import annotations

import graphlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.deployments.functions import require_flag
from aci_reconcile.emulator.deployments.template import MOST_RESOURCES
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, as_list, is_list, is_object
from aci_reconcile.expressions.syntax import Access, Call, is_expression
from aci_reconcile.expressions.values import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.emulator.deployments.evaluation import Evaluator
    from aci_reconcile.emulator.deployments.place import Place
    from aci_reconcile.emulator.deployments.template import Template
    from aci_reconcile.emulator.model import Json
    from aci_reconcile.expressions.syntax import Node

DEPLOYMENTS = "Microsoft.Resources/deployments"
GROUPS = "Microsoft.Resources/resourceGroups"
_APART = frozenset(
    [
        "name",
        "type",
        "apiversion",
        "condition",
        "copy",
        "dependson",
        "comments",
        "metadata",
        "resources",
        "existing",
        "resourcegroup",
        "subscriptionid",
        "scope",
        "import",
        "provider",
        "extension",
    ]
)
"""Keys of a resource that are not its body."""
_ABOVE_GROUPS = frozenset({DEPLOYMENTS.lower(), GROUPS.lower(), "microsoft.resources/tags"})


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource of a template."""

    id: str
    type: str
    name: str
    version: str
    body: Json
    """As the template says it, with its expressions."""
    evaluator: Evaluator
    needs: tuple[str, ...]
    """What must be there first, as the template calls it."""
    symbol: str = ""
    loop: str = ""
    deployed: bool = True
    """Whether its condition, if it has one, is true."""
    existing: bool = False
    """Whether it is only referred to."""

    @property
    def is_deployment(self) -> bool:
        """Whether it is a nested deployment."""
        return self.type.lower() == DEPLOYMENTS.lower()


def plan_resources(template: Template, evaluator: Evaluator, target: Place) -> tuple[Planned, ...]:
    """Return the resources of a template that is deployed to a place.

    Raises:
        ArmError: one of them is not valid.
    """
    found: list[Planned] = []
    for index, (symbol, raw) in enumerate(template.resources):
        for planned in _plan(raw, symbol, f"properties.template.resources[{symbol or index}]", evaluator, target):
            found.append(planned)
            if len(found) > MOST_RESOURCES:
                raise problems.over_limit("resources", MOST_RESOURCES, len(found))
    seen: set[str] = set()
    for planned in found:
        if planned.id.lower() in seen and not planned.existing:
            text = f"The resource '{planned.id}' is defined multiple times in a template."
            raise problems.violation(f"{text} {problems.SYNTAX}")
        seen.add(planned.id.lower())
    return tuple(found)


def _plan(raw: Json, symbol: str, path: str, evaluator: Evaluator, target: Place) -> Iterator[Planned]:
    """Yield a resource once for each turn of its loop, and the resources inside it."""
    keys = {name.lower(): value for name, value in raw.items()}
    static = replace(evaluator, static=True)
    name = str(keys.get("name", ""))
    try:
        loop = keys.get("copy")
        if not is_object(loop):
            yield from _plan_turn(keys, symbol, path, (evaluator, static), target)
            return
        label = str(static.resolve(loop.get("name", "")))
        for turn in range(static.count_turns(loop.get("count"))):
            pair = (evaluator.at_turn(label, turn), static.at_turn(label, turn))
            for planned in _plan_turn(keys, symbol, path, pair, target):
                yield replace(planned, loop=label)
    except ExpressionError as error:
        raise problems.failed_resource(name, str(error), path) from None


def _plan_turn(
    keys: Json, symbol: str, path: str, evaluators: tuple[Evaluator, Evaluator], target: Place
) -> Iterator[Planned]:
    evaluator, static = evaluators
    type_, name, version = (str(static.resolve(keys.get(key, ""))) for key in ("type", "name", "apiversion"))
    if not type_ or not name or not version:
        missing = next(key for key, value in (("type", type_), ("name", name), ("apiVersion", version)) if not value)
        raise problems.failed_resource(name, f"The '{missing}' property is required", path)
    if keys.get("scope") not in (None, "", "/"):
        raise not_emulated("resources of a template with a scope of their own")
    condition = static.resolve(keys.get("condition", True))
    place = {key: str(static.resolve(keys.get(key) or "")) for key in ("resourcegroup", "subscriptionid")}
    planned = Planned(
        id=_make_id(type_, name, place, target),
        type=type_,
        name=name,
        version=version,
        body={key: value for key, value in keys.items() if key not in _APART},
        evaluator=evaluator,
        needs=tuple(str(static.resolve(each)) for each in as_list(keys.get("dependson"))),
        symbol=symbol,
        deployed=require_flag(condition, "condition"),
        existing=keys.get("existing") is True,
    )
    yield planned
    for index, child in enumerate(as_list(keys.get("resources"))):
        if is_object(child):
            inner = {key.lower(): value for key, value in child.items()}
            inner["type"] = f"{type_}/{static.resolve(inner.get('type', ''))}"
            inner["name"] = f"{name}/{static.resolve(inner.get('name', ''))}"
            if not planned.deployed:
                inner["condition"] = False
            yield from _plan(inner, "", f"{path}.resources[{index}]", evaluator, target)


@rests_on("template-segments")
def _make_id(type_: str, name: str, place: dict[str, str], target: Place) -> str:
    provider, *kinds = type_.split("/")
    names = name.split("/")
    if not kinds or len(kinds) != len(names) or not all((*kinds, *names)):
        text = f"The template resource '{name}' for type '{type_}' at line '1' and column '1' has incorrect segment "
        text += "lengths. A nested resource type must have identical number of segments as its resource name. A root "
        text += "resource type must have segment length one greater than its resource name."
        raise problems.violation(f"{text} Please see https://aka.ms/arm-template/#resources for usage details.")
    subscription = place["subscriptionid"] or target.subscription
    if type_.lower() == GROUPS.lower():
        return f"/subscriptions/{subscription}/resourceGroups/{name}"
    group = place["resourcegroup"] or target.group_name
    if not group and type_.lower() not in _ABOVE_GROUPS:
        raise not_emulated(f"resources of the type '{type_}' at the scope of a subscription")
    root = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return f"{root}/providers/{provider}" + "".join(f"/{kind}/{each}" for kind, each in zip(kinds, names, strict=True))


@dataclass(frozen=True, slots=True)
class Order:
    """The resources in the order in which they are begun, and for each the ids that it waits for."""

    resources: tuple[Planned, ...]
    waits: dict[str, tuple[str, ...]]


def order_resources(resources: Sequence[Planned]) -> Order:
    """Return resources in their order: what they depend on first, else as the template has them.

    Raises:
        ArmError: they wait for each other, or for what is not there.
    """
    waits = {
        each.id: tuple(dict.fromkeys([*_resolve_needs(each, resources), *_list_referred(each, resources)]))
        for each in resources
        if not each.existing
    }
    sorter = graphlib.TopologicalSorter(
        {key: [each for each in value if each in waits] for key, value in waits.items()}
    )
    try:
        ordered = list(sorter.static_order())
    except graphlib.CycleError as error:
        raise problems.circular_dependency(error.args[1][0]) from None
    by_id = {each.id: each for each in resources if not each.existing}
    return Order(tuple(by_id[each] for each in ordered), waits)


def _resolve_needs(resource: Planned, resources: Sequence[Planned]) -> list[str]:
    found: list[str] = []
    for need in resource.needs:
        matching = find_all(need, resources)
        if not matching:
            raise problems.unknown_dependency(need)
        found += [each.id for each in matching if each.deployed and not each.existing]
    return found


def find_all(target: str, resources: Sequence[Planned]) -> list[Planned]:
    """Return the resources that a template calls so: by id, type and name, name, symbol, or the name of their loop."""
    wanted = target.strip("/").lower()
    return [
        each
        for each in resources
        if wanted in {each.id.strip("/").lower(), each.name.lower(), each.symbol.lower(), each.loop.lower()} - {""}
        or wanted == _spell_relative(each).lower()
    ]


def _spell_relative(resource: Planned) -> str:
    """Return a resource's provider, types and names without its scope, as `Microsoft.X/kind/name`."""
    provider, *kinds = resource.type.split("/")
    return provider + "".join(f"/{kind}/{name}" for kind, name in zip(kinds, resource.name.split("/"), strict=True))


@rests_on("template-references")
def _list_referred(resource: Planned, resources: Sequence[Planned]) -> list[str]:
    """Return the resources that `reference` names by their names: they have to be there first."""
    found: list[str] = []
    for text in _list_expressions(resource.body):
        try:
            targets = list(_list_targets(resource.evaluator.budget.read(text), resource.evaluator))
        except ExpressionError:  # what is wrong is said where it is evaluated
            continue
        for target in targets:
            if not target.startswith("/"):
                found += [each.id for each in find_all(target, resources) if each.deployed and each.id != resource.id]
    return found


def _list_expressions(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        if is_expression(node):
            yield node
    elif is_object(node):
        for each in node.values():
            yield from _list_expressions(each)
    elif is_list(node):
        for each in node:
            yield from _list_expressions(each)


def _list_targets(node: Node, evaluator: Evaluator) -> Iterator[str]:
    if isinstance(node, Access):
        yield from _list_targets(node.of, evaluator)
        yield from _list_targets(node.key, evaluator)
    elif isinstance(node, Call):
        if node.name.lower() == "reference" and node.arguments:
            try:
                yield str(evaluator.visit(node.arguments[0]))
            except (ArmError, ExpressionError):  # inside a loop of properties
                return
        for each in node.arguments:
            yield from _list_targets(each, evaluator)
