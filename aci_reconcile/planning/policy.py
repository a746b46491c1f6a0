"""What a plan may do, and in whose name: what a person allows, and what the project says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.planning.owner import Owner

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.secret import Secret

UNLIMITED = -1
"""As ``Policy.allow_replace``: any number of replacements."""


def never_frozen(_now: float, /) -> str:
    """Say that no freeze is in force, whenever it is."""
    return ""


@dataclass(frozen=True, slots=True)
class Policy(Owner):
    """What a plan may do, and in whose name."""

    prune: bool = False
    max_deletes: int = 1
    """How many groups may be deleted; ``UNLIMITED`` where all of them were asked for by name (``destroy``)."""
    deletes_named: bool = False
    """``max_deletes`` stands on the command line: somebody has looked at this very plan."""
    max_restarts: int = UNLIMITED
    max_share: float = 0.5
    """The share of our live groups that may be deleted or replaced at once, where no number was named."""
    adopt: bool = False
    allow_replace: int = 0
    observe: bool = False
    """The environment may be planned and checked, never written."""
    frozen: str = ""
    """The freeze that was in force when the plan was made; empty when there was none."""
    frozen_at: Callable[[float], str] = field(default=never_frozen, compare=False, repr=False)
    """Which freeze is in force at a moment, in seconds since the epoch: one may begin after the plan was made."""
    override: str = ""
    """Why the freeze does not hold this run, in the words of whoever gave ``--override-freeze``."""
    touch_secrets: bool = False
    trust_secrets: bool = False
    redeploy: frozenset[tuple[str, ...]] = frozenset()
    """Keys of groups to be written although nothing differs."""
    selected: frozenset[tuple[str, ...]] | None = None
    """Keys of the groups that may be written; None: all."""
    narrowed_by: str = "what narrows this run"
    """What selects them, in a person's words: ``--only``, or the paths."""
    create_resource_groups: bool = False
    resource_group_location: str = ""
    fingerprint_key: Secret | None = None
    former_key: Secret | None = None
    """The fingerprint key before this one: what was made with it is compared, and nothing more is made."""
    fingerprints: bool = True
    """Whether groups carry a fingerprint of their secrets; without one, no change of a secret is seen."""
    restore: bool = False
    """Put the former group back where Azure refuses to create it again."""
    emptied: tuple[str, ...] = ()
    """Places among the manifests where nothing is declared: files, documents and folders that may have been emptied."""
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """What projects below this one declare: addresses in small letters (``/name`` where only that is known), each with
    the file of its project."""
