"""What an apply tells, beyond the golden files."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from aci_reconcile.core.errors import AciReconcileError, AzureError
from aci_reconcile.core.health import Health, State
from aci_reconcile.core.model import Resource, ResourceId, Scope
from aci_reconcile.planning.values import Action, Change
from aci_reconcile.reconcile.events import (
    Event,
    Finished,
    Reached,
    Skipped,
    Started,
    Succeeded,
    Unhealthy,
    make_reached,
)
from aci_reconcile.render.json.apply import TYPES, emit_error, render_event_json
from aci_reconcile.render.text.apply import render_addresses, render_event_text, render_summary_text, summarize_error
from aci_reconcile.render.text.style import PLAIN

GROUP = ResourceId("sub", "rg", "web")


def test_every_event_has_a_name() -> None:
    """No event of an apply is without its name in JSON."""
    assert set(get_args(Event)) == set(TYPES)


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_its_words(action: Action) -> None:
    """A group's start and end are told for every action, in one line each."""
    change = Change(GROUP, action)
    told = [render_event_text(event, PLAIN) for event in (Started(change), Succeeded(change, None, 1))]

    assert [1, 1] == [len(line.splitlines()) for line in told]


def test_where_groups_can_be_reached() -> None:
    """In columns, an FQDN where there is one; nothing a terminal would obey."""
    known = (Reached("rg/a", "10.0.0.4"), Reached("rg/web", "203.0.113.4", "web.example.com\x1b[0m"))

    assert "" == render_addresses(Finished(added=1))
    assert ("Addresses:\n  rg/a    10.0.0.4\n  rg/web  203.0.113.4  web.example.com") == render_addresses(
        Finished(added=2, reached=known)
    )


def test_only_what_was_written_and_has_an_address_is_told() -> None:
    """Whether it runs or not; nobody waits for an address that was not given."""
    live = Resource(GROUP, {"properties": {"ipAddress": {"ip": "203.0.113.4", "fqdn": "web.example.com"}}})
    bare, sick = Resource(GROUP, {"properties": {}}), Health(State.UNHEALTHY)
    written, same = Change(GROUP, Action.UPDATE), Change(GROUP, Action.NO_OP)
    ends = (
        Succeeded(written, live, 1),
        Unhealthy(written, sick, 1, live=live),
        Succeeded(written, bare, 1),
        Succeeded(written, None, 1),
        Succeeded(same, live, 1),
    )
    where = Reached("rg/web", "203.0.113.4", "web.example.com")

    assert [where, where, None, None, None] == [make_reached(each) for each in ends]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AciReconcileError("it broke"), "it broke"),
        (AzureError("it broke"), "it broke"),
        (AzureError("it broke", code="Broken"), "Broken: it broke"),
        (AzureError("Broken: it broke", code="Broken"), "Broken: it broke"),
        (AzureError("line one\nline two\x1b[31m", code="Broken"), "Broken: line one line two"),
    ],
)
def test_an_error_on_one_line(error: AciReconcileError, expected: str) -> None:
    """Azure's code is told once."""
    assert expected == summarize_error(error)


def test_an_error_of_ours_has_no_azure_code() -> None:
    """Only Azure's errors carry code, status and request id."""
    assert {"kind": "AciReconcileError", "message": "it broke", "hint": "mend it"} == emit_error(
        AciReconcileError("it broke", hint="mend it")
    )


def test_an_event_is_one_line_of_json() -> None:
    """Line breaks in foreign text do not break the stream of lines."""
    line = render_event_json(
        Skipped(Change(ResourceId("sub", "rg", "a\nb"), Action.CREATE), "x\ny\u2028z"), timestamp=0
    )

    assert (1, "x\ny\u2028z") == (len(line.splitlines()), json.loads(line)["because"])


@pytest.mark.parametrize(
    ("finished", "verb", "expected"),
    [
        (Finished(added=2, changed=1), "Apply", "Apply complete! Resources: 2 added, 1 changed, 0 destroyed."),
        (Finished(destroyed=1), "Destroy", "Destroy complete! Resources: 0 added, 0 changed, 1 destroyed."),
        (Finished(failed=1), "Destroy", "Destroy incomplete! Resources: 0 added, 0 changed, 0 destroyed."),
        (Finished(skipped=1), "Apply", "Apply incomplete! Resources: 0 added, 0 changed, 0 destroyed."),
        (Finished(interrupted=True), "Apply", "Apply interrupted. Resources: 0 added, 0 changed, 0 destroyed."),
    ],
)
def test_the_last_words_begin_with_a_stable_line(finished: Finished, verb: str, expected: str) -> None:
    """The first line of the summary is Terraform's."""
    assert expected == render_summary_text(finished, PLAIN, verb=verb).splitlines()[0]


def test_scopes_are_told_by_name() -> None:
    """A resource group is shown by its name, not by its id."""
    event = next(each for each in get_args(Event) if each.__name__ == "ResourceGroupCreated")(Scope("sub", "rg"))

    assert "  + rg                            resource group created" == render_event_text(event, PLAIN)
