"""The ledger that another process has kept: the same again, or nothing."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.app.watch.ledger import DAY, HOUR, Entry, Kind, Ledger
from aci_reconcile.app.watch.ledger_file import LedgerFile
from aci_reconcile.app.watch.ledger_json import UnusableError, parse_ledger, render_ledger
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000.0
TIMES = st.floats(NOW - DAY + 1, NOW)
ENTRIES = st.builds(Entry, TIMES, st.sampled_from(Kind), st.text(max_size=9))
LEDGERS = st.builds(
    Ledger,
    st.lists(ENTRIES, max_size=5).map(tuple),
    st.just(((NOW - HOUR, 7),)),
    st.floats(0, NOW + DAY),
    st.sampled_from(["", "0" * 40]),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
)


@given(LEDGERS)
def test_what_is_kept_is_read_back(ledger: Ledger) -> None:
    """All of it."""
    assert ledger == parse_ledger(json.loads(json.dumps(render_ledger(ledger, "shop"))), "shop", NOW)


@given(JSON)
def test_anything_else_tells_nothing(document: Any) -> None:
    """Whatever it is; no other error."""
    with pytest.raises(UnusableError):
        parse_ledger(document, "shop", NOW)


@given(st.sampled_from(["format_version", "project", "unknown_until", "done", "owned", "commit"]), JSON)
def test_a_part_that_is_something_else_is_never_less_strict(key: str, value: Any) -> None:
    """Either it tells nothing, or it holds at least as much as before."""
    known = Ledger((Entry(NOW - 60, Kind.DELETION, "rg/a"),), ((NOW - HOUR, 7),))
    document = {**json.loads(json.dumps(render_ledger(known, "shop"))), key: value}
    try:
        found = parse_ledger(document, "shop", NOW)
    except UnusableError:
        return
    assert found.entries == known.entries or key == "done"
    assert found.count_spent(NOW).owned in {7, 0}


@pytest.mark.parametrize("time", [NOW + DAY, math.inf, math.nan, -1, 1e300, True, "yesterday"])
def test_times_that_cannot_be_tell_nothing(time: object) -> None:
    """A clock that was wrong for a moment must not hold everything for years."""
    done = [{"at": time, "kind": "deletion", "address": "rg/a", "settled": True}]
    document = {"format_version": 1, "project": "shop", "unknown_until": 0, "commit": "", "done": done, "owned": []}

    with pytest.raises(UnusableError):
        parse_ledger(document, "shop", NOW)


def test_what_had_not_ended_counts_from_now_on() -> None:
    """It may have been done a moment ago."""
    ledger = Ledger().expect([Entry(NOW - DAY + 60, Kind.DELETION, "rg/a")])
    found = parse_ledger(json.loads(json.dumps(render_ledger(ledger, "shop"))), "shop", NOW)

    assert found.count_spent(NOW + DAY - 1).deletions == 1


def test_the_file_is_private_and_whole(tmp_path: Path) -> None:
    """Nobody else reads it, and no draft stays beside it."""
    state = LedgerFile(tmp_path / "watch.state")
    state.write(Ledger(commit="abc"), "shop")

    assert state.file.stat().st_mode & 0o777 == 0o600
    assert [state.file] == list(tmp_path.iterdir())
    assert (Ledger(commit="abc"), "") == state.read("shop", NOW)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("name: web\n", "no state of a watch"),
        ('{"format_version": 2}', "another version"),
        ('{"format_version": 1, "project": "other\\u001b[31m"}', "that of other"),
    ],
)
def test_what_is_something_else_is_not_overwritten(tmp_path: Path, content: str, told: str) -> None:
    """It is an error, cleaned of what a terminal would obey."""
    file = tmp_path / "watch.state"
    file.write_text(content)

    with pytest.raises(UsageError, match=told) as caught:
        LedgerFile(file).read("shop", NOW)
    assert "\x1b" not in caught.value.message
    assert file.read_text() == content


@pytest.mark.parametrize("content", ["", "{", '{"format_version": 1', '{"format_version": 1, "project": 3}', "\n"])
def test_a_torn_file_counts_as_used_up(tmp_path: Path, content: str) -> None:
    """And says so."""
    file = tmp_path / "watch.state"
    file.write_text(content)
    ledger, why = LedgerFile(file).read("shop", NOW)

    assert ledger.count_spent(NOW).unknown
    assert "damaged" in why
