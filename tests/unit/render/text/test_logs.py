"""Log lines and the marks between them, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import rid

from aci_reconcile.core.errors import ForbiddenError
from aci_reconcile.operate.container_runs import ContainerRun
from aci_reconcile.operate.log_events import (
    LogEnd,
    LogEvent,
    LogFailed,
    LogGap,
    LogLines,
    LogPolled,
    LogRestart,
    LogSource,
    LogWaiting,
)
from aci_reconcile.operate.log_lines import LogLine
from aci_reconcile.operate.log_marks import Missing
from aci_reconcile.render.text.logs import LogLayout, render_mark
from aci_reconcile.render.text.style import ANSI, PLAIN

APP, SIDE, JOB = (LogSource(rid(group), name) for group, name in (("web", "app"), ("web", "sidecar"), ("job", "job")))
HOSTILE = LogLines(APP, (LogLine("a\x1b[31mb\tc\u202e\r", "2026-11-29T10:00:00.5Z"), LogLine("")))
RUN = ContainerRun("2026-11-29T10:00:00Z", over=True, exit_code=137, detail="OOMKilled", restarts=3)


def test_lines_are_harmless_unless_they_are_to_be_raw() -> None:
    """Control characters are removed, tabs stay; the times stand before the text."""
    plain, timed = (LogLayout.of((APP,), PLAIN, named=False, timed=timed) for timed in (False, True))

    assert "ab\tc\n\n" == plain.render(HOSTILE)
    assert "2026-11-29T10:00:00.5Z ab\tc\n- \n" == timed.render(HOSTILE)
    assert "a\x1b[31mb\tc\u202e\r\n\n" == replace(plain, raw=True).render(HOSTILE)


def test_names_before_the_lines() -> None:
    """As short as they can be, all of one width, each in its colour."""
    same, several, alone = (
        LogLayout.of(sources, PLAIN, named=True) for sources in ((APP, SIDE), (APP, SIDE, JOB), (APP,))
    )
    coloured = LogLayout.of((APP, JOB), ANSI, named=True)

    assert ["app     | ", "sidecar | "] == list(same.prefixes.values())
    assert ["web/app     | ", "web/sidecar | ", "job         | "] == list(several.prefixes.values())
    assert ["app | "] == list(alone.prefixes.values())
    assert ["\x1b[36mweb |\x1b[0m ", "\x1b[33mjob |\x1b[0m "] == list(coloured.prefixes.values())


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (LogGap(APP, Missing.DROPPED), ": lines are missing here: Azure no longer has them"),
        (
            LogRestart(APP, replace(RUN, last_exit_code=1, last_detail="Er\x1bror")),
            " was restarted (restart 3): exit code 1, Error",
        ),
        (LogRestart(APP, ContainerRun("x")), " was restarted with its group"),
        (LogWaiting(APP, "Pending"), " has not begun yet: the group is Pending"),
        (LogWaiting(APP, ""), " has not begun yet"),
        (LogEnd(APP, RUN), " has ended: exit code 137, OOMKilled"),
        (LogEnd(APP, replace(RUN, exit_code=0, detail="Completed")), " has ended: exit code 0"),
        (LogEnd(APP, replace(RUN, exit_code=None, stopped=True)), " was stopped"),
        (LogEnd(APP, ContainerRun(final=True)), " will not begin: its group has ended"),
        (LogEnd(APP, None), " is gone: it was deleted"),
        (LogFailed(APP, ForbiddenError("no\x07")), ": no"),
        (LogPolled(APP, "no"), " cannot be attached to; its log is read every few seconds: no"),
        (HOSTILE, None),
    ],
)
def test_marks(event: LogEvent, text: str | None) -> None:
    """Each names its container; lines have none."""
    assert ("" if text is None else f"--- {APP.address}/app{text}") == render_mark(event)


@pytest.mark.parametrize("why", Missing)
def test_every_gap_has_words(why: Missing) -> None:
    """Whatever is missing."""
    assert len(render_mark(LogGap(APP, why))) > len("--- rg/web/app: lines")
