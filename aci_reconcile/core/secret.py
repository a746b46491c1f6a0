"""Secret values, and their fingerprints.

A ``Secret`` can be joined to text, compared and fingerprinted. It never shows its value: not as text, not as ``repr``,
not as JSON, not pickled. Only ``aci_reconcile.azure`` reveals it, in the request to Azure.

Azure never returns the values that a container group keeps secret, so the group carries a fingerprint of them as a tag:
``v1:<scheme>:<key id>:<salt>:<digest>`` over all its write-only values, with a random salt. The scheme is

``scrypt``  slow, so that a value that a person chose takes long to guess;
``hmac``    if the team shares a fingerprint key: fast, and without the key there is nothing to guess;
``sha256``  if Azure made every value at random: fast;
``none``    if the project wants no fingerprint: the tag only says that there are secrets.

A group keeps its tag until it is written for another reason, and a tag is compared by its own scheme. The key id is
derived as slowly as a fingerprint without a key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from aci_reconcile.core.key_strength import find_weakness, is_azure_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REDACTED = "(secret)"
EMPTY = "it is empty"
"""Why an empty text counts as missing."""
# 16 MiB and about 40 ms for each guess. More would be felt: a plan computes one for each group with secrets.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
_SALT_BYTES = 16
# Fixed, unlike the salt of a fingerprint: a key must have the same id in every tag. Its own guesses stay slow.
_NAME_SALT = b"aci-reconcile key id"
_LONG = 8
_WORD = 4
_DIGEST_BYTES = 24  # 32 characters in base64: with salt and key id far below the 256 that a tag can have (documented)
SLOW: Final = "scrypt"
"""The scheme of a fingerprint that takes long to compare."""
_KEYED, _RANDOM = "hmac", "sha256"
UNKEPT: Final = "v1:none:::"
"""The tag of a group with secrets in a project without fingerprints: it is never compared."""


class Secret:
    """A text that is never shown, or the reason why it is unavailable.

    ``source`` is its origin (``env:DB_PASSWORD``), for messages. ``missing`` says why there is no value; it is empty if
    there is one. ``notice`` is a remark about an available value. ``joined`` says that ``source`` names only a part of
    the value. An empty text is no secret: pipelines pass one for a secret that is not set, and Azure refuses it as a
    password (Azure/azure-cli#8545).
    """

    __slots__ = ("__name", "__parts", "__value", "joined", "missing", "notice", "source")

    def __init__(
        self,
        value: str,
        *,
        source: str = "",
        missing: str = "",
        parts: tuple[str, ...] = (),
        joined: bool = False,
        notice: str = "",
    ) -> None:
        self.__value = "" if missing else value
        self.__parts = () if missing else parts
        self.__name = ""
        self.source = source
        self.joined = joined
        self.notice = notice
        self.missing = missing or ("" if value else EMPTY)

    @classmethod
    def unavailable(cls, source: str, missing: str) -> Secret:
        """Return a secret without a value; it equals nothing, and cannot be revealed."""
        return cls("", source=source, missing=missing or "not resolved")

    @property
    def available(self) -> bool:
        """Whether there is a value."""
        return not self.missing

    def reveal(self) -> str:
        """Return the value. Only the code that writes the request to Azure may call this (a test checks it).

        Raises:
            ValueError: there is no value.
        """
        if self.missing:
            raise ValueError(f"{self.source}: {self.missing}")
        return self.__value

    def pieces(self) -> tuple[str, ...]:
        """Return the value, and the secrets that it was joined or encoded from. Only the redactor may call this."""
        return tuple(dict.fromkeys((self.__value, *self.__parts))) if self.__value else ()

    def holds(self, text: str) -> bool:
        """Whether a text is the value, or a revealing part of it: a short text must be a complete word of it."""
        if not text or text == self.__value:
            return bool(text)
        if len(text) >= _LONG:
            return text in self.__value
        return len(text) >= _WORD and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", self.__value) is not None

    def ends_in(self, *endings: str) -> bool:
        """Whether the value ends in one of these texts."""
        return self.__value.endswith(endings)

    def is_in(self, text: str) -> bool:
        """Whether a text contains the value, or a part that it was joined from; short ones could match by chance."""
        return any(len(piece) >= _LONG and piece in text for piece in self.__parts or (self.__value,))

    @property
    def size(self) -> int:
        """How many characters it has, which the limits of a document count."""
        return len(self.__value)

    @property
    def is_named(self) -> bool:
        """Whether ``name`` was computed before, so that it costs nothing now."""
        return bool(self.__name)

    def name(self) -> str:
        """Return eight digits derived from the value. A slow hash makes each guess at the value take 40 ms."""
        if not self.__name:
            self.__name = _stretch(_to_bytes(self), _NAME_SALT)[:4].hex()
        return self.__name

    def find_weakness(self) -> str:
        """Return why it is too weak for a fingerprint key; empty if it looks random."""
        return find_weakness(self.reveal())

    def map(self, change: Callable[[str], str]) -> Secret:
        """Return the secret with its text changed, for encodings such as base64."""
        if self.missing:
            return self
        return Secret(change(self.__value), source=self.source, parts=self.pieces(), joined=self.joined)

    def __add__(self, other: str | Secret) -> Secret:
        return _join(self, other)

    def __radd__(self, other: str) -> Secret:
        return _join(other, self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret) or self.missing or other.missing:
            return self is other
        return hmac.compare_digest(_to_bytes(self), _to_bytes(other))

    # Not hashable: the order of a set would depend on secret values.
    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        return bool(self.__value) or self.missing != EMPTY

    def __repr__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return format(REDACTED, spec)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret is never serialised")


def _to_bytes(secret: Secret) -> bytes:
    """Return the value as bytes. Python reads bytes of the environment that are not UTF-8 as lone surrogates."""
    return secret.reveal().encode("utf-8", "surrogatepass")


def _join(left: str | Secret, right: str | Secret) -> Secret:
    parts = [part for part in (left, right) if isinstance(part, Secret)]
    source = ", ".join(part.source for part in parts if part.source)
    missing = "; ".join(part.missing for part in parts if part.missing)
    joined = all((left, right)) or any(part.joined for part in parts)
    if missing:
        return Secret("", source=source, missing=missing, joined=joined)
    texts = (part.reveal() if isinstance(part, Secret) else part for part in (left, right))
    pieces = tuple(piece for part in parts for piece in part.pieces())
    return Secret("".join(texts), source=source, parts=pieces, joined=joined)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The parsed tag. It shows whether secrets changed, not what they are."""

    scheme: str
    key_id: str
    salt: bytes
    digest: bytes

    def __str__(self) -> str:
        return ":".join(("v1", self.scheme, self.key_id, _encode(self.salt), _encode(self.digest)))

    @classmethod
    def parse(cls, text: str) -> Fingerprint | None:
        """Parse a tag; None if it is not one of ours, which means "not compared", never "changed"."""
        parts = text.split(":")
        if len(parts) != 5 or parts[0] != "v1":  # noqa: PLR2004  the five parts of the module's docstring
            return None
        try:
            return cls(parts[1], parts[2], _decode(parts[3]), _decode(parts[4]))
        except ValueError:
            return None

    @property
    def slow(self) -> bool:
        """Whether comparing it takes a slow hash."""
        return self.scheme == SLOW

    @property
    def keyed(self) -> bool:
        """Whether it was made with a key."""
        return self.scheme == _KEYED

    def matches(self, secrets: Mapping[str, Secret], *keys: Secret | None) -> bool | None:
        """Return whether the secrets match the fingerprint; None if that is unknown.

        It is unknown when a secret is missing, or when the tag was made by an unknown scheme or with none of the keys.

        Args:
            secrets: every write-only value of the group, by its path.
            keys: the team's fingerprint key and a former one, as far as there are any.
        """
        if not all(secret.available for secret in secrets.values()):
            return None
        if self.scheme in {SLOW, _RANDOM}:
            return hmac.compare_digest(_compute_digest(self.scheme, secrets, self.salt), self.digest)
        if self.scheme != _KEYED:  # a scheme of a later version, or none: unknown, never "changed"
            return None
        known = [key for key in keys if key is not None and key.available]
        if any(hmac.compare_digest(_compute_digest(_KEYED, secrets, self.salt, key), self.digest) for key in known):
            return True  # a digest that fits shows whose key it is, and no slow id is needed
        return False if self.key_id in {key.name() for key in known} else None

    def is_current(self, secrets: Mapping[str, Secret], key: Secret | None) -> bool:
        """Whether a fingerprint made now would have the same scheme and key."""
        return (self.scheme, self.key_id) == _choose_scheme(secrets, key)


def fingerprint(secrets: Mapping[str, Secret], *, entropy: Callable[[int], bytes], key: Secret | None = None) -> str:
    """Return the tag for these secrets, by path; empty when there are none.

    Args:
        secrets: every write-only value of the group, by its path; all must be available.
        entropy: a source of random bytes, for the salt.
        key: the team's fingerprint key; without one, scrypt (about 40 ms) unless Azure made every value.

    Raises:
        ValueError: a secret has no value.
    """
    if not secrets:
        return ""
    salt = entropy(_SALT_BYTES)
    scheme, key_id = _choose_scheme(secrets, key)
    return str(Fingerprint(scheme, key_id, salt, _compute_digest(scheme, secrets, salt, key)))


def needs_slow_hash(secrets: Mapping[str, Secret], key: Secret | None) -> bool:
    """Whether the fingerprint of these values needs a slow hash. A key needs one only once, for its id."""
    return key is None and bool(secrets) and _choose_scheme(secrets, key)[0] == SLOW


def _choose_scheme(secrets: Mapping[str, Secret], key: Secret | None) -> tuple[str, str]:
    if key is not None:
        return _KEYED, key.name()
    random = all(is_azure_key(path, secret.reveal()) for path, secret in secrets.items())
    return (_RANDOM if random else SLOW), ""


def _compute_digest(scheme: str, secrets: Mapping[str, Secret], salt: bytes, key: Secret | None = None) -> bytes:
    # With the paths: two secrets that change places are a change.
    material = json.dumps({path: secrets[path].reveal() for path in sorted(secrets)}).encode()
    if scheme == SLOW:
        return _stretch(material, salt)
    if key is not None:
        return hmac.digest(_to_bytes(key), salt + material, "sha256")[:_DIGEST_BYTES]
    return hmac.digest(salt, material, "sha256")[:_DIGEST_BYTES]


def _stretch(material: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(material, salt=salt, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P, dklen=_DIGEST_BYTES)


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
