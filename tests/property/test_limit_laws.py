"""Laws of pacing: what goes when, whatever was asked and refused before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from aci_reconcile.core.errors import ThrottledError
from aci_reconcile.reconcile.limits import REFILL, Limits, Request, Verb

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = 1_700_000_000.0
_GROWTH = 30.0
"""Seconds after which the rate is twice as high."""
CROWDS = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 60)), min_size=1, max_size=6)
GAPS = CROWDS.map(lambda crowds: [each for gap, more in crowds for each in (gap, *[0.0] * (more - 1))])
"""Seconds between requests, many of which are wanted in the same moment."""
KINDS = st.sampled_from(Verb)


def _sent(limits: Limits, ask: Request, gaps: Sequence[float], start: float) -> list[float]:
    """Return when the requests go that are wanted with these gaps between them."""
    now, found = start, list[float]()
    for gap in gaps:
        now += gap
        found.append(now + limits.reserve(ask, now))
    return found


@given(kind=KINDS, gaps=GAPS)
def test_without_a_refusal_everything_goes_at_once(kind: Verb, gaps: list[float]) -> None:
    """Nothing is held back on suspicion."""
    limits = Limits()

    assert _sent(Limits(), Request(kind), gaps, NOW) == _sent(limits, Request(kind), gaps, NOW)
    assert [0.0] * len(gaps) == [limits.reserve(Request(kind), NOW) for _ in gaps]


@given(kind=KINDS, before=GAPS, gaps=GAPS, wait=st.floats(0.1, 400))
@example(kind=Verb.WRITE, before=[0.0], gaps=[*[0.0] * 41, 15.0, *[0.0] * 15], wait=11.0)
def test_after_a_refusal_the_rate_is_kept(kind: Verb, before: list[float], gaps: list[float], wait: float) -> None:
    """None before Retry-After ends; between any two of them no more than the rate allows, and one second's burst."""
    limits, ask = Limits(), Request(kind)
    now = max(_sent(limits, ask, before, NOW))
    limits.refuse(ask, ThrottledError("no", retry_after=wait), now, now, 1)
    sent = sorted(_sent(limits, ask, gaps, now))

    assert now + wait <= min(sent) + 1e-6
    for first, began in enumerate(sent):
        for last in range(first, len(sent)):
            rate = REFILL[kind] * (1 + (sent[last] - now) / _GROWTH)
            assert last - first + 1 <= rate * (sent[last] - began) + max(rate, 1) + 1 + 1e-6


@given(wait=st.floats(0.1, 400), gaps=GAPS, kind=KINDS)
def test_the_provider_holds_back_one_region_only(wait: float, gaps: list[float], kind: Verb) -> None:
    """Other regions and kinds go as if nothing had happened; after the wait so does this one."""
    limits, here = Limits(), Request(kind, "westeurope")
    limits.refuse(here, ThrottledError("no", code="ResourceRequestsThrottled", retry_after=wait), NOW, NOW, 1)
    others = [Request(kind, "northeurope"), *(Request(each, "westeurope") for each in Verb if each is not kind)]

    assert {0.0} == {limits.reserve(each, NOW) for each in others for _ in gaps}
    assert {0.0} == {limits.reserve(here, NOW + wait + 1e-3) for _ in gaps}
    assert all(each >= NOW + wait - 1e-6 for each in _sent(limits, here, gaps, NOW))
