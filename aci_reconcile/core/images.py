"""The grammar of image references, and what is wrong with a name that no registry could have.

The grammar is the one that container runtimes and registries share (`distribution/reference`): a host with an optional
port, a lowercase path, a tag, a digest. ACI refuses a name outside it like a name that does not exist, with
``InaccessibleImage``, and only after everything else in the body was accepted.
"""

from __future__ import annotations

import functools
import re
from typing import Final

_LONGEST: Final = 1024
_LONGEST_HOST: Final = 255
_LONGEST_PATH: Final = 255
_LONGEST_TAG: Final = 128
_SHOWN: Final = 40
_ALPHANUMERIC: Final = "[a-z0-9]+"
_PART: Final = rf"{_ALPHANUMERIC}(?:(?:[._]|__|-+){_ALPHANUMERIC})*"
_LABEL: Final = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG: Final = rf"[a-zA-Z0-9_][a-zA-Z0-9_.-]{{0,{_LONGEST_TAG - 1}}}"
_DIGEST: Final = "sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}"

_REFERENCE = re.compile(
    rf"(?:(?P<host>{_HOST})/)?(?P<path>{_PART}(?:/{_PART})*)(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
)
_IDENTIFIER = re.compile("[a-f0-9]{64}")
_HOST_ALONE = re.compile(_HOST)
_PART_ALONE = re.compile(_PART)
_TAG_ALONE = re.compile(_TAG)
_DIGEST_ALONE = re.compile(_DIGEST)
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*://")
_STAND_IN = re.compile("[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+")

_PLACEHOLDERS: Final = re.compile(
    r"""
    <[^<>]{1,200}>              # documents: <registry>/web:1
    | \#\{[^{}]{0,200}\}\#?     # release pipelines: #{IMAGE}#, #{IMAGE}
    | \$\([^()]{0,200}\)        # Azure Pipelines: $(image)
    | \{\{.{0,200}?\}\}         # Helm, Jinja, Mustache: {{ image }}
    | \$\{[^{}]{0,200}\}        # envsubst, shells, Compose: ${IMAGE}
    | \$[A-Za-z_][A-Za-z0-9_]*  # the same: $IMAGE
    | \A\[.{1,200}\]\Z          # ARM templates: [parameters('image')]
    | \{[A-Za-z][A-Za-z0-9_.\ -]{0,200}\}   # documents and Python: {registry}
    | %[A-Za-z_][A-Za-z0-9_]*%  # Windows batch files: %IMAGE%
    | (?<![A-Za-z0-9])__[A-Za-z][A-Za-z0-9.-]*(?:_[A-Za-z0-9.-]+)*__(?![A-Za-z0-9])   # token replacers: __IMAGE__
    """,
    re.VERBOSE,
)


@functools.lru_cache(maxsize=1024)
def find_placeholder(text: str) -> str:
    """Return the first placeholder in a text that was never replaced; empty if there is none.

    Knows the common styles of documents, release pipelines, templates and shells.
    """
    found = _PLACEHOLDERS.search(text[:_LONGEST])
    return found.group() if found else ""


def is_stand_in(image: str) -> bool:
    """Whether the whole name is one word in camel case, as Microsoft's examples write where an image belongs."""
    return _STAND_IN.fullmatch(image) is not None


@functools.lru_cache(maxsize=1024)
def find_flaw(image: str) -> str:
    """Return in plain words why no registry can have an image of this name; empty if one could."""
    if len(image) > _LONGEST:
        return f"it has {len(image)} characters"
    found = _REFERENCE.fullmatch(image)
    if found is None:
        return _explain_flaw(image)
    if len(found["path"]) > _LONGEST_PATH:
        return f"its path has {len(found['path'])} characters; the maximum is {_LONGEST_PATH}"
    if _IDENTIFIER.fullmatch(image):  # distribution/reference excludes these, because Docker takes them for ids
        return "64 hexadecimal digits are a local image id, not a name"
    return ""


@functools.lru_cache(maxsize=1024)
def find_host_flaw(server: str) -> str:
    """Return in plain words why a text cannot be a registry's host and port; empty if it can."""
    if len(server) > _LONGEST_HOST:
        return f"it has {len(server)} characters"
    if _SCHEME.match(server):
        return "it begins with a scheme"
    if "/" in server:
        return "it has a path"
    return _find_stray_character(server) or ("" if _HOST_ALONE.fullmatch(server) else "it is not a host name")


def _explain_flaw(image: str) -> str:
    """Return the first flaw, from the left, of a name outside the grammar."""
    if not image:
        return "it is empty"
    if _SCHEME.match(image):
        return "it begins with a scheme; write the host of the registry only"
    if unfilled := find_placeholder(image):
        return f"`{_shorten(unfilled)}` was not replaced"
    name, at, digest = image.partition("@")
    return (
        _find_stray_character(image)
        or _find_name_flaw(name)
        or (_find_digest_flaw(digest) if at else "")
        or "it is not written as host/path:tag"
    )


def _find_stray_character(text: str) -> str:
    """Return the flaw of a character that no image reference may hold; empty if there is none."""
    for character in text:
        if character.isspace():
            return "it contains a space" if character == " " else "it contains white space"
        if not (character.isascii() and character.isprintable()):
            return f"it contains {character!a}"
    return ""


def _find_name_flaw(name: str) -> str:
    """Return the flaw of the part before a digest: host, path and tag."""
    first, slash, rest = name.partition("/")
    # distribution/reference: the first part is a host if it has a dot, a colon or a capital, or is localhost.
    hosted = bool(slash) and (first == "localhost" or any(mark in first for mark in ".:") or first.lower() != first)
    if hosted and not _HOST_ALONE.fullmatch(first):
        return f"`{_shorten(first)}` is not a host name"
    path, colon, tag = (rest if hosted else name).partition(":")
    return _find_path_flaw(path) or (_find_tag_flaw(tag) if colon else "")


def _find_path_flaw(path: str) -> str:
    if not path:
        return "it names no repository"
    for part in path.split("/"):
        if not part:
            return "a part of the path is empty"
        if not _PART_ALONE.fullmatch(part):
            if _PART_ALONE.fullmatch(part.lower()):
                return f"`{_shorten(part)}` contains capitals, but the path must be lowercase"
            allowed = "lowercase letters, digits and `.`, `_`, `__`, `-` inside"
            return f"`{_shorten(part)}` is not a valid path part: use {allowed}"
    return ""


def _find_tag_flaw(tag: str) -> str:
    if not tag:
        return "there is no tag after the colon"
    if _TAG_ALONE.fullmatch(tag):
        return ""
    if len(tag) > _LONGEST_TAG:
        return f"the tag has {len(tag)} characters; the maximum is {_LONGEST_TAG}"
    return f"`{_shorten(tag)}` is not a valid tag: use letters, digits, `.`, `_`, `-`; not `.` or `-` first"


def _find_digest_flaw(digest: str) -> str:
    if _DIGEST_ALONE.fullmatch(digest):
        return ""
    return "its digest is not `sha256:` and 64 lowercase hexadecimal digits"


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
