"""A page from its JSON, which ``schemas/result.schema.json`` describes and the caller has checked against it.

Texts are taken as they are: every format makes them harmless, as it does those of its own run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from aci_reconcile.core.errors import Severity, Where
from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health, State
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.page.page import Entry, Outcome, Page, Remark
from aci_reconcile.render.rows import Row

Members: TypeAlias = Mapping[str, Any]


def read_page(kind: str, document: Members) -> Page:
    """Return the page of a command, ``plan``, ``apply`` or ``drift``."""
    before, after = document["sides"]
    return Page(
        kind,
        document["verdict"],
        document["good"],
        document["subject"],
        tuple((each["name"], each["value"]) for each in document["facts"]),
        tuple((each["name"], each["number"]) for each in document["counts"]),
        tuple(map(_read_remark, document["remarks"])),
        tuple(map(_read_entry, document["entries"])),
        (before, after),
    )


def read_where(document: Members | None) -> Where | None:
    """Return a place in a file; None if there is none."""
    return None if document is None else Where(document["file"], document["line"], document["column"])


def _read_entry(entry: Members) -> Entry:
    return Entry(
        entry["name"],
        Outcome(entry["outcome"]),
        entry["summary"],
        entry.get("mark", ""),
        Severity(entry["severity"]) if "severity" in entry else None,
        read_where(entry.get("where")),
        tuple(entry.get("notes", ())),
        tuple(map(_read_row, entry.get("rows", ()))),
        tuple(map(_read_remark, entry.get("remarks", ()))),
        _read_health(entry["health"]) if "health" in entry else None,
        tuple((each["container"], tuple(each["lines"])) for each in entry.get("logs", ())),
        entry.get("seconds"),
        entry.get("weight", 0),
        entry.get("adds", False),
        entry.get("destroys", False),
    )


def _read_row(row: Members) -> Row:
    # The formats rely on it that whoever makes a row has cleaned it.
    values = tuple(map(sanitize, row["values"]))
    remark = sanitize(row.get("remark", ""))
    return Row(sanitize(row["path"]), values, row.get("sign", " "), remark, row.get("forces_replacement", False))


def _read_remark(remark: Members) -> Remark:
    return Remark(
        Severity(remark["severity"]),
        remark["text"],
        read_where(remark.get("where")),
        remark.get("title", ""),
        tuple(remark.get("detail", ())),
    )


def _read_health(health: Members) -> Health:
    return Health(
        State(health["state"]),
        health["provisioning_state"],
        health["instance_state"],
        tuple(map(_read_container, health["containers"])),
        tuple(health["reasons"]),
        tuple(map(_read_event, health["events"])),
    )


def _read_container(container: Members) -> ContainerHealth:
    return ContainerHealth(
        container["name"],
        State(container["verdict"]),
        container["state"],
        container["detail"],
        container["restart_count"],
        container["exit_code"],
        container["started"],
        container["image"],
        tuple(map(_read_event, container["events"])),
        container["init"],
    )


def _read_event(event: Members) -> ContainerEvent:
    return ContainerEvent(event["name"], event["type"], event["message"], event["count"], event["first"], event["last"])
