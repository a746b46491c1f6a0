"""A plan as JSON; inside ``resource_changes`` the names are those of Terraform's plan.

Described by ``schemas/plan.schema.json``. A secret's value is null, and the map beside it (``before_sensitive``,
``after_sensitive``) is true at the same place. In the same way, ``after_unknown`` marks a value of another group that
is known only later. The run state (``instanceView``) is not part of a plan. The document is ASCII, with everything else
escaped, so that any terminal can show it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, Replaces
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning.blockers import find_unchanged
from aci_reconcile.planning.duration import estimate_duration
from aci_reconcile.planning.values import Action, Impact
from aci_reconcile.render.escape import dump
from aci_reconcile.render.rows import find_known_later
from aci_reconcile.render.values import conceal, find_hidden_texts, hide_lookalikes, hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.diff import Absent, FieldChange
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.planning.values import Change, Plan, ResourceGroupChange
    from aci_reconcile.render.header import Header

_ACTIONS: Mapping[Action, list[str]] = {
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.REPLACE: ["delete", "create"],
    Action.DELETE: ["delete"],
    Action.ADOPT: ["update"],  # Terraform has no action for it, and says "importing" beside an update
    Action.NO_OP: ["no-op"],
}
_REASONS: Mapping[Action, str] = {
    Action.REPLACE: "replace_because_cannot_update",
    Action.DELETE: "delete_because_no_resource_config",
}
_RUN_STATE = "instanceView"


def render_plan_json(plan: Plan, header: Header, *, tool_version: str, plan_digest: str = "") -> str:
    """Return the plan as a JSON document without a final line break, with its digest if that is known."""
    document = emit_plan(plan, header, plan.changes, tool_version=tool_version)
    return dump(document | ({"plan_digest": plan_digest} if plan_digest else {}))


def emit_plan(plan: Plan, header: Header, changes: Iterable[Change], *, tool_version: str) -> dict[str, object]:
    """Return the plan as a JSON document that shows these of its changes."""
    return (
        header.json(tool_version)
        | header.run_json()
        | {
            "applyable": plan.applyable,
            "complete": plan.complete,
            "summary": emit_summary(plan),
            "resource_changes": [emit_change(each) for each in changes],
            "resource_group_changes": [_emit_resource_group(each) for each in plan.resource_groups],
            "blockers": [
                {"code": each.code, "reason": each.reason, "addresses": list(each.addresses), "release": each.release}
                for each in plan.blockers
            ],
            "missing_secrets": [
                {"address": address, "source": secret.source, "reason": secret.missing}
                for address, secret in plan.missing_secrets
            ],
        }
        | emit_limits(plan)
        | emit_remarks(plan)
    )


def emit_remarks(plan: Plan) -> dict[str, object]:
    """Return the notices, and what could not be read."""
    return {
        "notices": [{"code": each.code, "address": each.address, "message": each.text} for each in plan.notices],
        "unreadable": [{"address": each.address, "message": each.message} for each in plan.unreadable],
    }


def emit_summary(plan: Plan) -> dict[str, int]:
    """Return the counts with which the text ends."""
    return {
        "add": plan.to_add,
        "change": plan.to_change,
        "destroy": plan.to_destroy,
        "adopt": len(plan.of(Action.ADOPT)),
        "unchanged": len(find_unchanged(plan)),
        "restart": plan.count_with_impact(Impact.RESTART),
        "recreate": plan.count_with_impact(Impact.RECREATE),
        "start": plan.count_with_impact(Impact.START),
        "stop": plan.count_with_impact(Impact.STOP),
        "tags_only": plan.count_with_impact(Impact.TAGS_ONLY),
        "secrets_not_compared": plan.not_compared,
    }


def emit_change(change: Change) -> dict[str, object]:
    """Return what happens to one group."""
    document: dict[str, object] = {
        "address": change.address,
        "id": str(change.id),
        "mode": "managed",
        "type": change.id.type,
        "name": change.id.name,
        "resource_group": change.id.resource_group,
        "change": _emit_sides(change),
    }
    if change.action in _REASONS:
        document["action_reason"] = _REASONS[change.action]
    return document | {
        "action": change.action.value,
        "impact": change.impact.value,
        **({"power": change.power.value} if change.power else {}),
        "loses": list(change.loses),
        "reasons": list(change.reasons),
        **({"former_owner": change.former_owner} if change.former_owner else {}),
        "cause": change.cause.value,
        "may_replace": change.may_replace,
        "stuck": change.stuck,
        "fields": _emit_fields(change),
        "secrets_not_compared": list(change.not_compared),
        "unknown_fields": list(change.unknown),
        "where": emit_where(change.where),
    }


def _emit_sides(change: Change) -> dict[str, object]:
    before = emit_live(change.before.body, find_hidden_texts(change)) if change.before is not None else None
    after = emit_declared(change.after.body) if change.after is not None else None
    document: dict[str, object] = {
        "actions": _ACTIONS[change.action],
        "before": blank_secrets(before),
        "after": blank_secrets(after),
        "after_unknown": _merge_trees(_make_tree(find_known_later(change)), mark_unknown(after)),
        "before_sensitive": mark_secrets(before) or {},
        "after_sensitive": mark_secrets(after) or {},
    }
    # Terraform's `replace_paths` has no word for "may be refused", so only fields that certainly replace are in it.
    replacing = [list(each.keys or (each.path,)) for each in change.fields if each.replaces is Replaces.YES]
    if replacing:
        document["replace_paths"] = replacing
    if change.action is Action.ADOPT:
        document["importing"] = {"id": str(change.id)}
    return document


def _make_tree(places: tuple[Keys, ...]) -> dict[str, object]:
    """Return a tree of objects with true at each of the places."""
    firsts = dict.fromkeys(keys[0] for keys in places)
    return {
        first: _make_tree(tuple(keys[1:] for keys in places if keys[0] == first and keys[1:])) or True
        for first in firsts
    }


def _merge_trees(left: object, right: object) -> object:
    """Return a tree with true wherever one of two trees has it. They have no list in common."""
    if all(isinstance(side, dict) for side in (left, right)):
        one, other = cast("dict[str, object]", left), cast("dict[str, object]", right)
        return {name: _merge_trees(one.get(name), other.get(name)) for name in one | other}
    empty: dict[str, object] = {}
    return left or right or empty


def _emit_fields(change: Change) -> list[dict[str, object]]:
    hidden = find_hidden_texts(change)
    return [_emit_field(each, change, hidden) for each in change.fields]


def _emit_field(field: FieldChange, change: Change, hidden: frozenset[str]) -> dict[str, object]:
    before = field.before if field.before is ABSENT else hide_lookalikes(conceal(field.before, hidden), field.keys)
    after = field.after if field.after is ABSENT else hide_lookalikes(field.after, field.keys)
    secret = field.secret or all(isinstance(side, Secret) for side in (before, after) if side is not ABSENT)
    document: dict[str, object] = {
        "path": field.path,
        "keys": list(field.keys),
        "replaces": field.replaces.value,
        "cause": change.find_cause(field).value,
        "secret": secret,
    }
    if field.candidates:
        document["candidates"] = list(field.candidates)
    sides = _emit_side("before", before, hidden=field.secret) | _emit_side("after", after, hidden=field.secret)
    return document | sides | ({} if field.secret else _emit_unknown(field))


def _emit_side(name: str, value: Json | Absent, *, hidden: bool) -> dict[str, object]:
    """Return the members about one side of a change; none for a side without a value.

    A secret is only marked as one. Readable text that a secret replaces is marked as readable, without the text.
    """
    if value is ABSENT:
        return {}
    if hidden or isinstance(value, Secret):
        return {f"{name}_sensitive": value is None or isinstance(value, Secret)}
    mask = mark_secrets(value)
    return {name: blank_secrets(value)} | ({f"{name}_sensitive": mask} if mask else {})


def _emit_unknown(field: FieldChange) -> dict[str, object]:
    mask = mark_unknown(field.after) if field.after is not ABSENT else False
    return {"after_unknown": mask} if mask else {}


def emit_where(where: Where | None) -> dict[str, object] | None:
    """Return where a group is declared."""
    return None if where is None else {"file": where.file, "line": where.line, "column": where.column}


def _emit_resource_group(change: ResourceGroupChange) -> dict[str, object]:
    return {
        "name": change.scope.resource_group,
        "subscription": change.scope.subscription,
        "location": change.location,
        "action": "create" if change.create else "delete",
    }


def emit_limits(plan: Plan) -> dict[str, object]:
    """Return the member about Azure's limits; none if they hardly slow this plan."""
    found = estimate_duration(plan)
    if found is None or not found.matters:
        return {}
    limits = {"seconds": found.seconds, "limit": found.limit.value, "count": found.count, "location": found.location}
    return {"limits": limits}


