"""Groups that take their settings from a container group profile: what such a manifest leaves to the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

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
