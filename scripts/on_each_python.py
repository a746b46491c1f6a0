"""Run the suite, but for what starts processes, on each Python that pyproject.toml names and that is on this machine.

One that is not here is told, and is no failure: the project's own workflow has them all.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TESTS = "not clients and not browser and not docs and not long and not sweep and not e2e and not live and not image"
_NAMED = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_QUIET = "--disable-pip-version-check"


def main() -> int:
    """Test on each; returns the exit code of the process."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    failed: list[str] = []
    for version in (each for each in named() if each != own):
        python = found(version)
        if python is None:
            print(f"Python {version} is not on this machine: not tested here")
        elif not tested(version, python):
            failed.append(version)
    print(f"The suite fails on Python {', '.join(failed)}" if failed else "No suite failed")
    return 1 if failed else 0


def named() -> tuple[str, ...]:
    """Return the versions that the classifiers name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    matches = (_NAMED.fullmatch(each) for each in project["classifiers"])
    return tuple(match[1] for match in matches if match)


def found(version: str) -> str | None:
    """Return an interpreter of this version: one of the path, or one of pyenv's, that starts and is what it says."""
    for python in _candidates(version):
        told = subprocess.run([python, "-c", _TELL], capture_output=True, text=True, check=False)  # noqa: S603
        if told.returncode == 0 and told.stdout.strip() == version:
            return python
    return None


_TELL = "import sys; print('%d.%d' % sys.version_info[:2])"


def _candidates(version: str) -> Iterator[str]:
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{version}*/bin/python"), reverse=True))


def tested(version: str, python: str) -> bool:
    """Make an environment of pinned and hashed requirements, and run the suite in it."""
    folder = ROOT / "build" / f"python{version}"
    inner = str(folder / "bin" / "python")
    requirements = str(ROOT / "requirements" / "test.txt")
    pip = [inner, "-m", "pip", _QUIET, "install", "--quiet"]
    steps = [
        [python, "-m", "venv", "--clear", str(folder)],
        [*pip, "--require-hashes", "-r", requirements],
        [*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)],
        [inner, "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", TESTS],
    ]
    print(f"Python {version}: {python}", flush=True)
    return all(subprocess.run(step, cwd=ROOT, check=False).returncode == 0 for step in steps)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
