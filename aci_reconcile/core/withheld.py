"""Secrets that a group has and its body lacks: Azure never returns them, and a write without them removes them.

A secure variable comes back as its name alone, a registry without its password, a share without its key, a secret
volume as ``secret: {}`` (recorded, docs/fields.md). Sent back like that, a variable is refused (400
``InvalidEnvironmentVariable``, virtual-kubelet/virtual-kubelet#296, mage-ai/mage-ai#4872), a password too
(Azure/azure-cli#8545). For the other kinds there is no evidence.
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


def make_variable_name(*parts: str) -> str:
    """Return a name for the environment variable of a secret, made of these words."""
    words = [_NO_WORD.sub("_", part).strip("_").upper() for part in parts]
    name = "_".join(word for word in words if word) or "SECRET"
    return f"_{name}" if name[0].isdigit() else name


def with_declared(live: Json, declared: Json, node: Node | None) -> Json:
    """Return the live value with the write-only values that the manifest declares.

    A secret is added only where live may hold the same one: nothing else takes its place, and the user, account or
    workspace is the same.
    """
    if node is None or live is None or declared is None:
        return live
    if node.kind is Kind.LIST and node.item is not None and node.row.key:
        ours = {entry_key(each, node): each for each in as_list(declared)}
        return [with_declared(each, ours.get(entry_key(each, node)), node.item) for each in as_list(live)]
    return _add_declared(as_object(live), as_object(declared), node) if node.kind is Kind.OBJECT else live


def _add_declared(live: Body, declared: Body, node: Node) -> Body:
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
        return (
            False  # recorded: a secret volume comes back as ``secret: {}``; without it, the volume has changed its kind
        )
    return not _has_substitute(live, secret) and _has_same_owner(live, declared, secret)


def _has_substitute(holder: Body, secret: Node) -> bool:
    return any(holder.get(name) is not None for name in secret.row.unless)


def _has_same_owner(one: Body, other: Body, secret: Node) -> bool:
    whose = secret.row.whose
    # Another user, account or workspace has another password, so the declared one must not be added.
    return not whose or as_text(one.get(whose)) == as_text(other.get(whose))


def fill_withheld(body: Body, declared: Body, live: Body, *, remembered: bool) -> tuple[Body, tuple[Keys, ...]]:
    """Return the body with an unavailable secret at each place that Azure withholds, and those places.

    Args:
        body: the body to send: the manifest with ignored fields carried over.
        declared: the manifest's own body.
        live: the live body; empty if there is none.
        remembered: whether the group has a fingerprint of our last write. If so, a secret volume or extension that is
            declared empty is known to be empty.
    """
    search = _Search(remembered, new=not live)
    filled = search.fill(body, _Sides(declared, live), ROOT, ())
    return as_object(filled), tuple(search.found)


def lacks_secret(value: Json, node: Node = ROOT) -> bool:
    """Whether a secret may be missing anywhere in a declared body: a quick check that spares most groups the search.

    Every secret that is present counts as the right one. So the check does not hold for ignored fields.
    """
    if node.kind is Kind.LIST:
        item = node.item
        return item is not None and any(lacks_secret(each, item) for each in as_list(value))
    holder = as_object(value)
    for name, below in node.confiding:  # noqa: SIM110  `any` would take as long again for its generator
        if _lacks_member(holder, name, below):
            return True
    return False


def _lacks_member(holder: Body, name: str, below: Node) -> bool:
    value, row = holder.get(name), below.row
    if not row.confidential:
        return value is not None and lacks_secret(value, below)
    if value is None and below.kind is Kind.MAP and not row.unless:
        return False
    return (value is None or value == {}) and not _has_substitute(holder, below)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The same place in the manifest and in the live body; None if there is nothing."""

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

    def fill(self, value: Json, sides: _Sides, node: Node, keys: Keys) -> Json:
        if node.kind is Kind.LIST and node.item is not None and value:
            return self._fill_list(value, sides, node, keys)
        if node.kind is not Kind.OBJECT or not isinstance(value, Mapping):
            return value
        members: dict[str, Json] = {}
        for name, below in node.children.items():
            if not below.confides:
                continue
            here = (*keys, name)
            if below.row.confidential:
                why = self._explain_gap(value, sides, node, below)
                if why:
                    members[name] = self._add_gap(here, value, below, why)
            elif value.get(name) is not None:
                inner = self.fill(value[name], sides.at(name), below, here)
                if inner is not value[name]:
                    members[name] = inner
        return {**value, **members} if members else value

    def _fill_list(self, value: Json, sides: _Sides, node: Node, keys: Keys) -> Json:
        entries, item = as_list(value), node.item
        if item is None or not node.row.key:
            return value
        ours, theirs = sides.entries(node)
        filled: list[Json] = []
        for each in entries:
            key = entry_key(each, node)
            filled.append(self.fill(each, _Sides(ours.get(key), theirs.get(key)), item, (*keys, key)))
        # The same list, if nothing is missing: callers compare by identity, which costs nothing for most groups.
        same = all(one is other for one, other in zip(filled, entries, strict=True))
        return value if same else filled

    def _explain_gap(self, holder: Body, sides: _Sides, node: Node, secret: Node) -> str:
        """Return why a secret is missing; empty if it is there, or none is needed."""
        name, declared = secret.row.name, as_object(sides.declared)
        value = holder.get(name)
        if value is not None and value != {}:
            if declared and not _has_same_owner(holder, declared, secret):
                return f"the one that is declared belongs to another `{secret.row.whose}` than Azure has by now"
            return ""
        # Our fingerprint covers everything that we wrote, so what the manifest leaves out is known to be absent.
        known = self.remembered and bool(declared)
        if value is not None:
            # An empty object is a declared empty volume, unless Azure shows that it holds something.
            there = as_object(sides.live).get(name) is not None
            return _LOST if secret.kind is Kind.MAP and there and not known else ""
        if _has_substitute(holder, secret):
            return ""
        # Azure demands one of a secret and its substitutes (a variable's value), or the secret itself (a key).
        if secret.row.unless or name in node.required:
            if sides.live is not None and not _has_substitute(as_object(sides.live), secret):
                return _LOST if declared else _FOREIGN
            # In a new group nothing gets lost: only what Azure was seen to refuse is reported before it does.
            return "" if self.new and not secret.row.insisted else _REFUSED
        if secret.kind is Kind.MAP or sides.live is None or known:
            return ""
        return _LOST if declared else _FOREIGN

    def _add_gap(self, keys: Keys, holder: Body, secret: Node, why: str) -> Secret:
        self.found.append(keys)
        return Secret.unavailable(display(ROOT, keys), f"{why}; {_suggest_value(keys, holder, secret)}")


