"""Pin every dependency with its hashes, for installing, testing and checking; no address of any index is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETS = {"run": ("build",), "test": ("build", "test"), "check": ("build", "test", "check")}
HEADER = "# Pinned by `make lock` from pyproject.toml{extras}; hashes are checked on installation.\n"


def main() -> None:
    """Write requirements/*.txt."""
    for name, extras in SETS.items():
        target = ROOT / "requirements" / f"{name}.txt"
        command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--upgrade", "--strip-extras"]
        command += ["--generate-hashes", "--allow-unsafe", "--no-header", "--no-annotate"]
        command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]
        command += [f"--extra={extra}" for extra in extras]
        subprocess.run([*command, f"--output-file={target}", "pyproject.toml"], cwd=ROOT, check=True)  # noqa: S603
        text = HEADER.format(extras=f" [{', '.join(extras)}]") + target.read_text(encoding="utf-8")
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
