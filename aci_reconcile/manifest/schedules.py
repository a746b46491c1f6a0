"""``lifecycle.schedule``: whether a group is to run at a moment. The moment is an argument; only ``watch`` has one.

A tick starts or stops the group, and what it said holds until the next one. If both tick in the same minute, the group
runs. When clocks go forward, a tick in the missing hour comes right after it; when they go back, a tick at a fixed time
comes once, the first time.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import Power, Switch
from aci_reconcile.manifest.project.cron import CronError, check_cron, find_last_tick, find_next_tick
from aci_reconcile.manifest.project.freeze import WindowError, find_zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.model import Key, Lifecycle, Resource, Schedule

_MINUTE: Final = 60
_MOST: Final = 64
"""Ticks that say nothing new, before the next switch is given up: a start every minute, and a stop once a year."""


class ScheduleError(ValueError):
    """An invalid schedule; ``key`` names the invalid setting."""

    def __init__(self, key: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.key = key
        self.hint = hint


def check_schedule(schedule: Schedule, now: float = 0) -> None:
    """Check that a schedule can be followed.

    Args:
        schedule: as the manifest has it.
        now: any moment; from there on, a tick must come.

    Raises:
        ScheduleError: an expression or the time zone is invalid, or start and stop are the same.
    """
    try:
        zone = find_zone(schedule.timezone)
    except WindowError as error:
        raise ScheduleError("timezone", str(error), error.hint) from error
    for key, cron in (("start", schedule.start), ("stop", schedule.stop)):
        try:
            check_cron(cron)
        except CronError as error:
            raise ScheduleError(key, str(error), error.hint) from error
        if find_next_tick(cron, zone, now) is None:
            raise ScheduleError(key, "this moment never comes", "correct the day and the month")
    if schedule.start.upper().split() == schedule.stop.upper().split():
        raise ScheduleError("stop", "the group would be started and stopped at the same time", "change one of the two")


def find_declared_power(schedule: Schedule, now: float) -> Power:
    """Return whether a group is to run at a moment: what the last tick said."""
    return _find_power(schedule, int(now // _MINUTE))


@lru_cache(maxsize=1024)
def _find_power(schedule: Schedule, minute: int) -> Power:
    """Return it for a minute, in which nothing ticks but at its beginning. Many groups have one schedule."""
    zone, now = find_zone(schedule.timezone), float(minute * _MINUTE)
    start = find_last_tick(schedule.start, zone, now)
    stop = find_last_tick(schedule.stop, zone, now)
    return Power.STOPPED if stop is not None and (start is None or stop > start) else Power.RUNNING


def find_next_switch(schedule: Schedule, now: float) -> float | None:
    """Return when a group is to be started or stopped next, in seconds since the epoch; None if nobody can say."""
    zone, power = find_zone(schedule.timezone), find_declared_power(schedule, now)
    cron = schedule.stop if power is Power.RUNNING else schedule.start
    for _ in range(_MOST):
        tick = find_next_tick(cron, zone, now)
        if tick is None or find_declared_power(schedule, tick) is not power:
            return tick
        now = tick
    return None


def list_switches(resources: Iterable[Resource], now: float) -> dict[Key, Switch]:
    """Return when the schedules of declared groups start or stop them next; those that nobody can say are left out."""
    found: dict[Key, Switch] = {}
    known: dict[Schedule, float | None] = {}
    for each in resources:
        schedule = each.lifecycle.schedule
        if schedule is None:
            continue
        if schedule not in known:
            known[schedule] = find_next_switch(schedule, now)
        at = known[schedule]
        if at is not None:
            found[each.id.key] = Switch(at, find_declared_power(schedule, at))
    return found


def declare_power(resources: Iterable[Resource], now: float) -> tuple[Resource, ...]:
    """Return declared groups with the ``power`` that their schedules say for a moment; who has it stays the same."""
    return tuple(each if each.lifecycle.schedule is None else _declare(each, each.lifecycle, now) for each in resources)


def _declare(resource: Resource, lifecycle: Lifecycle, now: float) -> Resource:
    power = find_declared_power(lifecycle.schedule, now) if lifecycle.schedule is not None else lifecycle.power
    return resource if power is lifecycle.power else replace(resource, lifecycle=replace(lifecycle, power=power))
