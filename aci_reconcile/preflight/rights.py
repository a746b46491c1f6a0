"""Whether the roles of the identity allow the plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.core.model import ResourceId, as_list, as_object, as_text
from aci_reconcile.core.resource_types import RESOURCE_GROUPS, get_type
from aci_reconcile.planning.values import POWER_IMPACTS, Action
from aci_reconcile.preflight.checks import NOT_ASKED, Check, Facts, Question, Unanswered, Verdict
from aci_reconcile.preflight.inventory import is_allowed
from aci_reconcile.preflight.subnets import is_subnet_id, shorten_subnet_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.planning.values import Change, ResourceGroupChange

_VERBS = {
    Action.CREATE: ("read", "write"),
    Action.UPDATE: ("read", "write"),
    Action.ADOPT: ("read", "write"),
    Action.REPLACE: ("read", "write", "delete"),
    Action.DELETE: ("read", "delete"),
    Action.NO_OP: (),
}


@dataclass(frozen=True, slots=True)
class Right:
    """An action that is needed in a scope, and for which group.

    ``own`` is the id of a group that exists: a role may be assigned on it alone.
    """

    scope: str
    action: str
    address: str = ""
    own: str = ""


def list_rights(changes: Iterable[Change], resource_groups: Iterable[ResourceGroupChange] = ()) -> tuple[Right, ...]:
    """Return every right that the changes need.

    For a resource group that does not exist yet, roles on the subscription count. Subnets and user-assigned identities
    need rights of their own: ARM checks references in a body (error ``LinkedAuthorizationFailed``).
    """
    groups = tuple(resource_groups)
    new = {each.scope.key for each in groups if each.create}
    found: list[Right] = []
    for each in groups:
        for verb in ("read", "write") if each.create else ("read", "delete"):
            # Nobody can have a role on a resource group that does not exist.
            scope = f"/subscriptions/{each.scope.subscription}" if each.create else str(each.scope)
            found.append(Right(scope, RESOURCE_GROUPS.actions[verb]))
    for change in changes:
        found += _list_change_rights(change, new)
    return tuple(found)


def list_scopes(rights: Iterable[Right]) -> tuple[str, ...]:
    """Return the scopes to ask for permissions first, each once."""
    return tuple({each.scope.lower(): each.scope for each in rights}.values())


def find_own_scopes(rights: Iterable[Right], facts: Facts) -> tuple[str, ...]:
    """Return the groups to ask for their own permissions, because their resource group does not grant a right."""
    left = (each for each in rights if each.own and _is_granted(each.scope, each, facts) is False)
    return tuple({each.own.lower(): each.own for each in left}.values())


def judge_rights(rights: Iterable[Right], facts: Facts) -> Iterator[Check]:
    """Yield a check for each action in each scope.

    Only roles are checked: deny assignments, policies and locks can still refuse.
    """
    needed: defaultdict[tuple[str, str], list[Right]] = defaultdict(list)
    for each in rights:
        needed[each.scope.lower(), each.action].append(each)
    for found in needed.values():
        yield _judge_right(found, facts)


def _list_change_rights(change: Change, new: set[tuple[str, str]]) -> Iterator[Right]:
    scope = change.id.scope
    fresh = scope.key in new
    where = f"/subscriptions/{scope.subscription}" if fresh else str(scope)
    own = str(change.id) if change.before is not None and not fresh else ""
    actions = get_type(change.id).actions
    for verb in _list_verbs(change):
        yield Right(where, actions[verb], change.address, own)
    if not change.sends_body or change.after is None:
        return
    for each in as_list(change.after.properties.get("subnetIds")):
        subnet = as_text(as_object(each).get("id"))
        if is_subnet_id(subnet):
            yield Right(subnet, "Microsoft.Network/virtualNetworks/subnets/join/action", change.address)
    for identity in as_object(as_object(change.after.body.get("identity")).get("userAssignedIdentities")):
        if _is_id(identity):
            yield Right(identity, "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", change.address)


def _list_verbs(change: Change) -> tuple[str, ...]:
    """Return what is done to a group, in the words of its type."""
    if change.impact in POWER_IMPACTS:
        tagged = change.stamp or any(each.keys[:1] == ("tags",) for each in change.fields)
        return ("read", *(("write",) if tagged else ()), change.impact.value)
    # A write of the body starts the containers.
    return (*_VERBS[change.action], *(("stop",) if change.sends_body and change.keeps_stopped else ()))


def _judge_right(found: list[Right], facts: Facts) -> Check:
    first = found[0]
    subject = f"{first.action} on {_render_scope(first.scope)}"
    addresses = tuple(each.address for each in found if each.address)
    answer = facts.permissions.get(first.scope.lower(), NOT_ASKED)
    if isinstance(answer, Unanswered):
        return Check(Question.PERMISSION, subject, Verdict.UNKNOWN, answer.why, addresses=addresses)
    if _is_granted(first.scope, first, facts):
        return Check(Question.PERMISSION, subject, Verdict.OK, addresses=addresses)
    # A role may have been given on single groups only; those that exist may be asked by themselves.
    denied = tuple(each.address for each in found if not (each.own and _is_granted(each.own, each, facts)))
    if not denied:
        why = f"granted on {'the groups themselves' if len(found) > 1 else 'the group itself'}"
        return Check(Question.PERMISSION, subject, Verdict.OK, why, addresses=addresses)
    hint = "assign the identity a role that grants it, such as Contributor"
    return Check(Question.PERMISSION, subject, Verdict.FAILED, "no role of the identity grants it", hint, denied)


def _is_granted(scope: str, right: Right, facts: Facts) -> bool | None:
    """Whether a scope grants a right; None if that is unknown."""
    answer = facts.permissions.get(scope.lower(), NOT_ASKED)
    return None if isinstance(answer, Unanswered) else is_allowed(answer, right.action)


def _is_id(text: str) -> bool:
    try:
        found = ResourceId.parse(text)
    except ValueError:
        return False
    # The id comes from a manifest and becomes part of a URL.
    return not {".", ".."} & {found.subscription, found.resource_group, found.name, *found.type.split("/")}


def _render_scope(scope: str) -> str:
    """Return a scope as reports name it. The first line of a report names the subscription."""
    if is_subnet_id(scope):
        return shorten_subnet_id(scope)
    if _is_id(scope):
        return ResourceId.parse(scope).address
    *_, kind, name = scope.rsplit("/", 2)
    return "the subscription" if kind.lower() == "subscriptions" else name
