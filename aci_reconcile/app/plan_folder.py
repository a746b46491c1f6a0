"""A folder of saved plans: all of them are there, or none, and none of an earlier run."""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.files import write_whole
from aci_reconcile.app.own_files import check_own
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_OWNER_ONLY: Final = 0o700
_NAME: Final = re.compile(r"shard-[1-9][0-9]{0,3}\.json")


def name_plan(number: int) -> str:
    """Return the name of the file with the plan of a shard."""
    return f"shard-{number}.json"


def check_plan_folder(folder: Path, label: str) -> None:
    """Check that plans may be saved in a folder, before anything else is done.

    Everything in it is replaced, so it may hold nothing but saved plans.

    Raises:
        UsageError: it is a link, it holds something else, or the folder that it is in does not exist.
    """
    if folder.name in {"", ".", ".."}:
        raise UsageError(f"{label}: not the name of a folder", hint="name a folder that holds nothing else")
    try:
        if not folder.parent.is_dir():
            raise UsageError(f"{label}: there is no folder {folder.parent}", hint="create it first")
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(f"{label}: not a folder", hint="name a new folder; links are not followed")
        for each in sorted(folder.iterdir()) if folder.exists() else ():
            _check_entry(each, label)
    except OSError as error:
        raise UsageError(f"{label}: {error.strerror or 'the system refuses the name'}") from error


def _check_entry(entry: Path, label: str) -> None:
    if entry.is_symlink() or not entry.is_file() or not _NAME.fullmatch(entry.name):
        hint = "nothing was written: the folder would be replaced as a whole, so it may hold nothing but saved plans"
        raise UsageError(f"{label}: the folder holds {entry.name!r}", hint=hint)
    check_own(f"{label}: {entry.name}", entry, "plan")


def write_plan_folder(folder: Path, files: Iterable[tuple[str, str]], label: str) -> None:
    """Write plans into a new folder, which takes the place of the former one when all are in it.

    Args:
        folder: the folder.
        files: names and texts; nothing is left of them if they end with an error.
        label: how messages name the folder.

    Raises:
        UsageError: it cannot be written.
    """
    mark = secrets.token_hex(4)
    draft, former = (folder.with_name(f".{folder.name[:64]}.{mark}{end}") for end in ("", ".old"))
    try:
        draft.mkdir(mode=_OWNER_ONLY)
        for name, text in files:
            write_whole(draft / name, text, private=True)
        check_plan_folder(folder, label)  # a long plan lies between the first check and this
        _exchange(draft, folder, former)
    except OSError as error:
        raise UsageError(f"{label}: {error.strerror or 'cannot be written'}", hint="nothing was written") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _exchange(draft: Path, folder: Path, former: Path) -> None:
    """Put a folder in the place of another; where that fails, the former one is there again."""
    try:
        if folder.exists():
            folder.rename(former)
        draft.rename(folder)
    except BaseException:
        with suppress(OSError):
            if former.exists() and not folder.exists():
                former.rename(folder)
        raise
    shutil.rmtree(former, ignore_errors=True)


def suggest_plans(missing: Path) -> str:
    """Return a hint for the plan of a shard that is not there; empty if no others are."""
    if not _NAME.fullmatch(missing.name):
        return ""
    try:
        names = [each.name for each in missing.parent.iterdir() if _NAME.fullmatch(each.name)]
    except OSError:
        return ""
    if not names:
        return ""
    first, last = (choose(names, key=lambda name: (len(name), name)) for choose in (min, max))
    return f"the folder holds {first} to {last}; nothing was written"
