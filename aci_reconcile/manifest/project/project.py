"""The shared settings of a run, from the project file and the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.project.fingerprint_keys import Fingerprints
from aci_reconcile.manifest.project.policy import PolicySettings
from aci_reconcile.manifest.project.versions import OLDEST_USED

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.core.default_account import DefaultAccount

RESOURCE_GROUP: Final = re.compile(r"[\w().-]{0,89}[\w()-]")
"""Docs (naming rules): up to 90 letters, digits, `.`, `_`, `-` and parentheses, no dot last."""


@dataclass(frozen=True, slots=True)
class LocalFacts:
    """The file that says how the embedded emulator answers, and its text."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LockSettings:
    """Where the lock of the project is; the cloud of the run supplies the host."""

    account: str
    container: str


@dataclass(frozen=True, slots=True)
class Project:
    """The shared settings of a run. ``file`` is None without a project file."""

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
    """Every resource group that the project file and its manifests name."""
    id: str = ""
    """The id beside the owner in the tag; empty if it is neither written nor derived."""
    known_ids: frozenset[str] = frozenset()
    """Other ids that its groups may have, derived from the origin of the repository."""
    ids_above: frozenset[str] = frozenset()
    """Ids of projects in parent folders: a project that was split off may take over groups from them by name."""
    id_derived: bool = False
    """Whether the id was derived, and not written."""
    local_facts: LocalFacts | None = None
    lock: LockSettings | None = None
    environments: tuple[str, ...] = ()
    """The names of its environments."""
    other_scopes: tuple[tuple[str, str], ...] = ()
    """Subscription and resource group, if set, of its other environments, and without an environment."""
    movable: bool = False
    """Whether the command line determines the resource groups, so that other runs may use others."""
    account: DefaultAccount | None = None
    """Az's default account, if the subscription is its, because nothing names one."""

    @property
    def owner(self) -> str:
        """The owner in the tag of the groups that the project creates."""
        return f"{self.name}/{self.environment}" if self.environment else self.name
