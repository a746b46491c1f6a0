"""The moving table on a terminal: what is left of it are plain lines."""

from __future__ import annotations

import io

from factories import FakeClock, rid

from aci_reconcile.cli.console import Console
from aci_reconcile.cli.progress import show_events
from aci_reconcile.core.errors import AzureError
from aci_reconcile.planning.values import Action, Change
from aci_reconcile.reconcile.events import (
    Event,
    Failed,
    Finished,
    ResourceGroupCreated,
    Skipped,
    Started,
    Succeeded,
    Waiting,
)
from aci_reconcile.render.text.style import ANSI, PLAIN


def created(name: str) -> Change:
    """Return the creation of a group."""
    return Change(rid(name), Action.CREATE)


def shown(*events: Event, notes: object = PLAIN) -> tuple[str, list[Finished]]:
    """Let the events pass on a terminal; return everything that it got, and the ends."""
    screen = io.StringIO()
    style = ANSI if notes is ANSI else PLAIN
    ends = show_events(events, Console(io.StringIO(), screen, notes=style, live=True), FakeClock())
    return screen.getvalue(), ends


def test_what_is_done_stays_as_plain_lines() -> None:
    """One line for what ended, none for the ways there, and the end is for the caller."""
    web, db = created("web"), created("db")
    text, ends = shown(
        ResourceGroupCreated(web.id.scope),
        Started(web),
        Waiting(web, "Creating"),
        Succeeded(web, None, 2),
        Started(db),
        Failed(db, AzureError("no room", code="QuotaExceeded"), 1),
        Skipped(created("api"), "rg-shop/db did not succeed"),
        Finished(added=1, failed=1),
    )

    assert [Finished(added=1, failed=1)] == ends
    assert 1 == text.count("resource group created")
    assert 1 == text.count("created after 2s")
    assert 1 == text.count("failed after 1s: QuotaExceeded: no room")
    assert 1 == text.count("skipped: rg-shop/db did not succeed")
    assert "waiting" not in text


def test_the_cursor_comes_back() -> None:
    """Whatever happens, the terminal is left as it was found."""
    text, _ = shown(Started(created("web")))

    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert text.rindex("\x1b[2K") > text.rindex("rg-shop/web")


def test_many_groups_do_not_fill_the_screen() -> None:
    """Beyond a dozen they are counted."""
    text, _ = shown(*(Started(created(f"web-{number}")) for number in range(15)))

    assert "and 3 more" in text


def test_colour_is_a_choice() -> None:
    """Without it the table moves, too, and is plain."""
    coloured, _ = shown(Succeeded(created("web"), None, 2), notes=ANSI)
    plain, _ = shown(Succeeded(created("web"), None, 2))

    assert "\x1b[32m" in coloured
    assert "\x1b[32m" not in plain
