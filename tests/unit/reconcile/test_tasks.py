"""Runs to their end, on the emulator with a clock that only sleeping moves: whatever happens, nothing stays behind."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import AzureWorld
from factories import OWNER, body, container, policy, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource
from aci_reconcile.core.run_tag import RunTag
from aci_reconcile.emulator import Fault, Faults
from aci_reconcile.operate.log_events import LogEvent, LogGap, LogLines
from aci_reconcile.planning import Plan, plan
from aci_reconcile.planning.observation import Observation
from aci_reconcile.planning.runs import delete_leftover, is_leftover
from aci_reconcile.reconcile.events import Event, Finished
from aci_reconcile.reconcile.tasks import Run, RunReport, run_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "job-run-0123abcd"
ID = "0123abcd"
HELLO = ["sh", "-c", "echo hello; sleep 3; echo world; exit 4"]


@dataclass
class Heard:
    """What runs told."""

    lines: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    marks: list[LogEvent] = field(default_factory=list["LogEvent"])
    reports: list[RunReport] = field(default_factory=list[RunReport])

    def print_log(self, run: Run, event: LogEvent) -> None:
        """Take lines, and marks."""
        del run
        if isinstance(event, LogLines):
            self.lines += [(event.source.container, line.text) for line in event.lines]
        else:
            self.marks.append(event)

    def end(self, report: RunReport) -> None:
        """Take an end."""
        self.reports.append(report)

    @property
    def texts(self) -> list[str]:
        """The lines alone."""
        return [line for _, line in self.lines]


@dataclass
class Runner:
    """Runs tasks in a world."""

    world: AzureWorld
    heard: Heard = field(default_factory=Heard)
    events: list[Event] = field(default_factory=list[Event])

    def make(self, shape: dict[str, Any], name: str = NAME, timeout: float = 600, **more: Any) -> Run:
        """Return a run of a group with this body."""
        identity = rid(name)
        until = int(self.world.clock.now() + timeout + 3600)
        mark = {tags.OWNER: OWNER, tags.RUN: RunTag(ID, until).render(identity)}
        task = Resource(identity, {**shape, "tags": mark})
        found = plan([task], Observation(), policy())
        return Run("rg-shop/job", found.changes[0], ID, timeout=timeout, **more)

    def carry_out(self, *runs: Run, stopped: Callable[[], bool] = lambda: False, parallel: int = 9) -> list[RunReport]:
        """Carry out the runs, and delete what others left."""
        rules = policy(now=self.world.clock.now())
        there = self.world.backend.list(rid().scope)
        leftovers = tuple(delete_leftover(each, rules) for each in there if is_leftover(each, rules))
        context = self.world.context(rules)
        for event in run_once(
            runs, Plan(OWNER, leftovers), context, self.heard, parallel=parallel, concurrency=4, stopped=stopped
        ):
            self.events.append(event)
        return self.heard.reports

    @property
    def left(self) -> list[str]:
        """The names of the groups that are there."""
        return [each.id.name for each in self.world.backend.list(rid().scope)]


def task(*command: str, image: str = "alpine", policy_name: str = "Never", **more: Any) -> dict[str, Any]:
    """Return the body of a task."""
    words = {"command": list(command)} if command else {}
    return body(container("job", image=image, **words), restartPolicy=policy_name, **more)


@pytest.fixture
def runner() -> Runner:
    """A world in which provisioning takes two seconds."""
    return Runner(AzureWorld())


def test_a_run_ends_with_the_code_of_its_container_and_leaves_nothing(runner: Runner) -> None:
    """All that it printed is told, and the group is gone."""
    (report,) = runner.carry_out(runner.make(task(*HELLO)))

    assert (4, 4, "job", "") == (report.ending.code, report.ending.exit_code, report.ending.container, report.remains)
    assert ["hello", "world"] == runner.heard.texts
    assert [] == runner.left
    assert ["PUT", "DELETE"] == [each for each, *_ in runner.world.writes[1:] if each != "POST"]  # which attaches
    assert isinstance(runner.events[-1], Finished)


def test_a_run_that_is_kept_stays_as_a_group_of_the_project(runner: Runner) -> None:
    """Without the tag that would have it deleted."""
    (report,) = runner.carry_out(runner.make(task("true"), keep=True))
    (there,) = runner.world.backend.list(rid().scope)

    assert (0, "it is kept") == (report.ending.code, report.remains)
    assert (OWNER, "") == (tags.owner(there), tags.get(there.tags, tags.RUN))


@pytest.mark.parametrize(
    ("shape", "code", "reason"),
    [
        (task(image="sim/missing"), 125, "InaccessibleImage: "),
        (task(image="sim/limited"), 125, "RegistryErrorResponse: "),
        (task(image="sim/oom"), 137, "killed"),
        (task("sh", "-c", "exit 127"), 127, "its command was not found"),
        (task("sleep", "infinity"), 125, "not ended after 600 s (--timeout)"),
        (task("true", policy_name="OnFailure"), 0, ""),
        (
            body(container("job", image="alpine", command=["true"]), restartPolicy="Never",
                 initContainers=[{"name": "init", "properties": {"image": "sim/exit:9"}}]),
            125,
            "init container init",
        ),
    ],
)  # fmt: skip
def test_however_it_ends_it_leaves_nothing(runner: Runner, shape: dict[str, Any], code: int, reason: str) -> None:
    """What fails before there is a code has ours, with the reason."""
    (report,) = runner.carry_out(runner.make(shape))

    assert code == report.ending.code, report
    assert reason in report.ending.reason
    assert [] == runner.left


def test_all_containers_end_or_the_one_that_is_named(runner: Runner) -> None:
    """The first failure counts; of a named one, its own code, and the others are not waited for."""
    containers = [
        container("ok", image="alpine", command=["true"]),
        container("bad", image="alpine", command=["sh", "-c", "sleep 5; exit 3"]),
        container("server", image="nginx"),
    ]
    both = body(*containers[:2], restartPolicy="Never")
    runner.carry_out(
        runner.make(both), runner.make(body(*containers, restartPolicy="Never"), "b-run-0123abcd", container="bad")
    )

    assert [("bad", 3), ("bad", 3)] == [(each.ending.container, each.ending.code) for each in runner.heard.reports]
    assert [] == runner.left


def test_no_more_run_at_once_than_is_allowed(runner: Runner) -> None:
    """One after the other, each begins when there is a place."""
    runs = [runner.make(task("sleep", "20"), f"job{number}-run-0123abcd") for number in range(3)]
    runner.carry_out(*runs, parallel=1)
    writes = runner.world.writes[1:]  # the first made the resource group
    names = [url.partition("?")[0].rpartition("/")[2] for method, url, _ in writes if method != "POST"]

    assert [0, 0, 0] == [each.ending.code for each in runner.heard.reports]
    assert [name for each in runs for name in (each.change.id.name,) * 2] == names
    assert [] == runner.left


def test_a_log_is_whole_however_long(runner: Runner) -> None:
    """The service keeps a thousand lines of a container that has ended: the rest was read before."""
    lines = "; ".join(f"echo line {number}" for number in range(800))
    runner.carry_out(runner.make(task("sh", "-c", f"{lines}; sleep 10; {lines}; sleep 2; exit 0")))

    assert [f"line {number}" for number in range(800)] * 2 == runner.heard.texts
    assert not any(isinstance(each, LogGap) for each in runner.heard.marks)


def test_somebody_else_deletes_it(runner: Runner) -> None:
    """That is told, and nothing is waited for any more."""
    began = runner.world.clock.now()

    def interfere() -> bool:
        if runner.world.clock.now() > began + 20 and runner.left:
            runner.world.arm("DELETE", str(rid(NAME)))
        return False

    (report,) = runner.carry_out(runner.make(task("sleep", "infinity")), stopped=interfere)

    assert (125, "somebody deleted the group") == (report.ending.code, report.ending.reason)


def test_somebody_else_stops_it(runner: Runner) -> None:
    """A stopped container has no exit code."""
    began, verbs = runner.world.clock.now(), iter(["stop"])

    def interfere() -> bool:
        if runner.world.clock.now() > began + 20 and (verb := next(verbs, "")):
            runner.world.arm("POST", f"{rid(NAME)}/{verb}")
        return False

    (report,) = runner.carry_out(runner.make(task("sleep", "infinity")), stopped=interfere)

    assert (125, "somebody stopped the group") == (report.ending.code, report.ending.reason)
    assert [] == runner.left


def test_a_name_that_somebody_else_took_is_left_alone(runner: Runner) -> None:
    """Between the plan and its creation; it is not ours to delete."""
    made = runner.make(task("true"))
    runner.world.put(rid(NAME), task("sleep", "infinity"))
    (report,) = runner.carry_out(made)

    assert (125, "somebody else wrote the group meanwhile") == (report.ending.code, report.ending.reason)
    assert [NAME] == runner.left


def test_tags_that_somebody_removes_keep_nothing_from_being_deleted(runner: Runner) -> None:
    """An Azure Policy may do so: the run knows what it has made."""
    began = runner.world.clock.now()

    def interfere() -> bool:
        if runner.world.clock.now() > began + 20:
            runner.world.arm("PATCH", str(rid(NAME)), {"tags": {}})
        return False

    (report,) = runner.carry_out(runner.make(task("sleep", "30")), stopped=interfere)

    assert 0 == report.ending.code
    assert [] == runner.left


def stop_after(runner: Runner, requests: int) -> Callable[[], bool]:
    """Return a signal that comes after so many requests."""
    begun = len(runner.world.requests)
    return lambda: len(runner.world.requests) - begun >= requests


STRIDES = pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.sweep)])
"""Every fifth request, or every one: which of them it is differs with the stride's beginning."""


