"""Finds and reads manifests, and files that manifests refer to; nothing outside the repository."""

from __future__ import annotations

import codecs
import functools
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest.source import json_reader, yaml_reader
from aci_reconcile.manifest.source.codes import ACI001, ACI002, ACI003, ACI010, ACI140, ACI155, ACI156, ACI242
from aci_reconcile.manifest.source.credentials import is_private
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.source.nodes import ScalarNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from aci_reconcile.manifest.source.diagnostics import Diagnostics
    from aci_reconcile.manifest.source.nodes import Source

PROJECT_FILE: Final = "aci-reconcile.yaml"
ACCEPTED_FILE: Final = "aci-reconcile.accepted.yaml"
"""File of accepted drift, beside the project file."""
MAX_BYTES: Final = 1024 * 1024
"""Maximum size of a manifest, a project file, or a file that a reference names."""

ZIP: Final = b"PK\x03\x04"
"""First bytes of a zip archive, such as a plan file of Terraform (hashicorp/terraform, internal/plans/planfile)."""

_WIDE: Final = "this is UTF-16, as `>` of Windows PowerShell writes it: save it as UTF-8 (`Out-File -Encoding utf8`)"
_ARCHIVE: Final = "this is a Terraform plan or another archive; give the manifest of a container group"
_KNOWN_BYTES: Final = (
    (codecs.BOM_UTF16_LE, _WIDE),
    (codecs.BOM_UTF16_BE, _WIDE),
    (ZIP, _ARCHIVE),
)
"""Formats that are not UTF-8, by their first bytes."""
Owner: TypeAlias = "Callable[[Path], Path | None]"
"""Returns the project file of a path in another project; None if the path belongs to this one."""

