"""What happens inside a group: a probe of its own that fails, and variables that name others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.lab import make, make_body, make_container, put, read, settle
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, has_other_cause, send, show_flag, wait

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_PERIOD: Final = 5
_LONGEST: Final = 180.0
_LATER: Final = 20.0
_SAID: Final = re.compile(r"^second=(.*)$", re.MULTILINE)


def _ask_liveness(lab: Lab) -> Steps[Verdicts]:
    """Let a liveness probe fail, and wait for its events."""
    failing: Json = {"exec": {"command": ["false"]}, "periodSeconds": _PERIOD, "failureThreshold": 1}
    name = lab.name("liveness")
    first = group = yield from make(lab, name, make_body(lab, make_container(livenessProbe=failing)))
    while not _has_both(group) and group.accepted and group.at - first.at < _LONGEST:
        yield from wait(lab.pause)
        group = yield from read(lab, name)
    return [decide_events(group)]


def _list_events(group: Reply) -> list[Body]:
    return [as_object(each) for each in as_list(as_object(group.container().get("instanceView")).get("events"))]


def _has_both(group: Reply) -> bool:
    events = _list_events(group)
    sick = any(each.get("name") == "Unhealthy" and each.get("type") == "Warning" for each in events)
    return sick and any(each.get("name") == "Killing" for each in events)


def decide_events(group: Reply) -> Seen | Unclear:
    """Decide whether the events of a failed liveness probe are those of Kubernetes."""
    if not group.accepted:
        return Unclear("probe-events", group.verdict)
    shown = ", ".join(f"{each.get('name')} ({each.get('type')})" for each in _list_events(group))
    return Seen("probe-events", show_flag(_has_both(group)), f"events: {shown or 'none'}")


def _ask_variables(lab: Lab) -> Steps[Verdicts]:
    """Name one variable in the value of the next, as Kubernetes has it, and let the container print it."""
    variables: Json = [{"name": "FIRST", "value": "x"}, {"name": "SECOND", "value": "$(FIRST)"}]
    script: Json = ["/bin/sh", "-c", 'echo "second=$SECOND"; sleep infinity']
    name = lab.name("order")
    answer = yield from put(lab, name, make_body(lab, make_container(command=script, environmentVariables=variables)))
    if has_other_cause(answer) or not answer.accepted:
        return [Unclear("variables-unordered", answer.verdict)]
    yield from settle(lab, name)
    yield from wait(_LATER)
    return [decide_order((yield from send("GET", lab.path(name, "containers", "main", "logs"))))]


def decide_order(logs: Reply) -> Seen | Unclear:
    """Decide from what a container printed whether a variable can name an earlier one."""
    found = _SAID.search(as_text(logs.body.get("content")))
    if not logs.accepted or found is None:
        return Unclear("variables-unordered", "the container did not print its variables")
    return Seen("variables-unordered", show_flag(found[1] == "$(FIRST)"), f"$(FIRST) was printed as {found[1]}")


PROBES = (
    Probe("liveness", "Which events has a failed liveness probe?", ("probe-events",), _ask_liveness),
    Probe(
        "variable-order",
        "Can a variable name an earlier one, so that their order matters?",
        ("variables-unordered",),
        _ask_variables,
    ),
)
