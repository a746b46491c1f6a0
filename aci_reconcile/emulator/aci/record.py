"""A stored container group: its body (without secret values), and its timeline."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from aci_reconcile.emulator.model import Json, as_list, as_object, list_objects

# The transient states. ACI documentation, container states, asks not to depend on them; all others are final.
_ON_THE_WAY = frozenset({"Accepted", "Pending", "Creating", "Updating", "Repairing", "Deleting"})


@dataclass(frozen=True, slots=True)
class Operation:
    """A long-running operation. Its state at any time follows from these four instants."""

    id: str
    started: float
    creating: float
    """The end of Pending."""
    ready: float
    """The end of the operation."""
    failed: bool = False
    reason: str = ""
    """The reason of a failure other than a timeout."""
    updating: bool = False
    """A restart or a start: the group is `Updating`, and the answer still has its old containers."""

    def state(self, now: float) -> str:
        """Return the operation's status, which is also the group's provisioningState."""
        if now >= self.ready:
            return "Failed" if self.failed else "Succeeded"
        if self.updating:
            return "Updating"
        return "Creating" if now >= self.creating else "Pending"

    def is_running(self, now: float) -> bool:
        """Whether it has not ended yet."""
        return now < self.ready


@dataclass(frozen=True, slots=True)
class Run:
    """One deployment of all containers of a group, from one PUT, start or restart to the next."""

    begins: float
    """The images are pulled from here on."""
    pulled: float
    """An image without a pull time of its own is there."""
    starts: float
    """The first containers start, if their images are there."""
    pulls: bool = True
    """A restart in place logs no pull, as recorded by Azure PowerShell's tests."""
    events: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    """By container: events of earlier runs, which are still listed."""


@dataclass(frozen=True, slots=True)
class Group:
    """A container group. `body` is the request in the service's own form, without write-only values."""

    id: str
    name: str
    location: str
    body: Json
    serial: int
    """The number of its creation: addresses and identities hang on it, so they change when it is recreated."""
    ip: str
    fqdn: str
    created: float
    modified: float
    operation: Operation
    run: Run
    backoff: float
    backoff_max: float
    former: Run | None = None
    """While a restart is under way, the run that answers still have."""
    stopped: float | None = None
    unhealthy: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """By container: when its liveness probe began to fail, and when it passed again, if it did."""
    gone: float | None = None
    """For a deleted group, the instant until which its name stays taken."""
    sick: str = ""
    """A provisioning state set by the control endpoint, which overrides that of the operation."""
    troubles: list[Json] = field(default_factory=list[Json])
    """Events of the group set by the control endpoint."""

    def state(self, now: float) -> str:
        """Return the provisioningState."""
        return self.sick or self.operation.state(now)

    def is_running(self, now: float) -> bool:
        """Whether it is in transition from one state to another."""
        return self.sick in _ON_THE_WAY if self.sick else self.operation.is_running(now)

    def properties(self) -> Json:
        """Return the `properties` of the body."""
        return as_object(self.body.get("properties"))

    def restart_policy(self) -> str:
        """Return the policy; absent means Always, which is documented and never echoed."""
        policy = str(self.properties().get("restartPolicy") or "Always").lower()
        return {"onfailure": "OnFailure", "never": "Never"}.get(policy, "Always")

    def subnets(self) -> list[str]:
        """Return the subnets the group is in, as keys."""
        return [str(subnet.get("id", "")).lower() for subnet in list_objects(self.properties().get("subnetIds"))]

    def to_json(self) -> Json:
        """Return the document for the store."""
        return asdict(self)


def group_from_json(document: Json) -> Group:
    """Return the group of a stored document."""
    values: dict[str, Any] = dict(document)
    values["operation"] = Operation(**values["operation"])
    values["run"] = Run(**values["run"])
    values["former"] = Run(**values["former"]) if values["former"] else None
    return Group(**values)


def image_of(container: Json) -> str:
    """Return the image of a container."""
    return str(as_object(container.get("properties")).get("image") or "")


def command_of(container: Json) -> list[str]:
    """Return the command of a container; empty where the image's own runs."""
    return [str(word) for word in as_list(as_object(container.get("properties")).get("command"))]
