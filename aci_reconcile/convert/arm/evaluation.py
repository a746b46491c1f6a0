"""Evaluates expressions as far as a template alone allows. What a deployment would ask Azure for stays open."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.conversion import Variable
from aci_reconcile.convert.values import Hole, Live, Settling, is_known, outline
from aci_reconcile.expressions.functions import JOINING, PLAIN
from aci_reconcile.expressions.syntax import Access, Call, Literal, parse
from aci_reconcile.expressions.values import ExpressionError, Text, Value, as_items, as_mapping, check_size, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from aci_reconcile.core.errors import Where
    from aci_reconcile.expressions.syntax import Node

_RANDOM: Final = frozenset({"uniquestring", "guid", "newguid", "utcnow", "datetimeadd", "datetimefromepoch"})
_LIVE: Final = frozenset({"reference", "references", "environment", "tenant", "managementgroup", "deployer"})
A_GROUP: Final = re.compile(r"Microsoft\.ContainerInstance/containerGroups/+([^/]+)$", re.IGNORECASE)
_OF_A_GROUP: Final = (("ipAddress", "ip"), ("ipAddress", "fqdn"))
_CALLS: Final = 100_000
"""Calls that one template may cost: user-defined loops must not take minutes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the template is deployed; empty for what is not known."""

    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    deployment: str = "main"


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Evaluates the expressions of one template."""

    place: Place
    find_parameter: Callable[[str], Value]
    find_variable: Callable[[str], Value]
    where: Where
    """Of the template, for variables that no parameter declares."""
    indexes: dict[str, int] = field(default_factory=dict[str, int])
    """The number of the current turn of each copy loop; the one under an empty name is the innermost."""
    settling: Settling = field(default_factory=lambda: Settling({}))
    _questions: dict[str, Hole] = field(default_factory=dict[str, Hole])
    _calls: Iterator[int] = field(default_factory=itertools.count)

    def evaluate(self, text: str) -> Value:
        """Return the value of an expression, given with its brackets.

        Raises:
            ExpressionError: it is not valid, or cannot be evaluated before a deployment.
        """
        return check_size(self.soften(self.visit(parse(text))))

    def settle(self, value: Value) -> Value:
        """Return a value with its holes filled. Raises ExpressionError."""
        return self.settling.settle(self.soften(value))

    def visit(self, node: Node) -> Value:
        """Return the value of a part of an expression. Raises ExpressionError."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Access):
            return self._access(self.visit(node.of), self.settle(self.visit(node.key)), safe=node.safe)
        if next(self._calls) > _CALLS:
            raise ExpressionError("the template's expressions take too long")
        return self._call(node)

    def _access(self, of: Value, key: Value, *, safe: bool) -> Value:
        """Return a property or an item."""
        if isinstance(of, Live):
            return Live(of.function, of.target, (*of.path, str(key)))
        if isinstance(of, Hole) and of.secret:
            return Hole(f"{of.name}.{key}", secret=(*of.secret, str(key)))
        value = self.settle(of) if isinstance(of, (Hole, Text)) else of
        members = as_mapping(value)
        if members is not None:
            found = next((name for name in members if name.lower() == str(key).lower()), None)
            if found is not None:
                return members[found]
        elif isinstance(key, int) and not isinstance(key, bool):
            items: Sequence[Value] | None = value if isinstance(value, str) else as_items(value)
            if items is not None and -1 < key < len(items):
                return items[key]
        if safe:
            return None
        raise ExpressionError(f"there is no `{key}`")

    def _call(self, node: Call) -> Value:
        name = node.name.lower()
        if name in _LAZY:
            return _LAZY[name](self, node.arguments)
        arguments = [self.visit(each) for each in node.arguments]
        if name in _RANDOM:
            return self._ask(node.name, repr(node.arguments))
        if name in _LIVE or name.startswith("list"):
            return Live(node.name, arguments[0] if arguments else "")
        if name in _PLACES:
            return _PLACES[name](self, *arguments)
        return self._apply(node.name, arguments)

    def _apply(self, name: str, arguments: list[Value]) -> Value:
        lowered = name.lower()
        joining, plain = JOINING.get(lowered), PLAIN.get(lowered)
        try:
            if joining is not None:
                return check_size(joining(*map(self.soften, arguments)))
            if lowered == "base64" and isinstance(arguments[0], Hole) and arguments[0].secret:
                hole = arguments[0]
                return Hole(hole.name, secret=hole.secret, encoded=True)
            if plain is not None:
                return check_size(plain(*map(self.settle, arguments)))
        except (TypeError, AttributeError, IndexError, KeyError, OverflowError) as error:
            raise ExpressionError(f"`{name}` cannot take these arguments") from error
        raise ExpressionError(f"the function `{name}` is not supported")

    def _ask(self, function: str, arguments: str) -> Hole:
        """Return a variable for a value that every deployment computes anew."""
        known = self._questions.get(f"{function.lower()} {arguments}")
        if known is None:
            same = sum(key.startswith(f"{function.lower()} ") for key in self._questions)
            name = f"{function}{same + 1 if same else ''}"
            text = f"what `{function}` gave in the deployment that runs, or a value of your choice"
            known = Hole(name, Variable(name, self.where, description=text))
            self._questions[f"{function.lower()} {arguments}"] = known
        return known

    def soften(self, value: Value) -> Value:
        """Return a live value as the reference that a manifest has for it; itself if there is none."""
        if not isinstance(value, Live):
            return value
        if value.function.lower() == "reference" and value.path in _OF_A_GROUP:
            target = outline(value.target)
            match = A_GROUP.search(target)
            name = match[1] if match else target
            if "/" not in name and "*" not in name:
                return Hole(name, reference=f"${{group:{name}:{'.'.join(value.path)}}}")
        if value.function.lower().startswith("list"):
            return Hole(str(value), secret=(*self._name_owner(value.target), _name_key(value)))
        return value

    def _name_owner(self, target: Value) -> tuple[str, ...]:
        """Return words that tell one account from another: its name, or what the template calls it."""
        last = target.parts[-1] if isinstance(target, Text) else target
        if isinstance(last, Hole):
            return (last.known,) if isinstance(last.known, str) else (last.name,)
        return (str(last).rstrip("/").rpartition("/")[2],)


def _name_key(value: Live) -> str:
    return "PASSWORD" if "passwords" in value.path else "KEY"


def _find_parameter(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    return self.find_parameter(str(self.settle(self.visit(_only(arguments)))))


def _find_variable(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    return self.find_variable(str(self.settle(self.visit(_only(arguments)))))


def _only(arguments: tuple[Node, ...]) -> Node:
    if len(arguments) != 1:
        raise ExpressionError("one argument is expected")
    return arguments[0]


def _choose(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    condition, positive, negative = _three(arguments)
    return self.visit(positive if self.settle(self.visit(condition)) else negative)


def _three(arguments: tuple[Node, ...]) -> tuple[Node, Node, Node]:
    if len(arguments) != 3:  # noqa: PLR2004  the function's name says it
        raise ExpressionError("`if` takes three arguments")
    return arguments[0], arguments[1], arguments[2]


def _all_true(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    return all(self.settle(self.visit(each)) for each in arguments)


def _any_true(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    return any(self.settle(self.visit(each)) for each in arguments)


def _coalesce(self: Evaluator, arguments: tuple[Node, ...]) -> Value:
    values = (self.visit(each) for each in arguments)
    return next((each for each in values if each is not None), None)


_LAZY: Final[Mapping[str, Callable[[Evaluator, tuple[Node, ...]], Value]]] = {
    "parameters": _find_parameter,
    "variables": _find_variable,
    "if": _choose,
    "and": _all_true,
    "or": _any_true,
    "coalesce": _coalesce,
}


def _describe_group(self: Evaluator) -> Value:
    group = _open("resourceGroup", self.place.resource_group, self, "Resource group of the groups.")
    location = _open("location", self.place.location, self, "Region of the groups.")
    identity = join(["/subscriptions/", _describe_subscription(self)["subscriptionId"], "/resourceGroups/", group])
    return {"id": identity, "name": group, "location": location, "tags": Live("resourceGroup", "", ("tags",))}


def _describe_subscription(self: Evaluator) -> dict[str, Any]:
    number = _open("subscription", self.place.subscription, self, "Subscription id.")
    tenant = Live("subscription", "", ("tenantId",))
    return {"id": join(["/subscriptions/", number]), "subscriptionId": number, "tenantId": tenant}


def _open(name: str, known: str, self: Evaluator, description: str) -> Value:
    """Return what the caller said of the place, else a variable."""
    return known or Hole(name, Variable(name, self.where, description=description))


def _describe_deployment(self: Evaluator) -> Value:
    return {"name": self.place.deployment}


def _make_id(self: Evaluator, *arguments: Value) -> Value:
    """Return the id of a resource: of this resource group, unless the first arguments say otherwise."""
    at = next((index for index, each in enumerate(arguments[:3]) if is_known(each) and "/" in str(each)), None)
    if at is None:
        raise ExpressionError("`resourceId` names no type of a resource")
    group = _describe_group(self)["name"] if at < 1 else arguments[at - 1]
    both = 2
    subscription = _describe_subscription(self)["subscriptionId"] if at < both else arguments[0]
    head = ["/subscriptions/", subscription, "/resourceGroups/", group, "/providers/"]
    return join([*head, *_spell_names(str(arguments[at]), arguments[at + 1 :])])


def _make_subscription_id(self: Evaluator, *arguments: Value) -> Value:
    """Return the id of a resource of the subscription, such as a role."""
    at = 0 if arguments and "/" in str(arguments[0]) else 1
    subscription = _describe_subscription(self)["subscriptionId"] if at == 0 else arguments[0]
    names = _spell_names(str(arguments[at]) if at < len(arguments) else "", arguments[at + 1 :])
    return join(["/subscriptions/", subscription, "/providers/", *names])


def _spell_names(type_: str, names: tuple[Value, ...]) -> list[Value]:
    """Return the parts of an id from its provider on: types and names take turns."""
    provider, *types = type_.strip("/").split("/")
    if len(types) != len(names):
        raise ExpressionError(f"`{type_}` takes {len(types)} names, and {len(names)} are given")
    return [provider, *(part for each, name in zip(types, names, strict=True) for part in (f"/{each}/", name))]


def _count_turn(self: Evaluator, name: Value = "", offset: Value = 0) -> Value:
    if isinstance(name, int):  # `copyIndex(1)`: the loop is the innermost one
        name, offset = "", name
    turn = self.indexes.get(str(name).lower())
    if turn is None:
        raise ExpressionError("`copyIndex` stands outside of its loop")
    return turn + int(self.settle(offset))


_PLACES: Final[Mapping[str, Callable[..., Value]]] = {
    "resourcegroup": _describe_group,
    "subscription": _describe_subscription,
    "deployment": _describe_deployment,
    "resourceid": _make_id,
    "subscriptionresourceid": _make_subscription_id,
    "copyindex": _count_turn,
}
