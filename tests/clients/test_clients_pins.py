"""The clients' requirements, without running any of them: these tests are part of every run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted((ROOT / "requirements" / "clients").glob("*.txt"))
NODE = ROOT / "requirements" / "clients" / "sdk-js"
NAMED = {
    "ansible": {"ansible"},
    "azure-cli": {"azure-cli"},
    "sdk-ga": {"azure-mgmt-containerinstance", "azure-mgmt-resource", "azure-identity", "azure-keyvault-secrets"},
    "sdk-preview": {"azure-mgmt-containerinstance"},
}
"""What docs/clients.md gives the versions of."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pin_has_hashes_and_no_address(path: Path) -> None:
    """What is installed is what was looked at, from wherever the machine gets its packages."""
    text = path.read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[a-z])", text)[1:]

    assert [] == [pin.split(" ", 1)[0] for pin in pins if not re.match(r"[a-z0-9.-]+==\S+ \\\n    --hash=sha256:", pin)]
    assert [] == re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_page_names_the_pinned_versions(path: Path) -> None:
    """docs/clients.md says which versions are tested."""
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))

    assert [] == [f"{name} {pins[name]}" for name in sorted(NAMED[path.stem]) if pins[name] not in page]


def test_there_is_a_file_for_each_client() -> None:
    """The Makefile installs these and no others."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    clients = re.findall(r"^CLIENTS := (.*)$", makefile, re.MULTILINE)[0].split()

    assert sorted(NAMED) == [path.stem for path in FILES] == clients


def test_every_package_of_the_javascript_sdk_has_a_hash_and_no_address() -> None:
    """The lock says what is installed, to the byte; the page names the versions."""
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")
    wanted = json.loads((NODE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    packages = json.loads((NODE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    chosen = {name.removeprefix("node_modules/"): entry for name, entry in packages.items() if name}

    assert [] == [name for name, entry in chosen.items() if not entry["integrity"].startswith("sha512-")]
    assert [] == [name for name, entry in chosen.items() if "resolved" in entry]
    assert wanted == {name: chosen[name]["version"] for name in wanted}
    assert [] == [f"{name} {version}" for name, version in wanted.items() if f"{name} {version}" not in page]
