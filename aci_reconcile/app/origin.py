"""Where a project comes from, as far as that stays the same in every clone: an id for one that has none.

Git's own files are read. git itself runs only if no remote has an address: in a container the repository often belongs
to another user, and then git refuses to work.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.manifest import Loaded, Project

_LARGEST: Final = 1024 * 1024
_REMOTE: Final = re.compile(r'\[\s*remote\s+"(?P<name>[^"]+)"\s*\]')
_URL: Final = re.compile(r'\s*url\s*=\s*"?(?P<url>[^"\s]+)"?\s*$', re.IGNORECASE)
_SCP: Final = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9._-]{2,}):(?!//)(?P<path>.+)")
"""ssh's short form, ``git@host:path``; a host of one letter is a drive of Windows."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF: Final = re.compile(r"refs/(?!.*\.\.)[^\0\\]+")
_DIGITS: Final = 12
_FEWEST: Final = 2
"""Parts of a path that name a repository: whose, and which."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Ids that follow from where a project comes from. ``id`` is empty if there is none or if several are likely."""

    id: str = ""
    known: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()
    """Ids of projects in the folders above, in the same repository: a project may have been split off from them."""


def add_project_id(loaded: Loaded, environ: Mapping[str, str]) -> Loaded:
    """Return the loaded project with its id: from the project file, else derived from the repository."""
    return replace(loaded, project=with_id(loaded.project, environ))


def with_id(project: Project, environ: Mapping[str, str]) -> Project:
    """Return a project with its id; the ids that follow from its repository count as its own in any case."""
    if project.file is None:
        return project
    origin = find_origin(project.root, environ)
    return replace(
        project,
        id=project.id or origin.id,
        known_ids=origin.known,
        ids_above=origin.above,
        id_derived=not project.id,
    )


def find_origin(folder: Path, environ: Mapping[str, str]) -> Origin:
    """Return the ids that follow from the repository of a folder and the folder's place in it.

    One repository may hold several projects of one name, such as a folder for each environment: each has its own id.
    At the top of the repository the place adds nothing. Of its remotes, those that people clone from count: ``origin``,
    and ``upstream`` where ``origin`` is a fork. If they differ, it is
    not known which of them the pipeline has: both count as known, and neither is written anywhere.
    """
    top = _find_top(folder)
    home = _find_git_folder(top) if top else None
    if top is None or home is None:
        return Origin()
    remotes = dict(_read_remotes(home))
    # A pipeline clones from one of these two. Other remotes are personal, and differ from clone to clone.
    addresses = [remotes[name] for name in ("origin", "upstream") if name in remotes] or list(remotes.values())
    places = frozenset(each for each in addresses if each)
    if not places:
        # The first commit of a shallow clone depends on its depth.
        root = "" if (home / "shallow").exists() else _find_root_commit(folder, environ)
        places = frozenset({root} - {""})
    here, *above = _list_folders(folder, top)
    ids = frozenset(_hash(each + here) for each in places)
    return Origin(
        next(iter(ids)) if len(ids) == 1 else "",
        ids,
        frozenset(_hash(each + folder_above) for each in places for folder_above in above),
    )


def find_commit(folder: Path) -> str:
    """Return the commit that a folder's repository is at, as Git's files say; empty if they do not.

    What changed since that commit is not known: it says which runs began from the same one.
    """
    top = _find_top(folder)
    found = top / ".git" if top else None
    if top is None or found is None:
        return ""
    home = found if found.is_dir() else top / _read_text(found).removeprefix("gitdir:").strip()
    shared = _find_git_folder(top) or home
    said = _read_text(home / "HEAD").strip()
    ref = said.removeprefix("ref:").strip()
    if said == ref:
        return said if _COMMIT.fullmatch(said) else ""
    if not _REF.fullmatch(ref):
        return ""
    loose = next((text for each in (home, shared) if (text := _read_text(each / ref).strip())), "")
    commit = loose or _find_packed(shared, ref)
    return commit if _COMMIT.fullmatch(commit) else ""


def _find_packed(home: Path, ref: str) -> str:
    lines = (line.split(" ", 1) for line in _read_text(home / "packed-refs").splitlines() if " " in line)
    return next((commit for commit, name in lines if name == ref), "")


def parse_remote(url: str) -> str:
    """Return the path of the repository in a remote's URL; empty if the remote is a folder on this machine.

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
    # The older URL has the organization in the host, the newer one in the path.
    if host.lower().endswith(".visualstudio.com") and not host.lower().startswith("vs-ssh."):
        names = [host.lower().partition(".")[0], *(each for each in names if each != "defaultcollection")]
    if names[:1] == ["v3"] or "_git" in names:
        names = [each for each in names if each not in {"v3", "_git"}]
    return "/".join(names) if len(names) >= _FEWEST else ""


def _hash(place: str) -> str:
    return hashlib.sha256(f"aci-reconcile\n{place}".encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _find_top(folder: Path) -> Path | None:
    """Return the top folder of the repository, or of the worktree or submodule, that a folder is in."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - without "..", and a link stays one
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), None)


def _list_folders(folder: Path, top: Path) -> list[str]:
    """Return the place of a folder in its repository, and then those of the folders above it; empty at the top."""
    real, lexical = folder.resolve(), Path(os.path.abspath(folder))  # noqa: PTH100 - as above
    inside = real.relative_to(top.resolve()) if real.is_relative_to(top.resolve()) else lexical.relative_to(top)
    return ["" if each == Path() else f"\n{each.as_posix().lower()}" for each in (inside, *inside.parents)]


def _find_git_folder(top: Path) -> Path | None:
    """Return where a repository keeps its settings: a worktree's and a submodule's are elsewhere."""
    found = top / ".git"
    if found.is_dir():
        return found
    home = top / _read_text(found).removeprefix("gitdir:").strip()
    common = _read_text(home / "commondir").strip()
    return home / common if common else home


def _read_remotes(home: Path) -> Iterator[tuple[str, str]]:
    """Yield the remotes with what their addresses say; the first address of each is the one that is fetched from."""
    name, seen = "", set[str]()
    for line in _read_text(home / "config").splitlines():
        if line.lstrip().startswith("["):
            section = _REMOTE.match(line.strip())
            name = section["name"] if section else ""
        elif name and name not in seen and (match := _URL.match(line)):
            seen.add(name)
            yield name, parse_remote(match["url"])


def _read_text(file: Path) -> str:
    try:
        if not file.is_file():
            return ""
        with file.open("rb") as stream:
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""


def _find_root_commit(folder: Path, environ: Mapping[str, str]) -> str:
    """Return the first commit of a repository; empty if there is none, or no git."""
    from aci_reconcile.app.git import Git

    try:
        done = Git.of(folder, environ, "id").run("rev-list", "--max-parents=0", "HEAD")
    except UsageError:
        return ""
    found = done.stdout.decode("ascii", "replace").split()
    return found[-1] if found and not done.returncode else ""
