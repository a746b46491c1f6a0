"""Questions, answers and verdicts: the values of a preflight."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.preflight.inventory import Capability, Permission, Subnet, Usage


class Question(StrEnum):
    """The questions, in the order of a report."""

    READING = "reading"
    BLOCKED = "held"
    SECRETS = "secrets"
    QUOTA = "quota"
    REGION = "region"
    SUBNET = "subnet"
    PERMISSION = "permission"


class Verdict(StrEnum):
    """The result of a question; ``unknown``: it could not be asked, or Azure does not say."""

    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One question with its answer. ``addresses`` are the groups that it concerns."""

    question: Question
    subject: str
    verdict: Verdict
    why: str = ""
    hint: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A region of a subscription, both as ARM compares them: in lower case, the region without spaces."""

    subscription: str
    location: str

    @classmethod
    def of(cls, subscription: str, location: str) -> Place:
        """Return the place with both parts folded."""
        return cls(subscription.lower(), location.replace(" ", "").lower())


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Azure's refusal to answer: why, and its code where it gave one."""

    why: str
    code: str = ""


NOT_ASKED = Unanswered("it was not asked")


@dataclass(frozen=True, slots=True)
class Facts:
    """What Azure answered. Subnets and scopes are found by their ids in lower case."""

    usages: Mapping[Place, Mapping[str, Usage] | Unanswered] = field(
        default_factory=dict[Place, "Mapping[str, Usage] | Unanswered"]
    )
    capabilities: Mapping[Place, tuple[Capability, ...] | Unanswered] = field(
        default_factory=dict[Place, "tuple[Capability, ...] | Unanswered"]
    )
    subnets: Mapping[str, Subnet | Unanswered | None] = field(default_factory=dict[str, "Subnet | Unanswered | None"])
    permissions: Mapping[str, tuple[Permission, ...] | Unanswered] = field(
        default_factory=dict[str, "tuple[Permission, ...] | Unanswered"]
    )
