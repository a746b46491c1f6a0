"""``python -m aci_reconcile`` and the command ``aci-reconcile``."""

from __future__ import annotations

import gc
import os
import signal
import sys

_RARELY = (500_000, 20, 100)
"""Thousands of groups are millions of objects and hardly a cycle among them: by Python's own thresholds a quarter of
the time would go into looking for some, and a twentieth of a plan of 200 groups at 100,000 (both measured)."""

_INTERRUPTED = 130
"""The exit code of a Ctrl-C after the run, when all has ended."""


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] == ["--version"]:
        from aci_reconcile.version import VERSION  # noqa: PLC0415  nothing else is needed for it

        sys.stdout.write(f"aci-reconcile {VERSION}\n")
        return 0
    gc.set_threshold(*_RARELY)
    before = {number: signal.signal(number, _end_early) for number in _list_signals()}
    from aci_reconcile.cli.boundary import run  # noqa: PLC0415  see above
    from aci_reconcile.core.errors import ExitCode  # noqa: PLC0415  see above

    for number, handler in before.items():
        signal.signal(number, handler)
    try:
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        return _INTERRUPTED
    if code in {ExitCode.HUNG_UP, ExitCode.INTERRUPTED, ExitCode.TERMINATED}:
        _leave(code)
    # Before Python ends it looks for cycles among everything that is left, which takes it longer than a plan of one
    # group takes us (80 ms, measured). What ends with the process needs no looking for.
    gc.freeze()
    return code


def _list_signals() -> list[signal.Signals]:
    """Return the signals that end a process, without those that whoever started this one has it ignore."""
    known = (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP"))
    return [each for each in known if each is not None and signal.getsignal(each) is not signal.SIG_IGN]


def _end_early(number: int, _frame: object) -> None:
    """End during the imports, at once: nothing has begun. An exception might be swallowed by what is being imported."""
    if not any("json" in each for each in (*sys.argv[1:], os.environ.get("ACI_RECONCILE_LOG_FORMAT", ""))):
        os.write(2, b"\nInterrupted; nothing was written.\n")
    os._exit(128 + number)


def _leave(code: int) -> None:
    """End without waiting for the threads whose requests nobody wants any more."""
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        from aci_reconcile.azure.http.tracing import flush  # noqa: PLC0415  see above

        flush()
    finally:  # whatever it was that came up: a second signal, an exporter that fails
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
