"""A saved plan keeps of a group that is as declared a digest of its tags, which notices all that the bodies' did."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from factories import OWNER, policy, rid
from hypothesis import assume, given
from hypothesis import strategies as st
from saved_plans import origin
from strategies import bodies, echoed

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource
from aci_reconcile.planning import Plan
from aci_reconcile.planning.decision import decide
from aci_reconcile.saved import make_document

if TYPE_CHECKING:
    from aci_reconcile.planning import Change

TOKEN = f"ghp_{'a1B2' * 9}"
OTHERS = st.dictionaries(
    st.sampled_from(["cost", "Cost", "team", tags.APPLIED, tags.PROTECTED, "note"]),
    st.sampled_from(["", "1", "2", "true", "v1:0:1", TOKEN, TOKEN.replace("a", "b")]),
    max_size=3,
)


def digest_live(change: Change) -> Any:
    """Return by what a saved plan notices that the live group moved."""
    plan = Plan(OWNER, (change,), policy=policy())
    saved = make_document(plan, origin(plan))
    return saved["unchanged"][0]["live"] if saved["unchanged"] else saved["resource_changes"][0]["fingerprint"]["live"]


@given(body=bodies(), seeds=st.tuples(st.integers(0, 9), st.integers(0, 9)), more=st.tuples(OTHERS, OTHERS))
def test_tags_show_what_whole_bodies_show(
    body: dict[str, Any], seeds: tuple[int, int], more: tuple[dict[str, str], dict[str, str]]
) -> None:
    """Of two looks at groups that are as declared, in the spellings of Azure: both are told apart, or neither."""
    desired, own = Resource(rid(), body), {tags.OWNER: OWNER}
    seen = [
        {**answer, "tags": {**(answer.get("tags") or {}), **own, **each}}
        for answer, each in zip((echoed(body, seed) for seed in seeds), more, strict=True)
    ]
    changes = [decide(desired, Resource(rid(), each), policy()) for each in seen]
    assume(all(each.in_sync for each in changes))
    whole = {digest_live(dataclasses.replace(each, in_sync=False)) for each in changes}

    assert len(whole) == len({digest_live(each) for each in changes})
