"""Reading a saved plan: what is not, byte for byte, what was written is refused."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any, cast

from aci_reconcile.core.errors import StalePlanError
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.saved.document import Document, major, plan_digest, seal, written

_HINT = "nothing was written; plan again"


def opened(content: bytes, name: str) -> Document:
    """Return the document that a file holds. Its members are not looked at but for the digest and the format's version.

    Raises:
        StalePlanError: it is no saved plan, it is one of another format, or a byte of it was changed.
    """
    try:
        document = json.loads(content.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise _damaged(name) from error
    if not isinstance(document, dict):
        raise _damaged(name)
    found = cast("dict[str, Any]", document)
    version = found.get("format_version")
    if isinstance(version, str) and version != FORMAT_VERSION and major(version) != major(FORMAT_VERSION):
        raise StalePlanError(f"{name} has the format {version}, and this version reads {FORMAT_VERSION}", hint=_HINT)
    if not _is_sealed(found, content):
        raise _damaged(name)
    return found


def _is_sealed(document: Document, content: bytes) -> bool:
    """Whether the file is the canonical form of what it says, and what it says has this digest."""
    said = document.get("digest")
    try:
        same = written(document).encode() == content
        return same and isinstance(said, str) and hmac.compare_digest(said.encode(), seal(document).encode())
    except (ValueError, RecursionError):
        return False


def tolerated(document: Document, name: str, complaint: str) -> Document:
    """Return the document where it has the shape of a saved plan.

    Args:
        document: what was read.
        name: the file.
        complaint: what the schema says against it; empty for nothing.

    Raises:
        StalePlanError: it has not, or it is a plan that was never saved.
    """
    if complaint or "digest" not in document or plan_digest(document) != document["plan_digest"]:
        raise _damaged(name)
    try:
        expired(document, now=0)
    except ValueError as error:
        raise _damaged(name) from error
    return document


def expired(document: Document, *, now: float) -> bool:
    """Whether the plan's time is over."""
    return now >= datetime.fromisoformat(document["expires_at"]).timestamp()


def _damaged(name: str) -> StalePlanError:
    return StalePlanError(f"{name} is not a saved plan, or was changed after it was saved", hint=_HINT)
