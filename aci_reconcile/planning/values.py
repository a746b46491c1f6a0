"""A plan is a value: the changes, their reasons and cost, and what blocks them. Nothing here can act."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.model import Power
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.planning.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.diff import FieldChange
    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.model import Resource, ResourceId, Scope
    from aci_reconcile.core.secret import Secret


class Action(StrEnum):
    """What is done to a group.

    ========  ================  =================  ========================================
    action    before            after              what is written
    ========  ================  =================  ========================================
    create    None              the manifest       PUT
    update    the live group    the manifest       PUT, or PATCH where only tags differ
    replace   the live group    the manifest       DELETE, wait until it is gone, PUT
    delete    the live group    None               DELETE
    adopt     the live group    the manifest       PATCH of tags (PUT where more differs)
    no-op     the live group    the manifest       nothing
    ========  ================  =================  ========================================
    """

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    ADOPT = "adopt"
    NO_OP = "no-op"


class Impact(StrEnum):
    """What a change costs those who use the group; the label in the plan."""

    NONE = ""
    TAGS_ONLY = "tags only"
    RESTART = "restart in place"
    RECREATE = "recreate"
    START = "start"
    """A stopped or ended group runs again, as it is."""
    STOP = "stop"
    REBOOT = "restart"
    """The containers start again, and nothing else changes; only a command asks for it."""


WITHOUT_BODY: Final = frozenset({Impact.TAGS_ONLY, Impact.START, Impact.STOP, Impact.REBOOT})
"""The impacts of writes that send no body."""
POWER_IMPACTS: Final = frozenset({Impact.START, Impact.STOP, Impact.REBOOT})
"""The impacts of a write that starts, stops or restarts a group, after its tags where those differ."""
POWER_PATH: Final = "lifecycle.power"
"""The path of the difference between a group that runs and one that is stopped."""


class Cause(StrEnum):
    """Where a difference comes from, as far as the tags of the last write show.

    ``git`` is our side: the manifest, or a secret that it names. Of a secret nobody knows whether Azure changed it.
    """

    GIT = "git"
    AZURE = "azure"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one group; "nothing" is a change, too."""

    id: ResourceId
    action: Action
    impact: Impact = Impact.NONE
    before: Resource | None = None
    after: Resource | None = None
    fields: tuple[FieldChange, ...] = ()
    """The differences, in the manifest's order of fields; for create and delete none."""
    reasons: tuple[str, ...] = ()
    """Why this action, beyond the fields: the group has ended, a redeployment was asked for."""
    loses: tuple[str, ...] = ()
    """What a recreation loses: ``new IP``, ``system-assigned identity``, ``emptyDir contents``."""
    not_compared: tuple[str, ...] = ()
    """Paths of secrets that could not be compared."""
    unknown: tuple[str, ...] = ()
    """Live fields that the field table does not know; a PUT may reset them."""
    cause: Cause = Cause.UNKNOWN
    in_azure: tuple[str, ...] = ()
    """Paths of the fields known to have changed in Azure, where ``cause`` can't say it for the whole group."""
    may_replace: bool = False
    """Azure's answers differ for one of the fields: planned in place, offered as a recreation if refused."""
    in_sync: bool = False
    """The live group was compared with its manifest, and nothing differs, its secrets included."""
    digest: str = ""
    """Digest of the manifest, for the tag that remembers the write; empty where nothing differs."""
    stuck: bool = False
    """The same manifest was written before and Azure left this difference: writing again would restart in vain."""
    stamp: bool = False
    """A new fingerprint of the secrets is written, with the tags alone: somebody vouches for them."""
    power: Power | None = None
    """Whether the group is to run or to be stopped once it is written; None: nobody says."""
    deferred: Resource | None = None
    """The manifest, where it names values of other groups that are known only after those are written."""
    leftover: bool = False
    """A run made the group and was killed: its deletion is nothing that a person has to allow."""
    follows: tuple[str, ...] = ()
    """Addresses of groups that come first, besides those in ``dependsOn``: they give up the DNS label that this one
    takes, or, in a destroy, they depend on it."""

    @property
    def address(self) -> str:
        """The group's ``resourceGroup/name``."""
        return self.id.address

    @property
    def where(self) -> Where | None:
        """Where the group is declared; None for an orphan."""
        return self.after.where if self.after else None

    @property
    def former_owner(self) -> str:
        """Who owned the group that this project takes over; empty where nobody did, or it was ours."""
        if self.before is None or self.after is None or not self.writes:
            return ""
        before, after = tags.owner(self.before), tags.owner(self.after)
        return before if after and before != after else ""

    @property
    def writes(self) -> bool:
        """Whether applying it sends a write."""
        return self.action is not Action.NO_OP

    def find_cause(self, field: FieldChange) -> Cause:
        """Where one of the differences comes from; that a secret changed in Azure is never known.

        Of the power nobody knows either: the digest of the last write covers what is sent, and it is not.
        """
        if field.path == POWER_PATH:
            return Cause.UNKNOWN
        if field.path in self.in_azure:
            return Cause.AZURE
        return Cause.UNKNOWN if field.secret and self.cause is Cause.AZURE else self.cause

    @property
    def sends_body(self) -> bool:
        """Whether applying it sends the whole body, secrets included."""
        return self.writes and self.action is not Action.DELETE and self.impact not in WITHOUT_BODY

    @property
    def keeps_stopped(self) -> bool:
        """Whether its containers are not to run: then how they are says nothing about the group."""
        return self.power is Power.STOPPED


