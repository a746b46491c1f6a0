"""Which image a container runs: the digest in the words of Azure's pull events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aci_reconcile.core.health import ContainerHealth

_DIGEST = re.compile(r"@(sha256:[0-9a-f]{64})(?![0-9a-f])")
_DONE, _BEGUN = "pulled", "pulling"


def running_digest(container: ContainerHealth) -> str:
    """Return the digest of the image that was pulled last; empty where no event names one.

    A tag says which image was asked for, the digest which one came. Since 2021 the messages of the events hold it
    (read in recorded traffic); older groups have events without one, and events do not stay for ever. An event that
    says the image was pulled goes before one that only says that the pull began.
    """
    found = [
        (event.name.lower() == _DONE, event.last or event.first, match[1])
        for event in container.events
        if event.name.lower() in {_DONE, _BEGUN} and (match := _DIGEST.search(event.message))
    ]
    return max(found, default=(False, "", ""))[2]
