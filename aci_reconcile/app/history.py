"""What ``drift`` knows from earlier runs: the history, and the file of accepted drift."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.app.files import write_whole
from aci_reconcile.core.errors import InvalidManifestsError, Severity, UsageError
from aci_reconcile.findings import History, dump_history, parse_history
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.findings import Acceptance, Place
    from aci_reconcile.manifest import Project

_LARGEST: Final = 256 * 1024 * 1024
"""As large as a result may be: 45,000 groups take 16 MiB, and what is saved must be read again."""
_ANEW = "restore it, or delete it to start again: every finding will be new"


def load_history(file: Path | None, place: Place) -> History:
    """Load the history of the last run; a missing file means that this is the first one.

    Raises:
        UsageError: it cannot be read, is no history, or belongs to another project or environment. It stays as it is.
    """
    if file is None:
        return History(place)
    try:
        with file.open("rb") as stream:
            # One byte more than the limit tells a file that is too large from one that is just large enough.
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError:
        return History(place)
    except OSError as error:
        raise UsageError(f"--history {file}: {error.strerror or 'cannot be read'}") from error
    found = _parse_history(content, file)
    # Mixing two projects in one file would report every group of the other one as gone.
    if found.place != place:
        actual = f"{found.place.project} in subscription {found.place.subscription} ({found.place.endpoint or 'Azure'})"
        raise UsageError(
            f"--history {file} belongs to {sanitize(actual)}", hint="use one file for each project and environment"
        )
    return found


def find_resource_groups(history: History) -> tuple[str, ...]:
    """Return the resource groups that the history mentions."""
    addresses = (
        *(each.address for each in history.groups.values()),
        *(each.address for each in history.findings.values()),
    )
    return tuple(sorted({each.partition("/")[0] for each in addresses if "/" in each}))


def save_history(file: Path, history: History) -> None:
    """Save the history; the file is replaced once the new one is complete.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, json.dumps(dump_history(history), indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"--history {file}: {error.strerror or 'cannot be written'}") from error


def load_acceptances(file: Path | None, project: Project, cwd: Path) -> tuple[Acceptance, ...]:
    """Load the accepted drift from the named file, or from the one beside the project file if there is one.

    Raises:
        InvalidManifestsError: the file has errors.
    """
    from aci_reconcile.manifest import ACCEPTED_FILE
    from aci_reconcile.manifest.accepted_drift import read_accepted_drift

    beside = project.root / ACCEPTED_FILE
    if file is None and (project.file is None or not beside.exists()):
        return ()
    found, diagnostics = read_accepted_drift(beside if file is None else cwd / file, cwd)
    if any(each.severity is Severity.ERROR for each in diagnostics):
        raise InvalidManifestsError(diagnostics)
    return found


def _parse_history(content: bytes, file: Path) -> History:
    from aci_reconcile.manifest import find_large_violation

    try:
        document: Any = json.loads(content) if len(content) <= _LARGEST else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise UsageError(f"--history {file} is not a history file, or is damaged", hint=_ANEW)
    parsed = cast("dict[str, Any]", document)
    if found := find_large_violation(parsed, "drift-history"):
        path, message = found
        problem = sanitize(f"{'.'.join(map(str, path))}: {message}".removeprefix(": ")[:200])
        raise UsageError(f"--history {file} is not a history file that this version reads: {problem}", hint=_ANEW)
    return parse_history(parsed)