_SUFFIXES = (".yaml", ".yml", ".json")
_NOT_MANIFESTS = frozenset({PROJECT_FILE, ACCEPTED_FILE})
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n\r")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one run.

    Displayed paths are relative to ``cwd``, and references to files to ``base``. ``boundary`` is the repository, which
    symbolic links may not leave. ``credentials`` are files in it that manifests may not read.
    """

    cwd: Path
    base: Path
    boundary: Path
    credentials: frozenset[Path] = frozenset()
    texts: Mapping[Path, str] = field(default_factory=dict["Path", str])
    """Texts to read in place of manifests and project files."""

    def show(self, path: Path) -> str:
        """Return a path as the author would type it: relative if it is below the current folder."""
        # Comparing texts is much faster than pathlib, and a run displays each path many times.
        here, name = str(self.cwd), str(path)
        if name == here:
            return "."
        below = here if here.endswith(os.sep) else here + os.sep
        if name.startswith(below):
            return name.removeprefix(below).replace(os.sep, "/")
        try:  # on Windows, pathlib knows that case does not matter
            return path.relative_to(self.cwd).as_posix()
        except ValueError:
            return name

    def list_manifests(self, start: Path, owner: Owner, diagnostics: Diagnostics) -> Iterator[Path]:
        """Yield a file, or the manifests of a folder and of those below it, in order of their names.

        Hidden ones, the project file and the file of accepted drift are skipped, and so are links to folders inside the
        repository, whose files are read in place. A link that leaves the repository is an error. Files of another
        project (``owner`` returns its project file) are skipped.
        """
        # A typed path may itself be `.git/config`, or lead into another project.
        if self._refuse_private(start, Where(self.show(start)), diagnostics):
            return
        if owner(start):
            return
        if not start.is_dir():
            yield start
            return
        for path in self._list_below(start, owner, diagnostics):
            if not path.is_symlink():  # only links can be folders here
                yield path
            elif not self.is_inside(path):
                message = "this link leads out of the repository"
                diagnostics.add(
                    ACI140, Where(self.show(path)), message, hint="copy the file, or name it on the command line"
                )
            elif not (path.is_dir() or self._refuse_private(path, Where(self.show(path)), diagnostics) or owner(path)):
                yield path

    def _list_below(self, folder: Path, owner: Owner, diagnostics: Diagnostics) -> Iterator[Path]:
        """Yield the manifests of a folder and the folders below it; links to folders are yielded, not followed."""

        def note_unreadable(error: OSError) -> None:
            message = f"the folder can't be read: {error.strerror or 'unknown reason'}"
            diagnostics.add(ACI001, Where(self.show(Path(error.filename))), message)

        for root, folders, names in os.walk(folder, onerror=note_unreadable):
            here = Path(root)
            # `os.walk` goes where `folders` says, so clearing it leaves out all that is below.
            if PROJECT_FILE in names and owner(here):
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            links = [name for name in folders if (here / name).is_symlink()]
            manifests = [name for name in names if is_manifest(name)]
            yield from (here / name for name in sorted([*manifests, *links]))

    def is_inside(self, path: Path) -> bool:
        """Whether a path, with all links followed, is inside the repository."""
        try:
            return path.resolve().is_relative_to(self.boundary.resolve())
        except (OSError, RuntimeError, ValueError):
            return False

    def _refuse_private(self, path: Path, where: Where, diagnostics: Diagnostics, at: str = "") -> bool:
        """Whether a file holds credentials of a program; if so, that is noted."""
        if not is_private(path, self.boundary, self.credentials):
            return False
        message = f"{quote(self.show(path))} holds credentials of a program, and is not read"
        hint = "copy what the container needs into a separate file, or use ${env:NAME}"
        diagnostics.add(ACI242, where, message, hint=hint, path=at)
        return True

    def read_documents(self, path: Path, diagnostics: Diagnostics) -> tuple[Source, ...]:
        """Read the documents of a file as YAML, or as JSON by its name; mistakes become diagnostics."""
        file = self.show(path)
        text = self.texts.get(path) if self.texts else None
        if text is None and self._is_own_pipe(path):
            diagnostics.add(ACI001, Where(file), "this is a pipe or a device, not a file", hint="remove it")
            return ()
        text = _read_text(path, Where(file), diagnostics) if text is None else text
        if text is None:
            return ()
        if path.name.lower().endswith(".json"):
            return tuple(json_reader.read_documents(text, file, diagnostics))
        found = tuple(yaml_reader.read_documents(text, file, diagnostics))
        return found[:-1] if len(found) > 1 and _has_bare_end(found[-1], text) else found

    def _is_own_pipe(self, path: Path) -> bool:
        """Whether a path in the repository is not a file: reading a pipe that nobody writes to would never end.

        A pipe from elsewhere was typed, as ``<(…)`` of a shell, and is read.
        """
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116  a third of the time of the path's own methods
        except (OSError, ValueError):
            return False
        return not stat.S_ISREG(mode) and self.is_inside(path)

    def read_head(self, path: Path) -> str:
        """Return the beginning of a file as text, even if it is not a valid manifest; empty if it can't be read."""
        if not path.is_file():  # a pipe gives what it holds once
            return ""
        try:
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES).decode(errors="replace")
        except (OSError, ValueError):
            return ""

    def read_reference(self, target: str, where: Where, path: str, diagnostics: Diagnostics) -> str | None:
        """Read the file that ``${file:…}`` names, without a final newline. None if the reason has been noted."""
        name = Path(target)
        full = self.base / name
        why = find_path_flaw(full)
        if why:
            diagnostics.add(ACI156, where, f"{quote(target)} can't be read: {why}", path=path)
            return None
        # A backslash is a separator on Windows only; refused everywhere, a manifest means the same on every system.
        if name.is_absolute() or ".." in name.parts or "\\" in target or not self.is_inside(full):
            hint = f"write a path relative to {quote(self.show(self.base))}, without `..`"
            diagnostics.add(ACI155, where, f"{quote(target)} is not inside the repository", hint=hint, path=path)
            return None
        if self._refuse_private(full, where, diagnostics, path):
            return None
        if self._is_own_pipe(full):
            diagnostics.add(ACI156, where, f"{quote(target)} is not a file", path=path)
            return None
        try:
            size = full.stat().st_size
            data = full.read_bytes() if size <= MAX_BYTES else b""
        except OSError as error:
            message = f"{quote(target)} can't be read: {error.strerror or 'unknown reason'}"
            diagnostics.add(ACI156, where, message, path=path)
            return None
        if size > MAX_BYTES:
            diagnostics.add(ACI156, where, f"{quote(target)} is larger than 1 MiB", path=path)
            return None
        return _decode(data, target, where, path, diagnostics)


