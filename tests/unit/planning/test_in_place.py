"""Which groups have to be created again, whichever of their fields differ."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import group, live, owned, policy, rid

from aci_reconcile.planning import Action, Change
from aci_reconcile.planning.in_place import explain_recreation

CHANGE = Change(rid(), Action.UPDATE, digest="abc")


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        ({}, ""),
        ({rid().key: "abc"}, "Azure refused to change this in place"),
        ({rid().key: "of another manifest"}, ""),
        ({rid("other").key: "abc"}, ""),
    ],
)
def test_what_azure_refused_is_refused_again(refused: dict[tuple[str, ...], str], why: str) -> None:
    """For the manifest that it refused; another one is tried in place."""
    running = live(owned(group()))

    assert why == explain_recreation(CHANGE, running, replace(policy(), refused=refused))


def test_a_change_without_a_digest_was_never_refused() -> None:
    """An empty digest is none."""
    running = live(owned(group()))

    assert explain_recreation(replace(CHANGE, digest=""), running, replace(policy(), refused={rid().key: ""})) == ""


def test_a_group_that_has_ended_takes_no_update() -> None:
    """Whatever was tried before."""
    there = live(owned(group()))
    ended = replace(there, body={**there.body, "properties": {"instanceView": {"state": "Succeeded"}}})

    assert "has ended (Succeeded)" in explain_recreation(CHANGE, ended, policy())
