"""What the groups of one run share, as read from the project file and the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.fingerprints import Fingerprints
from aci_reconcile.manifest.policy import PolicySettings
from aci_reconcile.manifest.versions import OLDEST_USED

if TYPE_CHECKING:
    from pathlib import Path

RESOURCE_GROUP: Final = re.compile(r"[\w().-]{0,89}[\w()-]")
"""Docs (naming rules): up to 90 letters, digits, `.`, `_`, `-` and parentheses, no dot last."""


@dataclass(frozen=True, slots=True)
class Project:
    """What the groups of one run share. ``file`` is None where there is no project file."""

    name: str
    root: Path
    environment: str = ""
    file: Path | None = None
    subscription: str = ""
    resource_group: str = ""
    location: str = ""
    create_resource_groups: bool = False
    policy: PolicySettings = field(default_factory=PolicySettings)
    fingerprints: Fingerprints = field(default_factory=Fingerprints, repr=False)
    api_version: str = OLDEST_USED
    resource_groups: tuple[str, ...] = ()
    """Every resource group the project names: its own, and those of its manifests."""
    id: str = ""
    """What stands beside the owner in the tag; empty where nobody wrote it down and nothing tells it."""
    known_ids: frozenset[str] = frozenset()
    """Ids under which its groups may be known as well: they were concluded from where the repository comes from."""
    ids_above: frozenset[str] = frozenset()
    """Ids of projects in the folders above, in the same repository: one that was split off takes from them by name."""
    id_derived: bool = False
    """Nobody wrote the id down."""
    environments: tuple[str, ...] = ()
    """The names of its environments."""
    elsewhere: tuple[tuple[str, str], ...] = ()
    """Subscription and resource group, as far as they are said, of its other environments and of none."""
    movable: bool = False
    """What stands on the command line says in which resource groups its groups are: other runs may say others."""

    @property
    def owner(self) -> str:
        """What stands in the owner tag of the groups it makes."""
        return f"{self.name}/{self.environment}" if self.environment else self.name
