"""The one form in which a document is saved, and its seal.

Members are in their order, indented by two spaces, in ASCII, with one line break at the end. Members that have a short
entry for each group have one line for each. The last member, ``digest``, is the seal: the digest of the same text
without it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from aci_reconcile.render.escape import dump

Document: TypeAlias = Mapping[str, Any]

_LINES: Final = frozenset({"manifests", "unchanged"})
"""The members with a line for each entry: a plan of thousands of groups is mostly these."""
_END: Final = "\n}\n"
_SEAL: Final = "digest"
_SEALED: Final = re.compile(rb',\n  "digest": "(sha256:[0-9a-f]{64})"\n}\n\Z')
_ENCODER: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A document with its seal, and its text, which is rendered once."""

    document: Document
    text: str


def render_document(content: Document) -> str:
    """Return the canonical form of a document, ASCII.

    Raises:
        ValueError: it holds NaN or an infinite number.
    """
    members = (f"  {dump(name)}: {_render_member(name, value)}" for name, value in content.items())
    return "{\n" + ",\n".join(members) + _END


def _render_member(name: str, value: object) -> str:
    if name in _LINES and (lines := _list(value)):
        # DEL is ASCII, and still a control character.
        entries = ",\n    ".join(map(_ENCODER.encode, lines)).replace("\x7f", r"\u007f")
        return f"[\n    {entries}\n  ]"
    # A text in JSON has no line breaks, so each of them begins a line.
    return dump(value).replace("\n", "\n  ")


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def seal(content: Document) -> Sealed:
    """Return a document with its seal, and their text."""
    text = render_document(content)
    digest = digest_text(text.encode("ascii"))
    return Sealed({**content, _SEAL: digest}, text.removesuffix(_END) + _render_seal(digest))


def is_sealed(document: Document, text: bytes) -> bool:
    """Whether a text is the canonical form of the document that was read from it, and its seal is right."""
    digest = document.get(_SEAL)
    if not isinstance(digest, str):
        return False
    end = _render_seal(digest).encode("ascii", "replace")
    if not text.endswith(end):
        return False
    own = digest_text(text[: -len(end)] + _END.encode("ascii"))
    if not hmac.compare_digest(digest.encode("utf-8", "replace"), own.encode("ascii")):
        return False
    try:
        # A JSON text may repeat a key, and parsers differ in which value they take: only one form is accepted.
        return render_document(document).encode("ascii") == text
    except (ValueError, RecursionError):
        return False


def ends_with_seal(text: bytes) -> bool:
    """Whether a text ends with the seal of what stands before it; of its form, nothing else is checked."""
    found = _SEALED.search(text)
    return found is not None and found[1] == digest_text(text[: found.start()] + _END.encode("ascii")).encode("ascii")


def digest_text(text: bytes) -> str:
    """Return the digest of a text, with the name of its algorithm."""
    return f"sha256:{hashlib.sha256(text).hexdigest()}"


def _render_seal(digest: str) -> str:
    return f',\n  "{_SEAL}": "{digest}"{_END}'
