"""The plan of an apply and its events, recorded so that reports can show all of it at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.cli.options import PLAIN
from aci_reconcile.cli.plan_output import make_plan_line
from aci_reconcile.reconcile.events import Finished
from aci_reconcile.render.escape import dump
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.page.apply import make_apply_page
from aci_reconcile.render.page.plan import make_plan_page
from aci_reconcile.render.text.apply import render_addresses, render_event_text, render_summary_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.reports import Reports
    from aci_reconcile.core.backend import Clock
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.page.page import Page


class ApplyRecord:
    """One apply: its plan, and its events with their times."""

    def __init__(self, plan: Plan, header: Header, reports: Reports, clock: Clock, *, verb: str = "Apply") -> None:
        self._verb = verb
        self._plan = plan
        self._header = header
        self._clock = clock
        self._reports = reports
        self._events: list[tuple[float, Event]] = []
        # A run that fails reports at least what it was about to do.
        reports.known = lambda: make_plan_page(plan, header)
        reports.begun = self._render_plan

    def follow(self, events: Iterable[Event]) -> Iterator[Event]:
        """Record the events, and pass them on."""
        for event in events:
            self._events.append((self._clock.now(), event))
            yield event

    def render(self, console: Console) -> str:
        """Return all of it in the format of the console."""
        if console.json:
            return "\n".join(self._list_lines(console))
        if console.format in PLAIN:
            return "\n\n".join(self._list_sections(console))
        return self._reports.page(self.make_page(), console)

    def make_page(self) -> Page:
        """Return all of it as a page."""
        events = [event for _, event in self._events]
        return make_apply_page(self._plan, events, self._finished, self._header, verb=self._verb)

    @property
    def _finished(self) -> Finished:
        ends = (event for _, event in reversed(self._events) if isinstance(event, Finished))
        return next(ends, Finished())

    def _render_plan(self, console: Console) -> str:
        """Return the plan as text or as a line of JSON."""
        from aci_reconcile.cli.plan_output import render_plan

        if console.json:
            return dump(make_plan_line(self._plan, self._header, console), indent=None)
        return render_plan(self._plan, self._header, console)

    def _list_lines(self, console: Console) -> Iterator[str]:
        yield self._render_plan(console)
        yield from (render_event_json(event, timestamp=time) for time, event in self._events)

    def _list_sections(self, console: Console) -> Iterator[str]:
        yield self._render_plan(console)
        happened = (event for _, event in self._events if not isinstance(event, Finished))
        yield "\n".join(render_event_text(event, console.style) for event in happened)
        yield render_summary_text(self._finished, console.style, verb=self._verb)
        if where := render_addresses(self._finished):
            yield where
