"""The tag of a group that ``run`` made: which run it was, and until when the group may be there.

Its value is ``v1:<id of the run>:<expiry>:<seal>``. The expiry is in UTC (``20261129T133000Z``). The seal ties the tag
to its group: one that was copied, by a policy or a person, counts for nothing elsewhere. It is no signature: whoever
may write tags can make one, as they can make an owner tag.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource, ResourceId

LONGEST: Final = 8 * 86400.0
"""Seconds that a tag may be valid from now on; one that claims more counts for nothing, for it would hide a group."""
MARGIN: Final = 3600.0
"""Seconds between a run's time limit and the expiry: what it takes to create the group, and to delete it."""

_FORM: Final = re.compile(r"v1:(?P<id>[0-9a-f]{8}):(?P<until>\d{8}T\d{6}Z):(?P<seal>[0-9a-f]{16})")
_TIME: Final = "%Y%m%dT%H%M%SZ"
_SEAL: Final = 16


@dataclass(frozen=True, slots=True)
class RunTag:
    """The id of a run, and when its group expires, in whole seconds since the epoch."""

    id: str
    until: int

    def render(self, resource_id: ResourceId) -> str:
        """Return the value of the tag for this group."""
        until = self._when.strftime(_TIME)
        return f"v1:{self.id}:{until}:{_seal(self.id, until, resource_id)}"

    @property
    def expiry(self) -> str:
        """When it expires, as people write it."""
        return self._when.strftime("%Y-%m-%d %H:%M UTC")

    @property
    def _when(self) -> datetime:
        return datetime.fromtimestamp(self.until, UTC)

    def has_expired(self, now: float) -> bool:
        """Whether its group may be deleted."""
        return now > self.until

    @classmethod
    def of(cls, group: Resource, now: float | None) -> RunTag | None:
        """Return the tag of a group; None if it has none that counts.

        Args:
            group: a live group.
            now: seconds since the epoch; None if the time does not matter.
        """
        found = _FORM.fullmatch(tags.get(group.tags, tags.RUN))
        if found is None or found["seal"] != _seal(found["id"], found["until"], group.id):
            return None
        try:
            until = int(datetime.strptime(found["until"], _TIME).replace(tzinfo=UTC).timestamp())
        except ValueError:
            return None
        return None if now is not None and until > now + LONGEST else cls(found["id"], until)


def _seal(run: str, until: str, resource_id: ResourceId) -> str:
    text = "\n".join((run, until, *resource_id.key))
    return hashlib.sha256(text.encode()).hexdigest()[:_SEAL]
