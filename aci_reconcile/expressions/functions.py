"""The functions of ARM templates whose results depend on nothing but their arguments.

What each returns is as documented (ARM template functions: string, array, object, logical, comparison, numeric).
"""

from __future__ import annotations

import base64
import json
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote, unquote, urljoin

from aci_reconcile.expressions.values import (
    MOST,
    ExpressionError,
    Value,
    as_items,
    as_mapping,
    check_length,
    join,
    show,
)

Function: TypeAlias = Callable[..., Value]

_MOST: Final = 800
"""Iterations of a copy loop, and the numbers of a range that we make (docs: ARM template limits)."""
_PLACE: Final = re.compile(r"\{\{|\}\}|\{(\d+)([^{}]*)\}")


def concat(*values: Value) -> Value:
    """Join texts, or arrays."""
    listed = [as_items(each) for each in values]
    if all(each is None for each in listed):
        return join(values)
    pairs = zip(values, listed, strict=True)
    check_length(MOST - sum(len(items or ()) for items in listed))
    return [item for value, items in pairs for item in (items if items is not None else [value])]


def fill_format(template: str, *values: Value) -> Value:
    """Put values into the places ``{0}`` of a text."""
    parts: list[Value] = []
    end = 0
    for match in _PLACE.finditer(template):
        parts.append(template[end : match.start()])
        end = match.end()
        if match[1] is None:
            parts.append(match.group()[0])
        elif match[2]:
            raise ExpressionError(f"the format `{match.group()}` is not supported")
        elif int(match[1]) >= len(values):
            raise ExpressionError(f"there is no value for `{match.group()}`")
        else:
            parts.append(values[int(match[1])])
    return join([*parts, template[end:]])


def _first(value: Any) -> Value:
    return value[0] if value else ("" if isinstance(value, str) else None)


def _last(value: Any) -> Value:
    return value[-1] if value else ("" if isinstance(value, str) else None)


def _substring(text: str, start: int, length: int | None = None) -> str:
    end = len(text) if length is None else start + length
    if start < 0 or end > len(text):
        raise ExpressionError("a substring reaches beyond its text")
    return text[start:end]


def _skip(value: Any, count: int) -> Value:
    return value[max(count, 0) :]


def _take(value: Any, count: int) -> Value:
    return value[: max(count, 0)]


def _contains(container: Any, item: Any) -> bool:
    members = as_mapping(container)
    if members is not None:
        return str(item).lower() in {key.lower() for key in members}
    return str(item) in container if isinstance(container, str) else item in container


def _split(text: str, marks: Any) -> list[str]:
    wanted = [marks] if isinstance(marks, str) else list(marks)
    return re.split("|".join(map(re.escape, wanted)), text) if all(wanted) else [text]


def _union(*values: Any) -> Value:
    objects = [as_mapping(each) for each in values]
    if all(each is not None for each in objects):
        merged: dict[str, Any] = {}
        for each in objects:
            for key, value in (each or {}).items():
                both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
                merged[key] = _union(merged[key], value) if both else value
        return merged
    found: list[Any] = []
    for each in values:
        found += [item for item in each if item not in found]
    return found


def _integer(value: Any) -> int:
    try:
        return int(float(value)) if not isinstance(value, str) else int(value.strip())
    except ValueError as error:
        raise ExpressionError(f"`{value}` is not a whole number") from error


def _number(value: Any) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise ExpressionError(f"`{value}` is not a number") from error
    if not math.isfinite(number):
        raise ExpressionError(f"`{value}` is not a number")
    return int(number) if number.is_integer() else number


def _boolean(value: Any) -> bool:
    if isinstance(value, str) and value.lower() not in {"true", "false", "1", "0"}:
        raise ExpressionError(f"`{value}` is neither true nor false")
    return str(value).lower() in {"true", "1"}


def _json(text: str) -> Value:
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_number)
    except (ValueError, RecursionError) as error:
        raise ExpressionError("the text of `json` is not JSON") from error


def _refuse(name: str) -> Value:
    raise ValueError(name)


