"""Write the SBOM of a built wheel beside it: CycloneDX JSON, of the pinned versions that are tested.

`make release-files` installs the pins into build/sbom/wheel. The same pins give the same bytes: no time, no random
number and no path is in it. The pins are those of this machine's system; other systems may need others besides.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / "build" / "sbom"
WHEEL = re.compile(r"aci_reconcile-(?P<version>[^-]+)-py3-none-any\.whl")


def main(folder: Path) -> int:
    """Describe the one wheel in a folder; returns the exit code of the process."""
    wheels = [path for path in sorted(folder.glob("*.whl")) if WHEEL.fullmatch(path.name)]
    if len(wheels) != 1:
        print(f"build_sbom: {folder} holds {len(wheels)} wheels of aci-reconcile, and must hold one", file=sys.stderr)
        return 1
    (wheel,) = wheels
    found = complete(describe(), wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest())
    target = folder / wheel.name.replace("-py3-none-any.whl", ".cdx.json")
    target.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{target.name}: {len(found['components'])} components")
    return 0


def describe() -> dict[str, Any]:
    """Let cyclonedx-py look at what is installed, and check what it says against the schema."""
    command = [str(ENVIRONMENTS / "tool" / "bin" / "cyclonedx-py"), "environment", "--pyproject=pyproject.toml"]
    command += ["--output-reproducible", "--of=JSON", "--sv=1.6", str(ENVIRONMENTS / "wheel" / "bin" / "python")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def complete(sbom: dict[str, Any], wheel: str, digest: str) -> dict[str, Any]:
    """Return an SBOM that says which wheel it is about: pyproject.toml leaves the version to the code."""
    match = WHEEL.fullmatch(wheel)
    version = match["version"] if match else ""
    about = {
        **sbom["metadata"]["component"],
        "version": version,
        "purl": f"pkg:pypi/aci-reconcile@{version}",
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }
    return {**sbom, "metadata": {**sbom["metadata"], "component": about}}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
