"""The normal form of a body: bodies with the same meaning have the same normal form.

It is plain JSON in which everything that Azure and authors can write in several ways is written in one. Computed and
write-only fields, empty values and values that equal their default are left out. Keyed lists are maps, texts are
folded where Azure folds them, and 1.0 is 1. Nothing is mutated. Two bodies differ exactly where their normal forms do,
so the comparison needs no options.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from aci_reconcile.core.fields import ROOT, UNSET, Fold, Kind, Node, child
from aci_reconcile.core.fields.paths import below, display
from aci_reconcile.core.model import LEAVES, as_list, as_object
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.core.model import Body, Json, Resource


NormalForm: TypeAlias = "dict[str, Json]"

_NO_SECRETS: Mapping[str, Secret] = {}

POSITION = "(position)"
"""The position of an entry, from 0, in a keyed list whose order matters."""


def normalize(body: Body) -> NormalForm:
    """Return the normal form of a container group's body."""
    return _normalize_object(body, ROOT)


def is_same(left: Json, right: Json) -> bool:
    """Whether two normal-form values are equal; unlike ``==``, True is not 1."""
    kind = type(left)
    if kind is type(right):
        if kind in LEAVES:
            return left == right
        if kind is dict:
            return _are_same_objects(as_object(left), as_object(right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return _are_same_objects(left, right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(is_same, left, right))
    # A reference is not yet a value, even if a live text should look like it.
    if isinstance(left, Deferred) is not isinstance(right, Deferred):
        return False
    # In Python True == 1, in JSON it is not.
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def _are_same_objects(left: Mapping[str, Json], right: Mapping[str, Json]) -> bool:
    if left.keys() != right.keys():
        return False
    for name, value in left.items():  # noqa: SIM110  `all` would take as long again for its generator
        if not is_same(value, right[name]):
            return False
    return True


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(value: Json) -> str:
    """Return a short digest of a normal-form value: the same for the same value, whatever the order of its keys."""
    text = _ENCODER.encode(value)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def secrets_of(body: Body) -> dict[str, Secret]:
    """Return every write-only value of a declared body by its path, in the order of the path's parts.

    JSON below a write-only field of the author's own shape (``protectedSettings``) counts text by text.
    """
    return order_secrets(_collect_secrets(body, ROOT))


def order_secrets(secrets: Iterable[tuple[str, Secret]]) -> dict[str, Secret]:
    """Return secrets by their paths, in the order of the path's parts."""
    found = {path.lstrip("."): secret for path, secret in secrets}
    return found if len(found) == 1 else {path: found[path] for path in sorted(found)}


def secrets_in(resource: Resource) -> Mapping[str, Secret]:
    """Return every write-only value of a declared group, as ``secrets_of`` does of its body."""
    if resource.plain:
        return _NO_SECRETS
    known = resource.contents
    return known.secrets if known is not None else secrets_of(resource.body)


def align(live: NormalForm, desired: NormalForm) -> tuple[NormalForm, tuple[str, ...]]:
    """Return the live form without fields that the manifest need not declare, and the paths of unknown fields.

    Fields that Azure fills in, or that the field table does not know, are left out unless the desired form names them.
    """
    unknown: list[tuple[str, ...]] = []
    kept = _align_object(live, desired, ROOT, (), unknown)
    return kept, tuple(display(ROOT, keys) for keys in unknown)


def _align_object(
    live: Json, desired: Json, node: Node | None, path: tuple[str, ...], unknown: list[tuple[str, ...]]
) -> NormalForm:
    if live == desired:  # most parts of most groups: every name is declared, so nothing is left out
        return dict(as_object(live))
    answers = as_object(desired)
    kept: NormalForm = {}
    for name, value in as_object(live).items():
        entry = below(node, name)
        declared = name in answers
        if entry is None:
            if declared or name == POSITION:
                kept[name] = value
            else:
                unknown.append((*path, name))
        elif declared or not entry.row.filled_in:
            if type(value) in LEAVES or not isinstance(value, (dict, Mapping)) or entry.kind is Kind.ANY:
                kept[name] = value
                continue
            inner = _align_object(value, answers.get(name), entry, (*path, name), unknown)
            if inner or not value or _keeps_empty(node, entry):
                kept[name] = inner
    return kept


def _keeps_empty(node: Node | None, entry: Node) -> bool:
    """Whether a place keeps its meaning when it is empty."""
    return entry.row.presence or (node is not None and (node.kind is Kind.LIST or node.kind is Kind.MAP))


def _normalize_object(body: Mapping[str, Json], node: Node) -> NormalForm:
    normal: NormalForm = {}
    children = node.children
    for name, raw in body.items():
        below = children.get(name)
        if below is None:
            value = to_plain(raw)
        elif not below.compared:
            continue
        elif type(raw) is str:  # most values are texts, which need fewer checks
            text = raw if below.verbatim else _normalize_text(raw, below)
            if text != below.row.default:
                normal[name] = text
            continue
        else:
            value = _normalize_value(raw, below)
        if not _is_absent(value, below):
            normal[name] = value
    for name, beside, value in node.chosen:  # such as the ``ip`` of a public address, which Azure always chooses
        if normal.get(beside) == value:
            normal.pop(name, None)
    return normal


def _is_absent(value: Json, node: Node | None) -> bool:
    if value is None:
        return True
    if isinstance(value, (dict, list)):
        return not value and not (node is not None and node.row.presence)
    return node is not None and (default := node.row.default) is not UNSET and is_same(value, default)


def _normalize_value(raw: Json, node: Node) -> Json:
    if isinstance(raw, str):
        return _normalize_text(raw, node)
    if type(raw) in LEAVES:
        return to_plain(raw)
    kind = node.kind
    if isinstance(raw, list):
        return _normalize_list(raw, node, node.item) if kind is Kind.LIST and node.item is not None else to_plain(raw)
    if isinstance(raw, (dict, Mapping)):
        if kind is Kind.OBJECT:
            return _normalize_object(as_object(raw), node)
        if kind is Kind.MAP and node.item is not None:
            return _normalize_map(as_object(raw), node, node.item)
    return to_plain(raw)


def _normalize_map(raw: Mapping[str, Json], node: Node, item: Node) -> Json:
    folds = node.row.folds
    return {fold(name, folds): _normalize_value(value, item) for name, value in raw.items() if value is not None}


def _normalize_list(raw: list[Json], node: Node, item: Node) -> Json:
    if not node.row.key:
        return [_normalize_value(each, item) for each in raw]
    entries: NormalForm = {}
    ordered = node.row.ordered
    for position, each in enumerate(raw):
        name, entry = _split_key(each, node, item)
        while name in entries:  # two entries with one key are a mistake that Azure may accept: neither may get lost
            name += "'"
        if ordered:
            entry[POSITION] = position
        entries[name] = entry
    return entries


def _split_key(raw: Json, node: Node, item: Node) -> tuple[str, NormalForm]:
    """Split a list entry into its key and the rest."""
    key = node.row.key
    if key == ("",):
        return str(_normalize_value(raw, item)), {}
    entry = _normalize_object(as_object(raw), item)
    parts: list[str] = []
    for name in key:
        default = item.children[name].row.default
        parts.append(str(entry.pop(name, "" if default is UNSET else default)))
    return "/".join(parts), entry


def entry_key(raw: Json, node: Node) -> str:
    """Return the key of an entry of a keyed list, as the normal form has it; empty for a list without keys."""
    key = node.row.key
    if node.item is None or not key:
        return ""
    if key == ("",):
        return _split_key(raw, node, node.item)[0]
    entry = as_object(raw)
    name, *others = key
    value = entry.get(name)
    if type(value) is str and not others:  # nearly always; a default stands for itself
        below = node.item.children[name]
        return value if below.verbatim else _normalize_text(value, below)
    return _split_key({name: entry[name] for name in key if name in entry}, node, node.item)[0]


def _normalize_text(raw: str, node: Node) -> str:
    row = node.row
    if row.enum:
        if raw in row.enum or isinstance(raw, Deferred):
            return raw
        # Authors write `SystemAssigned,UserAssigned` as well as the contract's spelling, which has a space.
        wanted = fold(raw, Fold.SPACES)
        return next((each for each in row.enum if fold(each, Fold.SPACES) == wanted), raw)
    folds = row.folds
    return raw if folds is Fold.NOTHING or isinstance(raw, Deferred) else fold(raw, folds)


def fold(text: str, how: Fold) -> str:
    """Return the text without what the comparison ignores."""
    if how is Fold.NOTHING:
        return text
    if how is Fold.URL:
        return normalize_url(text)
    return (text.replace(" ", "") if how is Fold.SPACES else text).lower()


def to_plain(raw: Json) -> Json:
    """Return JSON with its numbers in one form and without members that are null."""
    kind = type(raw)
    if kind in LEAVES and kind is not float:
        return raw
    if isinstance(raw, float):
        return int(raw) if raw.is_integer() else raw  # recorded: sizes are returned as 1.0
    if isinstance(raw, Mapping):
        return {name: to_plain(value) for name, value in raw.items() if value is not None}
    if isinstance(raw, list):
        return [to_plain(value) for value in raw]
    return raw


def _collect_secrets(value: Json, node: Node | None) -> list[tuple[str, Secret]]:
    """Return the secrets below a value, each with the end of its path. Paths are built only for secrets, for speed."""
    kind = type(value)
    if kind in LEAVES:
        return []
    if kind is list:
        return _collect_list_secrets(as_list(value), node)
    if isinstance(value, Secret):
        return [("", value)]
    found: list[tuple[str, Secret]] = []
    for name, inner in as_object(value).items():
        if type(inner) in LEAVES:
            continue
        entry = child(node, name)
        if entry is not None and not entry.hides:
            continue
        start = name_member(name, entry)
        found += [(f"{start}{path}", secret) for path, secret in _collect_secrets(inner, entry)]
    return found


def name_member(name: str, node: Node | None) -> str:
    """Return the part of a secret's path that stands for a property."""
    return "" if node is not None and node.row.unnamed else f".{name}"


def name_entry(raw: Json, node: Node | None, position: int) -> str:
    """Return the part of a secret's path that stands for an entry of a list."""
    return f"[{(entry_key(raw, node) if node is not None else '') or position}]"


def _collect_list_secrets(values: Sequence[Json], node: Node | None) -> list[tuple[str, Secret]]:
    item = node.item if node is not None else None
    found: list[tuple[str, Secret]] = []
    for position, each in enumerate(values):
        if inner := _collect_secrets(each, item):
            start = name_entry(each, node, position)
            found += [(f"{start}{path}", secret) for path, secret in inner]
    return found


_URL = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#@]*@)?(?P<host>\[[^\]/?#@]*\]|[^:/?#@\[\]]+)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?P<rest>[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def normalize_url(text: str) -> str:
    """Return a URL normalized by RFC 3986; any other text unchanged."""
    found = _URL.fullmatch(text)
    if found is None:
        return text
    scheme, host, port = found["scheme"].lower(), found["host"].lower(), found["port"] or ""
    port = "" if port in {"", _DEFAULT_PORTS[scheme]} else f":{port}"
    return f"{scheme}://{found['user'] or ''}{host}{port}{found['path'] or '/'}{found['rest'] or ''}"