def _decode(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except ValueError as error:
        raise ExpressionError("the text of `base64ToString` is not base64") from error


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise ExpressionError("a division by zero")
    return int(left / right)


def _range(start: int, count: int) -> list[int]:
    if not 0 <= count <= _MOST:
        raise ExpressionError(f"a range of {count} numbers: up to {_MOST} are supported")
    return list(range(start, start + count))


def _equals(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _pad(text: Any, length: int, mark: str = " ") -> str:
    if length > _MOST:
        raise ExpressionError(f"a text of {length} characters: up to {_MOST} are supported")
    return show(text).rjust(length, mark[:1] or " ")


def _create_array(*values: Any) -> list[Any]:
    return list(values)


def _create_object(*values: Any) -> Value:
    if len(values) % 2:
        raise ExpressionError("`createObject` needs pairs")
    return dict(zip(map(str, values[::2]), values[1::2], strict=True))


def _wrap(value: Any) -> Value:
    items = as_items(value)
    return [value] if items is None else items


def _show(value: Any) -> Value:
    return join([value])


def _flatten(value: Any) -> Value:
    check_length(MOST - sum(map(len, value)))
    return [item for each in value for item in each]


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _decode_json(text: str) -> Value:
    return _json(_decode(text))


def _is_empty(value: Any) -> bool:
    return value is None or len(value) == 0


def _starts_with(text: str, part: str) -> bool:
    return text.lower().startswith(part.lower())


def _ends_with(text: str, part: str) -> bool:
    return text.lower().endswith(part.lower())


def _find_first(text: str, part: str) -> int:
    return text.lower().find(part.lower())


def _find_last(text: str, part: str) -> int:
    return text.lower().rfind(part.lower())


def _list_members(value: Any) -> Value:
    return [{"key": key, "value": value[key]} for key in sorted(value)]


def _join(items: Any, mark: str) -> str:
    texts = [show(each) for each in items]
    check_length(MOST - sum(map(len, texts)) - len(texts) * len(mark))
    return mark.join(texts)


def _choose_most(*values: Any) -> Value:
    return max(as_items(values[0]) or values)


def _choose_least(*values: Any) -> Value:
    return min(as_items(values[0]) or values)


def _add(left: Any, right: Any) -> Value:
    return _limit(left + right)


def _subtract(left: Any, right: Any) -> Value:
    return _limit(left - right)


def _multiply(left: Any, right: Any) -> Value:
    return _limit(left * right)


def _limit(number: Any) -> Value:
    """Return a whole number that fits into 64 bits, as all of ARM's do."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise TypeError(number)
    if not -(2**63) <= number < 2**63:
        raise ExpressionError("a number is too large")
    return number


def _modulo(left: int, right: int) -> int:
    return left - right * _divide(left, right)


def _escape_uri(text: str) -> str:
    return quote(text, safe="-_.!~*'()")


def _replace(text: str, old: str, new: str) -> str:
    check_length(MOST - len(text) - text.count(old) * len(new))
    return text.replace(old, new)


JOINING: Final[Mapping[str, Function]] = {
    "array": _wrap,
    "concat": concat,
    "createarray": _create_array,
    "createobject": _create_object,
    "format": fill_format,
    "string": _show,
}
"""Functions, by their names in lower case, that keep the holes of their arguments."""

PLAIN: Final[Mapping[str, Function]] = {
    "add": _add,
    "base64": _encode,
    "base64tojson": _decode_json,
    "base64tostring": _decode,
    "bool": _boolean,
    "contains": _contains,
    "div": _divide,
    "empty": _is_empty,
    "endswith": _ends_with,
    "equals": _equals,
    "false": lambda: False,
    "first": _first,
    "flatten": _flatten,
    "float": _number,
    "greater": operator.gt,
    "greaterorequals": operator.ge,
    "indexof": _find_first,
    "int": _integer,
    "items": _list_members,
    "join": _join,
    "json": _json,
    "last": _last,
    "lastindexof": _find_last,
    "length": len,
    "less": operator.lt,
    "lessorequals": operator.le,
    "max": _choose_most,
    "min": _choose_least,
    "mod": _modulo,
    "mul": _multiply,
    "not": operator.not_,
    "null": lambda: None,
    "padleft": _pad,
    "range": _range,
    "replace": _replace,
    "skip": _skip,
    "split": _split,
    "startswith": _starts_with,
    "sub": _subtract,
    "substring": _substring,
    "take": _take,
    "tolower": str.lower,
    "toupper": str.upper,
    "trim": str.strip,
    "true": lambda: True,
    "union": _union,
    "uri": urljoin,
    "uricomponent": _escape_uri,
    "uricomponenttostring": unquote,
}
"""Functions, by their names in lower case, that need to know their arguments."""
