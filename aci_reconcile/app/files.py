"""Files that a run writes: whole or not at all. New manifests get names that stay in their folder."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.core.model import ResourceId

_OWNER_ONLY, _AS_USUAL = 0o600, 0o666
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]")
_NOT_A_MANIFEST = "aci-reconcile"
"""``aci-reconcile.yaml`` is the project file."""


def write_whole(file: Path, text: str, *, private: bool = False, mode: int | None = None) -> None:
    """Write a text into a new file beside it, which takes its place when it is complete.

    Args:
        file: the file.
        text: what it is to hold.
        private: only its owner may read it (mode 0600).
        mode: its permissions, if they are to stay as they were.

    Raises:
        OSError: it cannot be written.
    """
    name = str(file.parent / f".{file.name[:64]}.{secrets.token_hex(4)}")
    descriptor = os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY if private else _AS_USUAL)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(text)
            stream.flush()
            # Without it, a power failure after the rename could leave an empty file in place of a good one.
            os.fsync(descriptor)
        if mode is not None:
            Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


_MARK = "\ufeff"


def read_for_edit(file: Path, folder: Path) -> str:
    """Return the text of a file that the loader has read, without a byte order mark.

    Args:
        file: the file.
        folder: where the command runs; links that lead there are the user's own.

    Raises:
        AciReconcileError: it can't be read.
        UsageError: it is a link out of its repository, or below one.
    """
    try:
        link = _find_link_out(file, folder)
        if link is not None:
            raise UsageError(f"{link} is a link out of the repository", hint="edit the file that it leads to")
        return file.read_bytes().decode().removeprefix(_MARK)
    except (OSError, ValueError) as error:
        raise AciReconcileError(f"{file} cannot be read: {error}") from error


def _find_link_out(file: Path, folder: Path) -> Path | None:
    """Return the link on the way from a folder to a file that leads out of the repository that the link is in."""
    from aci_reconcile.manifest.source.files import find_repository

    for each in (file, *file.parents):
        if each == folder or folder.is_relative_to(each):
            return None
        if each.is_symlink() and not each.resolve().is_relative_to(find_repository(each.parent).resolve()):
            return each
    return None


def write_edited(file: Path, text: str) -> None:
    """Write a file that was edited; it keeps its permissions and its byte order mark, and a link stays a link.

    Raises:
        AciReconcileError: it can't be written.
    """
    try:
        target = file.resolve()
        mark = _MARK if target.read_bytes().startswith(_MARK.encode()) else ""
        write_whole(target, mark + text, mode=stat.S_IMODE(target.stat().st_mode))
    except OSError as error:
        raise AciReconcileError(f"{file} cannot be written: {error.strerror or error}") from error


def check_target(option: str, file: Path) -> None:
    """Check that a file may be written: it is a regular file or missing, no link, and its name is valid.

    Args:
        option: the option and its value, for the message.
        file: the file.

    Raises:
        UsageError: it may not be written.
    """
    try:
        odd = file.is_symlink() or (file.exists() and not file.is_file())
    except OSError as error:
        raise UsageError(f"{option}: {error.strerror or 'the system refuses the name'}") from error
    if odd:
        raise UsageError(f"{option}: not a regular file", hint="use a regular file; links are not followed")


def choose_names(ids: Iterable[ResourceId]) -> dict[ResourceId, str]:
    """Choose a file name for each group: its name, with the resource group if two groups have the same name.

    Where that does not tell them apart, as of resource groups in Chinese, a number does that is the same every time.
    """
    wanted = tuple(ids)
    plain = Counter(_make_safe(each.name).lower() for each in wanted)
    names: dict[ResourceId, str] = {}
    for each in wanted:
        name = _make_safe(each.name)
        # File systems of Windows and macOS do not distinguish case.
        alone = plain[name.lower()] == 1 and name.lower() != _NOT_A_MANIFEST
        names[each] = name if alone else _make_safe(f"{each.resource_group}.{each.name}")
    shared = Counter(name.lower() for name in names.values())
    return {
        each: f"{name}.yaml" if shared[name.lower()] == 1 else f"{name}.{_make_number(each)}.yaml"
        for each, name in names.items()
    }


def _make_number(identity: ResourceId) -> str:
    return hashlib.sha256("/".join(identity.key).encode("utf-8", "replace")).hexdigest()[:12]


def _make_safe(name: str) -> str:
    """Return a name that is no path and not hidden."""
    plain = _NOT_IN_NAMES.sub("_", name)
    return f"_{plain[1:]}" if plain.startswith(".") else plain or "_"


def write_new(files: Mapping[Path, str]) -> None:
    """Write new files and make missing folders: all of them, or none.

    Raises:
        UsageError: one of them exists; nothing was written.
        AciReconcileError: a folder or a file cannot be written.
    """
    existing = [file for file in files if os.path.lexists(file)]
    if existing:
        raise _make_exists_error(existing[0])
    made: list[Path] = []
    try:
        for file, text in files.items():
            _write_one(file, text, made)
    except BaseException:
        remove(made)
        raise


def _write_one(file: Path, text: str, made: list[Path]) -> None:
    """Write a new file, and note it and the folders that were made for it."""
    try:
        for folder in reversed((file.parent, *file.parent.parents)):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                made.append(folder)
        _create(file, text)
        made.append(file)
    except FileExistsError as error:
        raise _make_exists_error(Path(error.filename2 or error.filename)) from error
    except OSError as error:
        raise AciReconcileError(f"{file} cannot be written: {error.strerror or error}") from error


def list_missing(files: Iterable[Path]) -> list[Path]:
    """Return the files that do not exist, each after the folders that would be made for it."""
    wanted = (each for file in files for each in (*reversed(file.parents), file))
    return list(dict.fromkeys(each for each in wanted if not os.path.lexists(each)))


def remove(made: list[Path]) -> None:
    """Remove what was made, as far as nobody else uses it: half a project would be in the way of the next try."""
    for each in reversed(made):
        with suppress(OSError):
            each.rmdir() if each.is_dir() else each.unlink()


def _make_exists_error(path: Path) -> UsageError:
    return UsageError(f"{path} exists already", hint="nothing was overwritten; move it, or use another folder")


def _create(target: Path, text: str) -> None:
    """Write a file beside the target and give it the target's name only when it is complete."""
    draft = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            target.hardlink_to(draft)  # refused where the target exists, which a rename is not
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
