"""The fields of a change as rows, before they are laid out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces, split_leaves
from aci_reconcile.core.fields import ROOT, UNSET
from aci_reconcile.core.fields.paths import below, display, to_report_path
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.normalize import POSITION
from aci_reconcile.core.secret import REDACTED
from aci_reconcile.planning.values import Action, Cause, Change, Impact
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.missing_secrets import find_reason
from aci_reconcile.render.values import (
    KNOWN_LATER,
    conceal,
    find_hidden_texts,
    flatten,
    format_value,
    hide_lookalikes,
    is_entry,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.diff import Absent
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Json

_REPLACES: Mapping[Replaces, str] = {Replaces.MAY: "may force replacement", Replaces.YES: "forces replacement"}
_CHANGED = "(secret changed)"
_READABLE = "(readable text)"


@dataclass(frozen=True, slots=True)
class Row:
    """One field. ``values`` is one text, or both sides of a change. ``remark`` is about either.

    ``note``: the text is ours and names what to do about it, so it is wrapped where a value would be cut.
    """

    path: str
    values: tuple[str, ...]
    sign: str = " "
    remark: str = ""
    forces_replacement: bool = False
    note: bool = False


def make_rows(change: Change) -> tuple[Row, ...]:
    """Return the rows of one group."""
    return (*_list_body(change), *_list_fields(change), *_list_fingerprint(change), *_list_not_compared(change))


def find_known_later(change: Change) -> tuple[Keys, ...]:
    """Return what Azure decides when it creates the group: the address, the FQDN, the identity's principal."""
    if change.action not in {Action.CREATE, Action.REPLACE} or change.after is None:
        return ()
    address = as_object(change.after.properties.get("ipAddress"))
    identity = as_text(as_object(change.after.body.get("identity")).get("type"))
    found: list[Keys] = []
    if address and not address.get("ip"):
        found.append(("properties", "ipAddress", "ip"))
    if address.get("dnsNameLabel"):
        found.append(("properties", "ipAddress", "fqdn"))
    # "SystemAssigned, UserAssigned" is one value of this field, and Azure folds its case.
    if "systemassigned" in identity.lower():
        found.append(("identity", "principalId"))
    return tuple(found)


def format_path(path: str) -> str:
    """Return a path as the plan names it, with only the name of an environment variable."""
    return sanitize(to_report_path(path))


def _list_body(change: Change) -> Iterator[Row]:
    if change.action is Action.CREATE and change.after is not None:
        for keys, value in flatten(change.after.body):
            yield Row(format_path(display(ROOT, keys)), _format_value(keys, value))
        for keys in find_known_later(change):
            yield Row(format_path(display(ROOT, keys)), (KNOWN_LATER,))


def _list_fields(change: Change) -> Iterator[Row]:
    # Looking for them takes longer than anything else here, and a restart changes no field.
    hidden = find_hidden_texts(change) if change.fields else frozenset[str]()
    for field in map(_fill_default, change.fields):
        first, *rest = [_make_secret_row(field)] if field.secret else _make_leaf_rows(field, hidden)
        replaces = _REPLACES.get(field.replaces, "")
        in_azure = field.path in change.in_azure or (change.find_cause(field) is Cause.AZURE and not change.stuck)
        remark = ", ".join(text for text in (replaces, "changed in Azure" if in_azure else "") if text)
        yield replace(first, remark=remark, forces_replacement=bool(replaces))
        yield from rest


def _fill_default(field: FieldChange) -> FieldChange:
    """Return the change with the field's default on the side where the normal form has no value.

    The normal form drops defaults. Without this, a plan would say that a field appears or disappears.
    """
    node: Node | None = ROOT
    for key in field.keys:
        node = below(node, key)
    if node is None or node.row.default is UNSET or not field.keys:
        return field
    before, after = (node.row.default if side is ABSENT else side for side in (field.before, field.after))
    return replace(field, before=before, after=after)


def _make_secret_row(field: FieldChange) -> Row:
    several = ", ".join(map(format_path, field.candidates))
    if several:
        text = f"(one of {len(field.candidates)} secrets changed: {several})"
        return Row(format_path(field.path), (text,), _choose_sign(field), note=True)
    if field.before is ABSENT or field.after is ABSENT:
        values: tuple[str, ...] = (REDACTED,)
    else:
        values = (_CHANGED,) if field.before is None else (_READABLE, REDACTED)
    return Row(format_path(field.path), values, _choose_sign(field))


def _make_leaf_rows(field: FieldChange, hidden: frozenset[str]) -> list[Row]:
    # A list without keys is compared by position; the position itself is no difference that anybody declared.
    leaves = [leaf for leaf in split_leaves(field) if leaf is field or leaf.keys[-1:] != (POSITION,)]
    return [_make_row(leaf, hidden) for leaf in leaves] or [Row(format_path(field.path), (), _choose_sign(field))]


def _make_row(field: FieldChange, hidden: frozenset[str]) -> Row:
    values = (*_format_side(field, field.before, hidden), *_format_side(field, field.after, frozenset()))
    # Both sides can look the same once secrets are hidden; the row still has to say that there is a change.
    if len(values) > 1 and len(set(values)) == 1:
        values = (_CHANGED if values[0] == REDACTED else f"{values[0]} {_CHANGED}",)
    return Row(format_path(field.path), values, _choose_sign(field))


def _choose_sign(field: FieldChange) -> str:
    if field.before is ABSENT:
        return "+"
    return "-" if field.after is ABSENT else " "


def _format_side(field: FieldChange, value: Json | Absent, hidden: frozenset[str]) -> tuple[str, ...]:
    return () if value is ABSENT else _format_value(field.keys, hide_lookalikes(conceal(value, hidden), field.keys))


def _format_value(keys: Keys, value: Json) -> tuple[str, ...]:
    """Return the value as text; nothing for an entry that is only its key, because the path shows that already."""
    return () if value == {} and is_entry(keys) else (format_value(value),)


def _list_fingerprint(change: Change) -> Iterator[Row]:
    """Yield the fingerprint's tag, if it is all that is written (``--trust-secrets``): every write shows a reason."""
    if change.impact is Impact.TAGS_ONLY and not change.fields:
        there = change.before is not None and tags.get(change.before.tags, tags.SECRETS)
        yield Row(f"tags.{tags.SECRETS}", ("(fingerprint of the secrets)",), " " if there else "+")


def _list_not_compared(change: Change) -> Iterator[Row]:
    for path in change.not_compared:
        why = sanitize(find_reason(change, path))
        text = f"(secret not compared: {why})" if why else "(secret not compared)"
        yield Row(format_path(path), (text,), note=True)
