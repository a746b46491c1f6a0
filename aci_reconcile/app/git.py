"""Running git: without a shell, without the network, without writing, and without secrets of the environment."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS: Final = 60
_NEEDED: Final = frozenset({
    "HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "XDG_CONFIG_HOME",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CEILING_DIRECTORIES", "GIT_COMMON_DIR", "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_DIR", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_EXEC_PATH",
    "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_WORK_TREE",
})  # fmt: skip
"""What git needs of the environment: where things are. Other variables that begin with GIT_ may hold a token."""
_TRUSTED: Final = "safe.directory"


@dataclass(frozen=True, slots=True)
class Git:
    """Runs git in a folder; ``option`` is the option that needs it, for messages."""

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
            raise UsageError(f"{option} needs git, which is not installed")
        needed = {name: value for name, value in environ.items() if name.upper() in _NEEDED}
        kept = {**needed, **_find_trusted_folders(environ)}
        return cls(
            found, folder, {**kept, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}, option
        )

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run git in the folder.

        Raises:
            UsageError: it cannot be started, or does not end.
        """
        # core.fsmonitor names a program that git would start: a configuration in the repository could run anything.
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

    def read_line(self, *words: str, wanted: str = "") -> str:
        """Return the output of git, without the final line break.

        Raises:
            UsageError: it failed.
        """
        done = self.run(*words)
        if done.returncode:
            message = sanitize(done.stderr.decode("utf-8", "replace").strip().partition("\n")[0])
            hint = (
                "to trust this folder, use git config --global --add safe.directory" if "ownership" in message else ""
            )
            raise UsageError(f"{self.option} needs {wanted or 'git'}: {message}", hint=hint)
        return os.fsdecode(done.stdout).removesuffix("\n")

    def read_names(self, *words: str) -> tuple[str, ...]:
        """Return the names in the output of git."""
        return tuple(name for name in self.read_line(*words).split("\0") if name)


def _find_trusted_folders(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that say in which folders git may work. Other settings may hold credentials."""
    folders = [
        environ.get(name.replace("_KEY_", "_VALUE_"), "")
        for name, key in sorted(environ.items())
        if name.startswith("GIT_CONFIG_KEY_") and key.lower() == _TRUSTED
    ]
    found = {"GIT_CONFIG_COUNT": str(len(folders))} if folders else {}
    for number, value in enumerate(folders):
        found |= {f"GIT_CONFIG_KEY_{number}": _TRUSTED, f"GIT_CONFIG_VALUE_{number}": value}
    return found
