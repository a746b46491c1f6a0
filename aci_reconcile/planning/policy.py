"""What a plan may do, and for which owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.core import tags

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.secret import Secret


@dataclass(frozen=True, slots=True)
class Owner:
    """A project, one of its environments, and where its groups are."""

    owner: str
    """Whose the groups are: the project, and ``/environment`` where one is chosen."""
    project_id: str = ""
    """What stands beside the owner in its tag, for another project may have the same name; empty: nothing."""
    known_ids: frozenset[str] = frozenset()
    """Ids under which groups are this owner's as well: they are kept until a group is written anyway."""
    ids_above: frozenset[str] = frozenset()
    """Ids of projects in the folders above, in the same repository, of which this one may have been split off."""
    id_derived: bool = False
    """Nobody wrote the id down: it was concluded from where the repository comes from, which may change."""
    subscription: str = ""
    """Where the run acts; empty: in every subscription that a group is in."""
    places: frozenset[tuple[str, str]] | None = None
    """Keys of the resource groups that the project names; None: the project names none, so none stands out."""
    environments: frozenset[str] | None = None
    """The environments of the project; None: nobody knows them."""
    take_over: frozenset[str] = frozenset()
    """Owners whose groups may be taken over, spelled as in their tags."""

    @property
    def mark(self) -> str:
        """The value of the owner tag of what is written."""
        return tags.make_owner_tag(self.owner, self.project_id)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of this project: the one that it writes, and those that it may be known by."""
        return self.known_ids | ({self.project_id} - {""})

    def owns(self, tag: str) -> bool:
        """Whether a group with this owner tag is ours."""
        return tags.is_owned_by(tag, self.owner, self.ids)

    def takes(self, tag: str) -> bool:
        """Whether groups with this owner tag may be taken over: by the tag, or by its name where its id is ours.

        A project that was renamed, or split, keeps its id.
        """
        kin = self.ids | self.ids_above
        return tag in self.take_over or (tags.owner_name(tag) in self.take_over and tags.owner_id(tag) in kin)

    def choose_mark(self, tag: str) -> str:
        """Return the owner tag for the next write of our group. A tag with an id stays if the project has none."""
        return self.mark if self.project_id or not tags.owner_id(tag) else tag


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run that never ends has taken of its safety limits in the last 24 hours."""

    deletions: int = 0
    recreations: int = 0
    restarts: int = 0
    owned: int = 0
    """The most groups that were owned in that time: what shares are counted against."""
    unknown: bool = False
    """Nobody knows, so everything counts as used up."""


UNLIMITED = -1
"""As ``Policy.allow_replace``: any number of replacements."""


def never_frozen(_now: float, /) -> str:
    """Say that no freeze is in force, whenever it is."""
    return ""


@dataclass(frozen=True, slots=True)
class Allotment:
    """What a plan of the whole project left to one of its shards: all was counted there, so this run may delete."""

    live: int
    """How many groups of ours the whole plan found: what shares are counted against."""
    orphans: frozenset[tuple[str, ...]] = frozenset()
    """Keys of the groups without a manifest that this shard deletes."""


@dataclass(frozen=True, slots=True)
class Policy(Owner):
    """What a plan may do, and in whose name."""

    prune: bool = False
    max_deletes: int = 1
    """How many groups may be deleted; ``UNLIMITED`` where all of them were asked for by name (``destroy``)."""
    deletes_named: bool = False
    """``max_deletes`` comes from the command line, so somebody has seen this very plan."""
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
    refused: Mapping[tuple[str, ...], str] = field(default_factory=dict["tuple[str, ...]", str])
    """Groups that Azure refused to update in place, by key, each with the digest of the manifest that it refused."""
    selected: frozenset[tuple[str, ...]] | None = None
    """Keys of the groups that may be written; None: all."""
    narrowed_by: str = "what narrows this run"
    """What selects them, in a person's words: ``--only``, or the paths."""
    spent: Spent | None = None
    """Limits are those of a day, and this of it is gone already; nobody sees the plan before it is carried out. None:
    they are those of one apply."""
    sharded: bool = False
    """Other runs are about the rest of the project: nobody has seen the whole, so nothing is deleted or recreated."""
    allotment: Allotment | None = None
    """What a plan of the whole project left to this run; None if it sees all of the project, or nobody counted it."""
    create_resource_groups: bool = False
    resource_group_location: str = ""
    fingerprint_key: Secret | None = None
    former_key: Secret | None = None
    """The fingerprint key before this one: what was made with it is compared, and nothing more is made."""
    fingerprints: bool = True
    """Whether groups carry a fingerprint of their secrets; without one, no change of a secret is seen."""
    restore: bool = False
    """Put the former group back where Azure refuses to create it again."""
    now: float | None = field(default=None, compare=False)
    """When the plan is made, in seconds since the epoch: what a killed run left is deleted after its expiry. None: the
    groups of runs are left alone."""
    emptied: tuple[str, ...] = ()
    """Places among the manifests where nothing is declared: files, documents and folders that may have been emptied."""
    elsewhere: Mapping[str, str] = field(default_factory=dict[str, str])
    """What projects below this one declare: addresses in small letters (``/name`` where only that is known), each with
    the file of its project."""
