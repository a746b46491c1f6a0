"""Drift as a value and in its last line."""

from __future__ import annotations

import pytest

from aci_reconcile.core.diff import FieldChange
from aci_reconcile.core.health import Health, State
from aci_reconcile.core.model import ResourceId
from aci_reconcile.findings import Drift
from aci_reconcile.planning.values import Action, Change, Impact, Notice, Plan

GROUP = ResourceId("sub", "rg", "web")
FIELD = FieldChange("osType", "Windows", "Linux")


@pytest.mark.parametrize("action", list(Action))
def test_every_action_but_no_op_is_drift(action: Action) -> None:
    """What an apply would write is drift."""
    assert (action is not Action.NO_OP) is bool(Drift(Plan("shop", (Change(GROUP, action),))))


def test_what_azure_leaves_different_is_drift() -> None:
    """A difference that is not written again is a difference."""
    change = Change(GROUP, Action.NO_OP, Impact.NONE, fields=(FIELD,), stuck=True)

    assert (change,) == Drift(Plan("shop", (change,))).differing


def test_an_orphan_is_drift_and_another_notice_is_not() -> None:
    """Of the notices only orphans count."""
    orphan, other = (Notice(code, "rg/old", "look") for code in ("orphan", "unknown-field"))

    assert (orphan,) == Drift(Plan("shop", notices=(other, orphan))).undeclared


@pytest.mark.parametrize("state", list(State))
def test_run_state(state: State) -> None:
    """Whatever is neither healthy nor finished is drift, but for a stop that no manifest speaks of."""
    drift = Drift(Plan("shop"), (("rg/web", Health(state)),))

    assert (state not in {State.HEALTHY, State.FINISHED, State.STOPPED}) is bool(drift)
