"""``lifecycle:``, which is for this tool and never sent to Azure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.fields.paths import display, parse, walk
from aci_reconcile.core.ignore import find_missing_entry, list_entry_keys, parse_ignorable
from aci_reconcile.core.model import Lifecycle, Power, Schedule, as_object, as_text
from aci_reconcile.manifest.group_codes import ACI143, ACI295, ACI306, ACI307, ACI317, ACI318
from aci_reconcile.manifest.schedules import ScheduleError, check_schedule
from aci_reconcile.manifest.source.diagnostics import quote

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body
    from aci_reconcile.manifest.syntax.items import Item


_UNSAID: Final = Lifecycle()
_OF_TASKS: Final = frozenset({"never", "onfailure"})
"""The restart policies of groups that end."""


def read_lifecycle(own_keys: Item, body: Body) -> Lifecycle:
    """Return the life cycle of a group, checked against its body."""
    item = own_keys.at("lifecycle")
    if not item:
        return _UNSAID
    protect = item.at("protect").value
    for path in item.each("ignore"):
        _check_ignored(path, body)
    return Lifecycle(
        protect=protect if isinstance(protect, bool) else None,
        adopt=item.at("adopt").value is True,
        replace=item.at("replace").value == "allow",
        detach=item.at("detach").value is True,
        power=_read_power(item, body),
        schedule=_read_schedule(item, body),
        depends_on=tuple(each.text for each in item.each("dependsOn") if each.text),
        ignore=tuple(as_text(each.value) for each in item.each("ignore")),
        ignored_at=tuple(each.places.find(each.path) for each in item.each("ignore")),
    )


def _read_power(item: Item, body: Body) -> Power | None:
    """Return whether the group is to run, checked against what else is said of it."""
    word = item.at("power")
    if word.text.lower() not in set(Power):
        return None
    power = Power(word.text.lower())
    if item.at("detach").value is True:
        word.complain(ACI306, "a released group is neither started nor stopped", "remove `power` or `detach`")
    policy = as_text(as_object(body.get("properties")).get("restartPolicy")).lower()
    if power is Power.STOPPED and policy in _OF_TASKS:
        message = "every write of the group starts its containers until it is stopped, so a task may do its work again"
        word.complain(ACI307, message, "leave `power` out, or remove the manifest and with it the group")
    return power


def _read_schedule(item: Item, body: Body) -> Schedule | None:
    """Return when the group is to run, checked against what else is said of it."""
    here = item.at("schedule")
    start, stop, timezone = (here.at(name).value for name in ("start", "stop", "timezone"))
    if not isinstance(start, str) or not isinstance(stop, str) or not isinstance(timezone, str | None):
        return None  # what is missing, or no text, was reported
    if "${" in f"{start}{stop}{timezone}":
        return None  # what a reference stands for is not known in an offline check
    schedule = Schedule(start, stop, "UTC" if timezone is None else timezone)
    if item.at("power"):
        here.complain(ACI318, "`power` and `schedule` contradict each other", "remove one of them, or set it to null")
    if item.at("detach").value is True:
        here.complain(ACI306, "a released group is neither started nor stopped", "remove `schedule` or `detach`")
    if as_text(as_object(body.get("properties")).get("restartPolicy")).lower() in _OF_TASKS:
        message = "a group that has ended by itself is not started again, and a stop breaks off its work"
        here.complain(ACI307, message, "leave `schedule` out, or let a job of your own run the task")
    try:
        check_schedule(schedule)
    except ScheduleError as error:
        (here.at(error.key) or here).complain(ACI317, str(error), error.hint)
        return None
    return schedule


def _check_ignored(path: Item, body: Body) -> None:
    """Check that the path names a field that Azure returns, and points into an entry of the manifest."""
    text = as_text(path.value)
    keys = parse(ROOT, text)
    if keys is None:
        path.complain(
            ACI143, f"{quote(text)} is not the path of a field", "write `tags.costCenter` or `containers[web].image`"
        )
        return
    *_, (_, _, last) = walk(ROOT, keys)
    # To ignore a field is to send Azure what it has now, which nobody can know of a write-only field.
    if last is not None and last.write_only:
        hint = "Azure never returns this field, so its live value can't be carried over"
        path.complain(ACI143, f"{quote(text)} can't be ignored", hint)
        return
    entry = find_missing_entry(body, parse_ignorable(text))
    known = list_entry_keys(body, entry[:-1]) if entry else ()
    if known:  # without entries, the list comes from elsewhere, such as a profile
        hint = path.diagnostics.suggest(entry[-1], known) or f"known entries: {', '.join(map(quote, known))}"
        path.complain(ACI295, f"{quote(text)} points into {quote(display(ROOT, entry))}, which does not exist", hint)
