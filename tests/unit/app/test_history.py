"""The file of a history: what is saved is read again, and what it says is only shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.history import load_history, save_history
from aci_reconcile.core.errors import UsageError
from aci_reconcile.findings import History, Place
from aci_reconcile.findings.history import Container, Group

if TYPE_CHECKING:
    from pathlib import Path

NOW = "2026-11-30T10:00:00Z"
SHOP = Place("shop", "00000000-0000-0000-0000-000000000000")


def make_history(count: int, place: Place = SHOP) -> History:
    """Return the history of a project with so many groups of one container."""
    containers = (Container("containers[web]", "442e6b78c878f0c2", f"sha256:{'4' * 64}", 0),)
    names = [f"rg-shop-{number % 50}/web-{number}" for number in range(count)]
    return History(
        place, NOW, {}, {each: Group(each, NOW, "10.0.0.1", "60b6ff30269d81ac", containers) for each in names}
    )


def test_a_large_project_has_a_history(tmp_path: Path) -> None:
    """What all shards together saw is one file, which the next merge reads."""
    history = make_history(48_000)
    save_history(tmp_path / "h.json", history)

    assert 16 * 1024 * 1024 < (tmp_path / "h.json").stat().st_size
    assert history == load_history(tmp_path / "h.json", SHOP)


def test_a_violation_is_named_with_its_place(tmp_path: Path) -> None:
    """In one line, without what a terminal or a job would obey."""
    file = tmp_path / "h.json"
    save_history(file, make_history(1))
    file.write_text(file.read_text("utf-8").replace(f'"seen": "{NOW}"', r'"seen": "\n::error::\u001b[31mx"'), "utf-8")
    with pytest.raises(UsageError, match=r"reads: groups\.rg-shop-0/web-0\.seen: ") as caught:
        load_history(file, SHOP)

    assert caught.value.message.isprintable()


def test_the_owner_of_another_history_says_nothing_to_the_job(tmp_path: Path) -> None:
    """The file comes from a cache, and the message is printed line by line."""
    save_history(tmp_path / "h.json", make_history(1, Place("x\n::error::y", "other")))
    with pytest.raises(UsageError, match="belongs to x ::error::y in subscription other") as caught:
        load_history(tmp_path / "h.json", SHOP)

    assert caught.value.message.isprintable()
