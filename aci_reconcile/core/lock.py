"""What a lock is called, and who holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

ACCOUNT: Final = re.compile(r"[a-z0-9]{3,24}")
"""Documented: "Storage account names must be between 3 and 24 characters in length and may contain numbers and
lowercase letters only" (learn.microsoft.com, storage-account-overview)."""
CONTAINER: Final = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
"""Documented: 3 to 63 lowercase letters, digits and single hyphens, with a letter or digit at both ends
(learn.microsoft.com, naming-and-referencing-containers--blobs--and-metadata)."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, or held it last; unknown texts are empty.

    ``owner`` owns the groups, ``run`` is a command and an id, ``host`` is a machine, ``link`` the page of a job,
    ``since`` the time in UTC, and ``cut`` tells the cut that a shard is of from others.
    """

    owner: str = ""
    run: str = ""
    host: str = ""
    link: str = ""
    since: str = ""
    cut: str = ""
