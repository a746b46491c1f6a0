"""Two applies at once on the same groups, request by request in every order that Hypothesis thinks of.

Laws: both end, with an exit code of their own and no traceback; each group is wholly what one of the two declares, its
secrets and its memory (our own tags) included; a run calls a group its own only if it was so at its last look; what a
run could not make its own it names, with 5. An apply afterwards, by either, makes the groups its own.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from arena import GROUPS, Arena
from hypothesis import given, settings
from hypothesis import strategies as st
from mixed import RULES
from sweep import Ran, as_command, equal
from thoroughness import up_to

from aci_reconcile.core import tags
from aci_reconcile.core.errors import ExitCode
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import Fingerprint
from aci_reconcile.emulator import Knobs
from aci_reconcile.reconcile.events import Failed, Moved, Succeeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.core.model import Resource

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
# What puts a deletion off: nothing shows that Azure does.
BUSY = Knobs(provisioning_seconds=1, delete_while_transitioning="refuse")
OK, ERROR, LEFT = int(ExitCode.OK), int(ExitCode.ERROR), int(ExitCode.NOT_CONVERGED)


def _runs(arena: Arena, wanted: Resource) -> bool:
    """Whether what runs is what was declared, with the secret that was sent last."""
    declared = next((each.reveal() for each in secrets_of(wanted.body).values()), "")
    return equal(arena.live(wanted).body, wanted) and declared == arena.secret(wanted)


def _remembers(live: Resource, wanted: Resource) -> bool:
    """Whether a group's memory is of the write of this manifest, and of nothing that went wrong."""
    declared, applied = secrets_of(wanted.body), tags.Applied.of(live.tags)
    mark = Fingerprint.parse(tags.get(live.tags, tags.SECRETS))
    known = mark.matches(declared, RULES["fingerprint_key"]) is True if declared and mark else not declared
    return known and (tags.digest_desired(wanted.body), "") == (applied.desired, applied.refused)


def _untrue(ran: Ran, wanted: Sequence[Resource]) -> list[str]:
    """Return the groups that a run calls its own, though its last look at them says otherwise; and what it hides."""
    declared = {each.id.key: each for each in wanted}
    good = [event.live for event in ran.events if isinstance(event, Succeeded) and event.live]
    found = [each.address for each in good if not _own(each, declared[each.id.key])]
    bad = [event.change for event in ran.events if isinstance(event, (Failed, Moved))]
    if ran.code == LEFT:
        found += [change.address for change in bad if change.address not in ran.out]
    return found if (ran.code == OK) == (not bad and bool(ran.events)) else [f"exit code {ran.code}", *found]


def _own(live: Resource, wanted: Resource) -> bool:
    return equal(live.body, wanted) and _remembers(live, wanted)


@st.composite
def _meetings(draw: st.DrawFn) -> tuple[list[str], bool, list[int]]:
    """Draw which groups there are, whether they are there before, and whose turn it is."""
    names = draw(st.lists(st.sampled_from(sorted(GROUPS)), min_size=1, max_size=2, unique=True))
    return names, draw(st.booleans()), draw(st.lists(st.integers(0, 1), max_size=40))


def _met(names: list[str], there: bool, order: list[int]) -> tuple[Arena, list[tuple[Ran, tuple[Resource, ...]]]]:
    """Let the two meet; returns the world, and how each run ended with what it wanted."""
    before, one, other = zip(*(GROUPS[name] for name in names), strict=True)
    arena = Arena.holding(*(before if there else ()))
    ran = arena.both(one, other, order)
    return arena, list(zip(ran, (one, other), strict=True))


@given(meeting=_meetings())
@settings(max_examples=1000 if LONG else up_to(20))
def test_two_applies_at_once_both_end_and_nothing_that_runs_is_a_mixture(meeting: Any) -> None:
    """Image, size, tags and secrets of a group come from one manifest; who did not get through says 5, or 1."""
    arena, runs = _met(*meeting)
    (_, one), (_, other) = runs

    assert {ran.code for ran, _ in runs} <= {OK, ERROR, LEFT}
    assert [] == [each[0].address for each in zip(one, other, strict=True) if not any(_runs(arena, x) for x in each)]


@given(meeting=_meetings())
@settings(max_examples=1000 if LONG else up_to(20))
def test_two_applies_at_once_leave_a_true_memory(meeting: Any) -> None:
    """What a group remembers is the write that it holds; both told the truth; and each can have its way afterwards."""
    arena, runs = _met(*meeting)

    assert [] == [each for ran, wanted in runs for each in _untrue(ran, wanted)]
    for pair in zip(*(wanted for _, wanted in runs), strict=True):
        assert any(_runs(arena, each) and _remembers(arena.live(each), each) for each in pair)
    for _, wanted in runs:
        assert OK == as_command(arena, wanted).code
        assert all(_runs(arena, each) and _remembers(arena.live(each), each) for each in wanted)


