"""Errors as a person or a program gets them: the message, the hint, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AciReconcileError, AzureError, ExitCode, InvalidManifestsError
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.json.diagnostics import render_diagnostics_json
from aci_reconcile.render.text.diagnostics import render_diagnostics_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.cli.session import Session


def report_error(error: AciReconcileError, session: Session) -> int:
    """Report an error, and return the exit code."""
    if isinstance(error, InvalidManifestsError):
        session.console.plain("error", render_diagnostics_text(error.diagnostics, session.console.notes))
        if session.console.json:
            session.console.result(render_diagnostics_json(error.diagnostics))
        return _choose_code(error, session)
    from aci_reconcile.operate.commands import complete_commands
    from aci_reconcile.render.json.apply import emit_error

    error.hint = complete_commands(error.hint, session.place)
    message, lines = error.message, [error.hint]
    if isinstance(error, AzureError):
        lines.insert(0, f"request id {error.request_id}" if error.request_id else "")
        if error.code and not message.startswith(error.code):
            message = f"{error.code}: {message}"
    report_failure(emit_error(error), message, lines, session)
    return _choose_code(error, session)


def _choose_code(error: AciReconcileError, session: Session) -> int:
    """Return the exit code of an error; where the codes are those of containers, one code stands for all errors."""
    return int(error.exit_code if session.failure is ExitCode.ERROR else session.failure)


def report_failure(document: Mapping[str, object], message: str, hints: Sequence[str], session: Session) -> None:
    """Report a message with hints; ``document`` is what a program gets."""
    console = session.console
    console.error("\n  ".join((sanitize(message, keep="\n"), *(sanitize(hint) for hint in hints if hint))))
    if console.json:
        console.line({"type": "error", "error": document})
