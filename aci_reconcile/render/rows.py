"""The lines of a plan below a group's name, before they are laid out."""

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
from aci_reconcile.render.values import KNOWN_LATER, conceal, flatten, hidden_texts, is_entry, show, veiled
from aci_reconcile.render.wanting import why_not

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.diff import Absent
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Json

_GUILTY: Mapping[Replaces, str] = {Replaces.MAY: "may force replacement", Replaces.YES: "forces replacement"}
_CHANGED = "(secret changed)"
_READABLE = "(readable text)"


@dataclass(frozen=True, slots=True)
class Row:
    """One field: ``values`` are one text, or the two sides of a change; ``remark`` stands after them."""

    path: str
    values: tuple[str, ...]
    sign: str = " "
    remark: str = ""
    guilty: bool = False


def rows(change: Change) -> tuple[Row, ...]:
    """Return the lines of one group."""
    return (*_body(change), *_fields(change), *_stamp(change), *_not_compared(change))


def known_later(change: Change) -> tuple[Keys, ...]:
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
    if "systemassigned" in identity.lower():
        found.append(("identity", "principalId"))
    return tuple(found)


def path_text(path: str) -> str:
    """Return a path as the plan names it: an environment variable goes by its name alone."""
    return sanitize(to_report_path(path))


def _body(change: Change) -> Iterator[Row]:
    if change.action is Action.CREATE and change.after is not None:
        for keys, value in flatten(change.after.body):
            yield Row(path_text(display(ROOT, keys)), _side(keys, value))
        for keys in known_later(change):
            yield Row(path_text(display(ROOT, keys)), (KNOWN_LATER,))


def _fields(change: Change) -> Iterator[Row]:
    hidden = hidden_texts(change)
    for field in map(_with_default, change.fields):
        first, *others = [_secret(field)] if field.secret else _leaves(field, hidden)
        guilt = _GUILTY.get(field.replaces, "")
        in_azure = field.path in change.in_azure or (change.cause_of(field) is Cause.AZURE and not change.stuck)
        remark = ", ".join(text for text in (guilt, "changed in Azure" if in_azure else "") if text)
        yield replace(first, remark=remark, guilty=bool(guilt))
        yield from others


def _with_default(field: FieldChange) -> FieldChange:
    """Return the change with the default of the field on the side on which the normal form says nothing."""
    node: Node | None = ROOT
    for key in field.keys:
        node = below(node, key)
    if node is None or node.row.default is UNSET or not field.keys:
        return field
    before, after = (node.row.default if side is ABSENT else side for side in (field.before, field.after))
    return replace(field, before=before, after=after)


def _secret(field: FieldChange) -> Row:
    several = ", ".join(map(path_text, field.candidates))
    if several:
        values: tuple[str, ...] = (f"(one of {len(field.candidates)} secrets changed: {several})",)
    elif field.before is ABSENT or field.after is ABSENT:
        values = (REDACTED,)
    else:
        values = (_CHANGED,) if field.before is None else (_READABLE, REDACTED)
    return Row(path_text(field.path), values, _sign(field))


def _leaves(field: FieldChange, hidden: frozenset[str]) -> list[Row]:
    told = [leaf for leaf in split_leaves(field) if leaf is field or leaf.keys[-1:] != (POSITION,)]
    return [_row(leaf, hidden) for leaf in told] or [Row(path_text(field.path), (), _sign(field))]


def _row(field: FieldChange, hidden: frozenset[str]) -> Row:
    values = (*_shown(field, field.before, hidden), *_shown(field, field.after, frozenset()))
    if len(values) > 1 and len(set(values)) == 1:  # what differs is not shown
        values = (_CHANGED if values[0] == REDACTED else f"{values[0]} {_CHANGED}",)
    return Row(path_text(field.path), values, _sign(field))


def _sign(field: FieldChange) -> str:
    if field.before is ABSENT:
        return "+"
    return "-" if field.after is ABSENT else " "


def _shown(field: FieldChange, value: Json | Absent, hidden: frozenset[str]) -> tuple[str, ...]:
    return () if value is ABSENT else _side(field.keys, veiled(conceal(value, hidden), field.keys))


def _side(keys: Keys, value: Json) -> tuple[str, ...]:
    """Return the value as shown; nothing where it is an entry that is no more than its key."""
    return () if value == {} and is_entry(keys) else (show(value),)


def _stamp(change: Change) -> Iterator[Row]:
    """Yield the tag that is written where nothing differs and the secrets are vouched for: their fingerprint."""
    if change.impact is Impact.TAGS_ONLY and not change.fields:
        there = change.before is not None and tags.get(change.before.tags, tags.SECRETS)
        yield Row(f"tags.{tags.SECRETS}", ("(fingerprint of the secrets)",), " " if there else "+")


def _not_compared(change: Change) -> Iterator[Row]:
    for path in change.not_compared:
        why = sanitize(why_not(change, path))
        yield Row(path_text(path), (f"(secret not compared: {why})" if why else "(secret not compared)",))
