"""``--time-box``: what was not begun is left to the next run, and the exit code says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


def test_an_apply_that_is_out_of_time_is_continued(project: CommandLine) -> None:
    """It writes nothing, says how much is left, and the next one does all of it."""
    project.group("api")
    ended = project("apply", "-y", "--time-box", "0s")
    again = project("apply", "-y", "--time-box", "1h")

    assert (6, 0) == (ended.code, again.code)
    assert "Apply unfinished. Resources: 0 added, 0 changed, 0 destroyed." in ended.out
    assert "The time box ended. Unfinished: 2 of 2 changes." in ended.out
    assert "Run apply again to continue." in ended.out
    assert "2 added" in again.out


def test_what_is_left_is_in_json(project: CommandLine) -> None:
    """In the event of the group, and in the last one."""
    project("apply", "-y")
    project.group("api")
    ended = project("apply", "-y", "--time-box", "0s", "--format", "json")
    events = {each["type"]: each for each in ended.documents}
    skipped, finished = events["skipped"], events["finished"]

    assert ("rg-shop/api", "the time box ended", True) == tuple(
        skipped[it] for it in ("address", "because", "unfinished")
    )
    assert (1, 1, 1) == (finished["planned"], finished["skipped"], finished["unfinished"])


def test_a_destroy_keeps_what_it_has_no_time_for(project: CommandLine) -> None:
    """And the resource group with it."""
    project("apply", "-y", "--create-resource-groups")
    ended = project("destroy", "-y", "--resource-groups", "--time-box", "0s")
    again = project("destroy", "-y", "--resource-groups")

    assert (6, 0) == (ended.code, again.code)
    assert "Unfinished: 1 of 1 change." in ended.out
    assert "1 destroyed" in again.out


@pytest.mark.parametrize("time", ["soon", "-1m", ""])
def test_what_is_no_time_is_a_usage_error(project: CommandLine, time: str) -> None:
    """Nothing is read."""
    ran = project("apply", "-y", "--time-box", time)

    assert 1 == ran.code
    assert "--time-box" in ran.err
