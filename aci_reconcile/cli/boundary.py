"""The place where errors end: as a message, a hint and an exit code. A defect also leaves a log."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

import click
from click.exceptions import Exit

from aci_reconcile.app.interruption import EndedBySignalError
from aci_reconcile.cli.command import find_failure_code
from aci_reconcile.cli.failures import report_error, report_failure
from aci_reconcile.cli.option import PREFIX
from aci_reconcile.cli.options import CHECKS, OutputOptions
from aci_reconcile.cli.root import make_root
from aci_reconcile.cli.session import Session
from aci_reconcile.core.errors import AciReconcileError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Run the command line and return the exit code; nothing is raised."""
    session = Session.of_process(OutputOptions(format="json" if _wants_json(argv) else "text"))
    with session.interruption.handle_signals():
        try:
            code = make_root().main(list(argv), "aci-reconcile", standalone_mode=False, obj=session)
        except (EndedBySignalError, KeyboardInterrupt, click.Abort):
            return _report_interruption(session)
        except Exit as end:
            return end.exit_code
        except click.ClickException as error:
            return _report_usage(error, argv, session)
        except AciReconcileError as error:
            return report_error(error, session)
        except Exception as defect:  # noqa: BLE001  whatever it is, a person gets a message and not a traceback
            # C code that imports a module says so of whatever interrupts that, and does not name it.
            swallowed = isinstance(defect, ImportError) and session.interruption.has_come()
            interrupted = swallowed or _is_of_signal(defect)
            return _report_interruption(session) if interrupted else _report_defect(defect, session)
    return int(code or 0)


def _report_interruption(session: Session) -> int:
    session.console.raw(session.interruption.render_line(session.interruption.words))
    return int(session.interruption.exit_code)


def _is_of_signal(error: BaseException) -> bool:
    """Whether a signal is behind an error: Python 3.11 wraps what is raised while a class is made during an import."""
    cause = error.__cause__
    return cause is not None and (isinstance(cause, (EndedBySignalError, KeyboardInterrupt)) or _is_of_signal(cause))


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether errors are JSON, too, even those in the options themselves."""
    # The options could not be parsed, so this looks at the words themselves.
    words = [word for pair in pairwise((*argv, "")) for word in ("=".join(pair), pair[0])]
    known = {f"{option}{each}" for option in ("--format=", "-o=", "-o") for each in CHECKS}
    formats = [word for word in words if word in known]
    return formats[-1].endswith("json") if formats else os.environ.get(f"{PREFIX}FORMAT") == "json"


def _report_usage(error: click.ClickException, argv: Sequence[str], session: Session) -> int:
    from aci_reconcile.cli.suggestions import explain_error

    message, hints = explain_error(error, argv)
    report_failure({"kind": "UsageError", "message": message, "hint": "; ".join(hints)}, message, hints, session)
    return int(find_failure_code(error.ctx if isinstance(error, click.UsageError) else None))


def _report_defect(defect: Exception, session: Session) -> int:
    # Not on stderr: a traceback hides the message, and may quote a secret.
    log = write_log(defect)
    message = f"this is a defect in aci-reconcile ({type(defect).__name__})"
    hint = f"please report it and attach {log}" if log else "please report it; the log could not be written"
    report_failure({"kind": "Defect", "message": message, "hint": hint}, message, (hint,), session)
    return int(ExitCode.DEFECT)


def write_log(defect: BaseException) -> str:
    """Write the traceback to a new file that only its owner can read, and return its path; an empty text if that fails.

    Values of variables are not part of it, a ``Secret`` in a message shows itself as redacted, and what else looks like
    a secret is taken out: the exceptions of other people's code may quote anything.
    """
    import platform
    import tempfile
    import traceback

    from aci_reconcile.core.redaction import veil
    from aci_reconcile.version import VERSION

    lines = [
        f"aci-reconcile {VERSION}, Python {platform.python_version()}, {platform.system()} {platform.machine()}\n",
        f"command: {_command()}\n\n",
        veil("".join(traceback.format_exception(defect))),
    ]
    try:
        handle, path = tempfile.mkstemp(prefix="aci-reconcile-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(lines)
    except OSError:
        return ""
    return path


def _command() -> str:
    """Return the command line without values: they may be confidential."""
    words = (word.partition("=")[0] for word in sys.argv[1:])
    return " ".join(word if word.startswith("-") or word.isalpha() else "…" for word in words)
