"""``fmt`` on what people really have: the same groups, every comment, and the second time nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Request, load
from aci_reconcile.manifest.editing.difference import list_differences
from aci_reconcile.manifest.editing.format import format_text

if TYPE_CHECKING:
    from aci_reconcile.manifest import Loaded

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("tests/corpus/files", "tests/golden", "manifests", "examples")
FILES = sorted(
    file
    for folder in FOLDERS
    for file in (ROOT / folder).rglob("*")
    if file.suffix.lower() in {".yaml", ".yml", ".json"} and file.is_file()
)


def read(file: Path) -> tuple[Request, Loaded] | None:
    """Return what is in a file; None if it is not valid, with its project or without one."""
    for group, location in (("rg", "westeurope"), ("", "")):
        request = Request(paths=(file,), resource_group=group, location=location, cwd=file.parent, resolve=False)
        try:
            loaded = load(request)
        except UsageError:  # no manifest
            return None
        if loaded.resources and not loaded.errors:
            return request, loaded
    return None


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_valid_manifest_can_be_formatted(folder: str) -> None:
    """What is invalid alone is left out: ``fmt`` refuses it."""
    formatted = 0
    for file in (each for each in FILES if each.is_relative_to(ROOT / folder)):
        found = read(file)
        if found is None:
            continue
        request, before = found
        as_json = file.suffix.lower() == ".json"
        text = file.read_bytes().decode("utf-8-sig")
        after = format_text(text, as_json=as_json)
        again = load(replace(request, texts={file: after}))

        assert not again.errors, (file, again.diagnostics)
        for one, other in zip(before.resources, again.resources, strict=True):
            assert () == list_differences(one, other), file
        assert after == format_text(after, as_json=as_json), file
        assert sorted(map(str.rstrip, re.findall(r"#.*", text))) == sorted(map(str.rstrip, re.findall(r"#.*", after)))
        formatted += 1

    assert formatted > (25 if "corpus" in folder else 1)
