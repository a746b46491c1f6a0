"""How JSON values look in a text report, and which of them are hidden."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aci_reconcile.core.diff import ABSENT
from aci_reconcile.core.fields import ROOT, Kind, Node
from aci_reconcile.core.fields.paths import below
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.normalize import entry_key
from aci_reconcile.core.redaction import veil, veil_argument, veil_variable
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.render.escape import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.planning.values import Change

ELLIPSIS = "…"
KNOWN_LATER = "(known after apply)"
LONGEST_MESSAGE, LONGEST_NAME = 2000, 60
"""Characters of an event's message and name in text; JSON has all of them. Azure's own have some hundred."""


def format_value(value: Json) -> str:
    """Return a JSON value on one line, texts quoted, secrets redacted."""
    if isinstance(value, Secret):
        return REDACTED
    if isinstance(value, Deferred):
        return KNOWN_LATER
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quote(name)}: {format_value(each)}" for name, each in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(format_value, value)) + "]"
    return json.dumps(value)


def cut(text: str, room: int, *, around: int = 0) -> str:
    """Return at most ``room`` characters, those around a position, with an ellipsis for what is left out."""
    if len(text) <= room:
        return text
    start = max(0, min(around - room // 3, len(text) - room))
    piece = text[start : start + room]
    if start + room < len(text):
        piece = piece[:-1] + ELLIPSIS
    return ELLIPSIS + piece[1:] if start else piece


def find_difference(left: str, right: str) -> int:
    """Return the position at which two texts begin to differ."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))


def flatten(body: Body) -> Iterator[tuple[Keys, Json]]:
    """Yield each leaf of a declared body with the keys that lead to it, in the author's order, secrets hidden.

    An entry of a keyed list is reached by its key. Null is left out. An entry that is only its key is an empty object.
    """
    yield from _flatten(hide_secrets(body), ROOT, ())


def _flatten(value: Json, node: Node | None, keys: Keys) -> Iterator[tuple[Keys, Json]]:
    if isinstance(value, Mapping) and value:
        for name, each in value.items():
            yield from _flatten(each, below(node, name), (*keys, name))
    elif isinstance(value, list) and value and node is not None and node.row.key:
        for each in value:
            yield from _flatten(_drop_keys(each, node), node.item, (*keys, entry_key(each, node)))
    elif value is not None:
        yield keys, value


def hide_secrets(body: Body) -> Body:
    """Return the body with secrets for write-only fields, and for what looks like a secret in other fields."""
    kept = {name: _hide(value, below(ROOT, name), hide=False) for name, value in body.items()}
    return as_object(hide_lookalikes(kept))


def hide_lookalikes(value: Json, keys: Keys = ()) -> Json:
    """Return a readable value without what looks like a secret in it; a value that is only that becomes a secret.

    ``keys`` lead to it. They contain the name of an environment variable, or the name is next to its value.
    """
    if isinstance(value, Deferred):
        return value
    if isinstance(value, str):
        veiled = veil_variable(keys[-2], value) if _is_variable(keys) else veil(value)
        return Secret(value) if veiled == REDACTED != value else veiled
    if isinstance(value, Mapping):
        return {name: hide_lookalikes(each, (*keys, name)) for name, each in value.items()}
    if isinstance(value, Sequence):
        # The argument before says what this one is: `--token X` is one secret in two elements.
        texts = [each if isinstance(each, str) else "" for each in value]
        return [_hide_in_list(each, before, keys) for each, before in zip(value, ("", *texts), strict=False)]
    return value


def _is_variable(keys: Keys) -> bool:
    return keys[-3:-2] == ("environmentVariables",) and keys[-1] == "value"


def _hide_in_list(value: Json, before: str, keys: Keys) -> Json:
    if isinstance(value, str) and not isinstance(value, Deferred):
        veiled = veil_argument(before, value)
        return Secret(value) if veiled == REDACTED != value else veiled
    return hide_lookalikes(value, (*keys, as_text(as_object(value).get("name"))))


def _hide(value: Json, node: Node | None, *, hide: bool) -> Json:
    hide = hide or (node is not None and node.write_only)
    if isinstance(value, Mapping):
        return {name: _hide(each, below(node, name), hide=hide) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_hide(each, node.item if node is not None else None, hide=hide) for each in value]
    return Secret(str(value)) if hide and value is not None and not isinstance(value, Secret) else value


def _drop_keys(entry: Json, node: Node) -> Json:
    return {name: value for name, value in as_object(entry).items() if name not in node.row.key and value is not None}


def is_entry(keys: Keys) -> bool:
    """Whether the keys lead to an entry of a keyed list or of a map."""
    node: Node | None = ROOT
    for key in keys[:-1]:
        node = below(node, key)
    return node is not None and node.kind in {Kind.LIST, Kind.MAP}


def find_hidden_texts(change: Change) -> frozenset[str]:
    """Return the texts of the live body that are a secret in the manifest, or have a secret in their place there.

    Such a text was readable in Azure before the author made it secret, but a report must not repeat it. A text that the
    manifest shows in another place is not hidden.
    """
    if change.before is None or change.after is None:
        return frozenset()
    declared = tuple(_walk_leaves(hide_secrets(change.after.body)))
    secrets = tuple(each for each in declared if isinstance(each, Secret) and each)
    readable = {each for each in declared if isinstance(each, str)}
    # A body has hundreds of texts, and comparing each with each secret is slow: what is readable anyway is skipped.
    live = {each for each in _walk_leaves(change.before.body) if isinstance(each, str)} - readable
    replaced = {
        text
        for each in change.fields
        if each.secret and each.before is not ABSENT
        for text in _walk_leaves(each.before)
        if isinstance(text, str) and text
    }
    return frozenset(text for text in live if text in replaced or _reveals(text, secrets))


def _reveals(text: str, secrets: tuple[Secret, ...]) -> bool:
    return any(Secret(text) == secret or secret.is_in(text) for secret in secrets)


def _walk_leaves(value: Json) -> Iterator[Json]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _walk_leaves(each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for each in value:
            yield from _walk_leaves(each)
    else:
        yield value


def conceal(value: Json, hidden: frozenset[str]) -> Json:
    """Return the value with the hidden texts in it made secret."""
    if isinstance(value, str):
        return Secret(value) if value in hidden else value
    if isinstance(value, Mapping):
        return {name: conceal(each, hidden) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [conceal(each, hidden) for each in value]
    return value
