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
SETS = {
    "run": ("build",),
    "test": ("build", "test"),
    "check": ("build", "test", "check"),
    "mutants": ("build", "test", "mutants"),
}
HEADER = "# Pinned by `make lock` from {source}; hashes are checked on installation.\n"

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
    for name, extras in SETS.items():
        words = [*(f"--extra={extra}" for extra in extras), "pyproject.toml"]
        _compile(words, REQUIREMENTS / f"{name}.txt", f"pyproject.toml [{', '.join(extras)}]")
    _lowest()
    for name, wanted in CLIENTS.items():
        with tempfile.TemporaryDirectory(prefix="lock-") as folder:
            asked = Path(folder, "requirements.in")
            lines = (*wanted, *(_collection(Path(folder)) if name == "ansible" else ()))
            asked.write_text("\n".join(lines) + "\n", encoding="utf-8")
            _compile([str(asked)], REQUIREMENTS / "clients" / f"{name}.txt", f"scripts/lock.py [{name}]")


def _compile(words: list[str], target: Path, source: str) -> None:
    """Let pip-tools resolve, and put a header above what it writes."""
    command = [sys.executable, "-m", "piptools", "compile", "--quiet", "--upgrade", "--strip-extras"]
    command += ["--generate-hashes", "--allow-unsafe", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]
    subprocess.run([*command, f"--output-file={target}", *words], cwd=ROOT, check=True)  # noqa: S603
    text = HEADER.format(source=source) + target.read_text(encoding="utf-8")
    target.write_text(text, encoding="utf-8")


def _lowest() -> None:
    """Let uv resolve the floors of pyproject.toml, which pip-tools cannot: what they need themselves is the newest."""
    target, extras = REQUIREMENTS / "lowest.txt", SETS["test"]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--resolution=lowest-direct"]
    command += [*(f"--extra={extra}" for extra in extras), "--python-version=3.11", "--generate-hashes"]
    command += ["--no-header", "--no-annotate", f"--output-file={target}", "pyproject.toml"]
    target.unlink(missing_ok=True)
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603
    text = HEADER.format(source="the floors of pyproject.toml [build, test]") + target.read_text(encoding="utf-8")
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
