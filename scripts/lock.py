"""Pin every dependency with its hashes, for installing, testing and checking; no address of any index is written.

The clients of tests/clients are pinned too, each for an environment of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
EVERYWHERE = {"run": (("build",), "--upgrade"), "wheel": ((), "--constraint=requirements/run.txt")}
"""What is installed on other systems and Pythons, too: the project from its source, and what its wheel needs."""
SETS = {
    "test": ("build", "test"),
    "check": ("build", "test", "check"),
    "mutants": ("build", "test", "mutants"),
}
HEADER = "# Pinned by `make lock` from {source}; hashes are checked on installation.\n"

TOOLS = {
    "sbom": ("cyclonedx-bom>=7,<8",),
    "docs": ("zensical>=0.0.73,<0.1",),
    "kubernetes": ("kubernetes-validate>=1.37,<2",),
}
"""Programs that the project runs, each in an environment of its own."""

_SDK = ("azure-mgmt-resource", "azure-identity", "aiohttp")
CLIENTS = {
    "ansible": ("ansible",),
    "azure-cli": ("azure-cli",),
    "sdk-ga": ("azure-mgmt-containerinstance==10.1.0", "azure-keyvault-secrets", *_SDK),
    "sdk-preview": ("azure-mgmt-containerinstance>=10.2.0b1", *_SDK),
}
"""What a user of each client asks for. A specifier that names a pre-release takes the newest pre-release."""
COLLECTION = "ansible_collections/azure/azcollection/requirements.txt"


def main() -> None:
    """Write requirements/*.txt and requirements/clients/*.txt."""
    for name, (extras, option) in EVERYWHERE.items():
        _resolve(name, extras, ("--universal", option), "pyproject.toml" + "".join(f" [{each}]" for each in extras))
    for name, extras in SETS.items():
        words = [*(f"--extra={extra}" for extra in extras), "pyproject.toml"]
        _compile(words, REQUIREMENTS / f"{name}.txt", f"pyproject.toml [{', '.join(extras)}]")
    _resolve("lowest", SETS["test"], ("--resolution=lowest-direct",), "the floors of pyproject.toml [build, test]")
    folders = {**dict.fromkeys(CLIENTS, REQUIREMENTS / "clients"), **dict.fromkeys(TOOLS, REQUIREMENTS)}
    for name, wanted in (CLIENTS | TOOLS).items():
        with tempfile.TemporaryDirectory(prefix="lock-") as folder:
            asked = Path(folder, "requirements.in")
            lines = (*wanted, *(_collection(Path(folder)) if name == "ansible" else ()))
            asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
            _compile([str(asked)], folders[name] / f"{name}.txt", f"scripts/lock.py [{name}]")


def _compile(words: list[str], target: Path, source: str) -> None:
    """Let pip-tools resolve, and put a header above what it writes."""
    command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--upgrade", "--strip-extras"]
    command += ["--generate-hashes", "--allow-unsafe", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]
    subprocess.run([*command, f"--output-file={target}", *words], cwd=ROOT, check=True)  # noqa: S603
    text = HEADER.format(source=source) + target.read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")


def _resolve(name: str, extras: tuple[str, ...], options: tuple[str, ...], source: str) -> None:
    """Let uv resolve what pip-tools cannot: for every system, or the floors, whose own needs are the newest."""
    target = REQUIREMENTS / f"{name}.txt"
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *options]
    command += [*(f"--extra={extra}" for extra in extras), "--python-version=3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", f"--output-file={target}", "pyproject.toml"]
    target.unlink(missing_ok=True)
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    text = HEADER.format(source=source) + target.read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")


def _collection(folder: Path) -> tuple[str, ...]:
    """Return what the Azure collection inside the newest `ansible` package says that it needs."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"--dest={folder}", "ansible"]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    with zipfile.ZipFile(next(folder.glob("ansible-*.whl"))) as wheel:
        lines = wheel.read(COLLECTION).decode("utf-8").splitlines()
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


if __name__ == "__main__":
    main()
