"""Container group profiles: what groups of a standby pool have in common, in revisions that never change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.aci.deserializer import Reader, parse
from aci_reconcile.emulator.aci.echo import show_system_data
from aci_reconcile.emulator.aci.normal_form import check_location, mask_secrets, normalize_spelling, without_secrets
from aci_reconcile.emulator.aci.schema import PROFILE
from aci_reconcile.emulator.arm import scopes, tags, versions
from aci_reconcile.emulator.arm.call import PROVIDER, make_page
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object, list_objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.arm.call import Call

TYPE = f"{PROVIDER}/containerGroupProfiles"


@dataclass(frozen=True, slots=True)
class Profile:
    """A stored profile. A revision is what was sent, with masks in the place of secrets."""

    id: str
    name: str
    location: str
    created: float
    modified: float
    revisions: list[Json] = field(default_factory=list[Json])
    tags: dict[str, str] | None = None

    def properties(self, revision: int) -> Json:
        """Return the properties of a revision, with its number; 0 is the latest. Raises LookupError."""
        number = revision or len(self.revisions)
        if not 1 <= number <= len(self.revisions):
            raise LookupError(number)
        return {**self.revisions[number - 1]["properties"], "revision": number}

    def show(self, version: str, revision: int = 0) -> Json:
        """Return the body of an answer. Raises LookupError if there is no such revision."""
        properties = self.properties(revision)
        number = properties["revision"]
        whole: Json = {**self.revisions[number - 1], "properties": properties}
        content = as_object(without_secrets(PROFILE, whole))
        body: Json = {"properties": content["properties"], "id": self.id, "name": self.name, "type": TYPE}
        body |= {"location": self.location} | ({"zones": content["zones"]} if "zones" in content else {})
        body |= {} if self.tags is None else {"tags": self.tags}
        if version >= versions.SYSTEM_DATA_SINCE:
            body["systemData"] = show_system_data(self.created, self.modified)
        return body


@rests_on("profile-created", "profile-revisions")
def put(call: Call) -> Response:
    """Create (201) or replace (200) a profile: at once, without an operation. What differs is a new revision."""
    scopes.require_writable(call)
    reader = Reader(len(call.request.body), call.knobs.keep_unknown_properties)
    content: Json = reader.read(PROFILE, parse(call.request.body))
    _check_security(as_object(content["properties"]))
    stored = find(call, call.group_key)
    location = check_location(call, content, "" if stored is None else stored.location)
    properties = normalize_spelling(as_object(as_object(mask_secrets(PROFILE, content))["properties"]))
    revision: Json = {"properties": properties} | ({"zones": content["zones"]} if "zones" in content else {})
    before = [] if stored is None else stored.revisions
    profile = Profile(
        id=_make_id(call) if stored is None else stored.id,
        name=call.name if stored is None else stored.name,
        location=location,
        created=call.now if stored is None else stored.created,
        modified=call.now,
        revisions=before if before and before[-1] == revision else [*before, revision],
        tags=tags.read(content["tags"]) if "tags" in content else None,
    )
    _save(call, profile)
    return answer(201 if stored is None else 200, profile.show(call.version))


def get(call: Call) -> Response:
    """Return a profile, in its latest revision."""
    scopes.require(call)
    return answer(200, _require(call).show(call.version))


@rests_on("profile-tags")
def patch(call: Call) -> Response:
    """Replace the tags; a PATCH knows no other field, and makes no revision."""
    scopes.require_writable(call)
    profile = _require(call)
    body = parse(call.request.body)
    if body.get("tags") is not None:
        profile = replace(profile, tags=tags.read(body["tags"]), modified=call.now)
        _save(call, profile)
    return answer(200, profile.show(call.version))


@rests_on("profile-deleted")
def delete(call: Call) -> Response:
    """Delete a profile with all its revisions: 200 without a body, or 204. Groups made from it stay as they are."""
    scopes.require(call)
    if find(call, call.group_key) is None:
        return Response(204)
    call.session.delete("profile", call.group_key)
    return Response(200)


@rests_on("profile-list")
def list_by_resource_group(call: Call) -> Response:
    """Return the profiles of a resource group."""
    scopes.require(call)
    return _list(call, f"{call.resource_group_key}/")


def list_by_subscription(call: Call) -> Response:
    """Return the profiles of a subscription."""
    return _list(call, f"{call.subscription}/".lower())


def list_revisions(call: Call) -> Response:
    """Return all revisions, the oldest first."""
    scopes.require(call)
    profile = _require(call)
    shown = [profile.show(call.version, number) for number in range(1, len(profile.revisions) + 1)]
    return make_page(call, _number(shown, call.request.query().get("$skiptoken", "")))


def get_revision(call: Call) -> Response:
    """Return one revision."""
    scopes.require(call)
    profile, wanted = _require(call), call.path["revision"]
    if not wanted.isascii() or not wanted.isdecimal() or not 1 <= int(wanted[:9]) <= len(profile.revisions):
        raise errors.resource_not_found(f"{call.name}/revisions/{wanted}", call.resource_group, TYPE)
    return answer(200, profile.show(call.version, int(wanted[:9])))


def find(call: Call, key: str) -> Profile | None:
    """Return the profile under a key of the store, if there is one."""
    document = call.session.get("profile", key)
    return None if document is None else Profile(**document)


def list_stored(call: Call, prefix: str, after: str = "") -> Iterator[tuple[str, Profile]]:
    """Return all profiles below a key."""
    for key, document in call.session.scan("profile", prefix, after):
        yield key, Profile(**document)


def _check_security(properties: Json) -> None:
    """Refuse what the service takes in a group and not in a profile; Microsoft's example has capabilities."""
    for container in list_objects(properties.get("containers")):
        security = as_object(as_object(container["properties"]).get("securityContext"))
        if security.get("allowPrivilegeEscalation"):
            message = (
                f"Some SecurityContext properties in container '{container['name']}' is not supported. Only the "
                '"Privileged" flag is supported.'
            )
            raise ArmError(400, "SecurityContextNotSupported", message, fact="profile-security-context")


def _require(call: Call) -> Profile:
    profile = find(call, call.group_key)
    if profile is None:
        raise errors.resource_not_found(call.name, call.resource_group, TYPE)
    return profile


def _save(call: Call, profile: Profile) -> None:
    call.session.put("profile", call.group_key, asdict(profile))


def _list(call: Call, prefix: str) -> Response:
    found = list_stored(call, prefix, call.request.query().get("$skiptoken", ""))
    return make_page(call, ((key, profile.show(call.version)) for key, profile in found))


def _number(shown: list[Json], after: str) -> Iterator[tuple[str, Json]]:
    numbered = ((f"{number:09}", body) for number, body in enumerate(shown, 1))
    return ((key, body) for key, body in numbered if key > after)


def _make_id(call: Call) -> str:
    return f"/subscriptions/{call.subscription}/resourceGroups/{call.resource_group}/providers/{TYPE}/{call.name}"
