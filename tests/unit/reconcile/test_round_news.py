"""What of a round is news: what has changed, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from aci_reconcile.reconcile.round_news import NewsKind, compare_rounds, describe_round
from aci_reconcile.reconcile.rounds import Concern, Fault, Healed, Round, Trouble

GOOD = Round(1, 0, planned=True, declared=3, owned=3, in_sync=3)
DIFFERS = Concern("rg/web", Trouble.DIFFERS, "differs: tags.team")
BAD = replace(GOOD, fault=Fault.AZURE, failure="no answer")


def list_kinds(before: Round | None, now: Round) -> list[NewsKind]:
    """Return the kinds of the news."""
    return [each.kind for each in compare_rounds(before, now)]


def test_a_round_like_the_one_before_is_no_news() -> None:
    """Whatever it found."""
    for each in (GOOD, replace(GOOD, concerns=(DIFFERS,)), BAD, replace(GOOD, paused="a freeze")):
        assert () == compare_rounds(each, replace(each, number=2, seconds=3))


def test_the_first_round_says_how_everything_stands() -> None:
    """And what is the matter."""
    first = compare_rounds(None, replace(GOOD, in_sync=2, concerns=(DIFFERS,)))

    assert [(NewsKind.ROUND, ""), (NewsKind.TROUBLE, "rg/web")] == [(each.kind, each.address) for each in first]
    assert first[0].text == "3 groups, 2 as declared; 1 differs"


def test_a_failure_is_said_once_and_so_is_its_end() -> None:
    """Another failure is news."""
    assert [NewsKind.ROUND_FAILED] == list_kinds(None, BAD)
    assert [NewsKind.ROUND_FAILED] == list_kinds(BAD, replace(BAD, failure="refused"))
    assert [NewsKind.ROUNDS_GOOD_AGAIN] == list_kinds(BAD, GOOD)


def test_a_trouble_that_ends_is_news_unless_it_was_healed() -> None:
    """What was healed was said already."""
    troubled = replace(GOOD, concerns=(DIFFERS,))

    assert [NewsKind.SETTLED] == list_kinds(troubled, GOOD)
    assert [] == list_kinds(troubled, replace(GOOD, healed=(Healed("RG/web", "update", "tags only", 1),)))


def test_a_trouble_that_becomes_another_is_news() -> None:
    """So is another reason; but not how often a container has restarted."""
    held = replace(GOOD, concerns=(replace(DIFFERS, trouble=Trouble.HELD),))
    sick = replace(GOOD, concerns=(Concern("rg/web", Trouble.UNHEALTHY, "restarted 3 times"),))

    assert [NewsKind.TROUBLE] == list_kinds(replace(GOOD, concerns=(DIFFERS,)), held)
    assert [NewsKind.TROUBLE] == list_kinds(held, replace(GOOD, concerns=(replace(held.concerns[0], text="why"),)))
    assert [] == list_kinds(sick, replace(GOOD, concerns=(replace(sick.concerns[0], text="restarted 4 times"),)))


def test_a_pause_and_its_end_are_news() -> None:
    """With the reason."""
    paused = replace(GOOD, paused="a freeze")

    assert [NewsKind.PAUSED] == list_kinds(GOOD, paused)
    assert [NewsKind.RESUMED] == list_kinds(paused, GOOD)


def test_how_everything_stands_in_a_line() -> None:
    """One group is one group."""
    assert describe_round(replace(GOOD, declared=1, in_sync=1)) == "1 group, all as declared"
