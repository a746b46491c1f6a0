"""A plan as JSON; inside ``resource_changes`` the names are those of Terraform's plan.

Described by ``schemas/plan.schema.json``. Where a secret stands, the value is null, and the map beside it
(``before_sensitive``, ``after_sensitive``) says true at the same place; so does ``after_unknown`` where a value of
another group stands that is known only later. What a container does at the moment
(``instanceView``) is no part of a plan and left out. The document is ASCII: everything else is escaped, so that it can
be shown on any terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from aci_reconcile.core.diff import ABSENT, Replaces
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.render.bodies import declared, live, masked, opened, unknown
from aci_reconcile.render.escape import dump
from aci_reconcile.render.limits import limits_json
from aci_reconcile.render.rows import known_later
from aci_reconcile.render.values import conceal, hidden_texts, veiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.diff import Absent, FieldChange
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Json
    from aci_reconcile.planning.values import Change, Plan, ResourceGroupChange
    from aci_reconcile.render.header import Header

_ACTIONS: Mapping[Action, list[str]] = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
    Action.ADOPT: ["update"],
    Action.NO_OP: ["no-op"],
}
_REASONS: Mapping[Action, str] = {
    Action.REPLACE: "replace_because_cannot_update",
    Action.DELETE: "delete_because_no_resource_config",
}


def plan_json(plan: Plan, header: Header, *, tool_version: str, plan_digest: str = "") -> str:
    """Return the plan as a JSON document, without a final line break; with its digest, where that is known."""
    document = header.json(tool_version) | {
        "applyable": plan.applyable,
        "complete": plan.complete,
        "summary": summary_json(plan),
        "resource_changes": [change_json(each) for each in plan.changes],
        "resource_group_changes": [_resource_group(each) for each in plan.resource_groups],
        "blockers": [
            {"code": each.code, "reason": each.reason, "addresses": list(each.addresses), "release": each.release}
            for each in plan.blockers
        ],
        "missing_secrets": [
            {"address": address, "source": secret.source, "reason": secret.missing}
            for address, secret in plan.missing_secrets
        ],
    }
    return dump(
        document | limits_json(plan) | remarks_json(plan) | ({"plan_digest": plan_digest} if plan_digest else {})
    )


def remarks_json(plan: Plan) -> dict[str, object]:
    """Return the notices, and what could not be read."""
    return {
        "notices": [{"code": each.code, "address": each.address, "message": each.text} for each in plan.notices],
        "unreadable": [{"address": each.address, "message": each.message} for each in plan.unreadable],
    }


def summary_json(plan: Plan) -> dict[str, int]:
    """Return the counts that the text ends with."""
    return {
        "add": plan.to_add,
        "change": plan.to_change,
        "destroy": plan.to_destroy,
        "adopt": len(plan.of(Action.ADOPT)),
        "unchanged": len(find_unchanged(plan)),
        "restart": plan.with_impact(Impact.RESTART),
        "recreate": plan.with_impact(Impact.RECREATE),
        "tags_only": plan.with_impact(Impact.TAGS_ONLY),
        "secrets_not_compared": plan.not_compared,
    }


def change_json(change: Change) -> dict[str, object]:
    """Return what happens to one group."""
    document: dict[str, object] = {
        "address": change.address,
        "id": str(change.id),
        "mode": "managed",
        "type": change.id.type,
        "name": change.id.name,
        "resource_group": change.id.resource_group,
        "change": _change(change),
    }
    if change.action in _REASONS:
        document["action_reason"] = _REASONS[change.action]
    return document | {
        "action": change.action.value,
        "impact": change.impact.value,
        "loses": list(change.loses),
        "reasons": list(change.reasons),
        **({"former_owner": change.former_owner} if change.former_owner else {}),
        "cause": change.cause.value,
        "may_replace": change.may_replace,
        "stuck": change.stuck,
        "fields": _fields(change),
        "secrets_not_compared": list(change.not_compared),
        "unknown_fields": list(change.unknown),
        "where": _where(change.where),
    }


def _change(change: Change) -> dict[str, object]:
    before = live(change.before.body, hidden_texts(change)) if change.before is not None else None
    after = declared(change.after.body) if change.after is not None else None
    document: dict[str, object] = {
        "actions": _ACTIONS[change.action],
        "before": opened(before),
        "after": opened(after),
        "after_unknown": _both(_unknown(known_later(change)), unknown(after)),
        "before_sensitive": masked(before) or {},
        "after_sensitive": masked(after) or {},
    }
    guilty = [list(each.keys or (each.path,)) for each in change.fields if each.replaces is Replaces.YES]
    if guilty:
        document["replace_paths"] = guilty
    if change.action is Action.ADOPT:
        document["importing"] = {"id": str(change.id)}
    return document


def _unknown(places: tuple[Keys, ...]) -> dict[str, object]:
    """Return a tree with true at each of the places."""
    firsts = dict.fromkeys(keys[0] for keys in places)
    return {
        first: _unknown(tuple(keys[1:] for keys in places if keys[0] == first and keys[1:])) or True for first in firsts
    }


def _both(left: object, right: object) -> object:
    """Return a tree with true wherever one of two trees says so; they have no list in common."""
    if all(isinstance(side, dict) for side in (left, right)):
        one, other = cast("dict[str, object]", left), cast("dict[str, object]", right)
        return {name: _both(one.get(name), other.get(name)) for name in one | other}
    empty: dict[str, object] = {}
    return left or right or empty


def _fields(change: Change) -> list[dict[str, object]]:
    hidden = hidden_texts(change)
    return [_field(each, change, hidden) for each in change.fields]


def _field(field: FieldChange, change: Change, hidden: frozenset[str]) -> dict[str, object]:
    before = field.before if field.before is ABSENT else veiled(conceal(field.before, hidden), field.keys)
    after = field.after if field.after is ABSENT else veiled(field.after, field.keys)
    secret = field.secret or all(isinstance(side, Secret) for side in (before, after) if side is not ABSENT)
    document: dict[str, object] = {
        "path": field.path,
        "keys": list(field.keys),
        "replaces": field.replaces.value,
        "cause": change.cause_of(field).value,
        "secret": secret,
    }
    if field.candidates:
        document["candidates"] = list(field.candidates)
    sides = _side("before", before, hidden=field.secret) | _side("after", after, hidden=field.secret)
    return document | sides | ({} if field.secret else _later(field))


def _side(name: str, value: Json | Absent, *, hidden: bool) -> dict[str, object]:
    """Return what is to be said of a side on which there is something.

    Of a secret that is no more than that; of readable text that a secret takes the place of, that it is none.
    """
    if value is ABSENT:
        return {}
    if hidden or isinstance(value, Secret):
        return {f"{name}_sensitive": value is None or isinstance(value, Secret)}
    mask = masked(value)
    return {name: opened(value)} | ({f"{name}_sensitive": mask} if mask else {})


def _later(field: FieldChange) -> dict[str, object]:
    mask = unknown(field.after) if field.after is not ABSENT else False
    return {"after_unknown": mask} if mask else {}


def _where(where: Where | None) -> dict[str, object] | None:
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}


def _resource_group(change: ResourceGroupChange) -> dict[str, object]:
    return {
        "name": change.scope.resource_group,
        "subscription": change.scope.subscription,
        "location": change.location,
        "action": "create" if change.create else "delete",
    }
