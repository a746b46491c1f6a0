"""Asking Azure beforehand: each question once, side by side, and no refusal is the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Barrier
from typing import TYPE_CHECKING

import pytest
from factories import SUBSCRIPTION, group, live, rid

from aci_reconcile.core.errors import AuthenticationError, AzureError, ForbiddenError, NoAnswerError, ThrottledError
from aci_reconcile.planning import Action, Change, Impact
from aci_reconcile.preflight import Verdict
from aci_reconcile.preflight.inventory import Capability, Permission, Subnet, Usage
from aci_reconcile.reconcile.preflight import run_preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SUBNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"


@dataclass
class FakeProbe:
    """An Azure in which there is room for everything; ``error`` is raised instead of every answer."""

    error: Exception | None = None
    granted: str = "*"
    meet: Callable[[], object] = lambda: None
    times: int = 10**6
    """How often the error is raised, for each question."""
    asked: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])

    def _told(self, *question: str) -> None:
        self.asked.append(question)
        self.meet()
        if self.error is not None and self.asked.count(question) <= self.times:
            raise self.error

    def list_usages(self, subscription: str, location: str, /) -> Mapping[str, Usage]:
        """Return large quotas."""
        self._told("usages", subscription, location)
        return {"ContainerGroups": Usage(0, 100), "StandardCores": Usage(0, 100)}

    def list_capabilities(self, subscription: str, location: str, /) -> tuple[Capability, ...]:
        """Return large groups."""
        self._told("capabilities", subscription, location)
        return tuple(Capability("Linux", each, "None", 4, 16) for each in ("Public", "Private"))

    def get_subnet(self, subnet_id: str, /) -> Subnet | None:
        """Return a subnet of the service."""
        self._told("subnet", subnet_id)
        return Subnet(("Microsoft.ContainerInstance/containerGroups",), "westeurope")

    def list_permissions(self, scope: str, /) -> tuple[Permission, ...]:
        """Return what is granted everywhere."""
        self._told("permissions", scope)
        return (Permission((self.granted,)),)


def created(*names: str) -> list[Change]:
    """Return the creation of groups in one subnet."""
    groups = [group(name, subnetIds=[{"id": SUBNET}]) for name in names]
    return [Change(each.id, Action.CREATE, after=each) for each in groups]


def test_each_question_is_asked_once() -> None:
    """However many groups there are."""
    probe = FakeProbe()
    found = run_preflight(created("a", "b", "c"), probe)

    assert {Verdict.OK} == {each.verdict for each in found}
    assert sorted(
        [
            ("usages", SUBSCRIPTION, "westeurope"),
            ("capabilities", SUBSCRIPTION, "westeurope"),
            ("subnet", SUBNET),
            ("permissions", str(rid().scope)),
            ("permissions", SUBNET),
        ]
    ) == sorted(probe.asked)


def test_questions_are_asked_side_by_side() -> None:
    """Each waits until all are on their way."""
    together = Barrier(5, timeout=30)

    assert run_preflight(created("a"), FakeProbe(meet=together.wait), concurrency=5)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ForbiddenError("no", code="AuthorizationFailed", status=403), "AuthorizationFailed: no"),
        (AzureError("not here", code="NotEmulated", status=501), "NotEmulated: not here"),
        (NoAnswerError("nobody there"), "nobody there"),
    ],
)
def test_no_answer_is_no_pass_and_no_crash(error: Exception, why: str) -> None:
    """Everything that could not be checked says why."""
    found = run_preflight(created("a"), FakeProbe(error=error))

    assert {(Verdict.UNKNOWN, why)} == {(each.verdict, each.why) for each in found}


@pytest.mark.parametrize(("times", "slept"), [(1, [7.0]), (3, [7.0] * 3)])
def test_a_question_that_is_refused_for_its_rate_is_asked_again(times: int, slept: list[float]) -> None:
    """A deletion hangs on the answer, and the limits of reads pass in seconds."""
    probe, pauses = FakeProbe(ThrottledError("slow down", retry_after=7), times=times), list[float]()
    found = run_preflight([Change(rid(), Action.DELETE, before=live(group()))], probe, sleep=pauses.append)

    assert {Verdict.OK} == {each.verdict for each in found}
    assert slept == pauses


@pytest.mark.parametrize(("wait", "slept"), [(0, [1.0, 2.0, 4.0]), (21, [])])
def test_a_question_that_is_always_refused_has_no_answer(wait: float, slept: list[float]) -> None:
    """Nor has one whose turn comes too late."""
    probe, pauses = FakeProbe(ThrottledError("slow down", retry_after=wait)), list[float]()
    found = run_preflight([Change(rid(), Action.DELETE, before=live(group()))], probe, sleep=pauses.append)

    assert {(Verdict.UNKNOWN, "slow down")} == {(each.verdict, each.why) for each in found}
    assert slept * len(set(probe.asked)) == pauses


def test_without_a_credential_nothing_can_be_asked() -> None:
    """That is the end, as everywhere."""
    with pytest.raises(AuthenticationError):
        run_preflight(created("a"), FakeProbe(error=AuthenticationError("sign in")))


def test_a_groups_own_permissions_are_asked_last() -> None:
    """Where the resource group does not give what is needed."""
    probe = FakeProbe(granted="*/read")
    found = run_preflight([Change(rid(), Action.UPDATE, Impact.RESTART, live(group()), group())], probe)

    assert [("permissions", str(rid().scope)), ("permissions", str(rid()))] == probe.asked
    assert [Verdict.OK, Verdict.FAILED] == [each.verdict for each in found]


def test_nothing_planned_asks_nothing() -> None:
    """No change, no question."""
    probe = FakeProbe()

    assert ((), []) == (run_preflight([Change(rid(), Action.NO_OP)], probe), probe.asked)
