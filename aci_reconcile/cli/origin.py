"""Where a repository comes from, as far as that stays the same in every clone: an id for a project that has none.

Git's own files are read, and git itself is asked only where no remote has an address: in a container the repository
often belongs to somebody else, and then git answers nothing.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from aci_reconcile.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.manifest import Loaded, Project

_LARGEST: Final = 1024 * 1024
_REMOTE: Final = re.compile(r'\[\s*remote\s+"(?P<name>[^"]+)"\s*\]')
_URL: Final = re.compile(r'\s*url\s*=\s*"?(?P<url>[^"\s]+)"?\s*$', re.IGNORECASE)
_SCP: Final = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9._-]{2,}):(?!//)(?P<path>.+)")
"""ssh's short form, ``git@host:path``; a host of one letter is a drive of Windows."""
_DIGITS: Final = 12
_FEWEST: Final = 2
"""Parts of a path that name a repository: whose, and which."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Ids that are told by where a repository comes from. ``id`` is empty where several are as likely, or none is."""

    id: str = ""
    known: frozenset[str] = frozenset()


def identified(loaded: Loaded, environ: Mapping[str, str]) -> Loaded:
    """Return what was loaded with the id of its project: what its file says, else what its repository tells."""
    return replace(loaded, project=with_id(loaded.project, environ))


def with_id(project: Project, environ: Mapping[str, str]) -> Project:
    """Return a project with its id; the ids that its repository tells are its own, too, whatever its file says."""
    if project.file is None:
        return project
    origin = origin_of(project.root, environ)
    return replace(project, id=project.id or origin.id, known_ids=origin.known, id_derived=not project.id)


def origin_of(folder: Path, environ: Mapping[str, str]) -> Origin:
    """Return the ids that the repository of a folder tells.

    Of its remotes those count that people clone from: ``origin``, and ``upstream`` where ``origin`` is a fork. Where
    they differ nobody can tell which of them the pipeline has: both are known, and neither is written anywhere.
    """
    home = _git_folder(folder)
    if home is None:
        return Origin()
    remotes = dict(_remotes(home))
    told = [remotes[name] for name in ("origin", "upstream") if name in remotes] or list(remotes.values())
    ids = frozenset(_mark(each) for each in told if each)
    if ids:
        return Origin(next(iter(ids)) if len(ids) == 1 else "", ids)
    root = "" if (home / "shallow").exists() else _root_commit(folder, environ)
    return Origin(_mark(root), frozenset({_mark(root)})) if root else Origin()


def place_of(url: str) -> str:
    """Return what a remote's address says of the repository alone; empty where it is a folder of this machine.

    The host is left out: it has many names (ssh's aliases, mirrors, ``ssh.dev.azure.com``), and so are the protocol,
    the user with a password, the port and the ending. Azure DevOps writes one repository in three ways.
    """
    scp = _SCP.fullmatch(url)
    try:
        parts = urlsplit(url) if "://" in url else None
        host, path = (scp["host"], scp["path"]) if scp else ((parts.hostname or "", parts.path) if parts else ("", ""))
    except ValueError:
        return ""
    if not host or (parts is not None and parts.scheme == "file"):
        return ""
    names = [unquote(each).lower() for each in path.removesuffix("/").removesuffix(".git").split("/") if each]
    if host.lower().endswith(".visualstudio.com") and not host.lower().startswith("vs-ssh."):
        names = [host.lower().partition(".")[0], *(each for each in names if each != "defaultcollection")]
    if names[:1] == ["v3"] or "_git" in names:
        names = [each for each in names if each not in {"v3", "_git"}]
    return "/".join(names) if len(names) >= _FEWEST else ""


def _mark(place: str) -> str:
    return hashlib.sha256(f"aci-reconcile\n{place}".encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _git_folder(folder: Path) -> Path | None:
    """Return where the repository of a folder keeps its settings: a worktree's and a submodule's are elsewhere."""
    for each in (folder.absolute(), *folder.absolute().parents):
        found = each / ".git"
        if found.is_dir():
            return found
        if found.is_file():
            home = each / _text(found).removeprefix("gitdir:").strip()
            common = _text(home / "commondir").strip()
            return home / common if common else home
    return None


def _remotes(home: Path) -> Iterator[tuple[str, str]]:
    """Yield the remotes with what their addresses say; the first address of each is the one that is fetched from."""
    name, seen = "", set[str]()
    for line in _text(home / "config").splitlines():
        if line.lstrip().startswith("["):
            section = _REMOTE.match(line.strip())
            name = section["name"] if section else ""
        elif name and name not in seen and (match := _URL.match(line)):
            seen.add(name)
            yield name, place_of(match["url"])


def _text(file: Path) -> str:
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _root_commit(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the first commit of a repository; empty where there is none, or no git to ask."""
    from aci_reconcile.cli.git import Git

    try:
        done = Git.of(folder, environ, "id").run("rev-list", "--max-parents=0", "HEAD")
    except UsageError:
        return ""
    found = done.stdout.decode("ascii", "replace").split()
    return found[-1] if found and not done.returncode else ""
