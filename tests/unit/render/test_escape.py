"""Foreign text on a terminal."""

from __future__ import annotations

import json

import pytest

from aci_reconcile.render.escape import dump, quote, sanitize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, ünïcode and 日本", "plain text, ünïcode and 日本"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1b]0;a title\x07after", "after"),
        ("\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;never ended", "]0;never ended"),
        ("\x1bPdevice\x1b\\after", "after"),
        ("\x1b(Bcharset", "charset"),
        ("\x1b\x1b[31m[31mnested", "[31mnested"),
        ("a\r\nb\nc\td", "a b c d"),
        ("over\rwrite", "over write"),
        ("back\x08space bell\x07 nul\x00 del\x7f", "backspace bell nul del"),
        ("\u202eevil\u202c \u2066x\u2069", "evil x"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("line\u2028separator\u2029", "line separator "),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("tag\U000e0041", "tag"),
    ],
)
def test_sanitize(text: str, expected: str) -> None:
    """What a terminal would obey is gone, and the rest stays."""
    assert expected == sanitize(text)


def test_sanitize_keeps_what_it_is_told_to() -> None:
    """Line feeds and tabs stay where they are wanted, and nothing else can be kept."""
    assert "a\nb\nc\td e" == sanitize("a\r\nb\nc\td\re\x1b[0m", keep="\n\t\r\x1b")


def test_quote_shows_what_is_dangerous() -> None:
    """A quoted text hides nothing: what sanitize would strip is written as an escape."""
    assert r'"a\n\"b\" \u001b \u202e \u007f \u2028 \ud800 é"' == quote('a\n"b" \x1b \u202e \x7f \u2028 \ud800 é')


def test_quote_escapes_beyond_the_basic_plane() -> None:
    """An invisible tag is written as JSON writes it, as a surrogate pair."""
    assert r'"\udb40\udc41"' == quote("\U000e0041")


def test_dump_is_ascii_and_safe() -> None:
    """A document round-trips and holds no character that a terminal obeys."""
    document = {"text": "é\x7f\x1b\u202e\ud800"}
    text = dump(document, indent=None)

    assert (document, True) == (json.loads(text), text.isascii() and text.isprintable())
