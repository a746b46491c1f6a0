"""Check the words of the documentation with Harper, which runs offline, and the length of its lines.

``pyproject.toml`` names the rules that are not for us, each with its reason, and the pages that nobody here writes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
LONGEST_LINE = 120
FENCE = "```"
UNBREAKABLE = ("|", "#", "![")


def main() -> None:
    """Print each complaint with its file and line, and fail if there is one."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["prose"]
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    names = [name for name in listed.stdout.split() if not any(fnmatch(name, each) for each in settings["exclude"])]
    pages = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    complaints = sorted((*find_long_lines(pages), *run_harper(pages, settings["ignore"])))
    for name, line, text in complaints:
        print(f"{name}:{line}: {text}")
    sys.exit(1 if complaints else 0)


def find_long_lines(pages: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Yield each line of prose that is too long for an editor or a diff; what Markdown cannot break may be longer."""
    for name, text in pages.items():
        in_code = False
        for number, line in enumerate(text.splitlines(), 1):
            in_code ^= line.lstrip().startswith(FENCE)
            if len(line) > LONGEST_LINE and not in_code and not line.startswith(UNBREAKABLE):
                yield name, number, f"{len(line)} characters in a line, at most {LONGEST_LINE}"


def run_harper(pages: Mapping[str, str], ignored: Sequence[str]) -> Iterable[tuple[str, int, str]]:
    """Return what Harper complains about.

    It names a file without its folder, and three pages are called README.md: so it gets copies whose names hold both.
    """
    with tempfile.TemporaryDirectory(prefix="prose-") as folder:
        copies = {name.replace("/", "__"): name for name in pages}
        for copy, name in copies.items():
            Path(folder, copy).write_text(pages[name], encoding="utf-8")
        command = [sys.executable, "-m", "harper", "lint", "--format=json", "--quiet", f"--user-dict-path={os.devnull}"]
        command += [f"--ignore={','.join(ignored)}", *(str(Path(folder, copy)) for copy in copies)]
        # It ends with 1 where it has found something, so what it printed is the only sign that it ran.
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if not ran.stdout:
        sys.exit(f"harper did not run: {ran.stderr.strip()}")
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return [
        (copies[Path(answer["file"]).name], lint["line"], f"{lint['rule']}: {lint['message']} ({lint['matched_text']})")
        for answer in answers
        for lint in answer["lints"]
    ]


if __name__ == "__main__":
    main()
