"""Groups that are not there: never, or no longer."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.facts.probes.lab import make, make_body, put, read, settle
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, send, show_flag, wait

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_DIALECTS: Final = {"ContainerGroupNotFound": "provider", "ResourceNotFound": "arm"}
_LONGEST: Final = 300.0
"""Seconds for which a deleted group's name is watched."""


def _ask(lab: Lab) -> Steps[Verdicts]:
    """Delete a group and create it again at once; delete it again, and read it until the answers no longer change."""
    name, body = lab.name("gone"), make_body(lab)
    never = yield from read(lab, lab.name("never"))
    yield from make(lab, name, body)
    deleted = yield from send("DELETE", lab.path(name))
    again = yield from put(lab, name, body)
    free = yield from _retry(lab, again)
    if free.accepted:
        yield from settle(lab, name)
    last = yield from send("DELETE", lab.path(name))
    missing = yield from read(lab, name)
    quiet = yield from _watch(lab, name, missing)
    return [
        decide_deletion(deleted),
        decide_dialect(never, missing),
        *decide_lingering(again, free, deleted),
        *_measure_reads(again, missing, quiet, last),
    ]


def _retry(lab: Lab, first: Reply) -> Steps[Reply]:
    """Create the group again, as long as its name is taken."""
    answer, name = first, lab.name("gone")
    while answer.status == HTTPStatus.CONFLICT and answer.at - first.at < _LONGEST:
        yield from wait(lab.pause)
        answer = yield from put(lab, name, make_body(lab))
    return answer


def _watch(lab: Lab, name: str, first: Reply) -> Steps[Reply]:
    """Read a deleted group until ARM says that it is not there."""
    answer = first
    while _DIALECTS.get(answer.code) == "provider" and answer.at - first.at < _LONGEST:
        yield from wait(lab.pause)
        answer = yield from read(lab, name)
    return answer


def decide_deletion(deleted: Reply) -> Seen:
    """Decide whether a DELETE answers at once, with the old body."""
    right = deleted.status == HTTPStatus.OK and bool(deleted.properties)
    body = "the old body" if deleted.properties else "no body"
    return Seen("group-deleted", show_flag(right), f"a DELETE answered {deleted.verdict}, with {body}")


def decide_dialect(never: Reply, missing: Reply) -> Seen | Unclear:
    """Decide who says that a group is missing: one that never was there, and one that was just deleted."""
    first, second = _DIALECTS.get(never.code, ""), _DIALECTS.get(missing.code, "")
    how = f"{never.verdict} for a group that never was, {missing.verdict} right after a DELETE"
    if not (first and second) or (first, second) == ("provider", "arm"):
        return Unclear("not-found-dialect", how)
    return Seen("not-found-dialect", first if first == second else "both", how)


def decide_lingering(again: Reply, free: Reply, deleted: Reply) -> Verdicts:
    """Decide whether a deleted group's name stays taken, though no subnet was involved."""
    how = f"a PUT right after the DELETE answered {again.verdict}"
    if again.status != HTTPStatus.CONFLICT:
        if not again.accepted:
            return [Unclear("name-lingers-where", how)]
        return [Seen("name-lingers-where", "taken in subnet", f"{how}, outside subnets; none was asked")]
    seconds = free.at - deleted.at
    end = f"the name was {'free' if free.accepted else 'still taken'} after {seconds:.0f} s"
    return [Seen("name-lingers-where", "taken", how), Seen("name-lingers", "true", end)]


def _measure_reads(again: Reply, missing: Reply, quiet: Reply, deleted: Reply) -> Verdicts:
    """Decide from the reads that a name lingers, if writes did not show it."""
    dialects = _DIALECTS.get(missing.code), _DIALECTS.get(quiet.code)
    if again.status == HTTPStatus.CONFLICT or dialects != ("provider", "arm"):
        return []
    return [Seen("name-lingers", "true", f"ARM's own answer came after {quiet.at - deleted.at:.0f} s")]


PROBES = (
    Probe(
        "absence",
        "Who says that a group is missing, and how long does the name of a deleted one stay taken?",
        ("group-deleted", "not-found-dialect", "name-lingers-where", "name-lingers"),
        _ask,
        groups=2,
        seconds=60,
    ),
)
