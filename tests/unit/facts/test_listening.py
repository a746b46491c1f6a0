"""Probes listen to streams while others go on, and no stream stays open, whatever ends the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from probed_azure import LAB, Azure, FakeClock

from aci_reconcile.core.errors import AzureError, NoAnswerError
from aci_reconcile.facts.inquiry import World, ask_probes, follow
from aci_reconcile.facts.probes import Probe, Seen
from aci_reconcile.facts.probes.steps import Heard, Listen, Reply, Unclear, listen, send, wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Body
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

OFFER = Reply(200, body={"webSocketUri": "wss://x", "password": "p"})


@dataclass(slots=True)
class Script:
    """A stream that says each thing when its time has come; an exception breaks it."""

    clock: FakeClock
    lines: list[tuple[float, bytes | NoAnswerError]]
    said: list[tuple[float, bytes]] = field(default_factory=list[tuple[float, bytes]])
    closed: int = 0
    greeted: bool | None = True

    def send(self, data: bytes, /) -> None:
        """Keep what is typed."""
        self.said.append((self.clock.time, data))

    def receive(self, timeout: float | None, /) -> bytes | None:
        """Return what has come."""
        assert timeout == 0
        if not self.lines or self.lines[0][0] > self.clock.time:
            return None
        _, data = self.lines.pop(0)
        if isinstance(data, NoAnswerError):
            raise data
        return data

    def close(self) -> None:
        """Count."""
        self.closed += 1


def make_world(script: Script, stopped: Callable[[], bool] = bool) -> World:
    """Return a world with that one stream."""

    def refuse(method: str, path: str, body: Body | None) -> Reply:
        raise AssertionError((method, path, body))

    return World(refuse, lambda _path, _body: (OFFER, script), script.clock, stopped)


def make_probe(wanted: Listen, results: list[Heard], name: str = "hears") -> Probe:
    """Return a probe that listens."""

    def ask(_lab: Lab) -> Steps[Verdicts]:
        results.append((yield from listen(wanted)))
        return [Seen(name, "true", "")]

    return Probe(name, "", (name,), ask)


def run(script: Script, **more: object) -> Heard:
    """Listen for ten seconds, and look each second."""
    results: list[Heard] = []
    wanted = Listen("/attach", None, 10.0, 1.0, **more)  # type: ignore[arg-type]
    list(ask_probes([make_probe(wanted, results)], LAB, make_world(script)))

    assert 1 == script.closed

    return results[0]


@pytest.mark.parametrize(
    ("lines", "expected", "passed"),
    [
        ([(1.0, b"a"), (2.5, b"b")], Heard(OFFER, "ab", greeted=True), 10.0),
        ([(1.0, b"a"), (1.0, b"b"), (2.5, b"")], Heard(OFFER, "ab", ended=True, greeted=True), 3.0),
        ([(1.0, b"\xc3"), (2.5, b"\xa4\xff"), (3.0, b"")], Heard(OFFER, "\u00e4\ufffd", ended=True, greeted=True), 3.0),
        ([(1.0, b"a"), (2.0, NoAnswerError("reset"))], Heard(OFFER, "a", broke="reset", greeted=True), 2.0),
        ([(1.0, b"enough"), (2.0, b"b")], Heard(OFFER, "enough", greeted=True), 1.0),
        ([], Heard(OFFER, greeted=True), 10.0),
    ],
    ids=["time is over", "end", "broken characters", "broken", "enough", "silence"],
)
def test_listening_ends(lines: list[tuple[float, bytes | NoAnswerError]], expected: Heard, passed: float) -> None:
    """With the time, with the stream, when it breaks, or once enough was heard."""
    heard = run(Script(clock := FakeClock(0.0), lines), is_enough=lambda text: "enough" in text)

    assert (expected, passed) == (heard, clock.time)


@pytest.mark.parametrize(("lines", "at"), [([(2.0, b"# "), (4.0, b"x")], 2.0), ([], 5.0)])
def test_something_is_typed_once_after_the_prompt(lines: list[tuple[float, bytes | NoAnswerError]], at: float) -> None:
    """Or after half of the time, for a shell without one."""
    run(script := Script(FakeClock(0.0), lines), say=b"id\n")

    assert [(at, b"id\n")] == script.said


def test_by_default_nothing_is_enough() -> None:
    """What was heard first is the prompt, and not the answer."""
    assert "# 42" == run(Script(FakeClock(0.0), [(1.0, b"# "), (6.0, b"42")]), say=b"6*7\n").text


def test_others_go_on_while_one_listens() -> None:
    """They need not wait for its end."""
    script, times, results = Script(FakeClock(0.0), []), list[float](), list[Heard]()

    def ask(_lab: Lab) -> Steps[Verdicts]:
        yield from wait(2.5)
        times.append(script.clock.time)
        return []

    probes = [make_probe(Listen("/attach", None, 10.0, 1.0), results), Probe("waits", "", (), ask)]
    order = [each.probe.id for each in ask_probes(probes, LAB, make_world(script))]

    assert (["waits", "hears"], [2.5], 1) == (order, times, len(results))


def test_a_signal_closes_the_stream() -> None:
    """And so does whoever stops asking."""
    script = Script(FakeClock(0.0), [])
    list(
        ask_probes(
            [make_probe(Listen("/attach", None, 10.0, 1.0), [])],
            LAB,
            make_world(script, lambda: script.clock.time > 3),
        )
    )

    assert (1, 4.0) == (script.closed, script.clock.time)


def test_a_stream_that_cannot_be_opened_leaves_the_facts_unclear() -> None:
    """And what the probe has made is deleted."""
    azure = Azure()

    def fail(_path: str, _body: Body | None) -> tuple[Reply, None]:
        raise AzureError("the server refused the WebSocket")

    def ask(lab: Lab) -> Steps[Verdicts]:
        yield from send("PUT", lab.path("web"), {})
        yield from listen(Listen("/attach", None, 10.0, 1.0))
        return []

    def answer(method: str, path: str, body: Body | None) -> Reply:
        azure.asked.append((method, path, 200))
        return Reply(200, body=body or {})

    world = World(answer, fail, azure.clock)
    (answered,) = ask_probes([Probe("hears", "", ("hears",), ask)], LAB, world)

    assert (Unclear("hears", "the server refused the WebSocket"),) == answered.verdicts
    assert ["PUT", "DELETE"] == [method for method, _, _ in azure.asked]


def test_only_probes_open_streams() -> None:
    """Looking at a resource group, or deleting it, needs none."""
    with pytest.raises(TypeError, match="streams"):
        follow(listen(Listen("/attach", None, 10.0, 1.0)), make_world(Script(FakeClock(), [])))
