"""ARM's lists of resources of all kinds, in a short form, with filters."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.aci import groups, profiles
from aci_reconcile.emulator.aci.echo import TYPE
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.arm.call import make_page
from aci_reconcile.emulator.arm.filters import read_filter, read_top
from aci_reconcile.emulator.errors import not_emulated
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, as_object
from aci_reconcile.emulator.neighbours import shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.emulator.arm.call import Call

_PAGE = 1000
_EXTRAS = {"createdtime": "createdTime", "changedtime": "changedTime", "provisioningstate": "provisioningState"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A resource in a list."""

    key: str
    short: Json
    created: float
    changed: float
    state: str = "Succeeded"


@rests_on("resources-filter", "resources-page", "resources-expand")
def list_resources(call: Call) -> Response:
    """Return the resources of a resource group or a subscription in ARM's short form."""
    query = call.request.query()
    wanted = read_filter(query.get("$filter", ""))
    extras = _read_extras(query.get("$expand", ""))
    top = read_top(query.get("$top", ""))
    prefix = f"{call.subscription}/"
    if "resource_group" in call.path:
        scopes.require(call)
        prefix = f"{call.resource_group_key}/"
    listed = (_list_groups(call, prefix.lower()), _list_profiles(call, prefix.lower()), _list_neighbours(call))
    # Filtered by a tag, resources come without their tags.
    hidden = {"tags"} if wanted.tag is not None else set[str]()
    found = (entry for entry in heapq.merge(*listed, key=_get_key) if wanted.fits(entry.short))
    return make_page(call, ((each.key, _show(each, hidden, extras)) for each in found), min(top, _PAGE) or _PAGE)


def _get_key(entry: _Entry) -> str:
    return entry.key


def _show(entry: _Entry, hidden: set[str], extras: set[str]) -> Json:
    shown = {name: value for name, value in entry.short.items() if name not in hidden}
    if not extras:
        return shown
    more: Json = {
        "createdTime": times.format_fraction(entry.created, 7),
        "changedTime": times.format_fraction(entry.changed, 7),
        "provisioningState": entry.state,
    }
    return shown | {name: more[name] for name in more if name in extras}


def _read_extras(text: str) -> set[str]:
    names = {each.strip().lower() for each in text.split(",") if each.strip()}
    if not names <= _EXTRAS.keys():
        raise not_emulated("$expand but createdTime, changedTime and provisioningState")
    return {_EXTRAS[name] for name in names}


def _list_groups(call: Call, prefix: str) -> Iterator[_Entry]:
    for key, group in groups.list_stored(call, prefix, _read_skip_token(call)):
        if group.gone is None:
            short: Json = {"id": group.id, "name": group.name, "type": TYPE, "location": group.location}
            more = {name: group.body[name] for name in ("tags", "zones") if name in group.body}
            yield _Entry(key, {**short, **as_object(more)}, group.created, group.modified, group.state(call.now))


def _list_profiles(call: Call, prefix: str) -> Iterator[_Entry]:
    """Yield profiles under keys that no group has, so that a page can begin between the two."""
    for key, profile in profiles.list_stored(call, prefix):
        if f"{key}|profile" > _read_skip_token(call):
            shown = {name: item for name, item in profile.show("").items() if name != "properties"}
            yield _Entry(f"{key}|profile", shown, profile.created, profile.modified)


def _list_neighbours(call: Call) -> Iterator[_Entry]:
    """Yield the resources of other providers."""
    prefix = f"{call.resource_group_key}|" if "resource_group" in call.path else f"{call.subscription}/".lower()
    for key, document in shelf.list_all(call, prefix, _read_skip_token(call)):
        short: Json = {name: document[name] for name in ("id", "name", "type", "location", "tags") if name in document}
        yield _Entry(key, short, document.get("made", 0.0), document.get("changed", 0.0))


def _read_skip_token(call: Call) -> str:
    return call.request.query().get("$skiptoken", "")
