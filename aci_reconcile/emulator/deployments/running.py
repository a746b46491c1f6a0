"""Runs a deployment: its resources are put one after the other, each with the rights of the client.

Everything is begun at once, in order. What a resource reads of the ones that it waits for, it reads as of the moment
when they are ready, and the deployment ends when the last resource is ready.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aci_reconcile.emulator.deployments import problems, record
from aci_reconcile.emulator.deployments.outputs import evaluate_outputs
from aci_reconcile.emulator.deployments.planned import find_all
from aci_reconcile.emulator.deployments.preparation import nest, prepare
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, as_object
from aci_reconcile.expressions.values import ExpressionError

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.deployments.planned import Planned
    from aci_reconcile.emulator.deployments.preparation import Prepared
    from aci_reconcile.emulator.model import Response

_LISTED = "2021-04-01"
_OURS = "2025-09-01"
_ABOVE = frozenset({"id", "name", "type"})


@dataclass(frozen=True, slots=True)
class Answers:
    """What a resource of a deployment learns of others, at a moment."""

    call: Call
    resources: tuple[Planned, ...]

    @rests_on("template-references")
    def refer(self, target: str, version: str, *, full: bool) -> Any:
        """Return the properties of a resource, or all of it."""
        identity, version = self._find(target, version)
        body = self.call.send("GET", identity, version).json()
        if not full:
            return body.get("properties", {})
        rest = {key: value for key, value in body.items() if key not in _ABOVE}
        parts = identity.strip("/").split("/")
        group = {"resourceGroupName": parts[3]} if parts[2].lower() == "resourcegroups" else {}
        return {"apiVersion": version, **rest, "subscriptionId": parts[1], **group, "resourceId": identity}

    def list(self, function: str, target: str, version: str, body: Json) -> Any:
        """Return what a POST to a resource does, such as `listKeys`."""
        identity, version = self._find(target, version)
        return self.call.send("POST", f"{identity}/{function}", version, body).json()

    def _find(self, target: str, version: str) -> tuple[str, str]:
        found = find_all(target, self.resources)
        if not target.startswith("/") and len(found) != 1:
            raise problems.unknown_dependency(target)
        known = version or (found[0].version if found else "")
        if not known:
            raise ExpressionError(f"The reference to '{target}', which is not in the template, needs an API version")
        return (found[0].id if found else target), known


@dataclass(slots=True)
class DeploymentRun:
    """A deployment that runs."""

    call: Call
    prepared: Prepared
    ends: dict[str, float] = field(default_factory=dict[str, float])
    failed: set[str] = field(default_factory=set[str])
    operations: list[Json] = field(default_factory=list[Json])
    details: list[Json] = field(default_factory=list[Json])
    written: list[str] = field(default_factory=list[str])

    def run(self) -> Json:
        """Put every resource, and return the record of the deployment."""
        for resource in self.prepared.order.resources:
            if resource.deployed:
                self._begin(resource)
        ends = max(self.ends.values(), default=self.call.now)
        if not self.failed and self.prepared.wanted.mode == "Complete" and self.prepared.wanted.place.group:
            self._delete_others()
        outputs: Json = {}
        if not self.failed and math.isfinite(ends):
            outputs = self._evaluate_outputs(ends)
        ended = record.Ended(ends, self.operations, self.details if self.failed else None, self.written, outputs)
        return record.make(self.call, self.prepared, ended)

    def at(self, instant: float) -> Answers:
        """Return what is known at a moment."""
        return Answers(replace(self.call, now=instant), self.prepared.resources)

    def _begin(self, resource: Planned) -> None:
        waits = self.prepared.order.waits[resource.id]
        begun = max((self.ends.get(each, self.call.now) for each in waits), default=self.call.now)
        if any(each in self.failed for each in waits) or not math.isfinite(begun):
            self.failed |= {resource.id} if math.isfinite(begun) else set()
            return
        try:
            with self.call.session.undoing():
                ready, error, status = self._write(resource, begun)
        except ArmError as refusal:
            if refusal.code == "NotEmulated":
                raise
            ready, error, status = begun, refusal.show(), refusal.status
        except ExpressionError as problem:
            invalid = problems.failed_expression(resource.id, str(problem))
            ready, error, status = begun, invalid.show(), invalid.status
        self._note(resource, ready, error, status)

    def _note(self, resource: Planned, ready: float, error: Json | None, status: int) -> None:
        self.ends[resource.id] = ready
        if error is None:
            self.written.append(resource.id)
        else:
            error = {**error, "message": self.prepared.hide(str(error["message"]))}
            self.failed.add(resource.id)
            self.details.append(error)
        target = {"id": resource.id, "resourceType": resource.type, "resourceName": resource.name}
        self.operations.append(record.make_operation(self.call, target, (ready, error, _name_status(status))))

    def _write(self, resource: Planned, begun: float) -> tuple[float, Json | None, int]:
        """Put a resource; return when it is ready, what has failed, and the status."""
        live = replace(resource, evaluator=replace(resource.evaluator, live=self.at(begun)))
        if resource.is_deployment:
            return self._write_nested(live, begun)
        body = live.evaluator.resolve(live.body)
        response = self.call.send("PUT", resource.id, resource.version, as_object(body))
        ready, failed = _find_end(self.call, response)
        error: Json | None = None
        if failed:
            message = "The resource write operation failed to complete successfully, because it reached terminal "
            message += "provisioning state 'Failed'."
            error = {"code": "ResourceDeploymentFailure", "target": resource.id, "message": message}
        return max(begun, ready), error, response.status

    def _write_nested(self, resource: Planned, begun: float) -> tuple[float, Json | None, int]:
        wanted = nest(self.call, self.prepared, resource)
        made = DeploymentRun(self.call, prepare(self.call, wanted)).run()
        record.save(self.call, made)
        return max(begun, made["ends"]), made["error"], HTTPStatus.CREATED

    def _evaluate_outputs(self, ends: float) -> Json:
        evaluator = replace(self.prepared.evaluator, live=self.at(ends))
        try:
            return evaluate_outputs(self.prepared.template.outputs, evaluator)
        except (ArmError, ExpressionError) as error:
            if isinstance(error, ArmError) and error.code == "NotEmulated":
                raise
            text = error.message if isinstance(error, ArmError) else str(error)
            self.failed.add("outputs")
            self.details.append({"code": "DeploymentOutputEvaluationFailed", "message": self.prepared.hide(text)})
            return {}

    @rests_on("deployment-complete")
    def _delete_others(self) -> None:
        """Delete what is in the resource group and not in the template: groups first, which may be in networks."""
        kept = {each.id.lower() for each in self.prepared.resources if each.deployed}
        root = self.prepared.wanted.place.root
        listed = self.call.send("GET", f"{root}/resources", _LISTED).json()["value"]
        others = [each for each in listed if each["id"].lower() not in kept]
        for each in sorted(others, key=lambda one: not one["type"].lower().startswith("microsoft.containerinstance")):
            ours = each["type"].lower().startswith("microsoft.containerinstance")
            try:
                with self.call.session.undoing():
                    self.call.send("DELETE", each["id"], _OURS if ours else _LISTED)
            except ArmError as refusal:
                self.failed.add(each["id"])
                self.details.append(refusal.show())


def _find_end(call: Call, response: Response) -> tuple[float, bool]:
    """Return when the operation of a PUT ends, and whether it fails then."""
    link = response.headers.get("azure-asyncoperation", "")
    key = f"{call.subscription}/{link.partition('?')[0].rpartition('/')[2]}".lower()
    begun = as_object(as_object(call.session.get("operation", key) if link else None).get("operation"))
    return float(begun.get("ready", call.now)), bool(begun.get("failed"))


def _name_status(status: int) -> str:
    return HTTPStatus(status).phrase.replace(" ", "")
