"""What exit codes mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.exit_codes import EXIT_CODES, describe_exit, explain_exit


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exit code 0"),
        (1, "exit code 1 (an error of the application)"),
        (3, "exit code 3"),
        (126, "exit code 126 (its command cannot be executed)"),
        (127, "exit code 127 (its command was not found)"),
        (137, "exit code 137 (killed by SIGKILL, often for its memory)"),
        (139, "exit code 139 (SIGSEGV, a segmentation fault)"),
        (143, "exit code 143 (asked to end by SIGTERM)"),
        (160, "exit code 160 (ended by signal 32)"),
        (255, "exit code 255 (an error of the application, or nobody saw it end)"),
        (256, "exit code 256"),
        (7147, "exit code 7147 (Azure stopped it for maintenance)"),
        (3221225786, "exit code 0xC000013A (asked to end by Ctrl+C)"),
        (-1073741510, "exit code 0xC000013A (asked to end by Ctrl+C)"),
        (3762504530, "exit code 0xE0434352 (unhandled exception of .NET)"),
        (0xC0DEDEAD, "exit code 0xC0DEDEAD (an error of Windows)"),
    ],
)
def test_the_words_of_a_code(code: int, words: str) -> None:
    """A code of Windows is the same, signed or not; the application's own codes mean nothing to others."""
    assert words == describe_exit(code)


def test_each_code_has_one_row() -> None:
    """With evidence, a few words, and advice that does not end a sentence."""
    assert len(EXIT_CODES) == len({each.code for each in EXIT_CODES})
    for row in EXIT_CODES:
        assert row.evidence
        assert 0 < len(row.meaning) < 60
        assert row.advice
        assert not row.advice.endswith(".")


@given(st.integers())
def test_no_code_is_refused(code: int) -> None:
    """Whatever Azure or somebody in its place shows."""
    found = explain_exit(code)

    assert found is None or found.meaning
    assert describe_exit(code).startswith("exit code ")
