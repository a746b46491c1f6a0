"""An Azure that cannot be read: whatever answers, and whatever was asked, that is an error, and nothing is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.azure.loopback import Site, serving
from unit.azure.scripted import Says
from unit.cli.command_line import PROJECT, CommandLine

from aci_reconcile.app.interruption import SystemClock

if TYPE_CHECKING:
    from collections.abc import Generator

JSON, PAGE = {"Content-Type": "application/json"}, {"Content-Type": "text/html"}
ANSWERS: dict[str, Says | None] = {
    "forbidden": Says(403, b'{"error": {"code": "AuthorizationFailed", "message": "no"}}', JSON),
    "defect": Says(500, b'{"error": {"code": "InternalServerError", "message": "no"}}', JSON),
    "a page": Says(200, b"<html>sign in</html>", PAGE),
    "nothing found, by a page": Says(404, b"<html>not found</html>", PAGE),
    "nothing found, by nobody": Says(404, b'{"error": {"code": "NotFound", "message": "no"}}', JSON),
    "no list": Says(200, b'{"value": null}', JSON),
    "a list of nothing known": Says(200, b'{"value": [{}]}', JSON),
    "half of an answer": Says(200, b'{"value": [', JSON),
    "nothing": Says(200, b"", JSON),
    "a reset": None,
}
COMMANDS = [
    "destroy -y",
    "destroy -y --format json",
    "destroy -y --resource-groups",
    "plan",
    "plan --detailed-exitcode --format json",
    "plan --format markdown",
    "apply -y",
    "apply -y --format json",
    "drift",
    "drift --exit-zero --format json",
    "verify",
    "verify --format json",
    "status",
    "status web --format json",
    "import",
    "import web",
    "logs web",
]


@pytest.fixture
def answered(
    request: pytest.FixtureRequest, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> Generator[tuple[CommandLine, Site]]:
    """Set up a project, and a server that answers everything in one way."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000000")
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)
    with serving(lambda _: ANSWERS[request.param]) as site:
        monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", site.url)
        yield cli, site


@pytest.mark.parametrize("answered", ANSWERS, indirect=True)
def test_an_unreadable_azure_is_an_error_everywhere(answered: tuple[CommandLine, Site]) -> None:
    """In every command and format: "nothing there" is never concluded from what could not be read."""
    cli, site = answered
    codes = {command: cli(*command.split()).code for command in COMMANDS}

    assert dict.fromkeys(COMMANDS, 1) == codes
    assert {"GET"} == {each.method for each in site.asked}


@pytest.mark.parametrize("answered", ["forbidden"], indirect=True)
def test_a_destroy_says_what_it_could_not_read(answered: tuple[CommandLine, Site]) -> None:
    """The reason is an error, not a remark beside "nothing to do"."""
    cli, _ = answered
    text, lines = cli("destroy", "-y"), cli("destroy", "-y", "--format", "json").documents

    assert "rg-shop/web could not be read: AuthorizationFailed: no" in text.err
    assert ["plan", "error"] == [each["type"] for each in lines]
    assert "could not be read" in json.dumps(lines[1])
