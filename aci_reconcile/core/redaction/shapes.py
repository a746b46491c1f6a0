"""What looks like a secret: passwords next to their names, keys with a known prefix, tokens, private keys.

Each shape has words of which one must be in a text before its pattern is tried, so that harmless texts cost next to
nothing, and no pattern looks at a character more often than a few times: texts are hostile. The forms of the prefixed
keys are those that their makers document for scanners of secrets (GitHub, GitLab, Slack, AWS, Stripe, Google, npm,
PyPI, Docker, Microsoft Entra, Azure Storage).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.secret import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Span: TypeAlias = tuple[int, int]

_NAMES: Final = ("password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "key")
_NAMED: Final = (
    r"(?:password|passwd|passphrase|(?<![a-z])pwd(?![ \t]?=[ \t]?/)|secret|token|credentials?"
    r"|(?:access|account|api|auth|client|encryption|master|private|secret|shared|signing|storage|subscription)"
    r"[ _-]?key)"
    r"""(?:["']?[ \t]{0,2}=[ \t]{0,2}(?:"((?:[^"\\\n]|\\.)+)"|'([^'\n]+)'|([^\s;&"'<>|]+))"""  # name=value
    r"""|\\?["'][ \t]{0,2}:[ \t]{0,2}\\?["']([^"'\\\n]+)"""  # "name": "value"
    r"""|[ \t]?:[ \t]{1,2}"(?=[^"\n]{6})([^"\n\d]{0,99}\d[^"\n]*)\""""  # name: "v4lue"
    r"""|[ \t]?:[ \t]{1,2}'(?=[^'\n]{6})([^'\n\d]{0,99}\d[^'\n]*)'"""  # name: 'v4lue'
    r"""|[ \t]?:[ \t]{1,2}(?=\S{6})([^\s;&"'<>|]{0,99}\d[^\s;&"'<>|]*)"""  # name: v4lue
    r"""|[ \t]{1,2}(?P<option>[^\s\-=:]\S*))"""  # --name value
)
"""A secret beside its name, in a text of small letters; the last group is the secret."""
_OPTION: Final = r"(?:^|\s)[\"']?--?[\w-]*$"
_LONGEST_OPTION = 44


@dataclass(frozen=True, slots=True)
class _Shape:
    """A form of secrets: the pattern's one group is the secret; ``words``, in small letters: one is in the text."""

    words: tuple[str, ...]
    pattern: str


_SHAPES: Final = (
    # The password, or the token alone, before the host of a URL.
    _Shape(("://",), r"""://[^\s/?#"'<>@:]{0,256}:([^\s/?#"'<>]+)@"""),
    _Shape(("://",), r"""://([^\s/?#"'<>@:]{20,})@"""),
    # Connection strings of databases.
    _Shape(("password=", "pwd="), r"""(?i:;[ \t]?(?:password|pwd)=)([^;"'\n]{1,128})"""),
    _Shape(("pass=",), r"""(?i:(?<![a-z])pass=)(?!\d{1,6}(?!\w))([^\s;&"'<>|]{4,})"""),
    # Shared access signatures of Azure Storage, and keys of Azure Functions, in the query of a URL.
    _Shape(("sig=",), r"""[?&;](?i:sig)=([^\s&;"'<>]+)"""),
    _Shape(("code=",), r"""[?&]code=([^\s&;"'<>]{20,})"""),
    # Headers, also in the form in which libraries log them.
    _Shape(
        ("authorization",),
        r"""(?i:(?<![\w-])authorization["']?[ \t]?[:=][ \t]?["']?(?:basic|bearer|token|apikey|sharedkey)[ \t]+)"""
        r"""(?=\S*[\d=])([^\s"',;]{6,})""",
    ),
    # Addresses that are secrets: anyone who knows one can post to it.
    _Shape(
        ("hooks.slack.com/", "webhook.office.com/", "/api/webhooks/"),
        r"""(?:hooks\.slack\.com|webhook\.office\.com|discord(?:app)?\.com/api/webhooks)/([^\s"'<>]+)""",
    ),
    _Shape(
        ("bearer ", "basic ", "sharedkey "),
        r"(?i:(?<![\w-])(?:bearer|basic|sharedkey))[ \t]+(?=\S*[\d=])([\w.~+/:-]{16,}=*)",
    ),
    # JSON Web Tokens: two objects in base64, which begin with `{"`.
    _Shape(("eyj",), r"(?a:(?<![\w-])(eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]+)?))"),
    _Shape(
        ("private key-----",),
        r"(?s:(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)))",
    ),
    _Shape(
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"(?a:(?<![A-Za-z0-9])(gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{22,}))",
    ),
    _Shape(
        ("glpat-", "gldt-", "glrt-", "glcbt-", "dckr_pat_", "xox", "npm_", "pypi-"),
        r"(?<![A-Za-z0-9])((?:glpat|gldt|glrt|glcbt|dckr_pat|xox[abeoprs]|npm|pypi)[-_][A-Za-z0-9_-]{16,})",
    ),
    _Shape(
        ("akia", "asia", "aiza", "k_live_", "k_test_"),
        r"(?a:(?<![A-Za-z0-9])"
        r"((?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,})(?![A-Za-z0-9]))",
    ),
    # Client secrets of Microsoft Entra.
    _Shape(("7q~", "8q~"), r"(?a:(?<![\w.~-])([\w.~-]{3}[78]Q~[\w.~-]{31,34})(?![\w.~-]))"),
    # Keys of 64 bytes: storage accounts, workspaces, Cosmos DB, Service Bus.
    _Shape(("==",), r"(?<![A-Za-z0-9+/=])([A-Za-z0-9+/]{86}==)(?!=)"),
)

