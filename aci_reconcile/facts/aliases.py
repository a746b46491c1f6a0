"""Made-up names for whatever tells whose subscription it was: the same one for the same value, of the same form."""

from __future__ import annotations

import math
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.redaction import veil
from aci_reconcile.core.redaction.redactor import list_spellings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_GUID: Final = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"
_DOMAINS: Final = (
    r"[a-z]{2}|app|arpa|biz|cloud|com|corp|dev|edu|example|gov|home|info|intern|internal|invalid|io|lan|local|localhost"
    r"|mil|name|net|online|org|shop|site|store|tech|test|xyz"
)
_SHAPES: Final = (
    ("mail", r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+|[\w.+-]+#EXT#"),
    ("guid", rf"(?<![0-9a-f]){_GUID}(?![0-9a-f])"),
    ("moment", rf"{_MOMENT}(?:\.\d+)?"),
    (
        "other_moment",
        r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?: [AP]M)?|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8}",
    ),
    ("version", r"(?<![\w-])20\d\d-\d\d-\d\d(?:-preview)?(?![\w-])"),
    ("ipv4", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)"),
    ("ipv6", r"(?<![\w:.])(?=[0-9a-f]{0,4}:[0-9a-f:]*:)[0-9a-f:]*[0-9a-f]+[0-9a-f:]*(?:\.\d+){0,3}(?![\w:])"),
    ("host", rf"(?<![\w-])(?:[a-z0-9_](?:[\w-]*[a-z0-9])?\.)+(?:{_DOMAINS})(?![\w-]|\.\w)"),
)
_ALONE: Final = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in _SHAPES), re.IGNORECASE)
_LAST: Final = (
    ("hex", r"(?<![0-9a-z])(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{12,}(?![0-9a-z])"),
    ("token", r"[\w+=~-]{16,}"),
)
_PUBLIC_HOSTS: Final = frozenset(
    {
        "aka.ms",
        "docs.microsoft.com",
        "index.docker.io",
        "learn.microsoft.com",
        "login.microsoftonline.com",
        "management.azure.com",
        "mcr.microsoft.com",
        "registry-1.docker.io",
    }
)
_SUFFIXES: Final = ("azurecontainer.io", "azurecr.io", "core.windows.net", "vault.azure.net")
"""Domains in which customers have names."""
_COMMON: Final = frozenset(
    {
        "accepted", "all", "always", "any", "app", "canceled", "confidential", "config", "container", "containers",
        "creating", "data", "dedicated", "default", "deleting", "failed", "false", "file", "files", "first", "group",
        "groups", "image", "images", "init", "last", "linux", "loadbalancer", "main", "microsoft", "more", "most",
        "name", "names", "never", "none", "noreuse", "not", "null", "one", "onfailure", "only", "other", "pending",
        "port", "ports", "private", "probe", "public", "regular", "repairing", "running", "second", "secret", "some",
        "spot", "standard", "start", "state", "status", "stop", "stopped", "succeeded", "tag", "terminated", "test",
        "the", "true", "two", "type", "unhealthy", "unsecure", "updating", "user", "value", "values", "volume",
        "volumes", "waiting", "web", "windows",
    }
)  # fmt: skip
"""Words of Azure's own: as names of somebody they tell nothing, and replaced they would spoil what Azure says."""
_START: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""The first moment of every recording."""
_NO_MOMENT: Final = "2020-01-01T00:00:00"
_SHORTEST_WORD, _SHORTEST_PIECE = 2, 6
_LONGEST_NAME: Final = 512
"""Longer texts are replaced as a whole only."""
_DEEPEST: Final = 5
"""Letters at the beginning of names that are tried one by one."""
_RANDOM: Final = 3.0
"""Bits for each character; a word of sixteen letters that people chose has hardly more, but few digits."""


class Aliases:
    """Replaces names, ids, addresses, moments and tokens in texts.

    Give it all names before it cleans the first text. Not for several threads.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Set the moment of the start to the first one in the texts."""
        found = [match for text in texts for match in re.findall(_MOMENT, text)]
        first = min(filter(None, map(_read_moment, found)), default=_START)
        self._shift = _START - first
        self._names: dict[str, str] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._pattern: re.Pattern[str] | None = None
        self._spellings: dict[str, str] = {}

    def name(self, text: str) -> str:
        """Return the alias of a name, which from now on replaces it everywhere."""
        if alone := _ALONE.fullmatch(text):
            return self._replace(alone)
        if re.fullmatch(rf"{_MOMENT}[\d.Z]*", text):
            return self._shift_moment(text)
        if not text or text.lower() in _COMMON or (text.isdecimal() and len(text) < _SHORTEST_PIECE):
            return text
        if text.lower() not in self._names:
            slash = "/" if text.startswith("/") else ""
            self._names[text.lower()] = f"{slash}name{len(self._names) + 1}"
            self._pattern = None
        return _follow_case(self._names[text.lower()], text)

    def clean(self, text: str) -> str:
        """Return a text with aliases, and without what looks like a secret."""
        if text.lower() in self._names:
            return _follow_case(self._names[text.lower()], text)
        pattern = self._pattern or self._compile()
        return pattern.sub(self._replace, veil(text))

    def _compile(self) -> re.Pattern[str]:
        known: dict[str, str] = {}
        for name, alias in ((name, alias) for name, alias in self._names.items() if len(name) <= _LONGEST_NAME):
            known.update(dict.fromkeys(list_spellings(name), alias))
            known[name] = alias
        self._spellings = known
        short = {each for each in known if _SHORTEST_WORD <= len(each) < _SHORTEST_PIECE}
        long = {each for each in known if len(each) >= _SHORTEST_PIECE}
        names = "|".join(
            (*([_join(long)] if long else []), *([rf"(?<![^\W_]){_join(short)}(?![^\W_])"] if short else []))
        )
        parts = (*_SHAPES, *([("known", names)] if names else []), *_LAST)
        self._pattern = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in parts), re.IGNORECASE)
        return self._pattern

    def _replace(self, match: re.Match[str]) -> str:
        replace: dict[str, Callable[[str], str]] = {
            "mail": lambda text: f"user{self._count('mail', text)}@example.com",
            "guid": self._replace_guid,
            "moment": self._shift_moment,
            "american": lambda _: "1/1/2020 12:00:00 AM",
            "http": lambda _: "Wed, 01 Jan 2020 00:00:00",
            "version": str,
            "ipv4": self._replace_ipv4,
            "ipv6": lambda text: f"2001:db8::{self._count('ip', text):x}",
            "host": self._replace_host,
            # Of a few letters, such as the long s, the small one is not the one that was found.
            "known": lambda text: _follow_case(self._spellings.get(text.lower(), "name"), text),
            "hex": lambda text: f"{self._count('hex', text):x}".zfill(len(text)),
            "token": self._replace_token,
        }
        return replace[match.lastgroup or ""](match.group())

    def _count(self, kind: str, text: str) -> int:
        """Return the number of a value among those of its kind, from 1."""
        return self._others.setdefault((kind, text.lower()), 1 + sum(one == kind for one, _ in self._others))

    def _replace_guid(self, text: str) -> str:
        made = f"{self._count('guid', text.replace('-', '')):032x}"
        return "-".join((made[:8], made[8:12], made[12:16], made[16:20], made[20:])) if "-" in text else made

    def _replace_ipv4(self, text: str) -> str:
        high, low = divmod(self._count("ip", text), 250)
        return f"198.18.{high % 250}.{low + 1}"

    def _shift_moment(self, text: str) -> str:
        moment = _read_moment(text[:19])
        try:
            return f"{moment + self._shift:%Y-%m-%dT%H:%M:%S}{text[19:]}" if moment else _NO_MOMENT
        except OverflowError:
            return _NO_MOMENT

    def _replace_host(self, text: str) -> str:
        host = text.lower()
        if host in _PUBLIC_HOSTS:
            return text
        for suffix in _SUFFIXES:
            if host.endswith(f".{suffix}"):
                return f"{self._replace_labels(host.removesuffix(f'.{suffix}'), suffix)}.{suffix}"
        return f"host{self._count('host', host)}.example.com"

    def _replace_labels(self, labels: str, suffix: str) -> str:
        """Replace a customer's part of a host; of a group's, the last one is the region."""
        parts = labels.split(".")
        kept = parts[-1:] if suffix == "azurecontainer.io" and len(parts) > 1 else []
        own = parts[: len(parts) - len(kept)]
        made = [self._names.get(each) or f"label{self._count('label', each)}" for each in own]
        return ".".join((*made, *kept))

    def _replace_token(self, text: str) -> str:
        return f"token{self._count('token', text)}" if is_random(text) else text


def _follow_case(alias: str, text: str) -> str:
    """Return an alias in capitals if the name is: whether Azure keeps the spelling of a request is a fact about it."""
    return alias.upper() if text.isupper() else alias


def _join(words: Iterable[str], depth: int = 0) -> str:
    """Return a pattern for words, the longest first; thousands are tried at each place, so they share beginnings."""
    known = sorted(set(words), key=lambda each: (-len(each), each))
    if depth == _DEEPEST or len(known) == 1:
        return f"(?:{'|'.join(map(re.escape, known))})"
    heads: dict[str, list[str]] = {}
    for each in filter(None, known):
        heads.setdefault(each[0], []).append(each[1:])
    branches = "|".join(f"{re.escape(head)}{_join(rest, depth + 1)}" for head, rest in heads.items())
    return f"(?:{branches}){'?' if '' in known else ''}"


def is_random(text: str) -> bool:
    """Whether a text looks as if no person had chosen it."""
    counts = Counter(text)
    entropy = -sum(each / len(text) * math.log2(each / len(text)) for each in counts.values())
    switches = sum(a.islower() and b.isupper() for a, b in pairwise(text))
    return entropy >= _RANDOM and (sum(map(str.isdigit, text)) > 1 or switches > len(text) / 6)


def _read_moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text}+0000", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return None
