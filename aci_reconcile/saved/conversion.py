"""From a saved plan back to a ``Plan``, to show it. It cannot be applied: it holds no secret values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces
from aci_reconcile.core.errors import Where
from aci_reconcile.core.model import Power, Resource, ResourceId, Scope
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.planning.values import (
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
    ResourceGroupChange,
    Unreadable,
)
from aci_reconcile.render.header import Header

if TYPE_CHECKING:
    from aci_reconcile.core.diff import Absent
    from aci_reconcile.core.model import Json
    from aci_reconcile.saved.canonical import Document


def read_header(document: Document) -> Header:
    """Return where the plan applies."""
    return Header(
        document["project"], document["subscription"], document["endpoint"], environment=document["environment"]
    )


def revive(document: Document) -> Plan:
    """Return the plan in a document."""
    return Plan(
        owner=document["project"],
        changes=(*map(_revive_change, document["resource_changes"]), *map(_revive_unchanged, document["unchanged"])),
        blockers=tuple(
            Blocker(each["code"], each["reason"], tuple(each["addresses"]), each["release"])
            for each in document["blockers"]
        ),
        notices=tuple(Notice(each["code"], each["address"], each["message"]) for each in document["notices"]),
        resource_groups=tuple(
            ResourceGroupChange(
                Scope(each["subscription"], each["name"]), each["location"], create=each["action"] == "create"
            )
            for each in document["resource_group_changes"]
        ),
        unreadable=tuple(Unreadable(each["address"], each["message"]) for each in document["unreadable"]),
    )


def _revive_change(entry: Document) -> Change:
    change, place = entry["change"], _revive_where(entry["where"])
    identity = ResourceId.parse(entry["id"])
    return Change(
        identity,
        Action(entry["action"]),
        Impact(entry["impact"]),
        before=_revive_resource(identity, change, "before"),
        after=_revive_resource(identity, change, "after", place),
        fields=tuple(_revive_field(each) for each in entry["fields"]),
        reasons=tuple(entry["reasons"]),
        loses=tuple(entry["loses"]),
        not_compared=tuple(entry["secrets_not_compared"]),
        unknown=tuple(entry["unknown_fields"]),
        cause=Cause(entry["cause"]),
        in_azure=tuple(each["path"] for each in entry["fields"] if each["cause"] == Cause.AZURE),
        may_replace=entry["may_replace"],
        stuck=entry["stuck"],
        power=Power(entry["power"]) if "power" in entry else None,
    )


def _revive_unchanged(entry: Document) -> Change:
    """Return the change with a short entry, which has no bodies."""
    identity = ResourceId.parse(entry["id"])
    declared = Resource(identity, {}, where=_revive_where(entry["where"]))
    return Change(identity, Action.NO_OP, before=Resource(identity, {}), after=declared, in_sync=True)


def _revive_where(where: Document | None) -> Where | None:
    return Where(where["file"], where["line"], where["column"]) if where else None


def _revive_resource(identity: ResourceId, change: Document, side: str, where: Where | None = None) -> Resource | None:
    body = change[side]
    if body is None:
        return None
    revived = _replace_marked(body, change[f"{side}_sensitive"], Secret(REDACTED, source="saved plan"))
    if side == "after":
        revived = _replace_marked(revived, change["after_unknown"], Deferred())
    return Resource(identity, cast("Mapping[str, Json]", revived), where=where)


def _replace_marked(value: Any, mask: Any, stand_in: Secret | Deferred) -> Json:
    """Return the value with ``stand_in`` at each place that the mask marks."""
    if mask is True:
        return stand_in if value is None or isinstance(stand_in, Secret) else value
    if isinstance(value, Mapping):
        members = cast("Mapping[str, Any]", value)
        return {
            name: _replace_marked(each, mask[name] if mask and name in mask else False, stand_in)
            for name, each in members.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[object]", value)
        return [_replace_marked(each, mask[at] if mask else False, stand_in) for at, each in enumerate(items)]
    return cast("Json", value)


def _revive_field(entry: Document) -> FieldChange:
    hidden = entry["secret"]
    return FieldChange(
        entry["path"],
        _revive_side(entry, "before", entry.get("before", ABSENT)),
        _revive_side(entry, "after", _revive_after(entry)),
        tuple(entry["keys"]),
        Replaces(entry["replaces"]),
        secret=hidden,
        candidates=tuple(entry.get("candidates", ())),
    )


def _revive_side(entry: Document, name: str, value: Json | Absent) -> Json | Absent:
    """Return a side of a difference. A secret side says only whether there is a secret, plain text or nothing."""
    mark = entry.get(f"{name}_sensitive")
    if entry["secret"]:
        present = mark is not None or not {"before_sensitive", "after_sensitive"} & entry.keys()
        return ("" if mark is False else None) if present else ABSENT
    if mark is True:
        return Secret(REDACTED, source="saved plan")
    return (
        value
        if value is ABSENT or mark is None
        else _replace_marked(value, mark, Secret(REDACTED, source="saved plan"))
    )


def _revive_after(entry: Document) -> Json | Absent:
    return _replace_marked(entry["after"], entry.get("after_unknown"), Deferred()) if "after" in entry else ABSENT
