"""A desired body, before it is compared or sent: required defaults, settings from a profile, no computed fields.

Some groups take their settings from a container group profile, so their manifests leave out what others must declare.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, UNSET
from aci_reconcile.core.fields.table import FIELDS
from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json


_REQUIRED_DEFAULTS: Final = {
    name: node.row.default for name, node in ROOT.children["properties"].children.items() if node.row.demanded
}


def add_required_defaults(body: Body) -> Body:
    """Return the body with the default of each field that Azure demands and the body leaves out.

    A group that takes its settings from a profile gets none: the profile has them, and Microsoft's 2025-09-01 examples
    of such groups have no ``osType``.
    """
    if takes_profile(body):
        return body
    properties = as_object(body.get("properties"))
    missing: dict[str, Json] = {
        name: default
        for name, default in _REQUIRED_DEFAULTS.items()
        if default is not UNSET and properties.get(name) is None
    }
    return {**body, "properties": {**properties, **missing}} if missing else body


PROFILES: Final = ("containerGroupProfile", "standbyPoolProfile")
"""Fields that take a group's settings from elsewhere."""
_CONTAINERS: Final = ("containers", "initContainers")


def takes_profile(body: Body) -> bool:
    """Whether a declared group takes settings from a profile."""
    properties = as_object(body.get("properties"))
    return any(properties.get(name) for name in PROFILES)


def without_profile(live: Body, declared: Body) -> Body:
    """Return a live body without the settings that come from a profile; unchanged if there is no profile.

    Azure shows settings of the profile as if the group declared them (Microsoft's 2025-09-01 example of a
    group from a standby pool): image, resources, the operating system. None of it is a difference.
    """
    if not takes_profile(declared):
        return live
    named, actual = as_object(declared.get("properties")), as_object(live.get("properties"))
    kept = {name: value for name, value in actual.items() if name in named}
    lists: dict[str, Json] = {
        name: _keep_declared_containers(kept[name], named[name]) for name in _CONTAINERS if name in kept
    }
    return {**live, "properties": {**kept, **lists}}


def _keep_declared_containers(live: Json, declared: Json) -> Json:
    """Return the containers that the manifest names, each with only the settings declared for it."""
    named = {as_text(each.get("name")): each for each in map(as_object, as_list(declared))}
    return [
        _keep_declared_settings(each, named[name])
        for each in map(as_object, as_list(live))
        if (name := as_text(each.get("name"))) in named
    ]


def _keep_declared_settings(live: Body, declared: Body) -> Json:
    settings = as_object(declared.get("properties"))
    kept = {name: value for name, value in as_object(live.get("properties")).items() if name in settings}
    return {**live, "properties": kept}


def drop_computed(body: dict[str, Json]) -> dict[str, Json]:
    """Return a declared body without fields that Azure always computes: the ``ip`` of a public address.

    Enumerated values must have the correct spelling, as in a loaded manifest.
    """
    for (*above, name), beside, value in _COMPUTED:
        holder = as_object(body)
        for key in above:
            holder = as_object(holder.get(key))
        if name in holder and holder.get(beside) == value:
            body = _without(body, (*above, name))
    return body


_COMPUTED = tuple((tuple(row.path.split(".")), *row.computed_beside) for row in FIELDS if row.computed_beside)


def _without(body: dict[str, Json], keys: tuple[str, ...]) -> dict[str, Json]:
    first, *rest = keys
    if not rest:
        return {name: value for name, value in body.items() if name != first}
    return {**body, first: _without(dict(as_object(body.get(first))), tuple(rest))}
