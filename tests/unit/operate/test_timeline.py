"""One timeline of what happened to groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from factories import container, group
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.operate.timeline import Entry, Source, find_news, make_timeline
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.events import EventTable
from aci_reconcile.render.text.style import PLAIN

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource


def event(name: str, first: str, last: str, count: int = 1, kind: str = "Normal") -> dict[str, Any]:
    """Return an event as Azure shows it."""
    times = {"firstTimestamp": f"2026-01-01T{first}Z", "lastTimestamp": f"2026-01-01T{last}Z"}
    return {"name": name, "type": kind, "message": f"{name}!", "count": count, **times}


def live(view: Any, *events: Any, init: Any = None, name: str = "web") -> Resource:
    """Return a live group with these views."""
    shown = group(name, container("web", instanceView=view))
    more = [{"name": "setup", "properties": {"instanceView": init}}] if init else []
    inner: Any = {**shown.properties, "initContainers": more, "instanceView": {"events": list(events)}}
    return replace(shown, body={**shown.body, "properties": inner})


ENDED = {
    "state": "Terminated",
    "exitCode": 137,
    "detailStatus": "OOMKilled",
    "startTime": "2026-01-01T10:00:00Z",
    "finishTime": "2026-01-01T10:00:09.5Z",
}
RUNS = {"state": "Running", "startTime": "2026-01-01T10:00:12Z"}


def names(entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    """Return where and what, in order."""
    return [(each.container, each.name) for each in entries]


def test_all_of_a_group_is_in_one_order() -> None:
    """Its own events, those of init containers and of containers, and what follows from states."""
    view = {
        "restartCount": 3,
        "currentState": RUNS,
        "previousState": ENDED,
        "events": [event("Pulled", "09:59:58", "09:59:58"), event("Started", "10:00:00", "10:00:12", 2)],
    }
    setup = {
        "currentState": {**ENDED, "exitCode": 0, "finishTime": "2026-01-01T09:59:59Z", "detailStatus": "Completed"}
    }
    found = make_timeline([live(view, event("FailedMount", "09:00:00", "09:59:00", 3), init=setup)])

    assert [
        ("", "FailedMount"),
        ("web", "Pulled"),
        ("setup", "Exited"),
        ("web", "Exited"),
        ("web", "Started"),
        ("web", "Restarted"),
    ] == names(found)
    assert ["exit code 0, Completed", "exit code 137 (killed by SIGKILL, often for its memory), OOMKilled"] == [
        each.message for each in found if each.name == "Exited"
    ]
    assert "restart 3" == found[-1].message
    assert [True, False] == [each.init for each in found if each.name == "Exited"]


def test_counts_are_told_with_their_span() -> None:
    """Three times over 59 minutes; what happened once took no time."""
    often, once = make_timeline([live({}, event("A", "09:00:00", "09:59:00", 3), event("B", "09:59:30", "09:59:30"))])

    assert (3540, 0) == (often.seconds, once.seconds)


def test_a_group_that_was_stopped_says_so() -> None:
    """With Azure's words, and no code: it shows none."""
    stopped = {
        "state": "Terminated",
        "finishTime": "2026-01-01T10:00:00Z",
        "detailStatus": "Container stopped per client request",
    }
    (found,) = make_timeline([live({"currentState": stopped})])

    words = "Container stopped per client request"

    assert ("Stopped", words, "Normal") == (found.name, found.message, found.type)


def test_news_are_what_was_not_known_in_this_form() -> None:
    """An event that happens again is news; a second end is another entry."""
    known: dict[tuple[str, ...], tuple[int, str]] = {}
    one = make_timeline([live({"previousState": ENDED, "events": [event("Started", "10:00:00", "10:00:00")]})])
    later = {**ENDED, "finishTime": "2026-01-01T10:05:00Z"}
    two = make_timeline([live({"previousState": later, "events": [event("Started", "10:00:00", "10:00:12", 2)]})])

    assert list(one) == list(find_news(one, known))
    assert [] == list(find_news(one, known))
    assert ["Started", "Exited"] == [each.name for each in find_news(two, known)]


TEXT = st.text(max_size=120)
ENTRIES = st.builds(
    Entry, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.booleans(), st.integers(0, 10**6), TEXT, st.sampled_from(Source)
)


@given(st.lists(ENTRIES, max_size=4), st.sampled_from([0, 60, 80, 160]))
def test_whatever_azure_says_is_harmless(entries: list[Entry], width: int) -> None:
    """A terminal obeys none of it, and each line is one."""
    groups = [group("web"), group("db")]
    lines = list(EventTable.of(groups, entries, PLAIN, width).render(entries))

    assert [sanitize(line) for line in lines] == lines
    assert len(lines) >= len(entries)
