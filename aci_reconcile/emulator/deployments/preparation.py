"""A deployment before it runs: its template, its parameters and its resources are read and judged."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from aci_reconcile.emulator.arm import rights
from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.deployments.evaluation import Budget, Evaluator, LiveError, Lookup
from aci_reconcile.emulator.deployments.parameters import Parameters
from aci_reconcile.emulator.deployments.planned import DEPLOYMENTS, Order, order_resources, plan_resources
from aci_reconcile.emulator.deployments.template import Template, read_template
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Request, as_object, is_object
from aci_reconcile.expressions.values import MOST, ExpressionError

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.deployments.place import Place
    from aci_reconcile.emulator.deployments.planned import Planned

Mode: TypeAlias = Literal["Incremental", "Complete"]
_DEEPEST = 5
"""Nested deployments inside each other; more are refused, so that no template repeats itself for ever."""
_MOST_TEXT = 4 * MOST
_PASSED_ON = frozenset({"NotEmulated", "NoRegisteredProviderFound", "MissingSubscriptionRegistration"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request says of a deployment."""

    name: str
    place: Place
    mode: Mode
    template: Any
    parameters: Json
    location: str = ""
    tags: Json | None = None
    outer: Evaluator | None = None
    """Of a nested template whose expressions belong to the template around it: what evaluates that."""
    depth: int = 0

    @property
    def id(self) -> str:
        """The id of the deployment."""
        return f"{self.place.root}/providers/{DEPLOYMENTS}/{self.name}"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A deployment that may run."""

    wanted: Wanted
    template: Template
    parameters: Parameters
    evaluator: Evaluator
    resources: tuple[Planned, ...]
    order: Order
    bodies: dict[str, Json]
    """By id: what is known of each resource before the deployment."""

    @property
    def hash(self) -> str:
        """The hash of the template; its value is the emulator's own."""
        text = json.dumps(self.template.sent, sort_keys=True, separators=(",", ":"))
        return str(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]))

    def hide(self, text: str) -> str:
        """Return a message without the secrets among the parameters."""
        return self.parameters.hide(text)


