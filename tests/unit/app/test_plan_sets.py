"""Which part of which whole a saved plan is, whatever its file says; and what a folder must hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aci_reconcile.app.plan_sets import check_plan_set, read_part, sort_parts
from aci_reconcile.core.errors import StalePlanError

FOLDER = Path("plans")


def make(number: int, count: int = 3, *, plan: str = "p", commit: str = "c", **whole: Any) -> dict[str, Any]:
    """Return what a plan says of itself."""
    shard = {"number": number, "count": count, "plan": plan}
    return {"project": "shop", "commit": commit, "shard": shard, "request": {"whole": {"id": plan, **whole}}}


def complain(*documents: dict[str, Any]) -> str:
    """Return what is wrong with a folder that holds these plans; empty if nothing is."""
    parts = sort_parts(read_part(each, FOLDER / f"{number}.json") for number, each in enumerate(documents, 1))
    try:
        check_plan_set(parts, FOLDER)
    except StalePlanError as error:
        return error.message.partition(":\n  ")[2]
    return ""


@pytest.mark.parametrize(
    "shard",
    [
        None,
        [],
        "1/3",
        {},
        {"number": 1, "count": 3},
        {"number": 1, "count": 3, "plan": ""},
        {"number": "1", "count": 3, "plan": "p"},
        {"number": 0, "count": 3, "plan": "p"},
        {"number": 4, "count": 3, "plan": "p"},
        {"number": 1, "count": 10**12, "plan": "p"},
        {"number": 1.5, "count": 3, "plan": "p"},
    ],
)
def test_what_is_no_part(shard: object) -> None:
    """The seal only says that the file is as it was saved, and anybody can make one."""
    assert "plans/1.json was not saved by shards --out" == complain({"shard": shard, "request": "?", "commit": 7})


def test_a_whole() -> None:
    """In any order; one without a commit, too; and one of one shard."""
    assert "" == complain(make(3), make(1), make(2))
    assert "" == complain(*(make(each, commit="") for each in (1, 2, 3)))
    assert "" == complain(make(1, 1))


def test_what_is_not_the_same_in_all() -> None:
    """A line for each plan that differs."""
    assert "plans/2.json is of no commit, and plans/1.json of c" == complain(make(1), make(2, commit=""), make(3))
    assert "plans/2.json is of shard 2/4, and plans/1.json of shard 1/3" == complain(make(1), make(2, 4), make(3))
    assert "plans/2.json is of the whole q, and plans/1.json of p" == complain(make(1), make(2, plan="q"), make(3))


def test_a_project_of_a_fleet_is_no_part_of_a_single_project() -> None:
    """Whichever comes first, though together they look like all three."""
    mixed = "is of a fleet, and plans"
    fleet = make(1, project="a", projects=["a"])

    assert f"plans/1.json {mixed}/2.json of one project" == complain(fleet, make(1))
    assert f"plans/2.json {mixed}/1.json of one project" == complain(
        make(1, 2), make(2, 2, project="a", projects=["a"])
    )


def test_many_problems_are_not_all_told() -> None:
    """Ten of them say enough."""
    assert "of 1000 shards there is no plan of 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 …" == complain(make(1, 1000))
    assert 10 == len(complain(*({} for _ in range(20))).splitlines())
    assert 10 == len(complain(*(make(1, plan=f"p{each}") for each in range(20))).splitlines())


def test_names_begin_no_line() -> None:
    """A job obeys lines such as ``::error::``."""
    said = complain(make(1, project="a", projects=["a", "b\n::error::x"]))

    assert "of the projects of shard 1/3 there is no plan of b ::error::x" == said


def test_the_projects_of_a_shard() -> None:
    """Each once, whatever their files are called."""
    one, two = (make(2, project=name, projects=["a", "b"]) for name in ("a", "b"))

    assert "" == complain(two, one)
    assert "of the projects of shard 2/3 there is no plan of a" == complain(two)
    assert "plans/1.json and plans/3.json are both the plan of a" == complain(one, two, one)
    other = make(1, project="b", projects=["a", "b"])
    assert "plans/1.json is of shard 2/3, and plans/2.json of shard 1/3" == complain(one, other)
