"""When a watch counts as stuck, and when as unready."""

from __future__ import annotations

from dataclasses import replace

from aci_reconcile.reconcile.health_checks import explain_stuck, explain_unready
from aci_reconcile.reconcile.rounds import Heal, Round, Watched

NOW = 1_000_000.0
WATCHED = Watched("shop", Heal.CONFIG, started=NOW, every=60, alive=NOW)


def test_a_loop_without_a_sign_of_life_is_stuck() -> None:
    """Not before a request to Azure may have run into its limit; a clock that was set back changes nothing."""
    assert "" == explain_stuck(WATCHED, NOW + 900)
    assert "" == explain_stuck(WATCHED, NOW - 900)
    assert "the loop gave no sign of life for 901 s" == explain_stuck(WATCHED, NOW + 901)


def test_slow_rounds_are_given_their_time() -> None:
    """Three times the interval, or three times what the last round took."""
    hourly = replace(WATCHED, every=3600)
    slow = replace(WATCHED, last=Round(1, NOW, seconds=1000))

    assert ["", "", ""] == [explain_stuck(each, NOW + 3000) for each in (hourly, slow, replace(hourly, last=slow.last))]
    assert explain_stuck(slow, NOW + 3001)
    assert "" == explain_stuck(hourly, NOW + 10800)
    assert explain_stuck(hourly, NOW + 10801)


def test_only_a_good_round_makes_it_ready() -> None:
    """And one that is not long ago: a round that fails in between does not count."""
    good = replace(WATCHED, good_at=NOW, last=Round(2, NOW))

    assert "no good round yet" == explain_unready(WATCHED, NOW)
    assert "" == explain_unready(good, NOW + 900)
    assert "the last good round ended 901 s ago" == explain_unready(good, NOW + 901)
