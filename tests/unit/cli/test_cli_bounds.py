"""Reading from a server that is never done: it is told, and it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from dripping import BODY, dripping
from unit.azure.loopback import serving
from unit.azure.scripted import Asked, Says
from unit.cli.command_line import PROJECT

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


@pytest.fixture
def project(cli: CommandLine) -> CommandLine:
    """A project of one group."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    return cli


def test_a_refusal_that_asks_for_a_day_is_told_and_ends(project: CommandLine) -> None:
    """Azure's limits are waited for, but for no longer than --timeout."""
    with serving(lambda _: Says(429, b"{}", {"Retry-After": "100000"})) as site:
        ran = project("plan", "--arm-endpoint", site.url, "--timeout", "30s")

    assert 1 == ran.code
    assert "Azure accepts no more reads for" in ran.err
    assert 2 == len(site.asked)  # the list of the resource group, and that of the subscription beside it


@pytest.mark.parametrize("command", ["plan", "drift", "verify"])
def test_a_list_without_an_end_is_told_and_ends(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """That it goes on is told before."""

    def endless(asked: Asked) -> Says:
        start, _, number = asked.url.partition("&page=")
        return Says(200, json.dumps({"value": [], "nextLink": f"{start}&page={int(number or 0) + 1}"}).encode())

    monkeypatch.setattr("aci_reconcile.app.proposal._SILENCE", 0.05)
    with serving(endless) as site:
        ran = project(command, "--arm-endpoint", site.url, "--timeout", "1.5s")

    assert 1 == ran.code, ran.err
    assert "Still reading from Azure, for at most" in ran.err
    assert "the list does not end" in ran.out + ran.err


def test_an_answer_that_drips_ends(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then keeps no run."""
    monkeypatch.setattr("aci_reconcile.azure.connection._SHORTEST_SECONDS", 0.2)
    with dripping(BODY) as url:
        ran = project("plan", "--arm-endpoint", url, "--timeout", "0.2s")

    assert 1 == ran.code
    assert "no answer: " in ran.out