_HINTS: Final[tuple[tuple[str, str], ...]] = (
    *((name, _NAMED) for name in _NAMES),
    *((word, shape.pattern) for shape in _SHAPES for word in shape.words),
)
"""Words to search a text for, each with the pattern to try if the text contains it."""

_STANDS_FOR: Final = r"(?i:\$[\w{(]|\{\{|%[A-Z_]+%|#\{|\*+$|\.{3}|\(secret|(?:null|none|true|false|undefined|xxx+)$)"
"""The start of texts that replace a secret: references, placeholders of other tools, and redacted values."""


@functools.cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern on first use: compiling all of them takes longer than reading a project."""
    return re.compile(pattern)


def find_spans(text: str) -> Iterator[Span]:
    """Yield the position of everything that looks like a secret."""
    small = fold(text)
    hints = [pattern for word, pattern in _HINTS if word in small]
    for pattern in dict.fromkeys(hints):
        if pattern is _NAMED:
            yield from _find_named(text, small)
        else:
            found = (match.span(1) for match in _compile(pattern).finditer(text))
            yield from (at for at in found if not _is_placeholder(text, at))


def _find_named(text: str, small: str) -> Iterator[Span]:
    for match in _compile(_NAMED).finditer(small):
        at = match.span(match.lastindex or 0)
        start = match.start()
        ours = match["option"] is None or _compile(_OPTION).search(small, max(start - _LONGEST_OPTION, 0), start)
        if ours and not _is_placeholder(text, at):
            yield at


def _is_placeholder(text: str, at: Span) -> bool:
    return _compile(_STANDS_FOR).match(text, *at) is not None


def fold(text: str) -> str:
    """Return the text in small letters, each character at its place and whatever its neighbours are (Greek sigmas)."""
    if text.isascii():
        return text.lower()
    # lower() of some letters is two letters, and of a sigma depends on the next: positions would not fit any more.
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


def find_pieces(text: str) -> tuple[str, ...]:
    """Return the parts of a text that look like a secret."""
    return tuple(text[start:end] for start, end in find_spans(text))


def veil(text: str) -> str:
    """Return the text without what looks like a secret in it."""
    return redact_spans(text, find_spans(text))


def redact_spans(text: str, found: Iterable[Span]) -> str:
    """Return the text with ``(secret)`` in place of each span; overlapping spans count as one."""
    kept: list[str] = []
    end = 0
    for start, stop in sorted(found):
        if start >= end:
            kept += (text[end:start], REDACTED)
        end = max(end, stop)
    kept.append(text[end:])
    return "".join(kept)
