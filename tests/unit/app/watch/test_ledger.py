"""What a day has taken of the limits: counted before it is done, settled after it, and forgotten a day later."""

from __future__ import annotations

from factories import group, live, owned, rid

from aci_reconcile.app.watch.ledger import DAY, HOUR, Entry, Kind, Ledger, begin_unknown, list_entries
from aci_reconcile.planning import Action, Change, Impact

NOW = 1_800_000_000.0


def test_what_is_expected_counts_at_once() -> None:
    """Whether it is done or not: a process that is killed in between has counted it."""
    ledger = Ledger().expect([Entry(NOW, Kind.DELETION, "rg/a"), Entry(NOW, Kind.RECREATION, "rg/b")])
    spent = ledger.count_spent(NOW)

    assert (1, 1, 0) == (spent.deletions, spent.recreations, spent.restarts)


def test_what_was_not_sent_does_not_count_after_all() -> None:
    """What was sent counts from its end, whenever it was sent."""
    ledger = Ledger().expect([Entry(NOW, Kind.DELETION, "rg/A"), Entry(NOW, Kind.DELETION, "rg/b")])
    settled = ledger.settle({"rg/a"}, NOW + HOUR)

    assert (Entry(NOW + HOUR, Kind.DELETION, "rg/b"),) == settled.entries
    assert (1, 0) == (settled.count_spent(NOW + DAY).deletions, settled.count_spent(NOW + DAY + HOUR).deletions)


def test_settling_leaves_what_was_settled_before() -> None:
    """Another change of the same group may not be sent, and the first one was."""
    ledger = Ledger((Entry(NOW, Kind.RESTART, "rg/a"),)).expect([Entry(NOW + 60, Kind.RESTART, "rg/a")])

    assert (Entry(NOW, Kind.RESTART, "rg/a"),) == ledger.settle({"rg/a"}, NOW + 60).entries


def test_the_most_groups_of_a_day_are_remembered() -> None:
    """By the hour, and for a day."""
    ledger = Ledger().note_owned(10, NOW).note_owned(4, NOW + 1).note_owned(3, NOW + 2 * HOUR)

    assert ledger.note_owned(3, NOW + 2 * HOUR) is ledger
    assert ledger.count_spent(NOW + 2 * HOUR).owned == 10
    assert ledger.count_spent(NOW + DAY + 2 * HOUR).owned == 3
    assert ledger.forget(NOW + 3 * DAY).owned == ()


def test_nobody_knows_of_the_day_before_the_first_start() -> None:
    """For a day."""
    ledger = begin_unknown(NOW)

    assert ledger.count_spent(NOW + DAY - 1).unknown
    assert not ledger.count_spent(NOW + DAY).unknown


def test_restarts_of_a_group_are_those_of_an_hour() -> None:
    """That was made because it did not run."""
    entries = (
        Entry(NOW - 2 * HOUR, Kind.REVIVAL, "rg/a"),
        Entry(NOW - 60, Kind.REVIVAL, "RG/a"),
        Entry(NOW - 30, Kind.REVIVAL, "rg/a"),
        Entry(NOW - 25, Kind.RESTART, "rg/a"),
        Entry(NOW - 20, Kind.DELETION, "rg/a"),
        Entry(NOW - 10, Kind.REVIVAL, "rg/b"),
    )

    assert (NOW - 60, NOW - 30) == Ledger(entries).list_restarts("rg/A", NOW)


def test_what_of_a_plan_is_counted() -> None:
    """What deletes and what restarts; a killed run's leftover is nothing that anybody has to allow."""
    before, after = owned(group()), group()
    made = {
        Kind.DELETION: Change(rid(), Action.DELETE, before=before),
        Kind.RECREATION: Change(rid(), Action.REPLACE, Impact.RECREATE, before, after),
        Kind.RESTART: Change(rid(), Action.UPDATE, Impact.RESTART, before, after),
        Kind.REVIVAL: Change(rid(), Action.UPDATE, Impact.START, before, after),
    }
    others = (
        Change(rid(), Action.CREATE, after=after),
        Change(rid(), Action.UPDATE, Impact.TAGS_ONLY, before, after),
        Change(rid(), Action.DELETE, before=live(group()), leftover=True),
    )

    assert list(made) == [each.kind for each in list_entries(made.values(), NOW)]
    assert () == list_entries(others, NOW)
