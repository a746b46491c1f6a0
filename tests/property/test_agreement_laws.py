"""One state of the world, one verdict: ``plan``, ``drift``, ``verify``, ``apply`` and ``destroy`` agree about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import SCOPE, AzureWorld
from factories import body, container, policy, rid
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.app.plan_checks import find_drift, verify_plan
from aci_reconcile.cli.commands.drift import find_exit_code as drift_code
from aci_reconcile.cli.commands.plan import find_exit_code as plan_code
from aci_reconcile.cli.commands.verify import find_exit_code as verify_code
from aci_reconcile.core import tags
from aci_reconcile.core.errors import AciReconcileError, AzureError, ExitCode, NotConvergedError
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Fault, Knobs
from aci_reconcile.findings import Kind
from aci_reconcile.planning import UNLIMITED, plan_destruction
from aci_reconcile.reconcile import RecreationChecks, apply, observe_lists
from aci_reconcile.reconcile.events import Failed, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.findings import Drift
    from aci_reconcile.planning import Plan
    from aci_reconcile.reconcile import Context

PUBLIC = {"type": "Public", "ports": [{"port": 80}], "ip": "203.0.113.4"}
SHAPES: dict[str, dict[str, Any]] = {
    "plain": body(container()),
    "newer": body(container(image="nginx:2")),
    "bigger": body(container(resources={"requests": {"cpu": 2, "memoryInGB": 4}})),
    "too big": body(container(resources={"requests": {"cpu": 64, "memoryInGB": 4}})),
    "tagged": body(container(), tags={"team": "shop"}),
    "task": body(container(image="sim/task"), restartPolicy="Never"),
    "public": body(container(ports=[{"port": 80}]), ipAddress=PUBLIC),
    "secret": body(container(environmentVariables=[{"name": "A", "secureValue": Secret("x", source="env:A")}])),
    "other secret": body(container(environmentVariables=[{"name": "A", "secureValue": Secret("y", source="env:A")}])),
    "missing secret": body(
        container(environmentVariables=[{"name": "A", "secureValue": Secret.unavailable("env:A", "it is not set")}])
    ),
    "not taken": body(container(), novelty=1),
}
LIVE = ("plain", "newer", "bigger", "tagged", "task", "public", "secret", "not taken")
LIFECYCLES = (Lifecycle(), Lifecycle(), Lifecycle(protect=True), Lifecycle(replace=True), Lifecycle(adopt=True))
RUN_STATE = {Kind.STOPPED, Kind.UNHEALTHY, Kind.RESTARTING}


@dataclass(frozen=True)
class Case:
    """One group: what is declared of it, what was applied before, and what happened since; None is nothing."""

    declared: str | None
    applied: str | None
    lifecycle: Lifecycle = LIFECYCLES[0]
    since: str = ""


CASES = st.builds(
    Case,
    st.one_of(st.none(), st.sampled_from(sorted(SHAPES)), st.just("plain")),
    st.one_of(st.none(), st.sampled_from(LIVE), st.just("plain")),
    st.sampled_from(LIFECYCLES),
    st.sampled_from(["", "", "", "stop", "foreign", "unowned", "retagged", "changed", "protected"]),
)
RULES = st.fixed_dictionaries(
    {
        "prune": st.booleans(),
        "adopt": st.booleans(),
        "observe": st.sampled_from([False] * 6 + [True]),
        "frozen": st.sampled_from([""] * 6 + ["stock-taking"]),
        "max_deletes": st.sampled_from([UNLIMITED, 1, 9]),
        "deletes_named": st.booleans(),
        "allow_replace": st.sampled_from([UNLIMITED, 9, 9, 0]),
        "max_restarts": st.sampled_from([UNLIMITED, UNLIMITED, 1]),
        "emptied": st.sampled_from([()] * 4 + [("manifests/x.yaml",)]),
    }
)
WORLDS = st.lists(CASES, min_size=1, max_size=4).filter(lambda cases: any(each.declared for each in cases))


def made(cases: list[Case]) -> tuple[AzureWorld, list[Resource]]:
    """Return a world in which these things happened, and what is declared now."""
    world = AzureWorld(Knobs(provisioning_seconds=2, keep_unknown_properties=False, limits=True))
    named = list(zip("abcd", cases, strict=False))
    before = [Resource(rid(name), SHAPES[case.applied]) for name, case in named if case.applied]
    if before:
        world.apply(*before)
    for name, case in named:
        if case.applied:
            happened(world, name, case)
    declared = [Resource(rid(name), SHAPES[case.declared], case.lifecycle) for name, case in named if case.declared]
    return world, declared


def happened(world: AzureWorld, name: str, case: Case) -> None:
    """Let somebody else do something to a live group."""
    live = world.arm("GET", str(rid(name)))
    known = live.get("tags", {})
    match case.since:
        case "stop":
            world.arm("POST", f"{rid(name)}/stop")
        case "foreign":
            world.arm("PATCH", str(rid(name)), {"tags": {**known, tags.OWNER: "other"}})
        case "unowned":
            world.arm("PATCH", str(rid(name)), {"tags": {"hand": "made"}})
        case "retagged":
            world.arm("PATCH", str(rid(name)), {"tags": {**known, "team": "ops"}})
        case "protected":
            world.arm("PATCH", str(rid(name)), {"tags": {**known, tags.PROTECTED: "true"}})
        case "changed":
            world.put(rid(name), {**body(container(image="nginx:9")), "tags": known})
        case _:
            pass
    world.clock.sleep(5)


def looked(world: AzureWorld, declared: list[Resource]) -> Drift:
    """Return what ``drift`` finds."""
    return find_drift(world.plan(*declared, health=True), world.clock)


def ready(world: AzureWorld, plan: Plan) -> ExitCode:
    """Return what ``verify`` says of a plan."""
    return verify_code(verify_plan(plan, world.backend.preflight, concurrency=8), strict=False)


def applied(plan: Plan, context: Context) -> tuple[ExitCode, list[AciReconcileError | None]]:
    """Apply; returns what stopped it before anything was written, and what failed."""
    try:
        events = list(apply(plan, context))
    except AciReconcileError as error:
        return error.exit_code, []
    return ExitCode.OK, [getattr(each, "error", None) for each in events if isinstance(each, (Failed, Skipped))]


def configuration(found: Drift) -> Iterator[Kind]:
    """Yield the kinds of what differs in configuration; an orphan is none, and how containers run is another matter."""
    aside = RUN_STATE | {Kind.UNDECLARED, Kind.SECRET_NOT_COMPARED}
    yield from (each.kind for each in found.findings if each.kind not in aside)


@given(cases=WORLDS)
def test_plan_and_drift_agree_about_what_differs(cases: list[Case]) -> None:
    """``plan --detailed-exitcode`` is 0 exactly if drift finds no difference of configuration."""
    world, declared = made(cases)
    code = plan_code(world.plan(*declared), detailed=True)

    assert (code is ExitCode.OK) is (not list(configuration(looked(world, declared))))


@given(cases=WORLDS, rules=RULES)
@settings(max_examples=up_to(80))
def test_what_is_ready_is_neither_held_nor_refused(cases: list[Case], rules: dict[str, Any]) -> None:
    """What it is stopped by was told beforehand, with the same code; what Azure will not take nobody can know."""
    world, declared = made(cases)
    plan = world.plan(*declared, health=True, **rules)
    verdict = ready(world, plan)
    context = replace(world.context(policy(**rules)), recreation_checks=RecreationChecks(world.backend.preflight))
    stopped, failures = applied(plan, context)

    if stopped is not ExitCode.OK:
        assert verdict in {stopped, ExitCode.ERROR}
    elif verdict is ExitCode.OK:
        known = [each for each in failures if isinstance(each, NotConvergedError)]

        # What is deleted last is skipped where something else did not go well; nothing else may be.
        assert [] == [each for each in failures if each not in known and not (each is None and known)]
        if not failures:
            assert ExitCode.OK is plan_code(world.plan(*declared, **rules), detailed=True)


@given(cases=WORLDS, verb=st.sampled_from(["GET"]), status=st.sampled_from([403, 404, 500]))
@settings(max_examples=up_to(25))
def test_an_unreadable_world_is_an_error_everywhere(cases: list[Case], verb: str, status: int) -> None:
    """In plan, drift, verify and destroy alike; nothing is written."""
    world, declared = made(cases)
    world.faults.add([Fault("error", method=verb, status=status, times=1000)])
    sent = len(world.writes)
    plan = world.plan(*declared)
    rules = policy(max_deletes=UNLIMITED)
    seen = observe_lists(declared, [SCOPE], world.look())
    doomed = replace(plan_destruction(seen.resources, rules), unreadable=seen.unreadable)

    assert ExitCode.ERROR is plan_code(plan, detailed=False)
    assert ExitCode.ERROR is drift_code(looked(world, declared), exit_zero=True)
    assert ExitCode.ERROR is ready(world, plan)
    for each in (plan, doomed):
        with pytest.raises(AciReconcileError, match="could not be read"):
            apply(each, world.context(rules))
    assert [] == world.writes[sent:]
    with pytest.raises(AzureError):
        world.backend.get(rid())