def sweep_stops(make: Callable[[], Runner], stride: int) -> Iterator[tuple[int, Runner]]:
    """Yield worlds in which a signal came at each request of a run."""
    calm = make()
    calm.carry_out(calm.make(task(*HELLO)))
    for nth in range(0, len(calm.world.requests), stride):
        runner = make()
        runner.carry_out(runner.make(task(*HELLO)), stopped=stop_after(runner, nth))
        yield nth, runner


@STRIDES
def test_a_signal_at_any_moment_leaves_nothing(stride: int) -> None:
    """The group is deleted, whatever was under way; and a code that the container has given is told."""
    seen = set()
    for nth, runner in sweep_stops(lambda: Runner(AzureWorld()), stride):
        (report,) = runner.heard.reports
        seen.add(report.ending.interrupted)

        assert [] == runner.left, nth
        assert report.ending.interrupted or report.ending.code == 4, nth
    assert {True} <= seen


@pytest.mark.parametrize("tenths", range(20, 60, 2))
def test_what_was_printed_before_a_signal_is_told(tenths: int) -> None:
    """The log is read once more before the group goes, which takes it along."""
    runner, there = Runner(AzureWorld()), list[str]()
    run = runner.make(task("sh", "-c", "echo one; sleep 1; echo two; sleep 1; echo three; sleep 1000"))
    until = runner.world.clock.now() + tenths / 10

    def stopped() -> bool:
        if runner.world.clock.now() < until:
            return False
        if not there and runner.world.backend.get(run.change.id) is not None:
            there.extend(runner.world.backend.logs(run.change.id, "job").splitlines())
        return True

    (report,) = runner.carry_out(run, stopped=stopped)

    assert report.ending.interrupted
    assert [] == runner.left
    assert there == runner.heard.texts[: len(there)]


