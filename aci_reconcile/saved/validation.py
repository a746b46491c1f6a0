"""Reading a saved plan: a file that differs in one byte from what was written is refused."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, Final, cast

from aci_reconcile.core.errors import StalePlanError
from aci_reconcile.core.model import ResourceId
from aci_reconcile.saved.canonical import Document, ends_with_seal, is_sealed
from aci_reconcile.saved.document import SAVED_FORMAT, compute_plan_digest, find_major

_VERSION: Final = re.compile(r"\d{1,3}\.\d{1,3}", re.ASCII)
_HINT = "nothing was written; plan again"


def open_document(content: bytes, name: str) -> Document:
    """Return the document in a file. Only the digest and the format version are checked here.

    Raises:
        StalePlanError: it is not a saved plan, has another format, or was changed.
    """
    found = _parse(content, name)
    if not is_sealed(found, content):
        raise _make_damaged_error(name)
    return found


def glance(content: bytes, name: str) -> Document:
    """Return the document in a file, quickly: its seal and its format are checked, and nothing of what it says.

    Raises:
        StalePlanError: it was cut off or changed, has another format, or is no saved plan.
    """
    found = _parse(content, name)
    if not ends_with_seal(content):
        raise _make_damaged_error(name)
    return found


def _parse(content: bytes, name: str) -> Document:
    try:
        document = json.loads(content.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise _make_damaged_error(name) from error
    if not isinstance(document, dict):
        raise _make_damaged_error(name)
    found = cast("dict[str, Any]", document)
    version = found.get("format_version")
    # Any other text is damage: the message is no place for whatever somebody wrote there.
    versioned = isinstance(version, str) and _VERSION.fullmatch(version)
    if versioned and find_major(versioned[0]) != find_major(SAVED_FORMAT):
        raise StalePlanError(f"{name} has the format {version}, and this version reads {SAVED_FORMAT}", hint=_HINT)
    return found


def check_document(document: Document, name: str, complaint: str) -> Document:
    """Check that a document is a saved plan, and return it.

    Args:
        document: the document that was read.
        name: the file.
        complaint: the schema error; empty if there is none.

    Raises:
        StalePlanError: it is not a saved plan, or a plan that was never saved.
    """
    if complaint or "digest" not in document or compute_plan_digest(document) != document["plan_digest"]:
        raise _make_damaged_error(name)
    try:
        is_expired(document, now=0)
        read_time(document)
        named = all(map(_is_named, (*document["resource_changes"], *document["unchanged"])))
    except ValueError as error:
        raise _make_damaged_error(name) from error
    if not named:
        raise _make_damaged_error(name)
    return document


def _is_named(entry: Document) -> bool:
    """Whether an entry names the group that has its id: people read the one, and plans are compared by the other.

    Raises:
        ValueError: it is no id.
    """
    return bool(entry["address"] == ResourceId.parse(entry["id"]).address)


def is_expired(document: Document, *, now: float) -> bool:
    """Whether the plan has expired."""
    return now >= datetime.fromisoformat(document["expires_at"]).timestamp()


def _make_damaged_error(name: str) -> StalePlanError:
    return StalePlanError(f"{name} is not a saved plan, or was changed after it was saved", hint=_HINT)


def read_time(document: Document) -> float:
    """Return when a saved plan was made, in seconds since the epoch."""
    return datetime.fromisoformat(document["created_at"]).timestamp()
