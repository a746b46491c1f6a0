"""Signals that come while the program is still being imported."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from aci_reconcile.cli import boundary

CODE = """
import os, signal, sys
from aci_reconcile.__main__ import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "aci_reconcile.cli.boundary":
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Finder())
sys.exit(main())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="this system has no SIGHUP")
@pytest.mark.parametrize("words", [(), ("--log-format", "json")])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_during_the_imports_says_that_nothing_was_written(
    number: signal.Signals, code: int, words: tuple[str, ...]
) -> None:
    """With its own exit code, and without a traceback; not where every line on stderr is JSON."""
    program = CODE.format(number=int(number))
    done = subprocess.run(
        [sys.executable, "-c", program, "validate", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # whoever runs the tests may ignore it
    )

    assert (code, "", "" if words else "\nInterrupted; nothing was written.\n") == (
        done.returncode, done.stdout, done.stderr
    )  # fmt: skip


class _Swallowing:
    """A command during which a signal comes while C code imports a module."""

    def main(self, *_words: object, **_more: object) -> int:
        """Turn the signal into an error, as that code does."""
        try:
            signal.raise_signal(signal.SIGTERM)
        except BaseException:  # noqa: BLE001  whatever it is
            raise ImportError('could not import module "_socket"') from None
        return 0


def test_a_signal_that_an_import_swallows_is_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``PyCapsule_Import`` replaces every exception by one of its own."""
    monkeypatch.setattr(boundary, "make_root", _Swallowing)

    assert 143 == boundary.run(["status"])
    assert "\nInterrupted; nothing was written.\n" == capsys.readouterr().err