class _DeadError(BaseException):
    """The process is no more."""


@STRIDES
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_request_leaves_nothing_or_what_the_next_run_deletes(after: bool, stride: int) -> None:
    """A group without an end has the tag; the next run deletes it once that has expired, and not before."""
    calm = Runner(AzureWorld())
    first = len(calm.world.requests)
    calm.carry_out(calm.make(task(*HELLO)))
    stayed = 0
    for nth in range(1, len(calm.world.requests) - first, stride):
        runner = Runner(AzureWorld())
        killed_at(runner, nth, after=after)
        there = list(runner.world.backend.list(rid().scope))
        assert all(RunTag.of(each, None) is not None for each in there), nth
        stayed += len(there)
        runner.carry_out(runner.make(task("true"), "other-run-0123abcd"))
        assert len(there) == len(runner.left), nth
        runner.world.clock.sleep(600 + 3600 + 60)
        runner.carry_out(runner.make(task("true"), "third-run-0123abcd"))
        assert [] == runner.left, nth
    assert stayed


def killed_at(runner: Runner, nth: int, *, after: bool) -> None:
    """Let the process die at a request, before or after it is carried out."""
    handle, count = runner.world.emulator.handle, iter(range(10_000))

    def die(request: Any) -> Any:
        if next(count) == nth:
            if after:
                handle(request)
            raise _DeadError
        return handle(request)

    runner.world.emulator.handle = die  # type: ignore[method-assign]
    with pytest.raises(_DeadError):
        runner.carry_out(runner.make(task(*HELLO)))
    runner.world.emulator.handle = handle  # type: ignore[method-assign]


@STRIDES
@pytest.mark.parametrize("kind", ["error", "error-after", "reset", "reset-after"])
def test_a_fault_at_any_request_leaves_nothing(kind: Any, stride: int) -> None:
    """Azure fails once, at each request in turn; the run goes on, or says why not."""
    calm = Runner(AzureWorld())
    first = len(calm.world.requests)
    calm.carry_out(calm.make(task(*HELLO)))
    for nth in range(2, len(calm.world.requests) - first, stride):
        faults = Faults()
        runner = Runner(AzureWorld(faults=faults))
        faults.add([Fault(kind, skip=nth, status=503)])
        (report,) = runner.carry_out(runner.make(task(*HELLO)))

        assert [] == runner.left, (nth, report)
        assert (4, ["hello", "world"]) == (report.ending.code, runner.heard.texts), (nth, report)
