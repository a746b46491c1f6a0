"""Logs: what simulated containers print, and what the service gives of it."""

from __future__ import annotations

import ast
import re

import pytest
from unit.emulator.emulator_world import GROUPS, World, container, group

from aci_reconcile.emulator import Knobs


def log(world: World, query: str = "", name: str = "web") -> str:
    """The content of a container's log."""
    response = world.send("GET", f"{GROUPS}/web/containers/{name}/logs{query}")
    assert 200 == response.status
    return str(response.json()["content"])


def test_word_count_logs_as_many_words_as_asked_for() -> None:
    """The task of Azure's own samples: the most frequent words of a least length, as Python prints them."""
    world = World()
    variables = [{"name": "NumWords", "value": "5"}, {"name": "MinLength", "value": "8"}]
    image = "mcr.microsoft.com/azuredocs/aci-wordcount:latest"
    world.create(
        "web", group(restartPolicy="Never", containers=[container("web", image, environmentVariables=variables)])
    )

    words = ast.literal_eval(log(world))

    assert 5 == len(words)
    assert all(len(word) >= 8 for word, _ in words)
    assert [count for _, count in words] == sorted((count for _, count in words), reverse=True)


def test_tail_and_timestamps() -> None:
    """The last lines only, and each with its time."""
    world = World()
    world.create("web")
    lines = log(world).splitlines()

    assert lines[-1:] == log(world, "?tail=1").splitlines()
    assert [] == log(world, "?tail=0").splitlines()
    assert lines == log(world, "?tail=999999999").splitlines()
    assert all(re.match(r"\d{4}-.*Z \S", line) for line in log(world, "?timestamps=true").splitlines())
    assert all("emulator" in line or "simulated" in line for line in lines)


@pytest.mark.parametrize("tail", ["x", "-1", "1.5", "9999999999", "٣"])
def test_a_bad_tail_is_refused(tail: str) -> None:
    """It must be a whole number."""
    world = World()
    world.create("web")

    response = world.send("GET", f"{GROUPS}/web/containers/web/logs?tail={tail}")

    assert (400, "InvalidRequestContent") == world.code(response)


def test_nothing_is_logged_before_the_start() -> None:
    """An empty text, not an error."""
    world = World()
    world.put("web", group())

    assert "" == log(world)


def test_logs_of_what_is_not_there() -> None:
    """Group or container."""
    world = World()
    world.create("web")

    assert (404, "ContainerNotFound") == world.code(world.send("GET", f"{GROUPS}/web/containers/no/logs"))
    assert (404, "ResourceNotFound") == world.code(world.send("GET", f"{GROUPS}/no/containers/web/logs"))


def test_a_log_holds_four_megabytes_and_keeps_its_end() -> None:
    """However long a container runs; and less once it has stopped."""
    world = World()
    world.create("web")
    world.now += 3e8
    long = log(world)

    assert 3_900_000 < len(long) <= 4 * 1024 * 1024

    world.send("POST", f"{GROUPS}/web/stop")
    short = log(world)

    assert len(short) <= 16 * 1024
    assert short.splitlines()[-1] == long.splitlines()[-1]


def test_a_crash_loop_shows_the_log_of_its_last_run() -> None:
    """And so do init containers that have ended."""
    world = World()
    world.create("web", group("sim/crash:9", initContainers=[{"name": "init", "properties": {"image": "sim/task"}}]))

    assert "exit code 9" in log(world)
    assert "task done" in log(world, name="init")


def test_what_is_kept_of_a_log_is_a_knob() -> None:
    """In whole lines, from the end; a container that has ended keeps less."""
    knobs = Knobs(log_bytes=12, ended_log_bytes=100, ended_log_lines=2)
    world = World(knobs)
    command = ["sh", "-c", "seq 10 99; sleep 100"]
    world.create("web", group(restartPolicy="Never", containers=[container("web", "busybox", command=command)]))
    running = world.send("GET", f"{GROUPS}/web/containers/web/logs").json()["content"]
    world.now += 200
    ended = world.send("GET", f"{GROUPS}/web/containers/web/logs").json()["content"]

    assert ("96\n97\n98\n99\n", "98\n99\n") == (running, ended)
