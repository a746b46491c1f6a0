"""What ``make check`` says about the documentation's prose: which lines are too long, and what Harper prints."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from script_modules import load_script

LONG = "word " * 30


@pytest.fixture(scope="module")
def prose() -> Any:
    """The script, as a module."""
    return load_script("check_prose")


def test_a_long_line_of_prose_is_found(prose: Any) -> None:
    """By its number."""
    assert [("a.md", 2, "149 characters in a line, at most 120")] == list(
        prose.find_long_lines({"a.md": f"short\n{LONG.strip()}\n"})
    )


@pytest.mark.parametrize("text", [f"| {LONG} |", f"# {LONG}", f"```text\n{LONG}\n```", f"![{LONG}](plot.svg)"])
def test_what_cannot_be_broken_may_be_long(prose: Any, text: str) -> None:
    """Tables, headings, code and pictures."""
    assert [] == list(prose.find_long_lines({"a.md": text}))


def test_complaints_name_the_page_with_its_folder(prose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Harper names the copy that it got; several pages are called README.md."""
    lint = {"rule": "AnA", "line": 3, "message": "Incorrect indefinite article.", "matched_text": "a"}
    answers = json.dumps([{"file": "/anywhere/docs__README.md", "lints": [lint]}, {"file": "README.md", "lints": []}])
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1, answers, ""))

    assert [("docs/README.md", 3, "AnA: Incorrect indefinite article. (a)")] == list(
        prose.run_harper({"docs/README.md": "", "README.md": ""}, ["SpellCheck"])
    )


def test_a_checker_that_does_not_run_is_no_clean_bill(prose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints at least an empty list."""
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 2, "", "no such option"))

    with pytest.raises(SystemExit, match="no such option"):
        prose.run_harper({"README.md": ""}, [])
