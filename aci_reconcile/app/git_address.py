"""Where manifests are fetched from with git: an address and a ref, checked before git sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from aci_reconcile.core.errors import UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from pathlib import Path

_SCP: Final = re.compile(r"(?:[A-Za-z0-9_][^@:/\s]*@)?[A-Za-z0-9][A-Za-z0-9._-]+:(?![/:]{2})[^\s-]\S*")
"""ssh's short form, ``git@host:path``. A name that begins with a hyphen would be an option of ssh."""
_HOST: Final = re.compile(r"[A-Za-z0-9:][A-Za-z0-9.:_-]*")
_PROTOCOLS: Final = frozenset({"https", "ssh", "file"})
_EXAMPLES: Final = "write https://HOST/OWNER/NAME, ssh://git@HOST/OWNER/NAME, git@HOST:OWNER/NAME or a local path"


@dataclass(frozen=True, slots=True)
class GitAddress:
    """A repository that git may fetch from."""

    url: str
    protocol: str
    """The only protocol that git may use for it."""

    @property
    def label(self) -> str:
        """The address for messages: without a user, for a token may stand in its place."""
        if self.protocol == "file" or "://" not in self.url:
            return sanitize(self.url)
        parts = urlsplit(self.url)
        return sanitize(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))


def parse_git_address(text: str, folder: Path, option: str) -> GitAddress:
    """Return the address that somebody typed.

    Args:
        text: a URL, ssh's short form, or the path of a repository on this machine.
        folder: what a relative path starts from.
        option: the option that has it, for messages.

    Raises:
        UsageError: git would do something else with it than fetch over https or ssh, or from this machine.
    """
    if not text or not text.isprintable() or text.startswith("-"):
        raise UsageError(f"{option}: not the address of a repository", hint=_EXAMPLES)
    if "://" in text:
        return _parse_url(text, option)
    if "::" in text.partition("/")[0]:
        raise UsageError(f"{option}: an address with `::` starts a program of git's, and is not used", hint=_EXAMPLES)
    if ":" in text.partition("/")[0]:  # as git tells them apart
        if not _SCP.fullmatch(text):
            raise UsageError(f"{option}: not the address of a repository", hint=_EXAMPLES)
        return GitAddress(text, "ssh")
    path = (folder / text).resolve()
    if not path.is_dir():
        raise UsageError(f"{option} {sanitize(text)}: there is no such folder", hint=_EXAMPLES)
    return GitAddress(str(path), "file")


def _parse_url(text: str, option: str) -> GitAddress:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise UsageError(f"{option}: not the address of a repository", hint=_EXAMPLES) from error
    if parts.scheme not in _PROTOCOLS:
        message = f"{option}: {sanitize(parts.scheme)} is not used; https and ssh say whom they talk to"
        raise UsageError(message, hint=_EXAMPLES)
    if parts.password is not None:
        message = f"{option}: there is a password in the address, which every process list and log would show"
        raise UsageError(message, hint="leave it out, and use git's credential helper or GIT_ASKPASS")
    if parts.query or parts.fragment:
        raise UsageError(f"{option}: a repository's address has neither `?` nor `#`", hint=_EXAMPLES)
    local = parts.scheme == "file"
    good = not parts.netloc if local else _HOST.fullmatch(parts.hostname or "") and parts.path.strip("/")
    if not good or (parts.username or "").startswith("-"):
        raise UsageError(f"{option}: not the address of a repository", hint=_EXAMPLES)
    return GitAddress(text, parts.scheme)
