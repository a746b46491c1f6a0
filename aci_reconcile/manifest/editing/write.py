"""Puts one value into the text of a file, in the form that its surroundings have."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import Kind
from aci_reconcile.core.fields.paths import below
from aci_reconcile.manifest.editing.tree import Items, Table, Text, find_end

if TYPE_CHECKING:
    from aci_reconcile.core.fields import Node
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.manifest.editing.place import Place

_UNQUOTED: Final = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN})
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_COMMENT: Final = re.compile(r"[ \t]+#.*")
"""What may follow the mark of a block."""
_FORMS: Final = ("k: {}", "{k: {}}", "{k: {}, l: m}")
"""Where a value may stand."""
_PAIRS: Final = frozenset({"environmentVariables", "volumeMounts"})


def replace_text(text: str, old: Text, value: str, spec: Node | None, *, as_json: bool) -> str:
    """Return the file with another value in place of one; only its characters change."""
    written = quote_value(value, spec, old.style, as_json=as_json)
    body = text[old.start : old.end]
    end = old.end
    if old.style in {"|", ">"}:
        end = len(text[: old.end].rstrip())
        written += "".join(_COMMENT.findall(body.partition("\n")[0].rstrip()))
    gap = " " if not body and text[: old.start].endswith((":", "-")) else ""  # nothing stood after the colon
    return f"{text[: old.start]}{gap}{written}{text[end:]}"


def insert_text(text: str, place: Place, value: str, *, as_json: bool) -> str | None:
    """Return the file with a value that it did not have; None if there is no map or list to put it into.

    What is missing on the way to it is written, too, as long as it is maps.
    """
    tree, keys = place.tree, place.rest
    if isinstance(tree, Text) or (not tree.flow and not _has_members(tree)):
        return None
    if isinstance(tree, Items):
        return _insert_item(text, tree, place, value, as_json=as_json)
    entry = _render(keys, place.spec, value, as_json=as_json)
    if entry is None:
        return None
    return _insert(text, tree, entry, "")


def _has_members(tree: Table | Items) -> bool:
    return bool(tree.entries if isinstance(tree, Table) else tree.items)


def _insert_item(text: str, tree: Items, place: Place, value: str, *, as_json: bool) -> str | None:
    """Add an entry that is a pair of a name and a value, such as an environment variable."""
    spec = place.spec
    if spec is None or spec.row.name not in _PAIRS or len(place.rest) != len(("name", "value")):
        return None
    name, last = place.rest
    words = (
        (quote_value("name", None, "", as_json=as_json), quote_value(name, None, "", as_json=as_json)),
        (
            quote_value(last, None, "", as_json=as_json),
            quote_value(value, below(below(spec, name), last), "", as_json=as_json),
        ),
    )
    if tree.flow:
        return _insert(text, tree, "{" + ", ".join(f"{key}: {each}" for key, each in words) + "}", "")
    break_ = "\r\n" if "\r\n" in text else "\n"
    dash = text.rfind("-", 0, tree.items[0].start)
    indent = " " * (dash - text.rfind("\n", 0, dash) - 1)
    return _insert(text, tree, f"{break_}{indent}  ".join(f"{key}: {each}" for key, each in words), "- ")


def _insert(text: str, tree: Table | Items, entry: str, dash: str) -> str:
    break_ = "\r\n" if "\r\n" in text else "\n"
    if tree.flow:
        at, indent = len(text[: tree.end - 1].rstrip()), ""
        if _has_members(tree):
            last = _find_last_start(tree)
            line = text.rfind("\n", 0, last) + 1
            indent = text[line:last] if line > tree.start and not text[line:last].strip() else ""
            at = find_end(text, tree) - 1 if not indent else at
            at = len(text[:at].rstrip())
            entry = (("" if text[:at].endswith(",") else ",") + (break_ + indent if indent else " ")) + entry
        return text[:at] + entry + text[at:]
    first = tree.entries[0][0].start if isinstance(tree, Table) else text.rfind("-", 0, tree.items[0].start)
    indent = " " * (first - text.rfind("\n", 0, first) - 1)
    end = text.find("\n", find_end(text, tree))
    if end < 0:
        return f"{text}{break_}{indent}{dash}{entry}"
    return f"{text[: end + 1]}{indent}{dash}{entry}{break_}{text[end + 1 :]}"


def _find_last_start(tree: Table | Items) -> int:
    return tree.entries[-1][0].start if isinstance(tree, Table) else tree.items[-1].start


def _render(keys: Keys, spec: Node | None, value: str, *, as_json: bool) -> str | None:
    """Return ``key: value`` for what is missing, with a map in braces for each further level."""
    key, rest = keys[0], keys[1:]
    following = below(spec, key)
    name = quote_value(key, None, "", as_json=as_json)
    if not rest:
        return f"{name}: {quote_value(value, following, '', as_json=as_json)}"
    if spec is not None and spec.row.name in _PAIRS:  # the short form: a name and its value
        if rest in {("value",), ("mountPath",)}:
            leaf = below(following, rest[0])
            return f"{name}: {quote_value(value, leaf, '', as_json=as_json)}"
    elif following is None or (following.kind not in {Kind.OBJECT, Kind.MAP} and following.row.name not in _PAIRS):
        return None
    inner = _render(rest, following, value, as_json=as_json)
    return None if inner is None else f"{name}: {{{inner}}}"


def quote_value(value: str, spec: Node | None, style: str, *, as_json: bool) -> str:
    """Return a value as it is written in a file, so that YAML itself, too, reads this text.

    Args:
        value: the text.
        spec: its field; numbers and flags have no quotes.
        style: the quotes that it had before, which it keeps.
        as_json: whether the file is JSON.
    """
    bare = spec is not None and spec.kind in _UNQUOTED
    if as_json:
        typed = bare and (value in {"true", "false"} or _NUMBER.fullmatch(value))
        return value if typed else json.dumps(value, ensure_ascii=False)
    simple = value.isprintable() and "\ufeff" not in value
    if style == "'" and simple:
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and simple and _is_plain(value, text=not bare):
        return value
    if style != '"' and simple and ('"' in value or "\\" in value):
        return "'" + value.replace("'", "''") + "'"
    return _escape_odd(json.dumps(value, ensure_ascii=False))


def _escape_odd(quoted: str) -> str:
    """Escape what JSON does not, and YAML folds or forbids."""
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff]",
        lambda match: f"\\u{ord(match.group()):04x}",
        quoted,
    )


def is_text_without_quotes(value: str) -> bool:
    """Whether a value that stands without quotes, outside of braces, is the text that it looks like."""
    return _is_plain(value, text=True, forms=("k: {}",))


def _is_plain(value: str, *, text: bool, forms: tuple[str, ...] = _FORMS) -> bool:
    """Whether a value needs no quotes, in braces or outside; a text must not look like a number, a flag or a date."""
    import yaml

    for form in (each.replace("{}", value) for each in forms):
        try:
            node = yaml.compose(form, Loader=yaml.SafeLoader)
        except yaml.YAMLError:
            return False
        if not isinstance(node, yaml.MappingNode):
            return False
        found = node.value[0][1]
        if not isinstance(found, yaml.ScalarNode) or found.style or found.value != value:
            return False
        if text and found.tag != "tag:yaml.org,2002:str":
            return False
        if found.tag == "tag:yaml.org,2002:null":
            return False
    return True