def emit_declared(body: Body) -> Json:
    """Return what a manifest declares, without the fingerprint of its secrets."""
    return {name: _hide_fingerprint(value) if name == "tags" else value for name, value in hide_secrets(body).items()}


def emit_live(body: Body, hidden: frozenset[str]) -> Json:
    """Return what Azure has, without run state, hidden texts and the fingerprint of the secrets."""
    return emit_declared(
        {
            name: conceal(_drop_run_state(value) if name == "properties" else value, hidden)
            for name, value in body.items()
        }
    )


def blank_secrets(value: Json) -> object:
    """Return the value with null for each secret, and for each value that is known only later."""
    if isinstance(value, Secret | Deferred):
        return None
    if isinstance(value, Mapping):
        return {name: blank_secrets(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [blank_secrets(each) for each in value]
    # JSON has no NaN or infinity; Azure never sends them, but a manifest's YAML can.
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def mark_secrets(value: Json) -> object:
    """Return a tree with true at each secret; something falsy if there is none."""
    return _mark(value, Secret)


def mark_unknown(value: Json) -> object:
    """Return a tree with true at each value that is known only after the apply; falsy if there is none."""
    return _mark(value, Deferred)


def _mark(value: Json, kind: type[Secret | Deferred]) -> object:
    if isinstance(value, Mapping):
        return {name: mark for name, each in value.items() if (mark := _mark(each, kind))}
    if isinstance(value, Sequence) and not isinstance(value, str):
        marks = [_mark(each, kind) for each in value]
        return marks if any(marks) else []
    return isinstance(value, kind)


def _drop_run_state(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _drop_run_state(each) for name, each in value.items() if name != _RUN_STATE}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_drop_run_state(each) for each in value]
    return value


def _hide_fingerprint(value: Json) -> Json:
    """Hide the fingerprint, so that a reader of the report cannot test guesses at the secrets."""
    if not isinstance(value, Mapping):
        return value
    return {
        name: Secret(each) if name.lower() == tags.SECRETS and isinstance(each, str) else each
        for name, each in value.items()
    }
