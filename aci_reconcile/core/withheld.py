"""Secrets that a group holds and its body does not: Azure never shows them, and a write without them wipes them.

A secure variable comes back as its name alone, a registry without its password, a share without its key, a secret
volume as ``secret: {}`` (recorded, docs/fields.md). Sent back like that, a variable is refused (400
``InvalidEnvironmentVariable``, virtual-kubelet/virtual-kubelet#296, mage-ai/mage-ai#4872), a password too
(Azure/azure-cli#8545); what becomes of the others is shown nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, Kind, Node
from aci_reconcile.core.fields.paths import Keys, display
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

_NO_WORD: Final = re.compile(r"[^A-Za-z0-9]+")
_OF_PIPELINES: Final = ("AZURE_", "ARM_", "ACTIONS_", "GITHUB_", "GITLAB_", "SYSTEM_", "IDENTITY_", "MSI_", "ACI_")
"""How names of variables begin that may hold credentials of the tool itself, which no manifest may read."""


def variable_name(*parts: str) -> str:
    """Return a name for the environment variable that a secret could be set in, made of words."""
    words = [_NO_WORD.sub("_", part).strip("_").upper() for part in parts]
    name = "_".join(word for word in words if word) or "SECRET"
    return f"_{name}" if name[0].isdigit() else name


def with_declared(live: Json, declared: Json, node: Node | None) -> Json:
    """Return what is live with the write-only values that the manifest declares in their places.

    A secret is put in only where live may hold that very one: nothing else stands in its place, and it belongs to the
    same user, account or workspace.
    """
    if node is None or live is None or declared is None:
        return live
    if node.kind is Kind.LIST and node.item is not None and node.row.key:
        ours = {entry_key(each, node): each for each in as_list(declared)}
        return [with_declared(each, ours.get(entry_key(each, node)), node.item) for each in as_list(live)]
    return _object_with(as_object(live), as_object(declared), node) if node.kind is Kind.OBJECT else live


def _object_with(live: Body, declared: Body, node: Node) -> Body:
    members = dict(live)
    for name, value in declared.items():
        below = node.children.get(name)
        if below is not None and below.row.write_only:
            if _fits(live, declared, below):
                members[name] = value
        elif name in live:
            members[name] = with_declared(live[name], value, below)
    return members


def _fits(live: Body, declared: Body, secret: Node) -> bool:
    row = secret.row
    if secret.kind is Kind.MAP and row.name not in live:
        return False  # the volume is of another kind by now: of a secret one, Azure tells that much
    return not _stands_in(live, secret) and _of_same(live, declared, secret)


def _stands_in(holder: Body, secret: Node) -> bool:
    return any(holder.get(name) is not None for name in secret.row.unless)


def _of_same(one: Body, other: Body, secret: Node) -> bool:
    whose = secret.row.whose
    return not whose or as_text(one.get(whose)) == as_text(other.get(whose))


def completed(body: Body, declared: Body, live: Body, *, remembered: bool) -> tuple[Body, tuple[Keys, ...]]:
    """Return what is to be sent with a secret that is not at hand wherever one is withheld, and the places of those.

    Args:
        body: what is to be sent: the manifest, and what others answer for.
        declared: the manifest's own body.
        live: the live body; empty where there is none.
        remembered: whether the group carries a fingerprint of our last write. What may be empty (a secret volume, an
            extension) and was declared empty then is known to be empty.
    """
    search = _Search(remembered, new=not live)
    filled = search.filled(body, _Sides(declared, live), ROOT, ())
    return as_object(filled), tuple(search.found)


def lacking(value: Json, node: Node = ROOT) -> bool:
    """Whether anything below could hold a secret and holds none: a quick look, after which most groups need no other.

    What is there counts as what belongs there: that holds for what a manifest says, and for nothing that is carried.
    """
    if node.kind is Kind.LIST:
        item = node.item
        return item is not None and any(lacking(each, item) for each in as_list(value))
    holder = as_object(value)
    return any(_lacks(holder, name, below) for name, below in node.children.items() if below.confides)


def _lacks(holder: Body, name: str, below: Node) -> bool:
    given, row = holder.get(name), below.row
    if not row.confidential:
        return given is not None and lacking(given, below)
    if given is None and below.kind is Kind.MAP and not row.unless:
        return False
    return (given is None or given == {}) and not _stands_in(holder, below)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The same place in the manifest and in the live body; None where there is nothing."""

    declared: Json
    live: Json

    def at(self, name: str) -> _Sides:
        return _Sides(as_object(self.declared).get(name), as_object(self.live).get(name))

    def entries(self, node: Node) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
        ours, theirs = ({entry_key(e, node): e for e in as_list(side)} for side in (self.declared, self.live))
        return ours, theirs


