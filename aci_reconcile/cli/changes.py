"""``--changed-since REF``: what git says has changed. Nothing is fetched, nothing is written, no shell is involved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.cli.git import Git
from aci_reconcile.errors import UsageError
from aci_reconcile.manifest import Changes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LARGEST = 1024 * 1024
_MANIFESTS = frozenset({".yaml", ".yml", ".json"})
_DEPTH = (
    "in a pipeline, fetch the whole history: actions/checkout with fetch-depth: 0, GIT_DEPTH: 0 on GitLab, "
    "fetchDepth: 0 on Azure Pipelines"
)


def changed_since(ref: str, folder: Path, environ: Mapping[str, str], shared: Iterable[Path] = ()) -> Changes:
    """Return what changed below a folder since the branch that is checked out left another one.

    Commits, what is not committed, and what git does not track all count.

    Args:
        ref: a branch, tag or commit.
        folder: the project's.
        environ: what git is run with.
        shared: further files that every group depends on.

    Raises:
        UsageError: there is no git, no repository, or no such commit in it.
    """
    git = Git.of(folder, environ, "--changed-since")
    top = Path(git.one("rev-parse", "--show-toplevel", wanted="a repository")).resolve()
    base = _base(git, ref)
    # from the folder of the repository on, whatever status.relativePaths and diff.relative say
    differing = git.many("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-relative", "-z", base, "--")
    unknown = git.many("ls-files", "--others", "--full-name", "-z", "--", ".")
    then = tuple((top / name, text) for name in differing if (text := _then(git, base, name, top)) is not None)
    return Changes(frozenset(top / name for name in (*differing, *unknown)), then, tuple(shared))


def _base(git: Git, ref: str) -> str:
    """Return the commit at which the branch that is checked out left the other one."""
    if not ref.isprintable() or ref.startswith("-"):
        raise UsageError("--changed-since: this is no branch, tag or commit")
    found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        raise UsageError(f"--changed-since {ref}: there is no such branch, tag or commit here", hint=_DEPTH)
    commit = found.stdout.decode().strip()
    base = git.run("merge-base", commit, "HEAD")
    if base.returncode:
        raise UsageError(f"--changed-since {ref}: it has no commit in common with HEAD in this clone", hint=_DEPTH)
    return base.stdout.decode().strip()


def _then(git: Git, base: str, name: str, top: Path) -> str | None:
    """Return what a file that may have been a manifest held; None: there was no such file below the folder."""
    if Path(name).suffix.lower() not in _MANIFESTS or not (top / name).is_relative_to(git.folder.resolve()):
        return None
    found = git.run("cat-file", "blob", f"{base}:{name}")
    return found.stdout[:_LARGEST].decode("utf-8-sig", "replace") if found.returncode == 0 else None