class _Names:
    """Parameters and variables of one template."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self.evaluator: Evaluator | None = None
        self.variables: Lookup | None = None

    def find_parameter(self, name: str) -> Any:
        """Return the value of a parameter."""
        assert self.evaluator is not None  # noqa: S101  set with the parameters
        return self._parameters.find(name, self.evaluator)

    def find_variable(self, name: str) -> Any:
        """Return the value of a variable."""
        assert self.variables is not None  # noqa: S101  likewise
        return self.variables.find(name)


def prepare(call: Call, wanted: Wanted) -> Prepared:
    """Read and judge a deployment.

    Raises:
        ArmError: it is not valid, or needs what is not emulated.
    """
    if wanted.depth > _DEEPEST:
        raise problems.violation(f"Nested deployments are deeper than '{_DEEPEST}' levels")
    template = read_template(wanted.template)
    parameters = Parameters(template.parameters, wanted.parameters, template.definitions)
    place = replace(wanted.place, deployment=_describe(wanted, template))
    evaluator = _make_evaluator(template, parameters, place)
    try:
        parameters.check(evaluator)
        evaluator = wanted.outer or evaluator
        resources = plan_resources(template, evaluator, place)
    except ExpressionError as error:
        raise problems.violation(parameters.hide(str(error))) from None
    order = order_resources(resources)
    prepared = Prepared(wanted, template, parameters, evaluator, resources, order, {})
    _preview(call, prepared)
    _check_rights(call, prepared)
    return prepared


def _make_evaluator(template: Template, parameters: Parameters, place: Place) -> Evaluator:
    names = _Names(parameters)
    evaluator = Evaluator(place, names, Budget())
    names.evaluator, names.variables = evaluator, Lookup(template.variables, evaluator)
    return evaluator


def _describe(wanted: Wanted, template: Template) -> Json:
    """Return what `deployment()` does."""
    kept = {key: value for key, value in template.sent.items() if key in {"$schema", "contentVersion"}}
    properties = {"template": kept, "mode": wanted.mode, "provisioningState": "Accepted"}
    located = {"location": wanted.location} if wanted.location else {}
    return {"name": wanted.name, **located, "properties": properties}


def _preview(call: Call, prepared: Prepared) -> None:
    """Evaluate what can be known before the deployment."""
    size = 0
    for each in prepared.resources:
        if not each.deployed or each.existing:
            continue
        try:
            if each.is_deployment:
                _preview_nested(call, prepared, each)
                continue
            body = replace(each.evaluator, keeps_live=True).resolve(each.body)
        except ExpressionError as error:
            raise problems.failed_expression(each.id, prepared.hide(str(error))) from None
        size += len(json.dumps(body))
        if size > _MOST_TEXT:
            raise problems.over_limit("characters", _MOST_TEXT, size)
        prepared.bodies[each.id] = as_object(body)
        _check_type(call, each)


def _preview_nested(call: Call, prepared: Prepared, resource: Planned) -> None:
    try:
        nested = nest(call, prepared, resource)
    except LiveError:
        return
    prepare(call, nested)


def nest(call: Call, prepared: Prepared, resource: Planned) -> Wanted:
    """Return the deployment that a resource is.

    Raises:
        ArmError: it is none.
        ExpressionError: its parameters cannot be evaluated.
    """
    evaluator = resource.evaluator
    properties = {key.lower(): value for key, value in as_object(resource.body.get("properties")).items()}
    if "templatelink" in properties or "parameterslink" in properties:
        raise not_emulated("templates and parameters behind links")
    options = as_object(properties.get("expressionevaluationoptions"))
    inner = str(options.get("scope", "outer")).lower() == "inner"
    parameters: Any = evaluator.resolve(properties.get("parameters")) if inner else None
    return Wanted(
        name=resource.name,
        place=_find_place(call, prepared, resource),
        mode=read_mode(properties.get("mode", "Incremental")),
        template=properties.get("template"),
        parameters=as_object(parameters),
        location=str(evaluator.resolve(resource.body.get("location", ""))),
        outer=None if inner else evaluator,
        depth=prepared.wanted.depth + 1,
    )


def _find_place(call: Call, prepared: Prepared, resource: Planned) -> Place:
    """Return where a nested deployment goes. Its resource group may come with the deployment around it."""
    root = resource.id.partition("/providers/")[0]
    here = prepared.wanted.place
    if root.lower() == here.root.lower():
        return here
    parts = root.strip("/").split("/")
    subscription = parts[1]
    group: Json = {}
    if len(parts) > 2:  # noqa: PLR2004  subscriptions, id, resourceGroups, name
        made = {each.id.lower() for each in prepared.resources}
        try:
            group = call.send("GET", root, "2021-04-01").json()
        except ArmError:
            if root.lower() not in made:
                raise
            group = {"id": root, "name": parts[3], "location": here.deployment.get("location", "")}
    return replace(here, subscription=subscription, group=group)


def read_mode(value: Any) -> Mode:
    """Return the mode of a deployment. Raises ArmError."""
    found: Mode | None = {"incremental": "Incremental", "complete": "Complete"}.get(str(value).lower())  # type: ignore[assignment]
    if found is None:
        raise problems.invalid_content(f"The deployment mode '{value}' is neither Incremental nor Complete.")
    return found


def _check_type(call: Call, resource: Planned) -> None:
    """Refuse a type or an api-version that does not exist; a resource that does not exist yet is what is wanted."""
    try:
        call.send("GET", resource.id, resource.version)
    except ArmError as refusal:
        if refusal.code in _PASSED_ON:
            if refusal.code == "NotEmulated":
                raise not_emulated(f"resources of the type '{resource.type}'") from None
            raise


@rests_on("template-authorization")
def _check_rights(call: Call, prepared: Prepared) -> None:
    """Refuse a template with a resource that the client may not write."""
    for each in prepared.resources:
        if not each.deployed or each.existing:
            continue
        request = Request("PUT", each.id)
        action = rights.find_action(request)
        try:
            rights.check(request, call.knobs)
        except ArmError:
            who = call.knobs.client_id
            message = (
                f"The template deployment failed with error: 'Authorization failed for template resource '{each.name}' "
                f"of type '{each.type}'. The client '{who}' with object id '{who}' does not have permission to perform "
                f"action '{action}' at scope '{each.id}'.'."
            )
            raise ArmError(403, "InvalidTemplateDeployment", message, fact="template-authorization") from None


def require_object(value: Any, name: str) -> Json:
    """Return a JSON object of a request. Raises ArmError."""
    if value is not None and not is_object(value):
        raise problems.invalid_content(f"The property '{name}' is not a JSON object.")
    return value or {}