def _written(method: str, answer: bytes, seen: list[str]) -> bool:
    """Whether a run has just sent its first body."""
    return method == "PUT"


def _deleted(method: str, answer: bytes, seen: list[str]) -> bool:
    """Whether a run has just deleted the group."""
    return method == "DELETE"


def _seen_settled(method: str, answer: bytes, seen: list[str]) -> bool:
    """Whether a run has just seen that its write has settled."""
    settled = b'"provisioningState":"Succeeded"' in answer and b'"instanceView"' in answer
    return method == "GET" and "PUT" in seen and settled


def _absent(method: str, answer: bytes, seen: list[str]) -> bool:
    """Whether a run has just read that the group is not there."""
    return method == "GET" and b'"ResourceNotFound"' in answer


def _overtaken(name: str) -> tuple[Arena, Ran]:
    """Let a whole apply of the second manifest run in the middle of one of the first."""
    before, one, other = GROUPS[name]
    arena = Arena.holding(before)
    inner: list[Ran] = []
    ran = arena.interrupted(one, _written, lambda: inner.append(as_command(arena, [other])))
    assert [OK] == [each.code for each in inner]
    assert _runs(arena, other)
    return arena, ran


def test_the_fingerprint_of_the_loser_is_not_put_on_the_secret_of_the_winner() -> None:
    """Or the loser's next apply finds its own secret, where another one is."""
    arena, ran = _overtaken("secret")
    _, one, other = GROUPS["secret"]

    assert _remembers(arena.live(other), other)
    assert LEFT == ran.code
    assert OK == as_command(arena, [one]).code
    assert _runs(arena, one)


def test_the_loser_does_not_take_the_body_of_the_winner_for_what_azure_left_of_its_own() -> None:
    """Or its next apply refuses to write, because writing again would be in vain."""
    arena, ran = _overtaken("image")
    _, one, other = GROUPS["image"]

    assert _remembers(arena.live(other), other)
    assert (LEFT, True) == (ran.code, "Azure accepted the write" not in ran.out)
    assert OK == as_command(arena, [one]).code


def test_who_is_overtaken_while_waiting_for_health_says_so() -> None:
    """The last look is at somebody else's group; that is no success."""
    before, one, other = GROUPS["image"]
    arena = Arena.holding(before)
    arena.stable_for = 60
    ran = arena.interrupted(one, _seen_settled, lambda: arena.arm("PUT", str(other.id), other.body))

    assert equal(arena.live(other).body, other)
    assert (LEFT, [Moved]) == (ran.code, [type(each) for each in ran.events if isinstance(each, (Failed, Moved))])


def test_a_write_that_was_put_off_looks_again_before_it_is_sent() -> None:
    """409 because somebody else's write is under way: after it, the group is no longer the one that was planned for."""
    _, one, other = GROUPS["image"]
    arena = Arena()
    ran = arena.interrupted(one, _absent, lambda: arena.arm("PUT", str(other.id), other.body))

    assert equal(arena.live(other).body, other)
    assert (LEFT, [Moved]) == (ran.code, [type(each) for each in ran.events if isinstance(each, (Failed, Moved))])


def test_a_deletion_that_was_put_off_looks_again_before_it_is_sent() -> None:
    """An orphan that another project takes over, just as it is about to be deleted: it is not ours any more."""
    orphan, kept = GROUPS["image"][0], GROUPS["tags"][0]
    arena = Arena.holding(orphan, kept, knobs=BUSY)
    theirs = {**orphan.body, "tags": {tags.OWNER: "somebody else", tags.PROTECTED: "true"}}
    ran = arena.interrupted(kept, _orphan_read, lambda: arena.arm("PUT", str(orphan.id), theirs))

    assert "error" not in arena.live(orphan).body
    assert (LEFT, [Moved]) == (ran.code, [type(each) for each in ran.events if isinstance(each, (Failed, Moved))])


def _orphan_read(method: str, answer: bytes, seen: list[str]) -> bool:
    """Whether a run has just read the group that it is about to delete."""
    return method == "GET" and b'"name":"image"' in answer and b'"instanceView"' in answer


def test_a_deletion_whose_name_was_taken_again_is_not_waited_for() -> None:
    """Between the deletion and the creation of a recreation somebody else creates the group."""
    before, one, other = GROUPS["size"]
    arena = Arena.holding(before)
    began = arena.clock.now()
    ran = arena.interrupted(one, _deleted, lambda: as_command(arena, [other]))

    assert _runs(arena, other)
    assert LEFT == ran.code
    assert arena.clock.now() - began < arena.timeout
