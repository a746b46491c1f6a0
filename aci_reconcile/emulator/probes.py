"""Liveness probes: they pass until somebody says otherwise, or where their command cannot succeed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.emulator.model import Json, as_list, as_object
from aci_reconcile.emulator.program import Program
from aci_reconcile.emulator.shell import simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

# Kubernetes kills what fails its probe; ACI documents the defaults of its probes as the same.
_KILLED = 137
_PERIOD = 10.0
_FAILURES = 3.0
_LINE = "[emulator] killed: the liveness probe failed"


def apply_probe(program: Program, probe: Json, unhealthy: Sequence[float], start: float) -> Program:
    """Return the program as its liveness probe cuts it; `unhealthy` holds when the probe begins and ends to fail."""
    if not probe or program.first.seconds is not None:
        return program
    since = start if _always_fails(probe) else unhealthy[0] if unhealthy else math.inf
    until = unhealthy[1] if len(unhealthy) > 1 else math.inf
    if math.isinf(since) or until <= start:
        return program
    wait, grace = _read_seconds(probe, "initialDelaySeconds", 0.0), _compute_grace(probe)
    healthy = program.first
    after = max(wait, since - start)
    first = replace(healthy, seconds=after + grace, exit_code=_KILLED, unhealthy=True)
    then = replace(first, seconds=wait + grace, lines=(*healthy.lines, (wait + grace, _LINE)))
    return Program(first, then, program.pull_seconds, cured=until, healthy=healthy)


def has_liveness_probe(container: Json) -> bool:
    """Whether there is a probe that could fail."""
    return bool(as_object(container.get("properties")).get("livenessProbe"))


def _always_fails(probe: Json) -> bool:
    """Whether the probe runs a command that the simulated shell understands and that ends with a code other than 0."""
    attempt = simulate([str(word) for word in as_list(as_object(probe.get("exec")).get("command"))])
    return attempt is not None and attempt.seconds is not None and attempt.exit_code != 0


def _compute_grace(probe: Json) -> float:
    return max(1.0, _read_seconds(probe, "periodSeconds", _PERIOD)) * max(
        1.0, _read_seconds(probe, "failureThreshold", _FAILURES)
    )


def _read_seconds(probe: Json, name: str, default: float) -> float:
    return max(0.0, float(probe.get(name, default)))
