"""How resources of other providers are kept: one document each, found by type and names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import scopes, tags, versions
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.model import ArmError, Json, Response, as_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.emulator.arm.call import Call


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the resources of one type are; `names` are those in its path. Networks spell ids as groups do."""

    type: str
    names: tuple[str, ...] = ("name",)
    group_word: str = "resourceGroups"
    """How an id spells the collection of resource groups: recorded both ways."""

    def key(self, call: Call) -> str:
        """Return the store's key of the resource in the path."""
        return self.prefix(call.resource_group_key, *(call.path[name] for name in self.names))

    def prefix(self, resource_group_key: str, *names: str) -> str:
        """Return the store's key of a resource; of fewer names, what the keys of those inside begin with."""
        return "|".join((resource_group_key, self.type, *names)).lower() + ("|" if len(names) < len(self.names) else "")

    def make_id(self, call: Call) -> str:
        """Return the id of the resource in the path."""
        namespace, *types = self.type.split("/")
        below = "/".join(f"{kind}/{call.path[name]}" for kind, name in zip(types, self.names, strict=True))
        group = f"/subscriptions/{call.subscription}/{self.group_word}/{call.resource_group}"
        return f"{group}/providers/{namespace}/{below}"

    def find(self, call: Call) -> Json | None:
        """Return the resource in the path, if there is one."""
        return call.session.get("neighbour", self.key(call))

    def require(self, call: Call) -> Json:
        """Return the resource in the path, or refuse the request."""
        scopes.require(call)
        found = self.find(call)
        if found is None:
            raise self.make_missing(call)
        return found

    def make_missing(self, call: Call) -> ArmError:
        """Return ARM's error for a resource that does not exist: it names the outermost one."""
        kind = "/".join(self.type.split("/")[:2])
        return errors.resource_not_found(call.path[self.names[0]], call.resource_group, kind)

    def save(self, call: Call, document: Json) -> None:
        """Write the resource in the path, with the times of its creation and its last change."""
        stored = self.find(call) or document
        times = {"made": stored.get("made", call.now), "changed": call.now}
        call.session.put("neighbour", self.key(call), {**document, **times})

    def scan(self, call: Call, prefix: str, after: str = "") -> Iterator[tuple[str, Json]]:
        """Yield the resources of this type whose keys begin so."""
        for key, document in call.session.scan("neighbour", prefix, after):
            if document["type"] == self.type:
                yield key, document

    def list(self, call: Call, show: Callable[[Call, Json], Json]) -> Response:
        """Return a page of those in the resource group of the path, or in the subscription."""
        prefix = f"{call.subscription}/".lower()
        if "resource_group" in call.path:
            scopes.require(call)
            prefix = self.prefix(call.resource_group_key)
        found = self.scan(call, prefix, call.request.query().get("$skiptoken", ""))
        return make_page(call, ((key, show(call, document)) for key, document in found))

    def read(self, call: Call) -> tuple[Json, Json]:
        """Return the body of a PUT, and the resource that it makes or replaces, so far without properties."""
        scopes.require_writable(call)
        body, stored = parse(call.request.body), self.find(call)
        location = body.get("location")
        if not isinstance(location, str) or not location:
            raise errors.location_required()
        document: Json = {
            "id": stored["id"] if stored else self.make_id(call),
            "name": stored["name"] if stored else call.path[self.names[-1]],
            "type": self.type,
            "location": versions.canonical_location(location),
        }
        if body.get("tags") is not None:
            document["tags"] = tags.read(body["tags"])
        return body, document


def list_all(call: Call, prefix: str, after: str) -> Iterator[tuple[str, Json]]:
    """Yield all that has a location."""
    for key, document in call.session.scan("neighbour", prefix, after):
        if "location" in document:
            yield key, document


def find_any(call: Call, kind: str, name: str) -> tuple[str, Json] | None:
    """Return the key and the document of a resource in the resource group of the path, whatever its provider."""
    key = f"{call.resource_group_key}|{kind}|{name}".lower()
    document = call.session.get("neighbour", key)
    return None if document is None else (key, document)


def forget_all(call: Call) -> None:
    """Delete all that is in the resource group of the path."""
    for key in [key for key, _ in call.session.scan("neighbour", f"{call.resource_group_key}|")]:
        call.session.delete("neighbour", key)


def get_properties(body: Json) -> Json:
    """Return the properties of a body, without those that say nothing."""
    return {name: value for name, value in as_object(body.get("properties")).items() if value is not None}