@dataclass(frozen=True, slots=True)
class _Search:
    remembered: bool
    new: bool
    found: list[Keys] = field(default_factory=list[Keys])

    def filled(self, value: Json, sides: _Sides, node: Node, keys: Keys) -> Json:
        if node.kind is Kind.LIST and node.item is not None and value:
            return self._list(value, sides, node, keys)
        if node.kind is not Kind.OBJECT or not isinstance(value, Mapping):
            return value
        members: dict[str, Json] = {}
        for name, below in node.children.items():
            if not below.confides:
                continue
            here = (*keys, name)
            if below.row.confidential:
                why = self._withheld(value, sides, node, below)
                if why:
                    members[name] = self._gap(here, value, below, why)
            elif value.get(name) is not None:
                inner = self.filled(value[name], sides.at(name), below, here)
                if inner is not value[name]:
                    members[name] = inner
        return {**value, **members} if members else value

    def _list(self, value: Json, sides: _Sides, node: Node, keys: Keys) -> Json:
        entries, item = as_list(value), node.item
        if item is None or not node.row.key:
            return value
        ours, theirs = sides.entries(node)
        filled: list[Json] = []
        for each in entries:
            key = entry_key(each, node)
            filled.append(self.filled(each, _Sides(ours.get(key), theirs.get(key)), item, (*keys, key)))
        same = all(one is other for one, other in zip(filled, entries, strict=True))
        return value if same else filled

    def _withheld(self, holder: Body, sides: _Sides, node: Node, secret: Node) -> str:
        """Return why a secret is not at hand; empty where it is, or where there is none."""
        name, declared = secret.row.name, as_object(sides.declared)
        given = holder.get(name)
        if given is not None and given != {}:
            if declared and not _of_same(holder, declared, secret):
                return f"the one that is declared belongs to another `{secret.row.whose}` than Azure has by now"
            return ""
        known = self.remembered and bool(declared)
        if given is not None:
            there = as_object(sides.live).get(name) is not None
            return _LOST if secret.kind is Kind.MAP and there and not known else ""
        if _stands_in(holder, secret):
            return ""
        if secret.row.unless or name in node.required:
            if sides.live is not None and not _stands_in(as_object(sides.live), secret):
                return _LOST if declared else _FOREIGN
            return "" if self.new and not secret.row.insisted else _REFUSED
        if secret.kind is Kind.MAP or sides.live is None or known:
            return ""
        return _LOST if declared else _FOREIGN

    def _gap(self, keys: Keys, holder: Body, secret: Node, why: str) -> Secret:
        self.found.append(keys)
        return Secret.unavailable(display(ROOT, keys), f"{why}; {_way_out(keys, holder, secret)}")


_LOST: Final = "Azure never shows what it holds, and a write without it would wipe it"
_FOREIGN: Final = "somebody else gave it, Azure never shows it, and a write would wipe it"
_REFUSED: Final = "there is no value, and Azure takes it only with one"


def _way_out(keys: Keys, holder: Body, secret: Node) -> str:
    """Return what to write into the manifest; for a variable, beside that, how to say that it is empty."""
    name = secret.row.name
    match secret.kind:
        case Kind.MAP:
            variable = variable_name(as_text(holder.get("name")))
            return f'write its files, `{name}: {{FILE: {{fromText: "${{env:{variable}}}"}}}}`, or an `emptyDir`'
        case Kind.ANY:
            return f"write `{name}`, or `{name}: {{}}` if there are none"
        case _:
            reference = f'write `{name}: "${{env:{_variable(keys, holder, secret)}}}"`'
            return f'{reference}, or `value: ""` if it is empty' if "value" in secret.row.unless else reference


def _variable(keys: Keys, holder: Body, secret: Node) -> str:
    """Return a name for the environment variable that the secret could be set in."""
    own = as_text(holder.get("name"))
    if "value" in secret.row.unless and own:
        return own if not own.upper().startswith(_OF_PIPELINES) else f"APP_{own}"
    whose = as_text(holder.get("server")) or as_text(holder.get(secret.row.whose)) or keys[-2]
    return variable_name(whose, "PASSWORD" if secret.row.name == "password" else "KEY")
