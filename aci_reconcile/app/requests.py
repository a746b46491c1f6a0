"""What a run works on, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.azure.endpoint import CloudName
    from aci_reconcile.core.shards import Whole
    from aci_reconcile.manifest import TaskRequest


@dataclass(frozen=True, slots=True)
class Sources:
    """Which manifests, with which values."""

    paths: tuple[Path, ...] = ()
    project: Path | None = None
    environment: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    variable_files: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    subscription: str = ""
    resource_group: str = ""
    changed_since: str = ""
    """A commit: the groups that what changed since then touches."""
    shard: str = ""
    """``I/N``, or ``auto`` to read it from the environment of a job; empty for all groups."""
    shards: int = 0
    """N, where the environment has only the number of the job; 0 if it is not given."""
    whole: Whole | None = None
    """The plan of the whole project that the shard was saved from; then ``addresses`` names its groups."""
    location: str = ""
    task: TaskRequest | None = None
    """What to run once."""
    addresses: tuple[str, ...] | None = None
    """The groups that were found so when the plan was saved."""
    cut: str = ""
    """Which cut the shard is of, where a fleet was cut and ``addresses`` names its groups."""


@dataclass(frozen=True, slots=True)
class LockRequest:
    """How a run that writes takes the project's lock, if it has one. ``url`` is empty for the project's own."""

    command: str
    url: str = ""
    timeout: float = 0.0
    """Seconds to wait for another holder."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and how many at once. Neither ``local`` nor ``endpoint`` nor ``cloud``: the public cloud."""

    local: bool = False
    endpoint: str = ""
    cloud: CloudName | None = None
    concurrency: int = 32
    timeout: float = 1800.0
    unattended: str = ""
    """What makes the run write without asking, such as ``-y``: then somebody must have named the subscription."""
    lock: LockRequest | None = None
    """None for a run that writes nothing."""
