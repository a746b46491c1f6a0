"""Why groups do not run, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.render.escape import dump
from aci_reconcile.render.header import FORMAT_VERSION
from aci_reconcile.render.json.status import emit_health

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.operate.causes import Cause, Explanation
    from aci_reconcile.operate.diagnosis import Diagnosis


def render_why_json(found: Iterable[Diagnosis]) -> str:
    """Return what was found out about groups as a JSON document."""
    document = {
        "format_version": FORMAT_VERSION,
        "groups": [_emit(each) for each in found],
    }
    return dump(document)


def _emit(found: Diagnosis) -> dict[str, object]:
    since = found.since
    return {
        "address": found.resource.address,
        "id": str(found.resource.id),
        "good": found.good,
        "explanations": [emit_explanation(each) for each in found.explanations],
        "logs": {name: list(lines) for name, lines in found.logs.items()},
        "manifest": {"since_write": since.since.value, "place": since.place, "differs": list(since.differs)},
        "health": emit_health(found.health),
    }


def emit_explanation(explanation: Explanation) -> dict[str, object]:
    """Return what is wrong with a container, or with the group itself."""
    container = explanation.container
    return {
        "container": container.name if container is not None else None,
        "init": container.init if container is not None else False,
        "exit_code": container.last_exit_code if container is not None else None,
        "causes": [_emit_cause(each) for each in explanation.causes],
    }


def _emit_cause(cause: Cause) -> dict[str, object]:
    return {
        "id": cause.id,
        "meaning": cause.meaning,
        "advice": cause.advice,
        "command": cause.command or None,
        "seen": cause.seen,
        "evidence": cause.evidence,
    }
