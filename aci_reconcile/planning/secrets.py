"""Which secrets a group holds and which its manifest declares: new ones, removed ones, and those on both sides.

Azure shows no secret, but it shows where one is: a variable without a value, a registry without a password. So places
can be compared, although one fingerprint covers all values of a group.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, FieldChange, patch, sort_changes, split_leaves
from aci_reconcile.core.fields import ROOT, Kind
from aci_reconcile.core.fields.paths import display, parse, walk
from aci_reconcile.core.ignore import parse_ignorable, value_at
from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.withheld import fill_withheld, lacks_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Body, Json, Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change

_UNSEEN: Final = Secret.unavailable("Azure", "Azure never shows it")


@dataclass(frozen=True, slots=True)
class SecretDiff:
    """The secrets of a group on both sides, by their paths."""

    kept: tuple[str, ...] = ()
    """Declared, and Azure may hold one."""
    new: tuple[str, ...] = ()
    """Declared, and Azure holds none."""
    gone: Mapping[str, Keys] = field(default_factory=dict["str", "Keys"])
    """In Azure only: the manifest has something else there, or nothing. With the keys that lead there."""

    @property
    def differs(self) -> bool:
        """Whether one side holds secrets that the other does not."""
        return bool(self.new or self.gone)


def diff_secrets(secrets: Mapping[str, Secret], declared: Body, live: Body) -> SecretDiff:
    """Compare the secrets of a group with those of its manifest.

    Args:
        secrets: the write-only values of the manifest, by path.
        declared: the body that holds them.
        live: the live body.
    """
    _, hidden = fill_withheld(live, live, live, remembered=False)
    places = {keys: display(ROOT, keys) for keys in _find_places(declared, ROOT, ())}
    absent = [place for keys, place in places.items() if _cannot_hold_secret(keys, live)]
    new = tuple(path for path in secrets if any(_is_within(path, place) for place in absent))
    gone = {display(ROOT, keys): keys for keys in hidden if keys not in places and _cannot_hold_secret(keys, declared)}
    return SecretDiff(tuple(path for path in secrets if path not in new), new, gone)


def find_plain_values(places: SecretDiff, declared: Body) -> dict[str, Secret] | None:
    """Return the plain values that replace secrets of the group; None if one of them has no plain value."""
    found: dict[str, Secret] = {}
    for path, keys in places.gone.items():
        value = as_object(value_at(declared, keys[:-1])).get("value")
        if not isinstance(value, str):
            return None
        found[path] = Secret(value)
    return found


def add_secret_changes(
    fields: Iterable[FieldChange], places: SecretDiff, secrets: Iterable[str]
) -> tuple[FieldChange, ...]:
    """Return the differences with added and removed secrets among them, and no secret value in them."""
    declared = frozenset(secrets)
    known = tuple(
        _hide_secrets(_mark_secrets(each, declared | places.gone.keys()), declared, places.gone) for each in fields
    )
    seen = {leaf.path for each in known for leaf in split_leaves(each)}
    more = [_make_addition(path) for path in places.new if path not in seen]
    more += [_make_removal(path) for path in places.gone if path not in seen]
    return sort_changes((*known, *more)) if more else known


def _mark_secrets(change: FieldChange, secrets: frozenset[str]) -> FieldChange:
    """Return an added or removed object with its secrets marked."""
    if change.before is not ABSENT and change.after is not ABSENT:
        return change
    inner = [
        each.keys[len(change.keys) :] for each in split_leaves(change) if each is not change and each.path in secrets
    ]
    marks = [FieldChange("", ABSENT, _UNSEEN, keys) for keys in inner]
    if not marks:
        return change
    if change.after is not ABSENT:
        return replace(change, after=patch(dict(as_object(change.after)), marks))
    if change.before is not ABSENT:
        return replace(change, before=patch(dict(as_object(change.before)), marks))
    return change


def _hide_secrets(change: FieldChange, secrets: frozenset[str], gone: Mapping[str, Keys]) -> FieldChange:
    """Return a difference that hides its secret sides, also the plain text that a secret replaces."""
    before, after = change.before, change.after
    # A plain value became a secret. Its old text may well be the new secret, so it is hidden, too.
    if change.path in secrets and isinstance(before, str):
        return replace(change, after=None, secret=True)
    if change.path in secrets or (change.path in gone and after is ABSENT):
        live, wanted = (side if side is ABSENT else None for side in (before, after))
        return replace(change, before=live, after=wanted, secret=True)
    return replace(change, before=_UNSEEN) if change.path in gone else change


def _make_addition(path: str) -> FieldChange:
    return FieldChange(path, ABSENT, None, parse(ROOT, path) or (), secret=True)


def _make_removal(path: str) -> FieldChange:
    return FieldChange(path, None, ABSENT, parse(ROOT, path) or (), secret=True)


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _find_places(value: Json, node: Node, keys: Keys) -> Iterator[Keys]:
    """Yield the keys of each secret in a declared body."""
    if node.kind is Kind.LIST and node.item is not None:
        for each in as_list(value):
            yield from _find_places(each, node.item, (*keys, entry_key(each, node)))
    elif node.kind is Kind.OBJECT:
        for name, each in as_object(value).items():
            below = node.children.get(name)
            if below is not None and below.confides and each is not None:
                yield from ((*keys, name),) if below.row.confidential else _find_places(each, below, (*keys, name))


def _cannot_hold_secret(keys: Keys, body: Body) -> bool:
    """Whether a body cannot hold a secret at a place: its parent is absent, or holds something else.

    An empty variable may be a secret: it is not known whether Azure shows an empty value. An extension may have
    protected settings, which Azure does not show.
    """
    *_, (name, _, node) = walk(ROOT, keys)
    holder = value_at(body, keys[:-1])
    # An object inside an entry that exists may hold protected settings although Azure shows nothing of it.
    if node is None or (holder is None and value_at(body, _find_entry(keys)) is not None):
        return False
    members = as_object(holder)
    if node.kind in {Kind.MAP, Kind.ANY}:
        other_names = members.keys() - {name, "name"} if node.kind is Kind.MAP else ()
        return holder is None or (name not in members and bool(other_names))
    return holder is None or any(members.get(each) not in {None, ""} for each in node.row.unless)


def _find_entry(keys: Keys) -> Keys:
    """Return the keys of the list entry around a place; outside of lists, all keys but the last."""
    ends = [at for at, (_, parent, _) in enumerate(walk(ROOT, keys), 1) if parent and parent.kind is Kind.LIST]
    return keys[: ends[-1]] if ends else keys[:-1]


_NOTHING: Body = {}


def add_missing_secrets(change: Change, desired: Resource, policy: Policy) -> Change:
    """Return the change with an unavailable secret wherever its write needs one that is missing.

    If only tags are written, such a secret just counts as not compared.
    """
    # Most groups lack nothing, and filling in is a walk through both bodies.
    if change.after is None or not (desired.lifecycle.ignore or lacks_secret(change.after.body)):
        return change
    live = change.before.body if change.before else _NOTHING
    remembered = change.before is not None and _remembers(change.before, policy)
    body, gaps = fill_withheld(change.after.body, desired.body, live, remembered=remembered)
    if not gaps:
        return change
    unseen = tuple(path for path in _find_unseen(gaps, live, desired) if path not in change.not_compared)
    known = replace(change, not_compared=(*change.not_compared, *unseen))
    return replace(known, after=replace(change.after, body=body, plain=False)) if change.sends_body else known


def _remembers(live: Resource, policy: Policy) -> bool:
    """Whether the group has a fingerprint of secrets that we wrote."""
    return policy.owns(tags.owner(live)) and bool(tags.get(live.tags, tags.SECRETS))


def _find_unseen(gaps: tuple[Keys, ...], live: Body, desired: Resource) -> Iterator[str]:
    """Yield the paths that may hold a hidden value, without ignored fields, which are not compared anyway."""
    _, hidden = fill_withheld(live, live, live, remembered=False)
    ignored = [parse_ignorable(path) for path in desired.lifecycle.ignore]
    for keys in gaps:
        if keys in hidden and not any(keys[: len(each)] == each for each in ignored):
            yield display(ROOT, keys)
