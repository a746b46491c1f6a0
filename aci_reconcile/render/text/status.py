"""The state of groups as Azure reports it and as we judge it: a table of many, or one in detail."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import find_created, find_pulled_digest
from aci_reconcile.core.exit_codes import describe_exit
from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_list, as_number, as_object, as_text
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.switches import describe_switch, describe_wait
from aci_reconcile.render.text.table import Column, align, fit_columns
from aci_reconcile.render.values import LONGEST_MESSAGE, LONGEST_NAME, cut
from aci_reconcile.render.words import count, format_age, shorten_digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health
    from aci_reconcile.core.model import Json, Key, Resource, Switch
    from aci_reconcile.planning.values import Unreadable
    from aci_reconcile.render.text.style import Style

_COLUMNS = (
    Column("ADDRESS", 0),
    Column("STATE", 0),
    Column("PROVISIONING", 4, "provisioning: {}", "Succeeded"),
    Column("IP", 5),
    Column("FQDN", 1),  # the first to go: it is the longest, and the IP address is next to it
    Column("LOCATION", 2, dull=True),
    Column("CONTAINERS", 8, "{} containers"),
    Column("RESTARTS", 7, "{} restarts", "0"),
    Column("AGE", 6, "{} old"),
    Column("PROJECT", 3, "project {}", dull=True),
)
_WIDE = (Column("PORTS", 0), Column("IMAGES", 0), Column("DIGESTS", 0))
_NEXT = Column("NEXT", 5)
_STATE = 1
_DIGITS: Final = len("sha256:") + 12
"""What a table shows of a digest; enough to tell two of them apart, as everywhere with Docker."""


def render_status_text(  # noqa: PLR0913  each says one thing of the table
    groups: Sequence[tuple[Resource, Health | None]],
    style: Style,
    unread: Sequence[Unreadable] = (),
    *,
    width: int = 0,
    now: float = 0,
    wide: bool = False,
    switches: Mapping[Key, Switch] | None = None,
) -> str:
    """Return a table of groups in their order, and below it what could not be read.

    Args:
        groups: the groups, each with its run state, or None if that was not read.
        style: the colours.
        unread: what could not be read.
        width: the longest line; a column that does not fit moves below its row. 0 for any length.
        now: seconds since the epoch, for the age of groups; 0 to leave it out.
        wide: whether to show ports, images and digests, too, each group on one line however long.
        switches: what schedules do next; if there are any, they get a column.
    """
    more = _list_more_columns(groups, now, switches or {}, wide=wide)
    table = _render_table(groups, style, 0 if wide else width, now, more) if groups or not unread else ""
    return "\n\n".join(filter(None, (table, "\n".join(render_unread(unread, style)))))


def render_unread(unread: Iterable[Unreadable], style: Style) -> Iterator[str]:
    """Yield a line for each group, or resource group, that could not be read."""
    for each in unread:
        yield f"{style.paint(style.error, 'Error:')} {sanitize(f'{each.address}: {each.message}')}"


def _list_more_columns(
    groups: Sequence[tuple[Resource, Health | None]], now: float, switches: Mapping[Key, Switch], *, wide: bool
) -> tuple[tuple[Column, ...], list[list[str]]]:
    """Return the columns that are shown at times only, and their cells for each group."""
    columns, rows = (_WIDE if wide else ()), [_make_wide_cells(*each) if wide else [] for each in groups]
    if switches and now:
        columns = (*columns, _NEXT)
        found = (switches.get(live.id.key) for live, _ in groups)
        rows = [[*row, describe_wait(each, now) if each else ""] for row, each in zip(rows, found, strict=True)]
    return columns, rows


def _render_table(
    groups: Sequence[tuple[Resource, Health | None]],
    style: Style,
    width: int,
    now: float,
    more: tuple[tuple[Column, ...], list[list[str]]],
) -> str:
    if not groups:
        return "No container groups."
    rows = [_make_cells(*each, now) + cells for each, cells in zip(groups, more[1], strict=True)]
    columns: tuple[Column, ...] = (*_COLUMNS, *more[0])
    # Without a time there are no ages, and a column of nothing says nothing.
    if not now:
        columns, rows = _drop_age(columns, rows)
    lines, below = fit_columns(columns, rows, width)
    table = ["  ".join(style.paint(style.bold, cell) for cell in lines[0])]
    for row, rest, (_, health) in zip(lines[1:], below, groups, strict=True):
        if health is not None:
            row[_STATE] = style.paint(choose_colour(health.state, style), row[_STATE])
        table += ["  ".join(row), *([style.paint(style.dim, rest)] if rest else [])]
    return "\n".join(table)


def _drop_age(columns: tuple[Column, ...], rows: list[list[str]]) -> tuple[tuple[Column, ...], list[list[str]]]:
    at = next(at for at, column in enumerate(columns) if column.name == "AGE")
    return (*columns[:at], *columns[at + 1 :]), [[*row[:at], *row[at + 1 :]] for row in rows]


def list_changing_cells(resource: Resource, health: Health | None) -> tuple[str, ...]:
    """Return what a table shows of a group that does not change by itself, as its age does."""
    return (*_make_cells(resource, health, 0), *_make_wide_cells(resource, health))


def render_group_text(
    resource: Resource,
    health: Health | None,
    style: Style,
    *,
    now: float = 0,
    width: int = 0,
    switch: Switch | None = None,
) -> str:
    """Return one group in detail: its place, its state, and each container with its events.

    Args:
        resource: the group.
        health: its run state; None if that was not read.
        style: the colours.
        now: seconds since the epoch, for its age; 0 to leave it out.
        width: the longest line; 0 for any length.
        switch: what its schedule does next.
    """
    state = describe_state(health) if health is not None else "not read"
    tones = {"state": choose_colour(health.state, style)} if health is not None else {}
    cells = dict(zip((column.name for column in _COLUMNS), _make_cells(resource, health, now), strict=True))
    facts = [
        ("state", state),
        ("provisioning", cells["PROVISIONING"]),
        ("instance", sanitize(health.instance_state) if health is not None else ""),
        ("IP", cells["IP"]),
        ("FQDN", cells["FQDN"]),
        ("ports", sanitize(_join_ports(resource))),
        ("age", cells["AGE"]),
        ("location", cells["LOCATION"]),
        ("project", cells["PROJECT"]),
        ("schedule", describe_switch(switch) if switch is not None else ""),
    ]
    lines = [style.paint(style.bold, sanitize(resource.address))]
    lines += _render_facts(facts, tones, style, width, "  ")
    if health is not None and health.events:
        lines += ["  events", *(f"    {line}" for line in render_events(health.events, style, width=width, indent=4))]
    for container in health.containers if health is not None else ():
        lines += ["", *_render_container(container, style, width)]
    return "\n".join(lines)


def _render_facts(
    facts: Iterable[tuple[str, str]], tones: Mapping[str, str], style: Style, width: int, indent: str
) -> Iterator[str]:
    """Yield names and values in two columns; a value that is too long goes on below itself.

    Args:
        facts: the names and the values; one without a value is left out.
        tones: the colours of some values, by their names.
        style: how a colour is written.
        width: the longest line; 0 for any length.
        indent: what stands before each line.
    """
    for name, value in align([fact for fact in facts if fact[1]]):
        first, *rest = _wrap(value, width - len(indent) - len(name) - 2 if width else 0)
        tone = tones.get(name.strip(), "")
        yield f"{indent}{name}  {style.paint(tone, first)}"
        yield from (f"{indent}{'':{len(name)}}  {style.paint(tone, line)}" for line in rest)


def _wrap(text: str, width: int) -> list[str]:
    """Return lines no longer than the width; a word that is longer stays whole. 0 for any length."""
    if width <= 0 or len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def choose_colour(state: State, style: Style) -> str:
    """Return the colour of a state."""
    return {
        State.HEALTHY: style.good,
        State.FINISHED: style.good,
        State.PENDING: style.warn,
        State.STOPPED: style.warn,
        State.UNKNOWN: style.warn,
        State.UNHEALTHY: style.error,
    }[state]


def describe_state(health: Health) -> str:
    """Return the state of a group with its reasons."""
    if health.ready_at is not None:  # all its containers run: to name them as a reason would only puzzle
        return f"{health.state}: it runs, and not for long enough yet"
    return f"{health.state.value}: {describe_reasons(health)}" if health.reasons else health.state.value


def describe_reasons(health: Health) -> str:
    """Return why a group is not healthy, or its state if no reason is known."""
    return cut(sanitize("; ".join(health.reasons)), LONGEST_MESSAGE) or health.state.value


def describe_container(container: ContainerHealth) -> str:
    """Return what Azure says about a container, on one line."""
    parts = [container.state or "no state", container.detail]
    if container.last_exit_code is not None:
        parts.append(describe_exit(container.last_exit_code))
    if container.restarts:
        parts.append(count(container.restarts, "restart"))
    kind = "init container" if container.init else "container"
    return sanitize(f"{kind} {container.name}: {', '.join(part for part in parts if part)}")


def render_events(
    events: tuple[ContainerEvent, ...], style: Style, *, width: int = 0, indent: int = 0
) -> Iterator[str]:
    """Yield the events of a container, oldest first, in columns.

    Args:
        events: the events.
        style: the colours.
        width: the longest line, for which digests are shortened and messages broken; 0 for any length.
        indent: how far the caller moves the lines to the right.
    """
    cells = [[sanitize(cell) for cell in _make_event_cells(event)] for event in sorted(events, key=_sort_key)]
    for time, kind, name, message in align(cells):
        tone = style.dim if kind.strip() == "Normal" else style.warn
        before = len(f"{time}  {kind}  {name}  ")
        first, *rest = _wrap(shorten_digests(message) if width else message, width - before - indent if width else 0)
        yield f"{style.paint(style.dim, time)}  {style.paint(tone, kind)}  {name}  {first}".rstrip()
        yield from (f"{'':{before}}{line}" for line in rest)


def _make_cells(resource: Resource, health: Health | None, now: float) -> list[str]:
    address = as_object(resource.properties.get("ipAddress"))
    created = find_created(resource.body, health.containers if health is not None else ()) if now else None
    cells = (
        resource.address,
        health.state.value if health is not None else "",
        as_text(resource.properties.get("provisioningState")),
        as_text(address.get("ip")),
        as_text(address.get("fqdn")),
        as_text(resource.body.get("location")),
        _count_running(resource, health),
        str(sum(each.restarts for each in health.containers)) if health is not None else "",
        format_age(now - created) if created is not None else "",
        tags.owner_name(tags.owner(resource)),
    )
    return [sanitize(cell) for cell in cells]


def _make_wide_cells(resource: Resource, health: Health | None) -> list[str]:
    images = [as_text(as_object(view.get("properties")).get("image")) for view in _list_containers(resource)]
    known = [each for each in health.containers if not each.init] if health is not None else []
    digests = [find_pulled_digest(each)[:_DIGITS] or "-" for each in known]
    # A dash for each of several containers of which Azure shows no digest would say nothing either.
    shown = ",".join(digests) if any(each != "-" for each in digests) else ""
    return [sanitize(cell) for cell in (_join_ports(resource), ",".join(filter(None, images)), shown)]


def _list_containers(resource: Resource) -> list[Mapping[str, Json]]:
    return [as_object(each) for each in as_list(resource.properties.get("containers"))]


def _join_ports(resource: Resource) -> str:
    """Return the ports of a group's address: ``80/TCP,53/UDP``."""
    ports = as_list(as_object(resource.properties.get("ipAddress")).get("ports"))
    return ",".join(list_ports(ports))


