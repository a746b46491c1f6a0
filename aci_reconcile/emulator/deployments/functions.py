"""The functions of templates that need a deployment: where it is, what it is given, and what Azure answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.expressions.hashes import make_guid, make_unique_string
from aci_reconcile.expressions.values import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.emulator.deployments.scope import Scope
    from aci_reconcile.expressions.syntax import Node

_DATE_PART = re.compile(r"yyyy|yy|MM|dd|HH|mm|ss|fff|'[^']*'|[A-Za-z]")
_DATE_PARTS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "dd": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
    "fff": "000",
    "T": "T",
    "Z": "Z",
}
_STANDARD_DATES = {"d": "MM/dd/yyyy", "u": "yyyy-MM-dd HH:mm:ssZ", "s": "yyyy-MM-ddTHH:mm:ss"}
NOT_EMULATED = frozenset(
    [
        "cidrhost",
        "cidrsubnet",
        "parsecidr",
        "datauri",
        "datauritostring",
        "datetimeadd",
        "datetimefromepoch",
        "datetimetoepoch",
        "filter",
        "map",
        "reduce",
        "sort",
        "tooobject",
        "toobject",
        "groupby",
        "mapvalues",
        "objectkeys",
        "shallowmerge",
        "intersection",
        "pickzones",
        "providers",
        "references",
        "managementgroup",
        "managementgroupresourceid",
        "deployer",
        "externalinput",
        "loadfilecontent",
        "lambda",
        "fail",
        "lambdavariables",
        "tologicalzone",
        "tologicalzones",
        "tophysicalzone",
        "tophysicalzones",
        "buildversion",
    ]
)
"""Functions that Azure has and the emulator does not."""


def _find_parameter(self: Scope, arguments: tuple[Node, ...]) -> Any:
    return self.names.find_parameter(str(self.visit(_only(arguments, "parameters"))))


def _find_variable(self: Scope, arguments: tuple[Node, ...]) -> Any:
    if self.in_default:
        raise ExpressionError("The template function 'variables' is not expected at this location")
    return self.names.find_variable(str(self.visit(_only(arguments, "variables"))))


def _only(arguments: tuple[Node, ...], function: str) -> Node:
    if len(arguments) != 1:
        raise ExpressionError(f"The template function '{function}' takes one argument")
    return arguments[0]


def _choose(self: Scope, arguments: tuple[Node, ...]) -> Any:
    condition, positive, negative = _three(arguments)
    return self.visit(positive if require_flag(self.visit(condition), "if") else negative)


def _three(arguments: tuple[Node, ...]) -> tuple[Node, Node, Node]:
    if len(arguments) != 3:  # noqa: PLR2004  the function's name says it
        raise ExpressionError("The template function 'if' takes three arguments")
    return arguments[0], arguments[1], arguments[2]


def require_flag(value: Any, function: str) -> bool:
    """Return a value that must be true or false. Raises ExpressionError."""
    if not isinstance(value, bool):
        raise ExpressionError(f"The template function '{function}' expects a boolean")
    return value


def _all_true(self: Scope, arguments: tuple[Node, ...]) -> bool:
    return all(require_flag(self.visit(each), "and") for each in arguments)


def _any_true(self: Scope, arguments: tuple[Node, ...]) -> bool:
    return any(require_flag(self.visit(each), "or") for each in arguments)


def _coalesce(self: Scope, arguments: tuple[Node, ...]) -> Any:
    values = (self.visit(each) for each in arguments)
    return next((each for each in values if each is not None), None)


def _describe_group(self: Scope) -> Any:
    if not self.place.group:
        raise ExpressionError("The template function 'resourceGroup' is not expected at this location")
    return self.place.group


def _describe_deployment(self: Scope) -> Any:
    return self.place.deployment


def _describe_subscription(self: Scope) -> Any:
    return self.place.describe_subscription()


def _describe_tenant(self: Scope) -> Any:
    return {"tenantId": self.place.tenant, "countryCode": "US", "displayName": "aci-reconcile emulator"}


def _describe_environment(self: Scope) -> Any:
    return self.place.environment


def _make_id(self: Scope, *arguments: Any) -> str:
    """Return the id of a resource: of this resource group, unless the first arguments say otherwise."""
    at = _find_type(arguments, 2, "resourceId")
    subscription = str(arguments[0]) if at > 1 else self.place.subscription
    group = str(arguments[at - 1]) if at else self.place.group_name
    head = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return head + _spell("resourceId", arguments[at:])


def _make_subscription_id(self: Scope, *arguments: Any) -> str:
    at = _find_type(arguments, 1, "subscriptionResourceId")
    subscription = str(arguments[0]) if at else self.place.subscription
    return f"/subscriptions/{subscription}" + _spell("subscriptionResourceId", arguments[at:])


def _make_tenant_id(_: Scope, *arguments: Any) -> str:
    return _spell("tenantResourceId", arguments)


def _make_extension_id(_: Scope, scope: Any, *arguments: Any) -> str:
    return str(scope).rstrip("/") + _spell("extensionResourceId", arguments)


def _find_type(arguments: tuple[Any, ...], last: int, function: str) -> int:
    found = next((at for at, each in enumerate(arguments[: last + 1]) if "/" in str(each)), None)
    if found is None:
        raise ExpressionError(f"Unable to evaluate template language function '{function}': no resource type is given")
    return found


@rests_on("template-expressions")
def _spell(function: str, arguments: tuple[Any, ...]) -> str:
    """Return the end of an id, from its provider on: types and names take turns."""
    type_, *names = map(str, arguments)
    provider, *kinds = type_.strip("/").split("/")
    if len(kinds) != len(names):
        start = f"Unable to evaluate template language function '{function}': the type '{type_}' requires"
        raise ExpressionError(f"{start} '{len(kinds)}' resource name argument(s)")
    return f"/providers/{provider}" + "".join(f"/{kind}/{name}" for kind, name in zip(kinds, names, strict=True))


def _count_turn(self: Scope, name: Any = "", offset: int = 0) -> int:
    if isinstance(name, int):  # `copyIndex(1)`: the loop is the innermost one
        name, offset = "", name
    turn = self.indexes.get(str(name).lower())
    if turn is None:
        raise ExpressionError("The template function 'copyIndex' is not expected at this location")
    return turn + offset


@rests_on("template-hashes")
def _make_unique_string(_: Scope, first: str, *others: str) -> str:
    return make_unique_string(*_require_texts("uniqueString", (first, *others)))


def _make_guid(_: Scope, first: str, *others: str) -> str:
    return make_guid(*_require_texts("guid", (first, *others)))


def _require_texts(function: str, values: tuple[Any, ...]) -> tuple[str, ...]:
    if not all(isinstance(each, str) for each in values):
        raise ExpressionError(
            f"Unable to evaluate template language function '{function}': all arguments must be string literals"
        )
    return values


@rests_on("template-defaults")
def _make_new_guid(self: Scope) -> str:
    if not self.in_default:
        raise ExpressionError("The template function 'newGuid' is not expected at this location")
    return self.place.new_id()


@rests_on("template-defaults")
def _tell_time(self: Scope, form: str = "yyyyMMddTHHmmssZ") -> str:
    if not self.in_default:
        raise ExpressionError("The template function 'utcNow' is not expected at this location")
    pattern = _DATE_PART.sub(_translate_date, _STANDARD_DATES.get(form, form).replace("%", "%%"))
    return datetime.fromtimestamp(self.place.now, UTC).strftime(pattern)


def _translate_date(match: re.Match[str]) -> str:
    part = match[0]
    if part.startswith("'"):
        return part.strip("'")
    if part not in _DATE_PARTS:
        raise not_emulated(f"the part '{part}' of a format of utcNow")
    return _DATE_PARTS[part]


@rests_on("template-references")
def _refer(self: Scope, target: str, version: str = "", full: str = "") -> Any:
    return self.require_live("reference").refer(str(target), str(version), full=str(full).lower() == "full")


LAZY: Mapping[str, Callable[[Scope, tuple[Node, ...]], Any]] = {
    "parameters": _find_parameter,
    "variables": _find_variable,
    "if": _choose,
    "and": _all_true,
    "or": _any_true,
    "coalesce": _coalesce,
}
"""Functions, by their names in lower case, that do not evaluate all of their arguments."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copyindex": _count_turn,
    "deployment": _describe_deployment,
    "environment": _describe_environment,
    "extensionresourceid": _make_extension_id,
    "guid": _make_guid,
    "newguid": _make_new_guid,
    "reference": _refer,
    "resourcegroup": _describe_group,
    "resourceid": _make_id,
    "subscription": _describe_subscription,
    "subscriptionresourceid": _make_subscription_id,
    "tenant": _describe_tenant,
    "tenantresourceid": _make_tenant_id,
    "uniquestring": _make_unique_string,
    "utcnow": _tell_time,
}
