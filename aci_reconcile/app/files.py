"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from aci_reconcile.core.errors import UsageError

_OWNER_ONLY, _AS_USUAL = 0o600, 0o666


def write_whole(file: Path, text: str, *, private: bool = False) -> None:
    """Write a text into a new file beside it, which takes its place when it is complete.

    Args:
        file: the file.
        text: what it is to hold.
        private: only its owner may read it (mode 0600).

    Raises:
        OSError: it can't be written.
    """
    name = str(file.parent / f".{file.name[:64]}.{secrets.token_hex(4)}")
    descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY if private else _AS_USUAL)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(descriptor)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def check_target(option: str, file: Path) -> None:
    """Check that a file may be written: neither a link nor something that is no file, and a name that files can have.

    Args:
        option: the option as it was given, for the message.
        file: what it names.

    Raises:
        UsageError: it may not.
    """
    try:
        odd = file.is_symlink() or (file.exists() and not file.is_file())
    except OSError as error:
        raise UsageError(f"{option}: {error.strerror or 'the system refuses the name'}") from error
    if odd:
        raise UsageError(f"{option}: not a regular file", hint="use a regular file; links are not followed")
