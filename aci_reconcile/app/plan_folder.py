"""A folder of saved plans: all of them are there, or none, and none of an earlier run."""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.files import write_whole
from aci_reconcile.app.own_files import check_own
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

_OWNER_ONLY: Final = 0o700
_FOLDER: Final = re.compile(r"shard-[1-9][0-9]{0,3}")
_FILE: Final = re.compile(rf"{_FOLDER.pattern}\.json")


def name_plan(number: int, project: str = "") -> str:
    """Return the name of the file with the plan of a shard; of a fleet, each project has one in the shard's folder."""
    return f"shard-{number}/{project}.json" if project else f"shard-{number}.json"


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
    """Check that an entry is the plan of a shard, or the folder of one with a plan for each project."""
    if entry.is_dir() and not entry.is_symlink() and _FOLDER.fullmatch(entry.name):
        for each in sorted(entry.iterdir()):
            _check_plan(each, f"{entry.name}/{each.name}", label, known=each.suffix == ".json")
    else:
        _check_plan(entry, entry.name, label, known=_FILE.fullmatch(entry.name) is not None)


def _check_plan(file: Path, name: str, label: str, *, known: bool) -> None:
    if file.is_symlink() or not file.is_file() or not known:
        hint = "nothing was written: the folder would be replaced as a whole, so it may hold nothing but saved plans"
        raise UsageError(f"{label}: the folder holds {name!r}", hint=hint)
    check_own(f"{label}: {name}", file, "plan")


@dataclass(frozen=True, slots=True)
class PlanFolder:
    """A new folder of plans, which takes the place of the former one once all plans are in it."""

    folder: Path
    draft: Path
    label: str

    def write(self, name: str, text: str) -> None:
        """Write a plan.

        Raises:
            OSError: it cannot be written.
        """
        file = self.draft / name
        file.parent.mkdir(mode=_OWNER_ONLY, exist_ok=True)
        write_whole(file, text, private=True)

    def finish(self) -> None:
        """Put the new folder in the place of the former one.

        Raises:
            OSError: the system does not allow it.
            UsageError: there is something else by now.
        """
        check_plan_folder(self.folder, self.label)  # a long plan lies between the first check and this
        _exchange(self.draft, self.folder, self.draft.with_name(f"{self.draft.name}.old"))


@contextmanager
def open_plan_folder(folder: Path, label: str) -> Generator[PlanFolder]:
    """Begin a new folder of plans; unless it is finished, nothing is left of it.

    Raises:
        UsageError: it cannot be written, or holds something else.
    """
    check_plan_folder(folder, label)
    draft = folder.with_name(f".{folder.name[:64]}.{secrets.token_hex(4)}")
    try:
        draft.mkdir(mode=_OWNER_ONLY)
        yield PlanFolder(folder, draft, label)
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
    form = next((each for each in (_FILE, _FOLDER) if each.fullmatch(missing.name)), None)
    if form is None:
        return ""
    try:
        names = [each.name for each in missing.parent.iterdir() if form.fullmatch(each.name)]
    except OSError:
        return ""
    if not names:
        return ""
    first, last = (choose(names, key=_by_number) for choose in (min, max))
    return f"the folder holds {first} to {last}; nothing was written"


def suggest_plan(folder: Path) -> str:
    """Return a hint for a folder where one plan is wanted; empty if it holds none."""
    try:
        names = [each.name for each in folder.iterdir() if each.suffix == ".json"]
    except OSError:
        return ""
    return f"name one plan in it, such as {folder / min(names, key=_by_number)}" if names else ""


def list_plan_files(folder: Path) -> tuple[Path, ...]:
    """Return the plans in a folder, in order.

    Raises:
        UsageError: it cannot be read, holds none, or one has a name that cannot be shown.
    """
    try:
        entries = tuple(folder.iterdir())
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror or 'cannot be read'}") from error
    found = tuple(sorted(each for each in entries if each.suffix == ".json"))
    if not found:
        shards = [each.name for each in entries if _FOLDER.fullmatch(each.name)]
        hint = f"name one in it, such as {folder / min(shards, key=_by_number)}" if shards else ""
        raise UsageError(f"{folder} holds no saved plan", hint=hint or "name the folder of a shard, or a plan")
    for each in found:
        # Messages name the files, and a job obeys lines such as `::error::`.
        if not each.name.isprintable():
            raise UsageError(f"{folder}: the folder holds {each.name!r}", hint="nothing was written; remove the file")
    return found


def _by_number(name: str) -> tuple[int, str]:
    """Return by what names are sorted, so that 2 comes before 10."""
    return len(name), name
