"""Writing the files of a new project: what a person may have written stays."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.connection import STATE
from aci_reconcile.app.files import check_target, write_new, write_whole
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_IGNORED: Final = f"{STATE}/"
_LARGEST: Final = 1024 * 1024


def write_files(
    files: Mapping[Path, str], folder: Path, replaced: set[Path]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Write what is missing and what may be replaced; return the names of those, and of what was kept."""
    there = {file for file in files if os.path.lexists(file)}
    new = {file: text for file, text in files.items() if file not in there}
    over = {file: files[file] for file in files if file in there & replaced}
    ignore = folder / ".gitignore"
    ignored = _read_ignore(ignore)
    if ignored is None:
        new[ignore] = f"{_IGNORED}\n"
    write_new(new)
    if ignored is not None and not _is_ignored(ignored):
        over[ignore] = _add_line(ignored)
    for file, text in over.items():
        try:
            write_whole(file, text)
        except OSError as error:
            raise AciReconcileError(f"{file} cannot be written: {error.strerror or error}") from error
    kept = [file for file in files if file in there and file not in over]
    return name_files([*new, *over], folder), name_files(kept, folder)


def name_files(files: list[Path], folder: Path) -> tuple[str, ...]:
    """Return the files relative to a folder."""
    return tuple(Path(os.path.relpath(each, folder)).as_posix() for each in files)


def _read_ignore(file: Path) -> str | None:
    """Return the text of ``.gitignore``; None if there is none.

    Raises:
        UsageError: it is no regular file, or not a text.
    """
    check_target(".gitignore", file)
    with suppress(FileNotFoundError):
        try:
            return file.read_bytes()[:_LARGEST].decode("utf-8") if file.stat().st_size <= _LARGEST else _IGNORED
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise UsageError(f"{file} cannot be read", hint=f"it needs the line {_IGNORED}") from error
    return None


def _is_ignored(text: str) -> bool:
    return any(re.fullmatch(rf"/?{re.escape(STATE)}/?", line.strip()) for line in text.splitlines())


def _add_line(text: str) -> str:
    end = "\r\n" if "\r\n" in text else "\n"
    return text + (end if text and not text.endswith("\n") else "") + _IGNORED + end