def list_ports(ports: Iterable[Json]) -> list[str]:
    """Return ports as people write them; TCP is what Azure takes where it is not said."""
    found = [as_object(each) for each in ports]
    return [f"{as_number(each.get('port')) or 0:.0f}/{as_text(each.get('protocol')) or 'TCP'}" for each in found]


def _count_running(resource: Resource, health: Health | None) -> str:
    """Return ``running/total`` containers, with ``-`` if the run state was not read; init containers do not count."""
    total = len(as_list(resource.properties.get("containers")))
    if health is None:
        return f"-/{total}"
    return f"{sum(each.state == 'Running' and not each.init for each in health.containers)}/{total}"


def _render_container(container: ContainerHealth, style: Style, width: int) -> Iterator[str]:
    kind = "init container" if container.init else "container"
    tone = choose_colour(container.verdict, style)
    yield f"  {kind} {style.paint(style.bold, sanitize(container.name))}"
    ended = container.ended
    facts = [
        ("image", sanitize(container.image)),
        ("digest", _shorten(find_pulled_digest(container), width)),
        ("state", sanitize(container.state) or "not known"),
        ("detail", sanitize(container.detail)),
        ("started", sanitize(container.started)),
        ("restarts", str(container.restarts)),
        ("exit code", _describe_code(container.exit_code)),
        ("last exit", _describe_code(ended.exit_code) if ended is not None and container.exit_code is None else ""),
        ("ended", sanitize(ended.finished) if ended is not None else ""),
    ]
    tones = {"state": tone} if container.state else {}
    yield from _render_facts(facts, tones, style, width, "    ")
    if container.events:
        yield "    events"
        yield from (f"      {line}" for line in render_events(container.events, style, width=width, indent=6))


def _shorten(digest: str, width: int) -> str:
    return shorten_digests(digest) if width else digest


def _describe_code(code: int | None) -> str:
    return describe_exit(code).removeprefix("exit code ") if code is not None else ""


def _sort_key(event: ContainerEvent) -> tuple[str, str]:
    return event.last, event.first


def _make_event_cells(event: ContainerEvent) -> tuple[str, str, str, str]:
    times = f" (x{event.count})" if event.count > 1 else ""
    name, message = cut(event.name, LONGEST_NAME), cut(event.message, LONGEST_MESSAGE)
    return event.last or event.first or "-", event.type, f"{name}{times}", message