@dataclass(frozen=True, slots=True)
class Blocker:
    """A reason why the plan may not be applied as it stands.

    ``code`` is stable (``replace``, ``delete``, ``share``, ``restart``, ``owner``, ``unowned``, ``member``,
    ``protected``, ``uncounted``, ``emptied``, ``ignored``, ``elsewhere``, ``resource-group``, ``observe``, ``freeze``,
    ``rule``, ``reference``, ``body``, ``circle``, ``label``); ``release`` is the flag or the edit that lifts it, as a
    person would type it.
    """

    code: str
    reason: str
    addresses: tuple[str, ...]
    release: str

    @property
    def advice(self) -> str:
        """What releases it, as a sentence without its full stop; empty where nothing does."""
        if not self.release:
            return ""
        return f"Release with {self.release}" if self.release.startswith("-") else f"To release, {self.release}"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing that neither changes nor blocks anything: an orphan, an unknown field."""

    code: str
    address: str
    message: str
    hint: str = ""
    """What an apply could do about it. Reports of drift leave it out."""

    @property
    def text(self) -> str:
        """The message with its hint."""
        return f"{self.message}; {self.hint}" if self.hint else self.message


@dataclass(frozen=True, slots=True)
class Holder:
    """A live group that this run is not about, and that holds a value of one which it writes."""

    address: str
    target: ResourceId
    path: str
    """Which value, such as ``ipAddress.ip``."""

    @property
    def field(self) -> str:
        """The last part of the path: ``ip`` or ``fqdn``."""
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class ResourceGroupChange:
    """A resource group to be created (``create``) or deleted with the last of its groups."""

    scope: Scope
    location: str
    create: bool = True


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A group, or a resource group, that could not be read or compared, and why."""

    address: str
    message: str
    id: ResourceId | None = None
    """The group, where it alone could not be read. None: its resource group could not be listed, and nobody knows what
    else is there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done, and what stands in its way. Falsy when nothing would be written."""

    owner: str
    changes: tuple[Change, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    notices: tuple[Notice, ...] = ()
    resource_groups: tuple[ResourceGroupChange, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    holders: tuple[Holder, ...] = ()
    """Who is left out and holds a value that may be another one after the apply."""
    live: int = 0
    """How many groups of ours are live: what shares are counted against."""
    policy: Policy = field(default_factory=lambda: Policy(owner=""))
    searched_all: bool = False
    """Whether the whole subscription was searched for groups of ours."""

    def __bool__(self) -> bool:
        return bool(self.resource_groups) or any(change.writes for change in self.changes)

    def of(self, *actions: Action) -> tuple[Change, ...]:
        """Return the changes with one of these actions."""
        return tuple(change for change in self.changes if change.action in actions)

    @property
    def to_add(self) -> int:
        """How many groups are created; a replacement counts as one added and one destroyed."""
        return len(self.of(Action.CREATE, Action.REPLACE))

    @property
    def to_change(self) -> int:
        """How many groups are changed where they are."""
        return len(self.of(Action.UPDATE, Action.ADOPT))

    @property
    def to_destroy(self) -> int:
        """How many groups are deleted."""
        return len(self.of(Action.DELETE, Action.REPLACE))

    @property
    def taken_over(self) -> tuple[Change, ...]:
        """The groups that come from another owner."""
        return tuple(change for change in self.changes if change.former_owner)

    @property
    def adopted(self) -> tuple[Change, ...]:
        """The groups that nobody owned, and that stay where they are."""
        return tuple(change for change in self.of(Action.ADOPT) if not change.former_owner)

    def count_with_impact(self, impact: Impact) -> int:
        """Return how many groups bear this impact."""
        return sum(change.impact is impact for change in self.changes)

    @property
    def not_compared(self) -> int:
        """How many secrets could not be compared."""
        return sum(len(change.not_compared) for change in self.changes)

    @property
    def blind(self) -> Unreadable | None:
        """What could not be listed, the first of it: then nothing may be written at all."""
        return next((each for each in self.unreadable if each.id is None), None)

    @property
    def complete(self) -> bool:
        """Whether everything could be read and compared."""
        return not self.unreadable

    @property
    def applyable(self) -> bool:
        """Whether ``apply`` would carry it out: complete, not blocked, and no secret missing."""
        return self.complete and not self.blockers and not self.missing_secrets

    @property
    def missing_secrets(self) -> tuple[tuple[str, Secret], ...]:
        """The secrets, and the fingerprint key, that a write needs and lacks, each with its group's address."""
        return (*find_missing_secrets(self.changes), *self.unmarked)

    @property
    def unmarked(self) -> tuple[tuple[str, Secret], ...]:
        """The groups whose secrets a write could not fingerprint, each with the missing key."""
        key = self.policy.fingerprint_key
        if key is None or key.available or not self.policy.fingerprints:
            return ()
        sent = [(each.address, each.after) for each in self.changes if each.sends_body and each.after is not None]
        return tuple((address, key) for address, after in sent if secrets_of(after.body))


def find_missing_secrets(changes: Iterable[Change]) -> tuple[tuple[str, Secret], ...]:
    """Return the secrets that these changes need and that are missing, each with its group's address."""
    return tuple(
        (change.address, secret)
        for change in changes
        if change.sends_body and change.after is not None
        for secret in secrets_of(change.after.body).values()
        if not secret.available
    )
