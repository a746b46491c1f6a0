"""What a group's containers say of themselves, without secrets: events and details of the instance view.

What was declared stays as it is, for it is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Body, Json

    Redact = Callable[[str], str]

_TOLD: Final = frozenset({"message", "detailStatus"})
"""What of an instance view is prose. The rest are names of states, and numbers."""

_VERDICTS: Final = frozenset({
    "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "Completed", "Error",
    "Container stopped per client request",
})  # fmt: skip
"""Details that say how a container is (recorded), whatever somebody's password may be."""


def quiet(body: Body, redact: Redact) -> Body:
    """Return a group without secrets in what is told of its run."""
    properties = body.get("properties")
    if not isinstance(properties, Mapping):
        return body
    told: dict[str, Json] = {**properties, **_view(properties, redact)}
    for name in ("containers", "initContainers"):
        if isinstance(listed := properties.get(name), list):
            told[name] = [_container(each, redact) for each in as_list(listed)]
    return {**body, "properties": told}


def _container(container: Json, redact: Redact) -> Json:
    properties = as_object(as_object(container).get("properties"))
    if "instanceView" not in properties or not isinstance(container, Mapping):
        return container
    return {**container, "properties": {**properties, **_view(properties, redact)}}


def _view(properties: Mapping[str, Json], redact: Redact) -> dict[str, Json]:
    view = properties.get("instanceView")
    return {} if view is None else {"instanceView": _quiet(view, redact)}


def _quiet(value: Json, redact: Redact) -> Json:
    if isinstance(value, Mapping):
        return {
            name: redact(each)
            if name in _TOLD and isinstance(each, str) and each not in _VERDICTS
            else _quiet(each, redact)
            for name, each in value.items()
        }
    return [_quiet(each, redact) for each in value] if isinstance(value, (list, tuple)) else value
