"""Running a git that may use the network: within limits of time and size, and with no program of a repository."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import AciReconcileError, UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_NEEDED: Final = frozenset({
    "HOME", "PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE", "XDG_CONFIG_HOME",
    "ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "SSL_CERT_DIR", "SSL_CERT_FILE",
    "GH_TOKEN", "GITHUB_TOKEN", "SSH_AUTH_SOCK",
    "GIT_ASKPASS", "GIT_EXEC_PATH", "GIT_PASSWORD", "GIT_TOKEN", "GIT_USERNAME",
    "GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY",
    "GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM",
})  # fmt: skip
"""What git needs to reach a server and to sign in there. Variables with GIT_ that say where a repository is are not."""
_SETTINGS: Final = (re.compile("GIT_CONFIG_(KEY|VALUE)_[0-9]+"), re.compile("LC_CTYPE|LANG"))
_SAFE: Final = tuple(
    word
    for setting in (
        "core.fsmonitor=false",
        f"core.hooksPath={os.devnull}",
        "core.logAllRefUpdates=false",
        "core.quotePath=false",
        "fetch.recurseSubmodules=false",
        "gc.autoDetach=false",
        "gc.pruneExpire=now",
        "submodule.recurse=false",
        "transfer.bundleURI=false",
    )
    for word in ("-c", setting)
)
"""Neither a hook nor a program that a repository names, and nothing that goes on when git has ended."""
_USER: Final = re.compile(r"(?<=://)[^/@\s'\"]*@")
_TICK: Final = 0.1
_LEAST: Final = 4096
"""The bytes that a file takes at least: a million empty ones are not nothing."""
_SHOWN: Final = 64 * 1024
_LONGEST: Final = 300
_UNREAD: Final = "Could not read from remote repository"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one command of git may take."""

    seconds: float = 300
    size: int = 1024**3
    """The bytes that the private folder may hold."""


@dataclass(frozen=True, slots=True)
class GitProcess:
    """Runs git below a private folder."""

    program: str
    folder: Path
    environ: Mapping[str, str]
    limits: Limits
    monotonic: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, folder: Path, environ: Mapping[str, str], protocol: str, limits: Limits, option: str) -> GitProcess:
        """Find git.

        Args:
            folder: the private folder.
            environ: the environment, of which git gets what it needs.
            protocol: the only one that it may use.
            limits: of each command.
            option: what needs git, for the message.

        Raises:
            UsageError: there is none on this machine.
        """
        found = shutil.which("git", path=environ.get("PATH"))
        if found is None:
            raise UsageError(f"{option} needs git, which is not installed")
        kept = {name: value for name, value in environ.items() if _is_needed(name)}
        fixed = {
            "GIT_ALLOW_PROTOCOL": protocol,
            "GIT_CEILING_DIRECTORIES": str(folder),  # a repository around it is none of ours
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }
        return cls(found, folder, kept | fixed, limits)

    def ask(self, where: Path, *words: str) -> tuple[int, str]:
        """Run git in a folder, and return its exit code with what it printed, or its first complaint.

        Raises:
            AciReconcileError: it took too long or too much, or could not be started.
        """
        out, err = self.folder / "stdout", self.folder / "stderr"
        try:
            with out.open("wb") as stdout, err.open("wb") as stderr:
                code = self._run((self.program, "-C", str(where), *_SAFE, *words), (stdout.fileno(), stderr.fileno()))
            text = _read_start(out if code == 0 else err)
        except (OSError, ValueError) as error:
            raise AciReconcileError(f"git {words[0]}: {type(error).__name__}") from error
        return code, text.strip() if code == 0 else _find_complaint(text)

    def get(self, where: Path, *words: str) -> str:
        """Return what git prints.

        Raises:
            AciReconcileError: it failed.
        """
        code, text = self.ask(where, *words)
        if code:
            raise AciReconcileError(f"git {words[0]}: {text or f'it ended with {code}'}")
        return text

    def _run(self, words: tuple[str, ...], streams: tuple[int, int]) -> int:
        """Run git to its end or its limit. What it has started ends with it, also where a signal ends this."""
        start = self.monotonic()
        # A session of its own: nothing can ask at the terminal, and what git starts can be ended with it.
        process = subprocess.Popen(  # noqa: S603  git itself, with words of ours and what parse_git_address let pass
            words,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=streams[0],
            stderr=streams[1],
            start_new_session=True,
        )
        try:
            while True:
                with suppress(subprocess.TimeoutExpired):
                    return process.wait(_TICK)
                if self.monotonic() - start > self.limits.seconds:
                    raise AciReconcileError(f"git took longer than {self.limits.seconds:.0f} s, and was ended")
                self.check_size()
        finally:
            _end(process)

    def check_size(self) -> None:
        """Check what the private folder holds.

        Raises:
            AciReconcileError: it is too much.
        """
        if measure_size(self.folder) > self.limits.size:
            message = f"the repository is larger than {self.limits.size // 1024**2} MB"
            raise AciReconcileError(message, hint="keep manifests in a repository of their own")


def _is_needed(name: str) -> bool:
    return name.upper() in _NEEDED or any(each.fullmatch(name) for each in _SETTINGS)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End git and what it has started; nothing happens where all of it has ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read_start(file: Path) -> str:
    with file.open("rb") as stream:
        return stream.read(_SHOWN).decode("utf-8", "replace")


def _find_complaint(text: str) -> str:
    """Return the line that says why git failed, without anything that could be a credential."""
    lines = [line for each in text.splitlines() if (line := sanitize(each).strip())]
    told = [number for number, line in enumerate(lines) if line.startswith(("fatal: ", "error: ", "remote: "))]
    number = told[0] if told else 0
    # Then ssh has said why, one line before.
    number -= number > 0 and _UNREAD in lines[number]
    return _USER.sub("", lines[number])[:_LONGEST] if lines else ""


def measure_size(folder: Path) -> int:
    """Return the bytes that all files below a folder take; what vanishes meanwhile counts nothing."""
    total = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += max(os.lstat(os.path.join(at, name)).st_size, _LEAST)  # noqa: PTH118  a Path for each file is slow
    return total