_LOST: Final = "Azure never shows what it holds, and a write without it would wipe it"
_FOREIGN: Final = "somebody else gave it, Azure never shows it, and a write would wipe it"
_REFUSED: Final = "there is no value, and Azure takes it only with one"


def _suggest_value(keys: Keys, holder: Body, secret: Node) -> str:
    """Return what to write into the manifest; for a variable also how to declare it empty."""
    name = secret.row.name
    match secret.kind:
        case Kind.MAP:
            variable = make_variable_name(as_text(holder.get("name")))
            return f'write its files, `{name}: {{FILE: {{fromText: "${{env:{variable}}}"}}}}`, or an `emptyDir`'
        case Kind.ANY:
            return f"write `{name}`, or `{name}: {{}}` if there are none"
        case _:
            reference = f'write `{name}: "${{env:{_suggest_variable(keys, holder, secret)}}}"`'
            return f'{reference}, or `value: ""` if it is empty' if "value" in secret.row.unless else reference


def _suggest_variable(keys: Keys, holder: Body, secret: Node) -> str:
    """Return a name for the environment variable of a secret."""
    own = as_text(holder.get("name"))
    if "value" in secret.row.unless and own:
        return own if not own.upper().startswith(_OF_PIPELINES) else f"APP_{own}"
    whose = as_text(holder.get("server")) or as_text(holder.get(secret.row.whose)) or keys[-2]
    return make_variable_name(whose, "PASSWORD" if secret.row.name == "password" else "KEY")
