"""The file of a saved plan: written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.cli.ours import check_ours
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import complaint
from aci_reconcile.saved import check_document, open_document, render_document

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.saved import Document


def read_plan(file: Path) -> Document:
    """Return the saved plan in a file.

    Raises:
        UsageError: there is no such file, or it can't be read.
        StalePlanError: what it holds is no saved plan, or not as it was written.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # one that nobody writes to would be waited for without an end
            raise UsageError(f"{file} is not a regular file", hint="save the plan to a file, with --out")
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or 'cannot be read'}") from error
    document = open_document(content, str(file))
    return check_document(document, str(file), complaint(document, "plan"))


def check_out(file: Path) -> None:
    """Check, before anything is done, that a plan may be saved there.

    Raises:
        UsageError: it may not: there is no such folder, it is a link or no file, or the file holds something else.
    """
    if not file.parent.is_dir():
        raise UsageError(f"--out {file}: there is no folder {file.parent}", hint="create it first")
    check_target(f"--out {file}", file)
    check_ours(f"--out {file}", file, "plan")


def write_plan(file: Path, document: Document) -> None:
    """Write a saved plan: into a new file beside it, mode 0600, that takes its place when it is complete.

    Raises:
        UsageError: the file can't be written, or it is a link, or something that is no file.
    """
    check_out(file)
    try:
        write_whole(file, render_document(document), private=True)
    except OSError as error:
        raise UsageError(f"--out {file}: {error.strerror or 'cannot be written'}") from error
