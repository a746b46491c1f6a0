"""Which files are manifests, what they say, and what manifests may read besides: nothing outside the repository."""

from __future__ import annotations

import codecs
import functools
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest import json_source, yaml_source
from aci_reconcile.manifest.findings import quote
from aci_reconcile.manifest.nodes import ScalarNode
from aci_reconcile.manifest.own_credentials import is_private

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aci_reconcile.manifest.findings import Findings
    from aci_reconcile.manifest.nodes import Source

PROJECT_FILE: Final = "aci-reconcile.yaml"
ACCEPTED_FILE: Final = "aci-reconcile.accepted.yaml"
"""Of accepted drift, beside the project file."""
MAX_BYTES: Final = 1024 * 1024
"""Of a manifest, a project file, or a file that a reference names."""

ZIP: Final = b"PK\x03\x04"
"""How an archive begins; what `terraform plan -out` writes is one (hashicorp/terraform, internal/plans/planfile)."""

_WIDE: Final = "this is UTF-16, as `>` of Windows PowerShell writes it: save it as UTF-8 (`Out-File -Encoding utf8`)"
_ARCHIVE: Final = "this is a Terraform plan or another archive; give the manifest of a container group"
_KNOWN_BYTES: Final = (
    (codecs.BOM_UTF16_LE, _WIDE),
    (codecs.BOM_UTF16_BE, _WIDE),
    (ZIP, _ARCHIVE),
)
"""What bytes are that are no UTF-8, by how they begin."""
Owner: TypeAlias = "Callable[[Path], Path | None]"
"""Tells the project file of a path that belongs to another project; None where it is this one's."""

_SUFFIXES = (".yaml", ".yml", ".json")
_NOT_MANIFESTS = frozenset({PROJECT_FILE, ACCEPTED_FILE})
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n\r")


@dataclass(frozen=True, slots=True)
class Files:
    """The files of one run.

    ``cwd`` is where paths are shown from; ``base`` is where references to files start; ``boundary`` is the repository,
    which symbolic links may not leave. ``credentials`` are files in it that are none of a manifest's business.
    """

    cwd: Path
    base: Path
    boundary: Path
    credentials: frozenset[Path] = frozenset()

    def show(self, path: Path) -> str:
        """Return a path as the author would type it: relative where it is below the current folder."""
        here, name = str(self.cwd), str(path)
        if name == here:
            return "."
        below = here if here.endswith(os.sep) else here + os.sep
        if name.startswith(below):
            return name.removeprefix(below).replace(os.sep, "/")
        try:  # Windows tells no capitals from small letters
            return path.relative_to(self.cwd).as_posix()
        except ValueError:
            return name

    def manifests(self, start: Path, owner: Owner, findings: Findings) -> Iterator[Path]:
        """Yield a file, or the manifests of a folder and of those below it, in order of their names.

        Hidden ones, the project file and the file of accepted drift are skipped, and so are links to folders inside the
        repository, which are read where they are; a link that leaves the repository is an error. What belongs to
        another project (``owner`` names its project file) is that one's.
        """
        if self._private(start, Where(self.show(start)), findings):
            return
        if owner(start):
            return
        if not start.is_dir():
            yield start
            return
        for path in self._below(start, owner, findings):
            if not path.is_symlink():  # what is yielded and is no link is no folder, either
                yield path
            elif not self.inside(path):
                message = "this link leads out of the repository"
                findings.add(
                    "ACI140", Where(self.show(path)), message, hint="copy the file, or name it on the command line"
                )
            elif not (path.is_dir() or self._private(path, Where(self.show(path)), findings) or owner(path)):
                yield path

    def _below(self, folder: Path, owner: Owner, findings: Findings) -> Iterator[Path]:
        """Yield the manifests of a folder and the folders below it; links to folders are yielded, not followed."""

        def unreadable(error: OSError) -> None:
            message = f"the folder can't be read: {error.strerror or 'unknown reason'}"
            findings.add("ACI001", Where(self.show(Path(error.filename))), message)

        for root, folders, names in os.walk(folder, onerror=unreadable):
            here = Path(root)
            if PROJECT_FILE in names and owner(here):
                folders.clear()
                continue
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            links = [name for name in folders if (here / name).is_symlink()]
            manifests = [name for name in names if is_manifest(name)]
            yield from (here / name for name in sorted([*manifests, *links]))

    def inside(self, path: Path) -> bool:
        """Whether a path leads to something in the repository, whatever links are on the way."""
        try:
            return path.resolve().is_relative_to(self.boundary.resolve())
        except (OSError, RuntimeError, ValueError):
            return False

    def _private(self, path: Path, where: Where, findings: Findings, at: str = "") -> bool:
        """Whether a file is one in which programs keep their credentials; that has been noted."""
        if not is_private(path, self.boundary, self.credentials):
            return False
        message = f"{quote(self.show(path))} holds credentials of a program, and is not read"
        hint = "copy what the container needs into a separate file, or use ${env:NAME}"
        findings.add("ACI242", where, message, hint=hint, path=at)
        return True

    def documents(self, path: Path, findings: Findings) -> tuple[Source, ...]:
        """Read the documents of a file; what can't be read has been noted."""
        file = self.show(path)
        text = _text(path, Where(file), findings)
        if text is None:
            return ()
        if path.suffix.lower() == ".json":
            return tuple(json_source.documents(text, file, findings))
        found = tuple(yaml_source.documents(text, file, findings))
        return found[:-1] if len(found) > 1 and _ends_bare(found[-1], text) else found

    def head(self, path: Path) -> str:
        """Return the beginning of a file as text, be it readable as a manifest or not; empty where it can't be read."""
        try:
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES).decode(errors="replace")
        except (OSError, ValueError):
            return ""

    def reference(self, target: str, where: Where, path: str, findings: Findings) -> str | None:
        """Read the file that ``${file:…}`` names; a final newline is dropped. None: the reason has been noted."""
        name = Path(target)
        full = self.base / name
        why = refused(full)
        if why:
            findings.add("ACI156", where, f"{quote(target)} can't be read: {why}", path=path)
            return None
        if name.is_absolute() or ".." in name.parts or "\\" in target or not self.inside(full):
            hint = f"write a path relative to {quote(self.show(self.base))}, without `..`"
            findings.add("ACI155", where, f"{quote(target)} is not inside the repository", hint=hint, path=path)
            return None
        if self._private(full, where, findings, path):
            return None
        try:
            size = full.stat().st_size
            data = full.read_bytes() if size <= MAX_BYTES else b""
        except OSError as error:
            message = f"{quote(target)} can't be read: {error.strerror or 'unknown reason'}"
            findings.add("ACI156", where, message, path=path)
            return None
        if size > MAX_BYTES:
            findings.add("ACI156", where, f"{quote(target)} is larger than 1 MiB", path=path)
            return None
        return _content(data, target, where, path, findings)


