"""The permissions of the client's role, which can be read, and are enforced.

An action is `{provider}/{types}/{verb}`; in a role `*` matches any text. The client has the actions in `actions`
that are not in `notActions` (documented at "Understand Azure role definitions").
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import errors
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.graph.quota import is_query
from aci_reconcile.emulator.model import Json, Request, Response, answer, as_object, list_objects

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call
    from aci_reconcile.emulator.knobs import Knobs

_VERBS = {"GET": "read", "HEAD": "read", "DELETE": "delete", "POST": "action"}
_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"
_SPELT = {"resourcegroups": "resourceGroups", "containergroups": "containerGroups"} | {
    "containergroupprofiles": "containerGroupProfiles"
}


def list_permissions(call: Call) -> Response:
    """Return the client's permissions in a scope: the same everywhere, whether or not the resource exists."""
    if set(call.path) == {"subscription", "resource_group"}:
        scopes.require(call)
    return answer(200, {"value": [_make_role(call.knobs)]})


def check(request: Request, knobs: Knobs) -> None:
    """Refuse a request that the role does not allow."""
    action = find_action(request)
    if not _is_allowed(action, knobs):
        raise errors.not_authorized(knobs.client_id, action, request.split().path)


def check_linked(call: Call, content: Json) -> None:
    """Refuse a group whose subnet or identity the client may not use: ARM checks the resources in a body."""
    subnets = [str(each["id"]) for each in list_objects(as_object(content["properties"]).get("subnetIds"))]
    identities = as_object(as_object(content.get("identity")).get("userAssignedIdentities"))
    for action, linked in ((_JOIN, subnets), (_ASSIGN, list(identities))):
        if linked and not _is_allowed(action, call.knobs):
            done = (find_action(call.request), call.request.split().path)
            raise errors.not_authorized_for_link(call.knobs.client_id, done, (action, linked[0]))


@rests_on("graph-rights")
def find_action(request: Request) -> str:
    """Return the action that a request requires."""
    segments = request.split().path.strip("/").split("/")
    lower = [each.lower() for each in segments]
    named = len(lower) - lower[::-1].index("providers") if "providers" in lower[:-1] else 0
    namespace, *below = segments[named:] if named else ("Microsoft.Resources", *segments)
    types = [_SPELT.get(each.lower(), each) for each in below[::2]]
    verb = "read" if is_query(request) else _VERBS.get(request.method.upper(), "write")
    return "/".join((namespace, *types, verb))


def _make_role(knobs: Knobs) -> Json:
    granted = ["*/read"] if knobs.reader else ["*"]
    return {"actions": granted, "notActions": sorted(knobs.not_actions), "dataActions": [], "notDataActions": []}


def _is_allowed(action: str, knobs: Knobs) -> bool:
    role = _make_role(knobs)
    return any(_matches(each, action) for each in role["actions"]) and not any(
        _matches(each, action) for each in role["notActions"]
    )


def _matches(pattern: str, action: str) -> bool:
    """Whether a pattern matches an action, whatever the case."""
    texts = (re.escape(text) for text in re.split(r"\*+", pattern))
    return re.fullmatch(".*".join(texts), action, re.IGNORECASE) is not None
