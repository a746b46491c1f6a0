"""Asking git, and nobody else: no shell, no network, nothing written, and none of the secrets of the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.errors import UsageError
from aci_reconcile.report import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS: Final = 60
_NEEDED: Final = frozenset({
    "HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "XDG_CONFIG_HOME",
})  # fmt: skip
"""What git needs of the environment, besides its own variables."""


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git in a folder; ``option`` is what it is asked for, for messages."""

    program: str
    folder: Path
    environ: Mapping[str, str]
    option: str

    @classmethod
    def of(cls, folder: Path, environ: Mapping[str, str], option: str) -> Git:
        """Find git.

        Raises:
            UsageError: there is none on this machine.
        """
        found = shutil.which("git", path=environ.get("PATH"))
        if found is None:
            raise UsageError(f"{option}: there is no git on this machine")
        kept = {name: value for name, value in environ.items() if name.upper() in _NEEDED or name.startswith("GIT_")}
        return cls(
            found, folder, {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}, option
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run git in the folder.

        Raises:
            UsageError: it does not come to an end.
        """
        settings = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false")
        try:
            return subprocess.run(  # noqa: S603  git itself, with words of ours, a commit and a name of its own
                [self.program, "-C", str(self.folder), *settings, *words],
                env=dict(self.environ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"{self.option}: git {words[0]}: {type(error).__name__}") from error

    def one(self, *words: str, wanted: str = "") -> str:
        """Return what git says, without the final line break.

        Raises:
            UsageError: it says that something is wrong.
        """
        done = self.run(*words)
        if done.returncode:
            told = sanitize(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
            hint = "git config --global --add safe.directory says that it may be read" if "ownership" in told else ""
            raise UsageError(f"{self.option} needs {wanted or 'git'}: {told}", hint=hint)
        return os.fsdecode(done.stdout).removesuffix("\n")

    def many(self, *words: str) -> tuple[str, ...]:
        """Return the names that git says."""
        return tuple(name for name in self.one(*words).split("\0") if name)
