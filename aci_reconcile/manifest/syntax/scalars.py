"""Types single values by the schema, from their source text.

A text is its source text. Numbers and booleans are read strictly, so that ambiguous notations are refused. Where the
schema leaves the type open, YAML 1.2's core rules apply.
"""

from __future__ import annotations

import base64
import binascii
import functools
import math
import re
from typing import TYPE_CHECKING, NamedTuple

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.codes import ACI115, ACI117, ACI118, ACI119, ACI125

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest.code import Code

_DECIMAL = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")
_SIMPLE = re.compile(r"(?:0|[1-9][0-9]{0,14})(\.[0-9]{1,14})?")
"""The usual form of a number: decimal and unambiguous."""

_WHOLE = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"[-+]?0([xX][0-9a-fA-F_]+|[oO][0-7_]+|[bB][01_]+)")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.?(nan|inf(inity)?)", re.IGNORECASE)
_MAX_DIGITS = 30
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
# YAML 1.1 knew these, and YAML 1.2 does not. A schema that asks for a boolean leaves no doubt what they mean.
_OLD_FLAGS = {"yes": True, "y": True, "on": True, "no": False, "n": False, "off": False}


class Reading(NamedTuple):
    """A value read from a text, with a diagnostic (``code`` is None if there is none).

    If ``failed``, there is no value.
    """

    value: Json = None
    code: Code | None = None
    message: str = ""
    hint: str = ""
    failed: bool = False


@functools.lru_cache(maxsize=1024)
def read_number(text: str, *, integer: bool, plain: bool) -> Reading:
    """Read a number in decimal notation; a quoted number is accepted with a warning."""
    wanted = "a whole number" if integer else "a number"
    if (simple := _SIMPLE.fullmatch(text)) is not None:
        value = float(text) if simple[1] else int(text)
    elif (refused := _refuse_number(text, wanted)) is not None:
        return refused
    else:
        value = int(text) if _WHOLE.fullmatch(text) else float(text)
    if integer and isinstance(value, float):
        if not value.is_integer():
            return Reading(code=ACI115, message=f"{quote(text)} is not a whole number", failed=True)
        value = int(value)
    if not math.isfinite(value):
        return Reading(code=ACI125, message="the number is too large", failed=True)
    if plain:
        return Reading(value)
    return Reading(value, ACI117, f"{wanted} is in quotes", "remove the quotes")


def _refuse_number(text: str, wanted: str) -> Reading | None:
    """Return why a text is not a number; None if it is one."""
    if _NOT_A_NUMBER.fullmatch(text):
        return Reading(code=ACI125, message=f"{quote(text)} is not {wanted}", failed=True)
    if _has_odd_notation(text):
        message = f"{quote(text)} is a different number to different YAML readers"
        return Reading(code=ACI118, message=message, hint="write decimal digits", failed=True)
    if not _DECIMAL.fullmatch(text) or len(text) > _MAX_DIGITS:
        return Reading(code=ACI115, message=f"{quote(text)} is not {wanted}", failed=True)
    return None


def _has_odd_notation(text: str) -> bool:
    """Whether YAML 1.1, YAML 1.2 and humans may read different numbers: 010, 0x1F, 0o17, 1_000, 1:30."""
    digits = text.lstrip("+-")
    leading_zero = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
    underscore = "_" in digits and digits.replace("_", "").isdigit()
    return bool(leading_zero or underscore or _OTHER_BASE.fullmatch(text) or _SEXAGESIMAL.fullmatch(text))


def read_boolean(text: str, *, plain: bool) -> Reading:
    """Read true or false; YAML 1.1's other words, and quoted ones, are accepted with a warning."""
    if text in _TRUE or text in _FALSE:
        value = text in _TRUE
        if plain:
            return Reading(value)
        return Reading(value, ACI117, f"{text.lower()} is in quotes", "remove the quotes")
    old = _OLD_FLAGS.get(text.lower())
    if old is not None:
        word = "true" if old else "false"
        return Reading(old, ACI119, f"{quote(text)} is read as `{word}`", f"write `{word}`")
    return Reading(code=ACI115, message=f"{quote(text)} is neither `true` nor `false`", failed=True)


def read_free(text: str, *, plain: bool) -> Reading:
    """Read a value that the schema leaves open, by YAML 1.2's core rules."""
    if not plain:
        return Reading(text)
    if text in {"", "~", "null", "Null", "NULL"}:
        return Reading(None)
    if text in _TRUE or text in _FALSE:
        return Reading(text in _TRUE)
    if re.fullmatch(r"[-+]?\.inf|\.nan", text, re.IGNORECASE):
        return Reading(code=ACI125, message=f"JSON has no {quote(text)}", failed=True)
    if re.fullmatch(r"0o[0-7]{1,20}", text):
        return Reading(int(text, 0))
    if re.fullmatch(r"0x[0-9a-fA-F]{1,16}", text):
        return Reading(int(text, 16))
    if _DECIMAL.fullmatch(text) and len(text) <= _MAX_DIGITS:
        value = int(text) if _WHOLE.fullmatch(text) else float(text)
        if math.isfinite(value):
            return Reading(value)
        return Reading(code=ACI125, message="the number is too large", failed=True)
    return Reading(text)


def read_scalar(kind: Kind, text: str, *, plain: bool) -> Reading:
    """Read a text as a value of this kind."""
    if kind is Kind.INTEGER or kind is Kind.NUMBER:
        return read_number(text, integer=kind is Kind.INTEGER, plain=plain)
    if kind is Kind.BOOLEAN:
        return read_boolean(text, plain=plain)
    if kind is Kind.ANY:
        return read_free(text, plain=plain)
    return Reading(text)


def choose(text: str, allowed: tuple[str, ...]) -> str | None:
    """Return the allowed word that equals a text, ignoring case and spaces; None if there is none."""
    folded = text.replace(" ", "").lower()
    return next((word for word in allowed if word.replace(" ", "").lower() == folded), None)


def encode_base64(text: str) -> str:
    """Return a text as base64 of its UTF-8 form, as ARM expects the files of a secret volume."""
    return base64.b64encode(text.encode()).decode()


def is_base64(secret: Secret) -> bool:
    """Whether a secret is base64; True if its value is missing."""
    good = [True]

    def check(text: str) -> str:
        try:
            base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            good.append(False)
        return text

    secret.map(check)
    return all(good)
