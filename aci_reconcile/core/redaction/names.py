"""What variables and options that hold secrets are called, and how their values are hidden.

A name is taken apart into its words, and the words decide.

Words, not letters: PATH does not contain PAT, and MONKEY does not contain KEY. The words are those by which Terraform,
Spring and the CI services mask variables. A name without any of them is not detected.
"""

from __future__ import annotations

import re
from typing import Final

from aci_reconcile.core.redaction.shapes import veil
from aci_reconcile.core.secret import REDACTED

_WORD: Final = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+"

_SECRETS: Final = frozenset({
    "PASSWORD", "PASSWD", "PWD", "PW", "PASS", "PASSPHRASE", "PASSCODE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS",
    "CREDS", "JWT", "BEARER",
})  # fmt: skip
_AMBIGUOUS: Final = frozenset({"KEY", "KEYS", "PAT", "SAS", "PASSWORDS", "SECRETS", "TOKENS"})
"""Words that name secrets, and other things as well: the key to sort by, the most tokens."""
_ENDINGS: Final = ("PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "CREDENTIALS")
"""What no other word ends with, so that PGPASSWORD and ACCESSTOKEN are caught."""
_KEYS: Final = frozenset({
    "ACCESS", "ACCOUNT", "API", "AUTH", "CLIENT", "ENCRYPTION", "MASTER", "PRIVATE", "SECRET", "SHARED", "SIGNING",
    "SSH", "STORAGE", "SUBSCRIPTION", "WORKSPACE",
})  # fmt: skip
"""Words before KEY that leave no doubt."""
_STRINGS: Final = frozenset({"CONNECTIONSTRING", "CONNECTIONSTRINGS", "CONNSTR", "CONNSTRING"})
_CONNECTIONS: Final = frozenset({"CONNECTION", "CONN"})
_TEXTS: Final = frozenset({"STRING", "STRINGS", "STR"})


def is_secret_name(name: str) -> bool:
    """Whether any word of a name suggests a secret: in doubt, yes."""
    words = _split_words(name)
    return any(word in _AMBIGUOUS for word in words) or any(_is_unambiguous(words, at) for at in range(len(words)))


def is_secret_setting(name: str) -> bool:
    """Whether the last word of a name says that the value is a secret: in doubt, no (SORT_KEY, TOKEN_URL)."""
    words = _split_words(name)
    return bool(words) and _is_unambiguous(words, len(words) - 1)


def _is_unambiguous(words: tuple[str, ...], at: int) -> bool:
    """Whether a word, with the one before it, clearly names a secret."""
    word, before = words[at], words[at - 1] if at else ""
    if word in _SECRETS or word in _STRINGS or word.endswith(_ENDINGS):
        return True
    if word in _TEXTS:
        return before in _CONNECTIONS
    return (word in {"KEY", "KEYS"} and before in _KEYS) or (word.endswith("KEY") and word[:-3] in _KEYS)


def _split_words(name: str) -> tuple[str, ...]:
    return tuple(word.upper() for word in re.findall(_WORD, name))


_OPTION: Final = r"--?[A-Za-z][A-Za-z0-9-]*"
_HARMLESS: Final = r"(?is:\s*|\d{1,3}|true|false|null|none|yes|no|on|off|/[\w./-]*|\$.*|.*\$\{.*|\{\{.*|<.*|#\{.*)"
"""Values that are no secret whatever they are called: small numbers, switches, paths, references, placeholders."""


def veil_variable(name: str, value: str) -> str:
    """Return the value of a variable without secrets; hide all of it if its name says that it is a secret."""
    veiled = veil(value)
    if veiled == value and is_secret_setting(name) and not re.fullmatch(_HARMLESS, value):
        return REDACTED
    return veiled


def holds_secret(name: str, value: str) -> bool:
    """Whether the value of a variable is a secret, by its name or by what it looks like: in doubt, yes."""
    return veil(value) != value or (is_secret_name(name) and not re.fullmatch(_HARMLESS, value))


def veil_argument(before: str, argument: str) -> str:
    """Return an argument of a command without secrets, judged with the argument before it."""
    veiled = veil(argument)
    if (
        veiled == argument
        and re.fullmatch(_OPTION, before)
        and is_secret_setting(before)
        and not argument.startswith("-")
    ):
        return argument if re.fullmatch(_HARMLESS, argument) else REDACTED
    return veiled
