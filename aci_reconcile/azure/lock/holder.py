"""Who holds a lock, as the metadata of its blob says it.

Metadata travels in headers, which are ASCII, so values are percent-encoded. Anybody who may write to the container may
have written them: they are for display. Only ``cut`` decides something, that a shard waits for another; whoever may
write here may end the lease itself, too.
"""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from aci_reconcile.core.lock import Holder

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK: Final = "aci_reconcile_lock"
"""The metadata that says that a blob is a lock; another blob is never touched. Names have the form of C# identifiers
(documented), and are compared in lower case, because they are headers."""
_VERSION: Final = "1"
_LONGEST: Final = 200
"""Characters of one value. All metadata together may have 8 KB (documented), and each may need nine bytes."""
_LINK: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?][A-Za-z0-9._~%@+&=/?-]*)?")


def write_metadata(holder: Holder) -> dict[str, str]:
    """Return the metadata of a lock."""
    values = {name: quote(text[:_LONGEST], safe="/:@.-_~ ") for name, text in asdict(holder).items() if text.strip()}
    return {MARK: _VERSION, **{name: text.strip() for name, text in values.items()}}


def read_metadata(metadata: Mapping[str, str]) -> Holder | None:
    """Return who holds a lock; None if the blob is none."""
    known = {name.lower(): value for name, value in metadata.items()}
    if MARK not in known:
        return None
    found = {each.name: unquote(known.get(each.name, "")[: 9 * _LONGEST])[:_LONGEST] for each in fields(Holder)}
    return Holder(**found | {"link": found["link"] if _LINK.fullmatch(found["link"]) else ""})
