"""Manifests from a Git repository that is fetched again and again: a private copy of one ref, and each tree whole.

No program of the repository runs: no hook, no filter, no submodule. What is checked out are the bytes that were
committed. The whole history of the ref is fetched, without which nobody can say whether it went back.
"""

from __future__ import annotations

import re
import shutil
import sys
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.git_process import GitProcess, Limits
from aci_reconcile.app.private_folder import open_private_folder
from aci_reconcile.core.errors import AciReconcileError, UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from aci_reconcile.app.git_address import GitAddress

_COMMIT: Final = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_FETCHED: Final = "refs/watched/head"
_PLAIN: Final = "* -text -eol -ident -filter -working-tree-encoding -export-subst\n"
"""Attributes that stand above those of the repository: no filter runs, and no byte changes."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """One commit, checked out."""

    top: Path
    """The top of the repository."""
    folder: Path
    """The folder in it that was asked for."""
    commit: str
    ref: str
    """Its full name: ``refs/heads/main``."""


@dataclass(frozen=True, slots=True)
class GitSource:
    """Fetches one ref of a repository. The former tree stays until the next one is there as a whole."""

    address: GitAddress
    ref: str
    path: str
    git: GitProcess
    repository: Path
    trees: Path

    def fetch(self, former: Checkout | None = None) -> Checkout:
        """Return the tree of what the ref is now; one that did not move costs one short question.

        Args:
            former: what was fetched last. Its tree is removed when another one takes its place.

        Raises:
            AciReconcileError: the server does not answer, the ref or the folder is not there, or a limit is exceeded.
                The former tree is still there.
        """
        try:
            name, commit = self._find_ref()
            if former is not None and (name, commit) == (former.ref, former.commit):
                return former
            return self._replace(former, name, self._fetch(name))
        except AciReconcileError as error:
            raise AciReconcileError(f"{self.address.label}: {error.message}", hint=error.hint) from error

    def went_back(self, last: str, commit: str) -> bool:
        """Tell whether a commit does not have an earlier one in its history: the ref went back, or elsewhere.

        Args:
            last: the commit that was applied last. One that is not in the repository is in no history.
            commit: one that was fetched.

        Raises:
            AciReconcileError: git could not be asked.
        """
        if not _COMMIT.fullmatch(last):
            return True
        code, _ = self.git.ask(self.repository, "merge-base", "--is-ancestor", last, commit)
        return code != 0

    def _find_ref(self) -> tuple[str, str]:
        """Return the full name of the ref and its commit. A branch goes before a tag, which more people may make."""
        names = [self.ref] if self.ref == "HEAD" or self.ref.startswith("refs/") else []
        names = names or [f"refs/heads/{self.ref}", f"refs/tags/{self.ref}"]
        wanted = [*names, *(f"{name}^{{}}" for name in names)]
        lines = self.git.get(self.repository, "ls-remote", "--quiet", "--", "origin", *wanted).splitlines()
        found = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
        for name in names:
            commit = found.get(f"{name}^{{}}") or found.get(name, "")  # the commit that a tag with a message stands for
            if _COMMIT.fullmatch(commit):
                return name, commit
        raise AciReconcileError(f"there is no branch and no tag {sanitize(self.ref)}")

    def _fetch(self, name: str) -> str:
        """Fetch a ref with its history, and return its commit, which may be newer than what was asked for."""
        options = ("--quiet", "--force", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        self.git.get(self.repository, "fetch", *options, "--", "origin", f"+{name}:{_FETCHED}")
        self.git.check_size()  # git may have been faster than the look at its folder
        return self.git.get(self.repository, "rev-parse", "--verify", "--quiet", f"{_FETCHED}^{{commit}}")

    def _replace(self, former: Checkout | None, name: str, commit: str) -> Checkout:
        """Check out a commit beside the former tree, which goes only then."""
        top = self.trees / commit
        if former is not None and former.top == top:  # another ref with the same commit
            return replace(former, ref=name)
        self._remove(top)  # what an earlier try left
        try:
            self.git.get(self.repository, "worktree", "add", "--quiet", "--detach", "--force", str(top), commit)
            self.git.check_size()
            made = Checkout(top, self._find_folder(top), commit, name)
        except BaseException:
            self._remove(top)
            raise
        if former is not None:
            self._remove(former.top)
        return made

    def _find_folder(self, top: Path) -> Path:
        """Return the folder that was asked for; a link in the repository may not lead out of it."""
        folder = top / self.path
        if not folder.is_dir():
            raise AciReconcileError(f"there is no folder {sanitize(self.path)} in the repository")
        if not folder.resolve().is_relative_to(top.resolve()):
            raise AciReconcileError(f"{sanitize(self.path)} is a link out of the repository")
        return folder

    def _remove(self, top: Path) -> None:
        shutil.rmtree(top, ignore_errors=True)
        self.git.ask(self.repository, "worktree", "prune", "--expire=now")


@contextmanager
def open_git_source(
    address: GitAddress, ref: str, path: str, environ: Mapping[str, str], limits: Limits | None = None
) -> Generator[GitSource]:
    """Make the private folder, which is removed at the end. Nothing is fetched yet.

    Args:
        address: the repository.
        ref: a branch or a tag; empty for the branch that the server calls its own (HEAD).
        path: the folder of the manifests in the repository; empty for its top.
        environ: what git may use of it: proxies, keys, and where credentials are.
        limits: what one command of git may take.

    Raises:
        UsageError: there is no git, this is Windows, or the ref or the path cannot be one.
        AciReconcileError: the folder cannot be made.
    """
    if sys.platform == "win32":  # neither a lock of the folder, nor an end of all that git starts
        raise UsageError("--git does not work on Windows", hint="clone the repository, and watch the folder")
    _check_path(path)
    with open_private_folder("aci-reconcile-git-") as folder:
        git = GitProcess.of(folder, environ, address.protocol, limits or Limits(), "--git")
        source = GitSource(address, ref or "HEAD", path, git, folder / "repository", folder / "trees")
        # Not a bare one: a user's settings may forbid git to work in those.
        git.get(folder, "init", "--quiet", "--template=", "repository")
        _check_ref(source)
        git.get(source.repository, "config", "remote.origin.url", address.url)
        information = source.repository / ".git" / "info"
        information.mkdir(exist_ok=True)
        (information / "attributes").write_text(_PLAIN)
        yield source


def _check_path(path: str) -> None:
    parts = Path(path)
    if (not path.isprintable() and path) or parts.is_absolute() or ".." in parts.parts or ".git" in parts.parts:
        raise UsageError("--git-path: not a folder in a repository", hint="write a relative path without `..`")


def _check_ref(source: GitSource) -> None:
    """Check the name of the ref as git does; what is asked of the server must not be a pattern."""
    name = source.ref if source.ref.startswith("refs/") else f"refs/heads/{source.ref}"
    if (
        source.ref.startswith("-")
        or not name.isprintable()
        or source.git.ask(source.git.folder, "check-ref-format", name)[0]
    ):
        raise UsageError("--git-ref: not the name of a branch or a tag", hint="write main, v1.4 or refs/heads/main")
    if _COMMIT.fullmatch(source.ref):
        raise UsageError("--git-ref: a commit never changes, so there is nothing to watch", hint="name a branch or tag")