def refused(path: Path) -> str:
    """Return why the system takes no such path at all; empty where there may be something, or nothing, behind it."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        return error.strerror or "the operating system refuses it"
    except ValueError:
        return "it contains a character that paths may not contain"
    return ""


def _content(data: bytes, target: str, where: Where, path: str, findings: Findings) -> str | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        hint = "store a binary file as base64, and use that as the content of the secret volume"
        findings.add("ACI156", where, f"{quote(target)} is not UTF-8 text", hint=hint, path=path)
        return None
    return text.removesuffix("\n").removesuffix("\r")


def _ends_bare(last: Source, text: str) -> bool:
    """Whether a file ends with a separator that nothing follows, not even a comment: it begins no document."""
    return isinstance(last, ScalarNode) and last.null and text.rstrip().endswith("\n---")


def is_manifest(name: str) -> bool:
    """Whether a file of a folder is read, going by its name."""
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".") and name not in _NOT_MANIFESTS


def _text(path: Path, where: Where, findings: Findings) -> str | None:
    """Read a file as UTF-8 text, with or without a byte order mark."""
    data = _read(path, where, findings)
    if data is None:
        return None
    try:
        text = data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"byte {error.start + 1} is not UTF-8"
        hint = next((hint for mark, hint in _KNOWN_BYTES if data.startswith(mark)), "save the file as UTF-8")
        findings.add("ACI003", Where(where.file, line), message, hint=hint)
        return None
    bad = None if data.isascii() and _plain(data) else _unprintable().search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - text.rfind("\n", 0, bad.start())
        message = f"the control character U+{ord(bad.group()):04X} is not allowed in a file"
        findings.add("ACI010", Where(where.file, line, column), message)
        return None
    return text


def _plain(data: bytes) -> bool:
    """Whether there is no control character in ASCII but tabs and ends of lines."""
    return len(data.translate(None, _CONTROLS)) == len(data)


@functools.cache
def _unprintable() -> re.Pattern[str]:
    """Return what finds a character that YAML does not allow; compiling it takes longer than reading a file."""
    return re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _read(path: Path, where: Where, findings: Findings) -> bytes | None:
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            data = stream.read(size + 1) if 0 < size <= MAX_BYTES else stream.read(MAX_BYTES + 1)
            if len(data) > size > 0:  # it has grown
                data += stream.read(MAX_BYTES + 1 - len(data))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "unknown reason"
        findings.add("ACI001", where, f"the file can't be read: {why}")
        return None
    if len(data) > MAX_BYTES:
        findings.add("ACI002", where, "the file is larger than 1 MiB", hint="a manifest takes a few kilobytes")
        return None
    return data


def boundary(root: Path) -> Path:
    """Return the repository a folder belongs to: the nearest folder above with ``.git``, else the folder itself."""
    return next((each for each in (root, *root.parents) if (each / ".git").exists()), root)


def find_project(start: Path) -> Path | None:
    """Walk up from a folder to the project file; the repository's own folder is the last one looked into."""
    for folder in (start, *start.parents):
        candidate = folder / PROJECT_FILE
        if candidate.is_file():
            return candidate
        if (folder / ".git").exists():
            return None
    return None
