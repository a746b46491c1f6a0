"""Reads a page of blobs: XML, as "List Blobs" is documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from aci_reconcile.azure.lock.holder import read_metadata
from aci_reconcile.azure.lock.lease import LEASED, Seen
from aci_reconcile.core.errors import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping

_FORBIDDEN: Final = b"<!DOCTYPE"
"""Only with a document type can XML define entities, which may grow without bounds."""


def read_page(content: bytes) -> tuple[Mapping[str, Seen], str]:
    """Return the blobs by name, and the marker of the next page.

    Raises:
        NoAnswerError: it is no such page.
    """
    try:
        if _FORBIDDEN in content.upper():
            raise NoAnswerError("the list of blobs has a document type")
        root = ET.fromstring(content)  # noqa: S314  see above
    except ET.ParseError:
        raise NoAnswerError("the list of blobs is no XML") from None
    blobs = {each.findtext("Name", ""): _read_blob(each) for each in root.iterfind("Blobs/Blob")}
    return blobs, root.findtext("NextMarker", "") or ""


def _read_blob(blob: ET.Element) -> Seen:
    metadata = {each.tag: each.text or "" for each in blob.iterfind("Metadata/*")}
    leased = blob.findtext("Properties/LeaseState", "").lower() in LEASED
    return Seen(holder=read_metadata(metadata), leased=leased)
