"""Reads the request of a deployment, which clients write as loosely as templates are written.

azure-cli sends the template's own text, with its comments and line breaks, behind a key without quotes.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from aci_reconcile.emulator.deployments import problems
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, is_object

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*+")"""
    r"""|(?P<quoted>'(?:[^'\\]|\\.)*+')"""
    r"""|(?P<comment>//[^\r\n]*+|/\*.*?\*/)"""
    r"""|(?P<key>[A-Za-z_$][\w$]*+)(?=\s*+:)"""
    r"""|(?P<comma>,(?=\s*+[\]}]))""",
    re.DOTALL,
)


@rests_on("template-text")
def read_content(body: bytes) -> Json:
    """Return the JSON object in a request; anything else is refused as ARM refuses it."""
    loose = _read_loosely(body)
    if loose is None:
        raise problems.invalid_content("The content is not a JSON object, or not well-formed.")
    return loose


def read_template_text(text: str) -> Any:
    """Return a template that is given as a text; None if it is none."""
    return _read_loosely(text.encode("utf-8", "replace"))


def _read_loosely(body: bytes) -> Json | None:
    try:
        text = _TOKEN.sub(_write_strictly, body.decode("utf-8-sig"))
        value: Any = json.loads(text, strict=False, parse_constant=_refuse, parse_float=_read_number)
    except (ValueError, RecursionError):
        return None
    return value if is_object(value) else None


def _write_strictly(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "quoted":
            return json.dumps(re.sub(r"\\(.)", r"\1", match[0][1:-1]))
        case "comment" | "comma":
            return " "
        case "key":
            return f'"{match[0]}"'
        case _:
            return match[0]


def _read_number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refuse(name: str) -> Any:
    raise ValueError(name)
