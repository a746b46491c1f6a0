"""What users and documents say is refused is asked with one PUT each, and the emulator answers as the rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from probed_azure import LAB, Azure, run_probes

from aci_reconcile.emulator import Knobs
from aci_reconcile.facts.probes.lab import make_body
from aci_reconcile.facts.probes.refusals import PROBES, decide_refusal
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear
from aci_reconcile.facts.register import get_row

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body

REFUSED = {"error": {"code": "InvalidOsType", "message": "no"}}


def test_the_emulator_refuses_what_its_rows_say() -> None:
    """Each body is refused for its own reason, so none is created; and what is believed is found."""
    azure = Azure(Knobs())
    found = run_probes(azure, PROBES)
    puts = [status for method, path, status in azure.asked if method == "PUT" and "/containerGroups/" in path]

    assert {fact: get_row(fact).default for probe in PROBES for fact in probe.facts} == {
        fact: seen.value for fact, seen in found.items() if isinstance(seen, Seen)
    }
    assert [] == [status for status in puts if status < 400]
    assert [] == azure.list_left()


class Lenient(Azure):
    """An Azure that minds nothing: it takes every body for a valid one."""

    def send(self, method: str, path: str, body: Body | None) -> Reply:
        """Answer a request."""
        valid = body and "properties" in body
        return super().send(method, path, make_body(LAB) if valid else body)


def test_what_another_azure_accepts_is_deleted_again() -> None:
    """No row holds there but those that are not about a body, and nothing is left."""
    azure = Lenient(Knobs())
    found = run_probes(azure, PROBES)
    right = {fact for fact, seen in found.items() if isinstance(seen, Seen) and seen.value == "true"}

    assert {"group-name", "group-absent"} == right
    assert len(found) == sum(len(probe.facts) for probe in PROBES)
    assert [] == azure.list_left()


@pytest.mark.parametrize(
    ("code", "answer", "value"),
    [
        ("InvalidOsType", Reply(400, body=REFUSED), "true"),
        ("", Reply(400, body=REFUSED), "true"),
        ("AnotherCode", Reply(400, body=REFUSED), "false"),
        ("", Reply(201), "false"),
        ("InvalidOsType", Reply(201), "false"),
        ("", Reply(500), None),
        ("", Reply(403), None),
        ("", Reply(409, body={"error": {"code": "ContainerGroupQuotaReached"}}), None),
    ],
)
def test_a_refusal_counts_if_it_is_the_one_that_the_row_states(code: str, answer: Reply, value: str | None) -> None:
    """With its code if the row names one; nothing follows from a refusal that has another cause."""
    decided = decide_refusal("os-type-needed", code, answer)

    assert (None if isinstance(decided, Unclear) else decided.value) == value
