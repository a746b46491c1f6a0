"""Questions that take long, or many groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.lab import change, make, make_body, make_container, put, settle
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import (
    Reply,
    Seen,
    UnansweredError,
    Unclear,
    has_other_cause,
    send,
    show_flag,
    wait,
)

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_MANY: Final = 30
_STRIDE: Final = 5
"""Groups that are made between two looks at the list."""
_LINES: Final = 1200
_KEPT: Final = 1000
_HALF_AN_HOUR: Final = 2400.0


def _ask_pages(lab: Lab) -> Steps[Verdicts]:
    """List the groups; if there is one page only, make more of them."""
    page = yield from send("GET", lab.list_path())
    for number in range(_MANY):
        if not page.accepted or page.body.get("nextLink"):
            break
        answer = yield from put(lab, lab.name(f"page{number}"), make_body(lab))
        if not answer.accepted:
            return [Unclear("page-size", f"after {number} groups: {answer.verdict}")]
        if number % _STRIDE == _STRIDE - 1:
            page = yield from send("GET", lab.list_path())
    return [decide_page(page)]


def decide_page(page: Reply) -> Seen | Unclear:
    """Decide from the first page of a list how many items a page has."""
    items = len(as_list(page.body.get("value")))
    if not page.accepted or not page.body.get("nextLink"):
        return Unclear("page-size", f"{page.status}: one page with {items} groups")
    return Seen("page-size", str(items), f"the first of several pages had {items} groups")


def _ask_failure(lab: Lab) -> Steps[Verdicts]:
    """Mount a share of a storage account that does not exist, and follow the operation to its end."""
    # The emulator cannot mount a share of this name either.
    share = {"shareName": "sim-denied", "storageAccountName": f"probe{lab.run}", "storageAccountKey": "bm90IGEga2V5"}
    mounts = [{"name": "share", "mountPath": "/share"}]
    body = change(make_body(lab, make_container(volumeMounts=mounts)), volumes=[{"name": "share", "azureFile": share}])
    answer = yield from put(lab, lab.name("failure"), body)
    url = answer.headers.get("azure-asyncoperation", "")
    if not answer.accepted or not url:
        raise UnansweredError(f"its group was not accepted with an operation: {answer.verdict}")
    status = yield from send("GET", url)
    while status.body.get("status") not in {"Failed", "Succeeded", "Canceled"}:
        if not status.accepted or status.at - answer.at > _HALF_AN_HOUR:
            raise UnansweredError(f"the operation did not end: {status.body.get('status') or status.verdict}")
        yield from wait(lab.pause * 4)
        status = yield from send("GET", url)
    return [decide_failure(status)]


def decide_failure(status: Reply) -> Seen | Unclear:
    """Decide from the last state of an operation what a failure looks like."""
    if status.body.get("status") != "Failed":
        return Unclear("operation-failed", f"the operation ended as {status.body.get('status')}")
    error = as_object(status.body.get("error"))
    how = f"keys {', '.join(sorted(status.body))}; message: {as_text(error.get('message')) or 'none'}"
    code = as_text(error.get("code"))
    return Seen("operation-failed", show_flag(code and error.get("message")), f"code {code or 'none'}; {how}")


def _ask_logs(lab: Lab) -> Steps[Verdicts]:
    """Let a group print more lines than are kept, and end."""
    script = "; ".join(["echo x"] * _LINES)
    body = change(make_body(lab, make_container(command=["/bin/sh", "-c", script])), restartPolicy="Never")
    name = lab.name("logs")
    yield from make(lab, name, body, ended=True)
    yield from wait(lab.pause)
    answer = yield from send("GET", lab.path(name, "containers", "main", "logs"))
    if not answer.accepted:
        return [Unclear("logs-bounded", answer.verdict)]
    lines = len(as_text(answer.body.get("content")).splitlines())
    return [
        Seen(
            "logs-bounded", show_flag(lines == _KEPT), f"of {_LINES} lines of a group that has ended, {lines} were kept"
        )
    ]


def _ask_zones(lab: Lab) -> Steps[Verdicts]:
    """Ask for a zone."""
    name = lab.name("zone")
    answer = yield from put(lab, name, {**make_body(lab), "zones": ["1"]})
    if has_other_cause(answer):
        return [Unclear("zones-kept", answer.verdict)]
    if not answer.accepted:
        return [Seen("zones-kept", "false", f"{answer.verdict}: {answer.message}")]
    live = yield from settle(lab, name)
    kept = bool(live.body.get("zones"))
    return [Seen("zones-kept", show_flag(kept), f"{answer.verdict}; the zone was {'kept' if kept else 'dropped'}")]


PROBES = (
    Probe(
        "page-size",
        "How many groups has a page of a list?",
        ("page-size",),
        _ask_pages,
        groups=_MANY,
        seconds=120,
        deep=True,
    ),
    Probe(
        "operation-failed",
        "What does a failed operation look like?",
        ("operation-failed",),
        _ask_failure,
        seconds=2000,
        deep=True,
    ),
    Probe("logs", "How much is kept of a log?", ("logs-bounded",), _ask_logs, deep=True),
    Probe("zones", "Can a group be put into a zone?", ("zones-kept",), _ask_zones),
)
