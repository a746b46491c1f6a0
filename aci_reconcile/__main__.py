"""``python -m aci_reconcile`` and the command ``aci-reconcile``."""

from __future__ import annotations

import gc
import os
import sys

_RARELY = (500_000, 20, 100)
"""Thousands of groups are millions of objects and hardly a cycle among them: by Python's own thresholds a quarter of
the time would go into looking for some, and a twentieth of a plan of 200 groups at 100,000 (both measured)."""

_INTERRUPTED = 130
"""The exit code of a Ctrl-C during the imports, which the table of exit codes is among."""


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] == ["--version"]:
        from aci_reconcile.version import VERSION  # noqa: PLC0415  nothing else is needed for it

        sys.stdout.write(f"aci-reconcile {VERSION}\n")
        return 0
    gc.set_threshold(*_RARELY)
    try:
        from aci_reconcile.cli.boundary import run  # noqa: PLC0415  see above
        from aci_reconcile.core.errors import ExitCode  # noqa: PLC0415  see above

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before signals are handled, or after: nothing has begun, or all has ended
        return _INTERRUPTED
    if code in {ExitCode.INTERRUPTED, ExitCode.TERMINATED}:
        _leave(code)
    # Before Python ends it looks for cycles among everything that is left, which takes it longer than a plan of one
    # group takes us (80 ms, measured). What ends with the process needs no looking for.
    gc.freeze()
    return code


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
