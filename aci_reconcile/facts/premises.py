"""The resource group that probes work in: made or found empty before, and left as it was found afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.http.urls import RESOURCES_API, scope_path, with_query
from aci_reconcile.core import tags
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.lab import OWNER, drop
from aci_reconcile.facts.probes.networks import networks_path
from aci_reconcile.facts.probes.steps import UnansweredError, send, wait

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Reply, Steps

_MOST_PAGES: Final = 1000
_KINDS: Final = {"containerGroups": True, "containerGroupProfiles": False}
"""What probes make of the provider's, and whether every server lists it: profiles are young."""


@dataclass(frozen=True, slots=True)
class Premises:
    """What is there: whether the resource group exists, whether a probe made it, and what is in it."""

    exists: bool = False
    ours: bool = False
    leaving: bool = False
    """Whether it is being deleted."""
    leftovers: tuple[str, ...] = ()
    """The paths of what earlier probes left."""
    others: tuple[str, ...] = ()
    """The ids of what is somebody else's."""


def is_ours(body: Body) -> bool:
    """Whether a probe made a resource: its owner tag says so."""
    return tags.get(as_object(body.get("tags")), tags.OWNER) == OWNER


def inspect(lab: Lab) -> Steps[Premises]:
    """Look at the resource group and what is in it. Nothing is written.

    Raises:
        UnansweredError: it cannot be read.
    """
    group = yield from send("GET", _group_path(lab))
    if group.status == HTTPStatus.NOT_FOUND:
        return Premises()
    if not group.accepted:
        raise UnansweredError(f"the resource group cannot be read: {group.verdict}")
    leaving = as_text(group.properties.get("provisioningState")) == "Deleting"
    ours: list[str] = []
    listed: list[Body] = []
    for kind, needed in _KINDS.items():
        bodies = yield from _list(lab, lab.provider_path(kind), needed=needed)
        names = [as_text(each.get("name")) for each in bodies if is_ours(each)]
        ours += [lab.provider_path(kind, name) for name in names]
        listed += bodies
    networks = yield from _list(lab, networks_path(lab), needed=False)
    ours += [networks_path(lab, as_text(each.get("name"))) for each in networks if is_ours(each)]
    resources = yield from _list(lab, with_query(scope_path(lab.scope, "resources"), api_version=RESOURCES_API))
    known = {path.partition("?")[0].lower() for path in ours}
    others = {as_text(each.get("id")) for each in (*resources, *listed)}
    others = {each for each in others if each.lower() not in known}
    return Premises(True, is_ours(group.body), leaving, tuple(ours), tuple(sorted(others)))


def move_in(lab: Lab, found: Premises) -> Steps[None]:
    """Make the resource group, or delete what earlier probes left in it.

    Raises:
        UnansweredError: it cannot be made, or something cannot be deleted.
    """
    while found.leaving:
        yield from wait(lab.pause)
        found = yield from inspect(lab)
    yield from _delete(lab, found.leftovers)
    if not found.exists:
        body: Body = {"location": lab.location, "tags": lab.tags()}
        made = yield from send("PUT", _group_path(lab), body)
        if not made.accepted:
            raise UnansweredError(f"the resource group cannot be made: {made.verdict} {made.message}")


def move_out(lab: Lab) -> Steps[Premises]:
    """Delete everything that probes made, and the resource group if one made that, too; return what was deleted.

    Raises:
        UnansweredError: something cannot be deleted.
    """
    found = yield from inspect(lab)
    if found.leaving:
        return found
    yield from _delete(lab, found.leftovers)
    if found.ours and not found.others:
        gone = yield from drop(lab, _group_path(lab))
        if not gone.accepted:
            raise UnansweredError(f"the resource group could not be deleted: {gone.verdict} {gone.message}")
    return found


def _delete(lab: Lab, paths: Iterable[str]) -> Steps[None]:
    for path in paths:
        answer = yield from drop(lab, path)
        if not answer.accepted and answer.status != HTTPStatus.NOT_FOUND:
            raise UnansweredError(f"{path.partition('?')[0]} could not be deleted: {answer.verdict} {answer.message}")


def _group_path(lab: Lab) -> str:
    return with_query(scope_path(lab.scope), api_version=RESOURCES_API)


def _list(lab: Lab, path: str, *, needed: bool = True) -> Steps[list[Body]]:
    """Read all pages of a list; one that is not needed is empty if it cannot be read.

    Raises:
        UnansweredError: a page cannot be read, or there is no end of them.
    """
    found: list[Body] = []
    for _ in range(_MOST_PAGES):
        page: Reply = yield from send("GET", path)
        if not page.accepted and not needed:
            return found
        if not page.accepted:
            raise UnansweredError(f"what is in {lab.scope.resource_group} cannot be listed: {page.verdict}")
        found += [as_object(each) for each in as_list(page.body.get("value"))]
        path = as_text(page.body.get("nextLink"))
        if not path:
            return found
    raise UnansweredError("the list does not end")
