"""What Azure gave back in azure-cli's own recorded tests equals what was sent: the field table's proof."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aci_reconcile.core.diff import diff
from aci_reconcile.core.normalize import align, normalize
from aci_reconcile.core.provisioning import is_settled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEVER_READ_SETTLED: dict[str, str] = {}
"""Recorded PUTs without a settled read after them, and why; a new recording that belongs here is named here."""


def exchanges(folder: Path) -> Iterator[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Yield every successful PUT with the last settled read of the same group before it was written again."""
    for file in sorted((folder / "recordings").glob("*.json")):
        steps = json.loads(file.read_text(encoding="utf-8"))
        for at, step in enumerate(steps):
            if step["method"] == "PUT" and step["status"] in {200, 201}:
                yield f"{file.stem}#{at}", step["request"], _settled(path_of(step), steps[at + 1 :])


def path_of(step: dict[str, Any]) -> str:
    """Return what a request is about, without its query."""
    return str(step["url"]).partition("?")[0].lower()


def _settled(path: str, later: list[dict[str, Any]]) -> dict[str, Any] | None:
    found = None
    for step in later:
        if path_of(step) == path and step["method"] == "PUT":
            break
        if path_of(step) == path and step["method"] == "GET" and step["status"] == 200 and is_settled(step["response"]):
            found = step["response"]
    return found


def test_every_recorded_write_equals_its_settled_read(shared_data: Path) -> None:
    """No difference, and no field that the table does not know."""
    noise: dict[str, Any] = {}
    unread: list[str] = []
    count = 0
    for name, sent, read in exchanges(shared_data):
        count += 1
        if read is None:
            unread.append(name)
            continue
        desired = normalize(sent)
        live, unknown = align(normalize(read), desired)
        if found := (*diff(live, desired), *unknown):
            noise[name] = found

    assert {} == noise
    assert sorted(NEVER_READ_SETTLED) == unread
    assert count > 50


def test_the_put_answer_itself_is_not_comparable(shared_data: Path) -> None:
    """A group in a subnet has no address yet in the answer: why only settled reads are compared."""
    early = [
        step
        for file in sorted((shared_data / "recordings").glob("*vnet*.json"))
        for step in json.loads(file.read_text(encoding="utf-8"))
        if step["method"] == "PUT" and step["status"] == 201 and "ipAddress" in step["request"]["properties"]
    ]

    assert early
    assert all(
        "ipAddress" not in step["response"]["properties"] for step in early if "subnetIds" in str(step["request"])
    )
