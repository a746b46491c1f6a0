"""Which questions a plan raises, and the verdict on it once Azure has answered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.planning.values import find_missing_secrets
from aci_reconcile.preflight.capacity import judge_quotas, judge_regions, list_created
from aci_reconcile.preflight.checks import Check, Question, Verdict
from aci_reconcile.preflight.rights import judge_rights, list_rights, list_scopes
from aci_reconcile.preflight.subnets import is_subnet_id, judge_subnets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.secret import Secret
    from aci_reconcile.planning.values import Change, Plan, ResourceGroupChange
    from aci_reconcile.preflight.capacity import Claims
    from aci_reconcile.preflight.checks import Facts, Place
    from aci_reconcile.preflight.rights import Right


@dataclass(frozen=True, slots=True)
class Needs:
    """The questions, each once: the regions, the subnets by their ids, and the scopes in which rights are needed."""

    places: tuple[Place, ...] = ()
    subnets: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    rights: tuple[Right, ...] = ()


def list_needs(changes: Iterable[Change], resource_groups: Iterable[ResourceGroupChange] = ()) -> Needs:
    """Return the questions about these changes, and about resource groups that are created or deleted."""
    planned = tuple(changes)
    groups = tuple(list_created(planned))
    rights = list_rights(planned, resource_groups)
    subnets = {subnet.lower(): subnet for group in groups for subnet in group.subnets if is_subnet_id(subnet)}
    return Needs(
        places=tuple(sorted({group.place for group in groups if group.place.location})),
        subnets=tuple(subnets.values()),
        scopes=list_scopes(rights),
        rights=rights,
    )


_SOURCES: Final = ("env:", "file:", "keyvault:")
"""Prefixes of references. A secret without one is missing in the manifest itself."""


def judge_changes(
    changes: Iterable[Change],
    facts: Facts,
    resource_groups: Iterable[ResourceGroupChange] = (),
    claimed: Claims | None = None,
) -> tuple[Check, ...]:
    """Judge the changes by the facts.

    Args:
        changes: the planned changes; a no-op needs nothing.
        facts: Azure's answers to ``list_needs`` the same changes.
        resource_groups: those that are created or deleted with them.
        claimed: the quota that plans take which are applied before this one.
    """
    planned = tuple(changes)
    return (
        *_judge_secrets(planned),
        *judge_quotas(planned, facts, claimed),
        *judge_regions(planned, facts),
        *judge_subnets(planned, facts),
        *judge_rights(list_rights(planned, resource_groups), facts),
    )


def judge_blockers(plan: Plan) -> Iterator[Check]:
    """Yield a failed check for each blocker of the plan, with what unblocks it.

    A difference that Azure left at the last write blocks, too: an apply would not write it again, and would fail.
    """
    for each in plan.blockers:
        hint = f"{each.advice[:1].lower()}{each.advice[1:]}"
        subject = ", ".join(each.addresses) or each.code
        yield Check(Question.BLOCKED, subject, Verdict.FAILED, each.reason, hint, each.addresses)
    for address, key in plan.unmarked:
        yield _judge_missing(address, key)
    for change in plan.changes:
        # Azure took the last write of this very manifest and left a difference; an apply would fail for it.
        if change.stuck:
            fields = ", ".join(each.path for each in change.fields)
            why = f"Azure accepted {fields} at the last write but did not apply it"
            hint = f"release with --redeploy {change.address}, or leave the field to Azure with lifecycle.ignore"
            yield Check(Question.BLOCKED, change.address, Verdict.FAILED, why, hint, (change.address,))


def _judge_secrets(changes: tuple[Change, ...]) -> Iterator[Check]:
    """Yield a check for each missing secret, and one for all available ones."""
    for address, secret in find_missing_secrets(changes):
        yield _judge_missing(address, secret)
    sent = [(each.address, each.after) for each in changes if each.sends_body and each.after is not None]
    available = [
        (address, len([each for each in secrets_of(after.body).values() if each.available])) for address, after in sent
    ]
    number = sum(many for _, many in available)
    if number:
        subject = f"{number} secret{'s' * (number != 1)} available"
        yield Check(
            Question.SECRETS, subject, Verdict.OK, addresses=tuple(address for address, many in available if many)
        )


def _judge_missing(address: str, secret: Secret) -> Check:
    why = f"{secret.source}: {secret.missing}"
    hint = "set it where this command runs" if secret.source.startswith(_SOURCES) else "write it into the manifest"
    return Check(Question.SECRETS, address, Verdict.FAILED, why, hint, (address,))