def find_path_flaw(path: Path) -> str:
    """Return why the operating system refuses a path; empty if the path is valid, whether or not it exists."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return error.strerror or "the operating system refuses it"
    except ValueError:
        return "it contains a character that paths may not contain"
    return ""


def _decode(data: bytes, target: str, where: Where, path: str, diagnostics: Diagnostics) -> str | None:
    """Return the content of a referenced file as text; None if it is not UTF-8, which is reported."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        hint = "store a binary file as base64, and use that as the content of the secret volume"
        diagnostics.add(ACI156, where, f"{quote(target)} is not UTF-8 text", hint=hint, path=path)
        return None
    # Editors end a file with a newline, which is no part of a key or a password; as `$(cat FILE)` of a shell does.
    return text.removesuffix("\n").removesuffix("\r")


def _has_bare_end(last: Source, text: str) -> bool:
    """Whether a file ends with a bare separator, which does not begin another document."""
    return isinstance(last, ScalarNode) and last.null and text.rstrip().endswith("\n---")


def is_manifest(name: str) -> bool:
    """Whether a file in a folder is read, by its name."""
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".") and name not in _NOT_MANIFESTS


def _read_text(path: Path, where: Where, diagnostics: Diagnostics) -> str | None:
    """Read a file as UTF-8 text, with or without a byte order mark."""
    data = _read_bytes(path, where, diagnostics)
    if data is None:
        return None
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} is not UTF-8"
        hint = next((hint for mark, hint in _KNOWN_BYTES if data.startswith(mark)), "save the file as UTF-8")
        diagnostics.add(ACI003, Where(where.file, line), message, hint=hint)
        return None
    bad = None if data.isascii() and _has_no_controls(data) else _compile_unprintable().search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        message = f"the control character U+{ord(bad.group()):04X} is not allowed in a file"
        diagnostics.add(ACI010, Where(where.file, line, column), message)
        return None
    return text


def _has_no_controls(data: bytes) -> bool:
    """Whether the only ASCII control characters are tabs and line breaks."""
    return len(data.translate(None, _CONTROLS)) == len(data)


@functools.cache
def _compile_unprintable() -> re.Pattern[str]:
    """Return the pattern of characters that YAML forbids; compiled on demand, as that is slower than reading a file."""
    return re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _read_bytes(path: Path, where: Where, diagnostics: Diagnostics) -> bytes | None:
    """Return the content of a file; None if it can't be read or is too large, which is reported."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123  a third faster than the path's own method
            # The size is 0 for a pipe or a file below /proc, and may change: so never trust it, and never read more.
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(size + 1) if 0 < size <= MAX_BYTES else stream.read(MAX_BYTES + 1)
            if len(data) > size > 0:  # the file has grown since its size was checked
                data += stream.read(MAX_BYTES + 1 - len(data))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "unknown reason"
        diagnostics.add(ACI001, where, f"the file can't be read: {why}")
        return None
    if len(data) > MAX_BYTES:
        diagnostics.add(ACI002, where, "the file is larger than 1 MiB", hint="a manifest takes a few kilobytes")
        return None
    return data


def find_repository(root: Path) -> Path:
    """Return the repository a folder belongs to: the nearest folder above with ``.git``, else the folder itself."""
    return next((each for each in (root, *root.parents) if (each / ".git").exists()), root)


def find_project(start: Path) -> Path | None:
    """Walk up from a folder to the project file; the repository's own folder is searched last."""
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        if candidate.is_file():
            return candidate
        if (folder / ".git").exists():  # a project file above the repository is not reviewed with it
            return None
    return None
