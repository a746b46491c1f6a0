"""A temporary folder that nobody else may read. It goes with its process, or with the next one that makes one."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from collections.abc import Generator

_NEW: Final = 60.0
"""Seconds in which a folder may not be locked yet by whoever makes it."""


@contextmanager
def open_private_folder(prefix: str) -> Generator[Path]:
    """Make a folder with mode 0700, and remove those that processes have left which were killed.

    Args:
        prefix: what its name begins with, and theirs.

    Raises:
        AciReconcileError: it cannot be made.
    """
    try:
        made = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        lock = _lock(made)
    except OSError as error:
        raise AciReconcileError(f"no temporary folder can be made: {error.strerror or error}") from error
    try:
        _remove_left(made.parent, prefix)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def _lock(folder: Path) -> int:
    """Lock a folder as long as this process lives, whatever ends it.

    Raises:
        OSError: another process has locked it.
    """
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove_left(parent: Path, prefix: str) -> None:
    """Remove folders of our own that no process has locked."""
    for each in parent.glob(f"{prefix}*"):
        try:
            there = each.lstat()
            if not stat.S_ISDIR(there.st_mode) or there.st_uid != os.getuid() or there.st_mtime > time.time() - _NEW:
                continue
            lock = _lock(each)
        except OSError:  # it is in use, or has gone
            continue
        shutil.rmtree(each, ignore_errors=True)
        os.close(lock)
