"""``--lock`` and ``unlock``, as far as they need no storage account; tests/azurite has the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

SIGNED = "https://shop.blob.core.windows.net/locks?sv=2022&sig=hush"


@pytest.fixture
def remote(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The project on a server that does not answer."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", "http://127.0.0.1:9")
    return project


@pytest.mark.parametrize(
    "words",
    [
        ("apply", "-y"),
        ("destroy", "-y"),
        ("restart", "web"),
        ("stop", "-y", "web"),
        ("start", "web"),
        ("unlock",),
        ("unlock", "--force"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("from_environment", [False, True], ids=["flag", "environment"])
def test_a_signature_is_refused_and_not_repeated(
    remote: CommandLine, words: tuple[str, ...], from_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is sent."""
    if from_environment:
        monkeypatch.setenv("ACI_RECONCILE_LOCK", SIGNED)
    typed = () if from_environment else ("--lock", SIGNED)
    ran = remote(*words, *typed)

    assert ran.code == 1, ran.err
    assert "a shared access signature (SAS), which is refused" in ran.err
    assert "hush" not in ran.out + ran.err


def test_a_run_has_no_code_of_its_own_for_that(remote: CommandLine) -> None:
    """Its codes are those of containers."""
    ran = remote("run", "web", "--lock", SIGNED)

    assert ran.code == 125
    assert "hush" not in ran.out + ran.err


def test_the_embedded_emulator_needs_no_lock(project: CommandLine) -> None:
    """Nobody else writes there."""
    ran = project("apply", "-y", "--lock", "https://shop.blob.core.windows.net/locks")

    assert ran.code == 0, ran.err
    assert "lock" not in ran.err


def test_a_lock_that_is_wrong_makes_no_plan_stale(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan is as good as before."""
    project("plan", "--out", "plan.json")
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    ran = project("apply", "plan.json", "--arm-endpoint", "http://127.0.0.1:9", "--lock", SIGNED)

    assert ran.code == 1, ran.err
    assert "shared access signature" in ran.err


def test_there_may_be_no_lock(remote: CommandLine) -> None:
    """As text and as JSON."""
    text = remote("unlock")
    ran = remote("unlock", "--format", "json")

    assert (1, 1) == (text.code, ran.code)
    assert "nothing names a lock\n  use --lock, or write lock: {storageAccount: …, container: …}" in text.err
    assert ran.document["error"]["message"] == "nothing names a lock"
