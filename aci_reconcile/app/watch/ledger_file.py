"""The file of ``--state``: what the last 24 hours have taken of the safety limits, for the next process to know.

A file that is missing or torn tells nothing, and then everything counts as used up for a day. One that is something
else, or another project's, is not overwritten. Nor is one that somebody else has written since it was read: two watches
of one file would forget what the other one has counted.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.app.watch.ledger import begin_unknown
from aci_reconcile.app.watch.ledger_json import UnusableError, parse_ledger, render_ledger
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from aci_reconcile.app.watch.ledger import Ledger

_BEGINNING: Final = b'{"format_version"'
_LARGEST: Final = 4 * 1024 * 1024
_ATTEMPTS: Final = 50
_PAUSE: Final = 0.1
"""Seconds between two attempts to be the only one that writes, which takes others milliseconds."""


@dataclass(slots=True)
class LedgerFile:
    """Where the ledger of a project is kept."""

    file: Path
    sleep: Callable[[float], None] = time.sleep
    known: bytes | None = None
    """What the file held when it was last read or written; None: it did not exist."""

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
            return parse_ledger(self._read_document(), owner, now), ""
        except UnusableError as error:
            if not error.ours:
                hint = "nothing was overwritten; name another file"
                raise UsageError(f"--state {self.file}: {error}", hint=hint) from error
            return begin_unknown(now), str(error)

    def write(self, ledger: Ledger, owner: str) -> None:
        """Keep the ledger; the file is whole at any moment.

        Raises:
            AciReconcileError: it cannot be written, or somebody else has written it.
        """
        text = f"{json.dumps(render_ledger(ledger, owner))}\n"
        try:
            with self._be_alone():
                self._check_known()
                write_whole(self.file, text, private=True)
        except OSError as error:
            why = error.strerror or str(error)
            hint = "nothing is deleted, recreated or restarted while it cannot be counted"
            raise AciReconcileError(f"--state {self.file} cannot be written: {why}", hint=hint) from error
        self.known = text.encode()

    def _check_known(self) -> None:
        """Check that the file is the one that was last read or written; one that has gone is made anew.

        Raises:
            AciReconcileError: it is another one.
            OSError: it cannot be read.
        """
        with suppress(FileNotFoundError), self.file.open("rb") as stream:
            if stream.read(_LARGEST + 1) != self.known:
                what = "nothing was changed, and the next round goes on from what it says now"
                raise AciReconcileError(f"--state {self.file} is written by somebody else, too: {what}")

    @contextmanager
    def _be_alone(self) -> Generator[None]:
        """Keep others of this machine from writing meanwhile, where the system and the file system can.

        Raises:
            OSError: another one does not end.
        """
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        # The folder is locked, because the file itself is replaced by another one.
        descriptor = os.open(self.file.parent, os.O_RDONLY)
        try:
            for attempt in range(_ATTEMPTS):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if attempt == _ATTEMPTS - 1:
                        raise
                    self.sleep(_PAUSE)
                except OSError:  # some file systems of other machines lock no folder
                    break
            yield
        finally:
            os.close(descriptor)

    def _read_document(self) -> object:
        self.known = None
        try:
            with self.file.open("rb") as stream:
                content = self.known = stream.read(_LARGEST + 1)
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
