"""What the README shows is what the commands print today."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
CAST = ROOT / "docs" / "demo.cast"


def test_the_demonstration_is_fresh() -> None:
    """Else run scripts/record_demo.py."""
    words = [sys.executable, "scripts/record_demo.py", "--check"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)

    assert (0, "the demonstration is fresh\n") == (done.returncode, done.stdout), done.stderr


def test_the_recording_is_a_cast() -> None:
    """Version 2, in time, without a path of the machine that made it; and its drawing is one that a browser takes."""
    header, *events = map(json.loads, CAST.read_text(encoding="utf-8").splitlines())
    text = "".join(shown for _, _, shown in events)

    assert (2, 80) == (header["version"], header["width"])
    assert [moment for moment, _, _ in events] == sorted(moment for moment, _, _ in events)
    assert {"o"} == {kind for _, kind, _ in events}
    assert "Apply complete!" in text
    assert not any(each in text for each in ("/tmp", "/home", str(ROOT), "Traceback", "rror:"))
    assert ET.parse(CAST.with_suffix(".svg")).getroot().tag.endswith("svg")
