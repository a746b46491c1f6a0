"""Which secrets a group holds and which its manifest declares: what is new, what is gone, what both sides hold.

Azure shows no secret, but where one is: a variable without a value, a registry without a password. So much is known
although one fingerprint stands for all values of a group at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.carry import value_at
from aci_reconcile.core.diff import ABSENT, FieldChange, in_order, leaves, patch
from aci_reconcile.core.fields import ROOT, Kind
from aci_reconcile.core.fields.paths import along, display, parse
from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.withheld import completed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Body, Json

_UNSEEN: Final = Secret.unavailable("Azure", "Azure never shows it")


@dataclass(frozen=True, slots=True)
class Holding:
    """The secrets of a group on both sides, by their paths."""

    kept: tuple[str, ...] = ()
    """Declared, and there may be one in Azure."""
    new: tuple[str, ...] = ()
    """Declared, and there is none in Azure."""
    gone: Mapping[str, Keys] = field(default_factory=dict["str", "Keys"])
    """In Azure, and something else stands there in the manifest, or nothing; with the keys that lead there."""

    @property
    def differs(self) -> bool:
        """Whether one side holds secrets that the other does not."""
        return bool(self.new or self.gone)


def holding(secrets: Mapping[str, Secret], declared: Body, live: Body) -> Holding:
    """Return what a group and its manifest hold.

    Args:
        secrets: the write-only values of the manifest, by path.
        declared: the body that holds them.
        live: what Azure shows.
    """
    _, hidden = completed(live, live, live, remembered=False)
    given = {keys: display(ROOT, keys) for keys in _places(declared, ROOT, ())}
    absent = [place for keys, place in given.items() if _is_elsewise(keys, live)]
    new = tuple(path for path in secrets if any(_within(path, place) for place in absent))
    gone = {display(ROOT, keys): keys for keys in hidden if keys not in given and _is_elsewise(keys, declared)}
    return Holding(tuple(path for path in secrets if path not in new), new, gone)


def readable(held: Holding, declared: Body) -> dict[str, Secret] | None:
    """Return the values that stand in the manifest where Azure holds secrets; None where one has none there."""
    found: dict[str, Secret] = {}
    for path, keys in held.gone.items():
        value = as_object(value_at(declared, keys[:-1])).get("value")
        if not isinstance(value, str):
            return None
        found[path] = Secret(value)
    return found


def told(fields: Iterable[FieldChange], held: Holding, secrets: Iterable[str]) -> tuple[FieldChange, ...]:
    """Return the differences with the secrets that come and go among them, and no value of one."""
    declared = frozenset(secrets)
    known = tuple(_guarded(_marked(each, declared | held.gone.keys()), declared, held.gone) for each in fields)
    seen = {leaf.path for each in known for leaf in leaves(each)}
    more = [_coming(path) for path in held.new if path not in seen]
    more += [_going(path) for path in held.gone if path not in seen]
    return in_order((*known, *more)) if more else known


def _marked(change: FieldChange, secrets: frozenset[str]) -> FieldChange:
    """Return what comes or goes as a whole with the variables in it marked that are secret."""
    if change.before is not ABSENT and change.after is not ABSENT:
        return change
    inner = [each.keys[len(change.keys) :] for each in leaves(change) if each is not change and each.path in secrets]
    marks = [FieldChange("", ABSENT, _UNSEEN, keys) for keys in inner]
    if not marks:
        return change
    if change.after is not ABSENT:
        return replace(change, after=patch(dict(as_object(change.after)), marks))
    if change.before is not ABSENT:
        return replace(change, before=patch(dict(as_object(change.before)), marks))
    return change


def _guarded(change: FieldChange, secrets: frozenset[str], gone: Mapping[str, Keys]) -> FieldChange:
    """Return a difference with its secret sides; the text that a secret takes the place of is shown to nobody."""
    before, after = change.before, change.after
    if change.path in secrets and isinstance(before, str):
        return replace(change, after=None, secret=True)
    if change.path in secrets or (change.path in gone and after is ABSENT):
        there, wanted = (side if side is ABSENT else None for side in (before, after))
        return replace(change, before=there, after=wanted, secret=True)
    return replace(change, before=_UNSEEN) if change.path in gone else change


def _coming(path: str) -> FieldChange:
    return FieldChange(path, ABSENT, None, parse(ROOT, path) or (), secret=True)


def _going(path: str) -> FieldChange:
    return FieldChange(path, None, ABSENT, parse(ROOT, path) or (), secret=True)


def _within(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _places(value: Json, node: Node, keys: Keys) -> Iterator[Keys]:
    """Yield the places of a declared body at which a secret is given."""
    if node.kind is Kind.LIST and node.item is not None:
        for each in as_list(value):
            yield from _places(each, node.item, (*keys, entry_key(each, node)))
    elif node.kind is Kind.OBJECT:
        for name, each in as_object(value).items():
            below = node.children.get(name)
            if below is not None and below.confides and each is not None:
                yield from ((*keys, name),) if below.row.confidential else _places(each, below, (*keys, name))


def _is_elsewise(keys: Keys, body: Body) -> bool:
    """Whether no secret can stand at a place of a body: what would hold it is not there, or holds something else.

    A variable that is empty may be a secret: nobody knows whether Azure shows an empty one without a value. Nor is it
    known of an extension whether it has settings that are not shown.
    """
    *_, (name, _, node) = along(ROOT, keys)
    holder = value_at(body, keys[:-1])
    if node is None or (holder is None and value_at(body, _entry(keys)) is not None):
        return False
    members = as_object(holder)
    if node.kind in {Kind.MAP, Kind.ANY}:
        others = members.keys() - {name, "name"} if node.kind is Kind.MAP else ()
        return holder is None or (name not in members and bool(others))
    return holder is None or any(members.get(each) not in {None, ""} for each in node.row.unless)


def _entry(keys: Keys) -> Keys:
    """Return the keys of the entry of a list that holds a place; all but the last where none does."""
    ends = [at for at, (_, parent, _) in enumerate(along(ROOT, keys), 1) if parent and parent.kind is Kind.LIST]
    return keys[: ends[-1]] if ends else keys[:-1]
