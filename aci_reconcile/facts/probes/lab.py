"""The laboratory of a probe: where it works, what its groups look like, and how they are made and deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.http.urls import collection_path, resource_path, scope_path, with_query
from aci_reconcile.core import tags
from aci_reconcile.core.model import ResourceId, Scope, as_object
from aci_reconcile.core.resource_types import CONTAINER_GROUPS
from aci_reconcile.facts.probes.steps import UnansweredError, send, wait

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.steps import Reply, Steps

OWNER: Final = "aci-reconcile facts probe"
"""The owner of all that probes make. No project has it: names of projects contain no spaces."""
EXPIRES: Final = "aci-reconcile-probe-expires"
"""The tag that says when nobody needs the resource any more, whatever became of the run that made it."""
IMAGE: Final = "mcr.microsoft.com/azuredocs/aci-helloworld"
"""Small, in Microsoft's own registry, and in the documentation's quickstarts."""
FOREVER: Final = ("/bin/sh", "-c", "sleep infinity")
AT_ONCE: Final = ("/bin/sh", "-c", "exit 0")
_STUCK: Final = 2400.0
"""Seconds: a group that cannot start is Failed after half an hour, and can be deleted then at the latest."""
ON_THE_WAY: Final = frozenset({"accepted", "pending", "creating", "updating", "repairing", "deleting"})
ENDED: Final = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, slots=True)
class Lab:
    """Where probes work. `run` is a few random letters in every name; `spelling` is the region in another spelling."""

    scope: Scope
    location: str
    spelling: str
    api_version: str
    run: str
    expires: str
    pause: float = 5.0
    """Seconds between two looks at the same group."""
    wait_limit: float = 900.0
    """Seconds after which a group that does not settle is given up."""

    def tags(self) -> dict[str, str]:
        """Return the tags of all that is made here."""
        return {tags.OWNER: OWNER, EXPIRES: self.expires}

    def name(self, word: str) -> str:
        """Return the name of a group, which no other run uses."""
        return f"probe-{word}-{self.run}"

    def path(self, name: str, *below: str) -> str:
        """Return the path of a group, or of something below it."""
        group = ResourceId(self.scope.subscription, self.scope.resource_group, name)
        return with_query(resource_path(group, *below), api_version=self.api_version)

    def list_path(self) -> str:
        """Return the path that lists the groups."""
        return with_query(collection_path(self.scope, CONTAINER_GROUPS), api_version=self.api_version)

    def provider_path(self, *below: str) -> str:
        """Return the path of something else of the provider in the resource group."""
        path = scope_path(self.scope, "providers", "Microsoft.ContainerInstance", *below)
        return with_query(path, api_version=self.api_version)


def make_container(name: str = "main", size: float = 1.0, **more: Json) -> Body:
    """Return a container that runs and does nothing, of so many cores and as many GB."""
    resources: Json = {"requests": {"cpu": size, "memoryInGB": size}}
    return {"name": name, "properties": {"image": IMAGE, "command": list(FOREVER), "resources": resources, **more}}


def make_body(lab: Lab, *containers: Body, **properties: Json) -> Body:
    """Return the body of a group of one core; `properties` are further ones."""
    base: Body = {"osType": "Linux", "restartPolicy": "Always", "containers": list(containers or (make_container(),))}
    return {"location": lab.location, "tags": lab.tags(), "properties": {**base, **properties}}


def make_public(lab: Lab, *ports: int, address: Body | None = None, container: Body | None = None) -> Body:
    """Return the body of a group with a public address, with port 80 if no others are named.

    Args:
        lab: the laboratory.
        ports: the ports of the address.
        address: further properties of the address.
        container: further properties of the container.
    """
    opened: Json = [{"port": port, "protocol": "TCP"} for port in ports or (80,)]
    public: Json = {"type": "Public", "ports": opened, **(address or {})}
    plain = make_container(ports=opened)
    full: Body = {**plain, "properties": {**as_object(plain["properties"]), **(container or {})}}
    return make_body(lab, full, ipAddress=public)


def mark(body: Body, **more: str) -> Body:
    """Return a body with further tags; an underscore in a name stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {**body, "tags": {**as_object(body["tags"]), **named}}


def change(body: Body, **properties: Json) -> Body:
    """Return a body with other properties."""
    return {**body, "properties": {**as_object(body["properties"]), **properties}}


def put(lab: Lab, name: str, body: Body) -> Steps[Reply]:
    """Write a group."""
    return (yield from send("PUT", lab.path(name), body))


def read(lab: Lab, name: str) -> Steps[Reply]:
    """Read a group."""
    return (yield from send("GET", lab.path(name)))


def settle(lab: Lab, name: str, *, ended: bool = False) -> Steps[Reply]:
    """Wait until a group is no longer on its way or, if asked, until its containers have ended.

    Raises:
        UnansweredError: it takes too long, or it is gone.
    """
    first = reply = yield from read(lab, name)
    while reply.accepted and reply.at - first.at <= lab.wait_limit:
        if reply.provisioning.lower() not in ON_THE_WAY and (not ended or reply.state in ENDED):
            return reply
        yield from wait(lab.pause)
        reply = yield from read(lab, name)
    raise UnansweredError(f"{name} did not settle: {reply.provisioning or reply.verdict}")


def make(lab: Lab, name: str, body: Body, *, ended: bool = False) -> Steps[Reply]:
    """Create a group, and wait until it is there; return what it looks like then.

    Raises:
        UnansweredError: it was refused, or did not settle.
    """
    answer = yield from put(lab, name, body)
    if not answer.accepted:
        raise UnansweredError(f"its group was refused: {answer.verdict}")
    return (yield from settle(lab, name, ended=ended))


def drop(lab: Lab, path: str) -> Steps[Reply]:
    """Delete something, and try again as long as it is busy; return the last answer."""
    first = answer = yield from send("DELETE", path)
    while _may_pass(answer) and answer.at - first.at <= _STUCK:
        yield from wait(lab.pause)
        answer = yield from send("DELETE", path)
    return answer


def _may_pass(answer: Reply) -> bool:
    """Whether a DELETE may succeed later: a subnet stays in use for some minutes after its groups are gone."""
    return answer.status in {409, 429, 500, 503} or answer.code == "InUseSubnetCannotBeDeleted"


def attempt(lab: Lab, word: str, body: Body) -> Steps[Reply]:
    """Write a group that is probably refused, and delete it if it is not; return what the write answered."""
    name = lab.name(word)
    answer = yield from put(lab, name, body)
    if answer.accepted:
        yield from drop(lab, lab.path(name))
    return answer
