"""``--changed-since REF``: what has changed, according to git. Nothing is fetched or written, and no shell is used."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.git import Git
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LARGEST = 1024 * 1024
_NOTHING: Final = re.compile(r"0{40}|0{64}")
_LINK: Final = "160000"
"""The mode of a submodule."""
_MANIFESTS = frozenset({".yaml", ".yml", ".json"})
_DEPTH = (
    "in a pipeline, fetch the whole history: actions/checkout with fetch-depth: 0, GIT_DEPTH: 0 on GitLab, "
    "fetchDepth: 0 on Azure Pipelines"
)


def find_changes(ref: str, folder: Path, environ: Mapping[str, str], shared: Iterable[Path] = ()) -> Changes:
    """Return what changed below a folder since the current branch left another one.

    Commits, uncommitted changes and untracked files all count. A submodule that moved or has uncommitted changes counts
    with everything below it.

    Args:
        ref: a branch, tag or commit; one of zeros alone is what a Git host reports for a new branch.
        folder: the project's.
        environ: what git is run with.
        shared: further files that every group depends on.

    Raises:
        UsageError: there is no git, no repository, or no such commit in it.
    """
    # GitHub and GitLab report 40 zeros as the commit before the first push of a branch.
    if _NOTHING.fullmatch(ref):
        return Changes(shared=tuple(shared), everything="this is the first push")
    git = Git.of(folder, environ, "--changed-since")
    top = Path(git.read_line("rev-parse", "--show-toplevel", wanted="a repository")).resolve()
    found = _diff(git, top, _find_base(git, ref), folder.resolve())
    unknown = git.read_names("ls-files", "--others", "--full-name", "-z", "--", ".")
    nested = (top / name for name in unknown if name.endswith("/"))  # repositories that this one does not know
    return Changes(
        frozenset((*found.paths, *(top / name for name in unknown))),
        tuple(found.then),
        tuple(shared),
        frozenset((*found.trees, *nested)),
        next(iter(found.unseen), ""),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What differs between a commit and what is there now, submodules included."""

    paths: list[Path] = field(default_factory=list["Path"])
    trees: list[Path] = field(default_factory=list["Path"])
    """Submodules."""
    then: list[tuple[Path, str]] = field(default_factory=list["tuple[Path, str]"])
    """What may have been manifests, with their former contents."""
    unseen: list[str] = field(default_factory=list[str])
    """Why the former content is not known."""


def _diff(git: Git, top: Path, base: str, folder: Path) -> _Found:
    """Return what differs in one repository, and in its submodules, from a commit of it.

    Paths are relative to the repository, whatever status.relativePaths, diff.relative and diff.ignoreSubmodules say.
    """
    found = _Found()
    # Each of these can be changed by a user's git configuration, and would leave changes out.
    settings = ("--no-renames", "--no-ext-diff", "--no-relative", "--no-abbrev", "--ignore-submodules=none")
    fields = git.read_names("diff", "--raw", *settings, "-z", base, "--")
    for how, name in zip(fields[::2], fields[1::2], strict=True):
        before, after, commit, *_ = how.removeprefix(":").split(" ")
        path = top / name
        found.paths.append(path)
        if _LINK in {before, after}:
            found.trees.append(path)
        if before == _LINK:
            _examine_submodule(git, path, commit, folder, found)
        elif (text := _read_former(git, base, name, top, folder)) is not None:
            found.then.append((path, text))
    return found


def _examine_submodule(git: Git, path: Path, commit: str, folder: Path, found: _Found) -> None:
    """Note what has changed in a submodule; only one below the project counts."""
    if not path.is_relative_to(folder):
        return
    inside = replace(git, folder=path)
    # A submodule that was not checked out is an empty folder; a removed one is none.
    there = (path / ".git").exists()
    if there and inside.run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0:
        deeper = _diff(inside, path, commit, folder)
        found.paths.extend(deeper.paths)
        found.then.extend(deeper.then)
        found.unseen.extend(deeper.unseen)
    elif there or not path.is_dir():
        found.unseen.append(f"this clone lacks the former content of the submodule {path.name}")


def _find_base(git: Git, ref: str) -> str:
    """Return the commit at which the current branch left the other one."""
    if not ref.isprintable() or ref.startswith("-"):
        raise UsageError("--changed-since: not a branch, tag or commit")
    found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        raise UsageError(f"--changed-since {ref}: no such branch, tag or commit in this clone", hint=_DEPTH)
    commit = found.stdout.decode().strip()
    base = git.run("merge-base", commit, "HEAD")
    if base.returncode:
        raise UsageError(f"--changed-since {ref}: no common commit with HEAD in this clone", hint=_DEPTH)
    return base.stdout.decode().strip()


def _read_former(git: Git, base: str, name: str, top: Path, folder: Path) -> str | None:
    """Return the former content of a file that may have been a manifest; None if there was no such file."""
    if Path(name).suffix.lower() not in _MANIFESTS or not (top / name).is_relative_to(folder):
        return None
    found = git.run("cat-file", "blob", f"{base}:{name}")
    return found.stdout[:_LARGEST].decode("utf-8-sig", "replace") if found.returncode == 0 else None
