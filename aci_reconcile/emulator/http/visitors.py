"""Decides who may use the HTTP server: clients of this machine, but no web page in a browser."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aci_reconcile.emulator.model import ArmError

if TYPE_CHECKING:
    from aci_reconcile.emulator.model import Request

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Content types that a page may send without a preflight, and Azure's clients never do. Forms are allowed: Entra uses
# them.
_SIMPLE = ("text/plain", "multipart/form-data")
_STRANGE_SITES = frozenset({"cross-site", "same-site"})
# Clients name their vault by these hosts. Only Microsoft controls their DNS, so no page can point them here.
_VAULTS = ("*.vault.azure.net", "*.vault.usgovcloudapi.net", "*.vault.azure.cn")
_TEXT = re.compile(r"(?P<name>[\w.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>\d{1,5}))?", re.ASCII)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and no other."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Visitors:
    """The host names by which clients may address a server."""

    port: int
    names: tuple[str, ...] = ()
    """Further names of this server, with any port, such as those of the certificate."""
    open: bool = False
    """Whether it also listens for other machines: then addresses and names without a dot are accepted."""

    def check(self, request: Request) -> None:
        """Refuse a request to a foreign host name, or from a foreign page. Raises ArmError."""
        for host in (request.header("host"), urlsplit_host(request)):
            if host and not self.knows(host):
                raise _make_forbidden(
                    "The emulator does not accept this Host. Name it with --tls-name, or use localhost."
                )
        origin, site = request.header("origin"), (request.header("sec-fetch-site") or "").lower()
        if (origin and not self._is_own(origin)) or (site in _STRANGE_SITES and not self._is_own(origin or "")):
            raise _make_forbidden("The emulator refuses requests from web pages of other sites.")
        kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
        if request.method.upper() in _WRITES and kind in _SIMPLE:
            message = "The emulator refuses content types that any web page can send. Send application/json."
            raise ArmError(415, "UnsupportedMediaType", message, fact="emulators-own")

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server. A redirected browser sends the name that redirected it."""
        found = _TEXT.fullmatch(host)
        if found is None:
            return False
        name, port = found["name"].strip("[]").rstrip(".").lower(), found["port"]
        if any(_matches(known.rstrip(".").lower(), name) for known in (*self.names, *_VAULTS)):
            return True
        if self.open:  # a name with a dot could be a page's own domain that was pointed here (DNS rebinding)
            return "." not in name or _is_address(name) or name.endswith(".localhost")
        return (is_loopback(name) or name.endswith(".localhost")) and (port is None or int(port) == self.port)

    def _is_own(self, origin: str) -> bool:
        scheme, _, host = origin.partition("://")
        return scheme in {"http", "https"} and self.knows(host)


def urlsplit_host(request: Request) -> str:
    """Return the host of a request whose target is a whole URL; empty for a path."""
    try:
        return urlsplit(request.url).netloc if "://" in request.url else ""
    except ValueError:
        return "?"


def _matches(known: str, name: str) -> bool:
    """Whether a name is one of a certificate's, which may begin with `*.`."""
    if known.startswith("*."):
        return name.partition(".")[2] == known[2:]
    return name == known


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _make_forbidden(message: str) -> ArmError:
    return ArmError(403, "Forbidden", message, fact="emulators-own")
