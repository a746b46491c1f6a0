"""Where errors end: exit codes, messages, the log of a defect, interruptions."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.command_line import PROJECT

from aci_reconcile.app import interruption
from aci_reconcile.app.interruption import EndedBySignalError, Interruption, SystemClock
from aci_reconcile.cli.commands.validate import VALIDATE
from aci_reconcile.core.errors import (
    AciReconcileError,
    AzureError,
    BlockedError,
    ExitCode,
    ForbiddenError,
    NotConvergedError,
    SecretUnavailableError,
    StalePlanError,
    UsageError,
)
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Generator

    from unit.cli.command_line import CommandLine

CANARY = "canary-of-a-secret"


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Let ``validate`` fail."""

    def fail(_ctx: Any) -> Any:
        raise error

    monkeypatch.setattr(VALIDATE, "callback", lambda **_values: fail(None))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AciReconcileError("x"), 1),
        (UsageError("x"), 1),
        (SecretUnavailableError("x"), 1),
        (AzureError("x"), 1),
        (BlockedError("x"), 3),
        (StalePlanError("x"), 4),
        (NotConvergedError("x"), 5),
        (RuntimeError("x"), 70),
        (EndedBySignalError(), 130),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_error_has_its_exit_code(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException, code: int
) -> None:
    """Nothing is raised, whatever happens."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing(monkeypatch, error)

    assert code == cli("validate").code


def test_what_azure_says_is_shown_whole(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code, message, request id and hint: what support asks for. Escape sequences in it are not obeyed."""
    error = ForbiddenError("may not\x1b[2J", code="AuthorizationFailed", request_id="1-2-3", hint="ask for a role")
    failing(monkeypatch, error)
    ran = cli("validate", "--format", "json")

    assert "Error: AuthorizationFailed: may not\n  request id 1-2-3\n  ask for a role\n" == ran.err
    assert "1-2-3" == ran.document["error"]["request_id"]
    assert "ForbiddenError" == ran.document["error"]["kind"]


@pytest.mark.parametrize(
    ("words", "environ", "expected"),
    [
        (("plan", "--bogus"), "", False),
        (("--format", "json", "plan", "--bogus"), "", True),
        (("plan", "--bogus", "--format=json"), "", True),
        (("--format", "json", "plan", "--format", "text", "--bogus"), "", False),
        (("plan", "--bogus"), "json", True),
        (("plan", "--bogus", "--format=text"), "json", False),
    ],
)
def test_even_a_usage_error_is_json_where_json_is_wanted(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], environ: str, expected: bool
) -> None:
    """The format is known before the options are found to be wrong."""
    monkeypatch.setenv("ACI_RECONCILE_FORMAT", environ or "text")
    ran = cli(*words)

    assert (1, expected) == (ran.code, bool(ran.out))
    assert not expected or "UsageError" == ran.document["error"]["kind"]


def test_the_current_folder_may_be_gone(cli: CommandLine) -> None:
    """Somebody deleted it meanwhile: that is no defect."""
    gone = cli.folder / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    ran = cli("validate")

    assert 1 == ran.code
    assert "the current folder no longer exists" in ran.err


def test_a_defect_leaves_a_log(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A short message and the path of a file for its owner alone; values of variables are not in it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["aci-reconcile", "validate", f"--var=token={CANARY}", "--var", f"a={CANARY}"])
    secret = Secret(CANARY)
    failing(monkeypatch, RuntimeError(f"broken {secret} {[secret]!r}"))
    ran = cli("validate")
    log = Path(re.findall(r"attach (\S+)", ran.err)[0])
    text = log.read_text(encoding="utf-8")

    assert (70, "") == (ran.code, ran.out)
    assert "this is a defect in aci-reconcile (RuntimeError)" in ran.err
    assert 0o600 == stat.S_IMODE(log.stat().st_mode)
    assert "Traceback" not in ran.err
    assert "RuntimeError: broken (secret) [(secret)]" in text
    assert "command: validate --var --var" in text
    assert CANARY not in text + ran.err


