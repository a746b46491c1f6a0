"""The file of ``--state``: what the last 24 hours have taken of the safety limits, for the next process to know.

A file that is missing or torn tells nothing, and then everything counts as used up for a day. One that is something
else, or another project's, is not overwritten.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.watch.ledger import begin_unknown
from aci_reconcile.app.watch.ledger_json import UnusableError, parse_ledger, render_ledger
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.app.watch.ledger import Ledger

_BEGINNING: Final = b'{"format_version"'
_LARGEST: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """Where the ledger of a project is kept."""

    file: Path

    def check(self) -> None:
        """Check that the file may be written, before anything else is done.

        Raises:
            UsageError: it may not.
        """
        check_target(f"--state {self.file}", self.file)
        if not self.file.parent.is_dir():
            raise UsageError(f"--state {self.file}: there is no folder {self.file.parent}", hint="create it first")

    def read(self, owner: str, now: float) -> tuple[Ledger, str]:
        """Return the ledger of a project, and why it tells nothing, if it does not.

        Raises:
            UsageError: the file is something else, or another project's.
        """
        try:
            return parse_ledger(_read_document(self.file), owner, now), ""
        except UnusableError as error:
            if not error.ours:
                hint = "nothing was overwritten; name another file"
                raise UsageError(f"--state {self.file}: {error}", hint=hint) from error
            return begin_unknown(now), str(error)

    def write(self, ledger: Ledger, owner: str) -> None:
        """Keep the ledger; the file is whole at any moment.

        Raises:
            AciReconcileError: it cannot be written.
        """
        try:
            write_whole(self.file, f"{json.dumps(render_ledger(ledger, owner))}\n", private=True)
        except OSError as error:
            why = error.strerror or str(error)
            hint = "nothing is deleted, recreated or restarted while it cannot be counted"
            raise AciReconcileError(f"--state {self.file} cannot be written: {why}", hint=hint) from error


def _read_document(file: Path) -> object:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except FileNotFoundError as error:
        raise UnusableError("it does not exist yet") from error
    except OSError as error:
        raise UnusableError(f"it cannot be read: {error.strerror or error}") from error
    # Whatever a crash has left of the file, its beginning is ours.
    if not content.startswith(_BEGINNING) and not _BEGINNING.startswith(content.strip()):
        raise UnusableError("it is no state of a watch", ours=False)
    if len(content) > _LARGEST:
        raise UnusableError("it is too large")
    try:
        return cast("object", json.loads(content))
    except (ValueError, RecursionError) as error:
        raise UnusableError("it is damaged") from error
