"""A run without a subscription that somebody named: az's default account, and where that is refused."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest
from az_profile import SUBSCRIPTION, make_account, write_profile

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

REFUSED = f"""\
Error: {{}} needs a subscription that you name
  for Shop, az's default account: --subscription {SUBSCRIPTION}
"""


@pytest.fixture
def signed_in(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The project without ``--local``; somebody is signed in to az."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(write_profile(project.folder / "az", make_account())))
    return project


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ("apply -y", "-y"),
        ("destroy", "destroy"),
        ("destroy -y", "destroy"),
        ("stop web -y", "-y"),
        ("restart web", "restart"),
        ("start web", "start"),
        ("run manifests/web.yaml", "run"),
    ],
)
def test_what_writes_without_asking_wants_a_name(signed_in: CommandLine, command: str, what: str) -> None:
    """The flag to type is told; nobody is signed in for it, and Azure is not asked."""
    ran = signed_in(*shlex.split(command))

    assert (125 if what == "run" else 1, "", REFUSED.format(what)) == (ran.code, ran.out, ran.err)


def test_config_show_names_it(signed_in: CommandLine) -> None:
    """With the place where it comes from."""
    rows = signed_in("config", "show", "--format", "json").document["settings"]

    assert [(SUBSCRIPTION, "az's default account")] == [
        (each["value"], each["origin"]["text"]) for each in rows if each["name"] == "subscription"
    ]


def test_a_pipeline_has_to_name_one(signed_in: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan and apply may run on machines where different people are signed in."""
    monkeypatch.setenv("CI", "true")
    ran = signed_in("plan")

    assert 1 == ran.code
    assert ran.err.startswith(
        "Error: no subscription is given, and that of az is not taken: CI says that this is a pipeline\n"
    )
    assert "use --subscription, set AZURE_SUBSCRIPTION_ID" in ran.err


def test_what_names_one_wins(signed_in: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable, too: then nothing is said of az."""
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "00000000-0000-0000-0000-00000000000a")
    (row,) = [
        each
        for each in signed_in("config", "show", "--format", "json").document["settings"]
        if each["name"] == "subscription"
    ]

    assert row["value"].endswith("a")


def test_the_emulator_does_not_look_for_one(signed_in: CommandLine) -> None:
    """It has a subscription of its own."""
    ran = signed_in("apply", "--local", "-y")

    assert 0 == ran.code
    assert SUBSCRIPTION not in ran.out + ran.err