def test_a_log_that_cannot_be_written(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The defect is told all the same."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    failing(monkeypatch, RuntimeError("x"))
    ran = cli("validate")

    assert 70 == ran.code
    assert "the log could not be written" in ran.err


def test_an_interruption_says_that_nothing_was_written(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """That is what one wants to know."""
    failing(monkeypatch, EndedBySignalError())

    assert "\nInterrupted; nothing was written.\n" == cli("validate").err


def test_the_first_signal_ends_the_run() -> None:
    """In the main thread at once, in others when they sleep next."""
    watched = Interruption()
    with watched.handle_signals(), pytest.raises(EndedBySignalError):
        signal.raise_signal(signal.SIGTERM)

    assert (True, ExitCode.TERMINATED) == (watched.has_come(), watched.exit_code)

    with pytest.raises(EndedBySignalError):
        SystemClock(watched).sleep(60)


def test_work_that_writes_is_not_torn_apart() -> None:
    """The signal is seen, the sleep under way ends early, the next one does not: the run goes on to its end."""
    watched = Interruption()
    clock = SystemClock(watched)
    with watched.handle_signals(), watched.protect(lambda: ""):
        began = time.monotonic()
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        clock.sleep(60)
        seen = time.monotonic()
        clock.sleep(0.3)
        ended = time.monotonic()

    assert (True, True, ExitCode.INTERRUPTED) == (watched.has_come(), watched.wrote, watched.exit_code)
    assert seen - began < 30
    assert ended - seen >= 0.3


def test_the_second_signal_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the names of what was started."""
    ended: list[int] = []
    said: list[str] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(interruption, "_write", said.append)
    watched = Interruption()
    with watched.handle_signals(), watched.protect(lambda: " Started: rg/web."):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    assert [130] == ended
    assert "\nAborted. Started: rg/web.\n" in said


@contextmanager
def heard(number: signal.Signals) -> Generator[None]:
    """Let a signal be heard, though whoever runs the tests in the background or under nohup ignores it."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_a_terminal_that_was_closed_ends_a_run_in_good_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal comes from the kernel and again from the shell; only what somebody sends on purpose counts twice."""
    ended: list[int] = []
    said: list[str] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.setattr(interruption, "_write", said.append)
    watched = Interruption()
    with heard(signal.SIGHUP), watched.handle_signals(), watched.protect(lambda: " Started: rg/web."):
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGHUP)

        assert (True, ExitCode.HUNG_UP, []) == (watched.has_come(), watched.exit_code, ended)

        signal.raise_signal(signal.SIGTERM)

    assert [129] == ended


@pytest.mark.skipif(not hasattr(signal, "SIGQUIT"), reason="this system has no SIGQUIT")
def test_the_key_that_quits_is_as_the_one_that_interrupts() -> None:
    """The first one ends the run in good order, without a core dump."""
    watched = Interruption()
    with heard(signal.SIGQUIT), watched.handle_signals(), watched.protect(lambda: ""):
        signal.raise_signal(signal.SIGQUIT)

    assert (True, ExitCode.INTERRUPTED) == (watched.has_come(), watched.exit_code)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
def test_a_run_under_nohup_outlives_its_terminal() -> None:
    """What was ignored when it began stays so."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        watched = Interruption()
        with watched.handle_signals():
            signal.raise_signal(signal.SIGHUP)

        assert False is watched.has_come()
        assert signal.SIG_IGN == signal.getsignal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_system_without_these_signals_has_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows knows neither."""
    monkeypatch.setattr(interruption, "_MAY_BE_IGNORED", ())
    watched = Interruption()
    with watched.handle_signals(), watched.protect(lambda: ""):
        signal.raise_signal(signal.SIGTERM)

    assert ExitCode.TERMINATED == watched.exit_code


def test_signals_are_given_back() -> None:
    """After the run the handlers are those from before."""
    before = signal.getsignal(signal.SIGINT)
    with Interruption().handle_signals():
        assert before is not signal.getsignal(signal.SIGINT)

    assert before is signal.getsignal(signal.SIGINT)


def test_a_sleep_takes_its_time() -> None:
    """Without a signal it is a plain sleep."""
    clock = SystemClock()
    began = clock.now()
    clock.sleep(0.05)

    assert 0.04 < clock.now() - began < 5


def test_where_stderr_takes_json_only_a_signal_is_json_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever parses it line by line goes on doing so."""
    said: list[str] = []
    monkeypatch.setattr(interruption, "_write", said.append)
    came = Interruption(protected=True, json=True)
    came._handle(signal.SIGINT, None)  # pyright: ignore[reportPrivateUsage]

    assert ["warning"] == [json.loads(line)["level"] for line in said]


def test_a_log_in_json_has_the_last_event(cli: CommandLine) -> None:
    """With the counts, on stderr as all the others; stdout has the summary in words."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    ran = cli("apply", "--local", "-y", "--log-format", "json", "--wait", "provisioned")
    events = [json.loads(line) for line in ran.err.splitlines() if line]

    assert (0, "finished", 1) == (ran.code, events[-1]["type"], events[-1]["added"])
    assert "1 added" in ran.out


@pytest.mark.parametrize("signalled", [EndedBySignalError, KeyboardInterrupt])
def test_a_signal_while_a_class_is_made_is_no_defect(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch, signalled: type[BaseException]
) -> None:
    """Python 3.11 raises a RuntimeError in its place."""

    class Late:
        def __set_name__(self, _owner: type, _name: str) -> None:
            raise signalled

    def make(**_values: object) -> None:
        type("Holder", (), {"late": Late()})

    monkeypatch.setattr(VALIDATE, "callback", make)
    ran = project("validate")

    assert 130 == ran.code
    assert "defect" not in ran.err
