"""Where requests and tokens go. Decided by flags and environment only, never by a repository.

The clouds' addresses are those of ``azure.mgmt.core.tools.get_arm_endpoints`` and
``azure.identity.AzureAuthorityHosts`` (a test compares them); they stand here so that nothing of azure is imported to
know them.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from aci_reconcile.core.errors import UsageError

CloudName: TypeAlias = Literal["public", "usgov", "china"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ARM server and who issues the tokens for it.

    ``base_url`` is scheme, host and port, without a final slash. ``scopes`` is what a token is asked for; empty means
    that no token is ever sent there. ``authority`` is the host that issues it; ``cloud`` names it for people.
    """

    base_url: str
    scopes: tuple[str, ...] = ()
    authority: str = ""
    cloud: str = "custom"

    @classmethod
    def public(cls) -> Endpoint:
        """Azure's public cloud."""
        return cls(
            "https://management.azure.com",
            ("https://management.azure.com/.default",),
            "login.microsoftonline.com",
            "public",
        )

    @classmethod
    def usgov(cls) -> Endpoint:
        """Azure for the US Government."""
        return cls(
            "https://management.usgovcloudapi.net",
            ("https://management.core.usgovcloudapi.net/.default",),
            "login.microsoftonline.us",
            "usgov",
        )

    @classmethod
    def china(cls) -> Endpoint:
        """Azure operated by 21Vianet."""
        return cls(
            "https://management.chinacloudapi.cn",
            ("https://management.chinacloudapi.cn/.default",),
            "login.chinacloudapi.cn",
            "china",
        )

    @classmethod
    def local(cls, url: str = "http://127.0.0.1") -> Endpoint:
        """A server on this machine, or a function in this process: no token.

        Raises:
            UsageError: the URL is not plain http on loopback.
        """
        parts = _parse(url)
        if parts.scheme != "http" or not _is_loopback(parts.hostname or ""):
            raise UsageError(f"{url}: a local endpoint must be plain http on loopback, such as http://127.0.0.1:8080")
        return cls(_origin(parts), cloud="local")

    @property
    def needs_token(self) -> bool:
        """Whether requests to it carry a token."""
        return bool(self.scopes)

    def resolve(self, url: str) -> str | None:
        """Return a URL that the server gave us as an absolute one, or None when it leads to another server.

        The Azure SDK follows ``nextLink``, ``Location`` and ``Azure-AsyncOperation`` wherever they point, token and
        all (read in its source). Scheme, host and port must be our own.
        """
        try:
            absolute = urljoin(f"{self.base_url}/", url)
            parts = urlsplit(absolute)
            same = parts.username is None and parts.password is None and _origin(parts) == self.base_url
        except ValueError:
            return None
        return absolute if same else None


CLOUDS: tuple[CloudName, ...] = ("public", "usgov", "china")


def cloud(name: CloudName) -> Endpoint:
    """Return the endpoint of one of Azure's clouds.

    Raises:
        UsageError: there is no such cloud.
    """
    known = {"public": Endpoint.public, "usgov": Endpoint.usgov, "china": Endpoint.china}
    if name not in known:
        raise UsageError(f"unknown cloud {name!r}", hint=f"one of {', '.join(CLOUDS)}")
    return known[name]()


def custom(url: str, *, tokens_from: CloudName = "public") -> Endpoint:
    """Return the endpoint of any ARM-compatible server (``--arm-endpoint``).

    Plain http is taken on loopback only, and no token is sent there. An https server elsewhere receives a token of the
    cloud ``tokens_from``; the address of one of Azure's own clouds means that cloud.

    Raises:
        UsageError: it is no ``scheme://host[:port]``, or plain http to another machine.
    """
    parts = _parse(url)
    if parts.scheme == "http":
        if not _is_loopback(parts.hostname or ""):
            raise UsageError(f"{url}: plain http is allowed on loopback only", hint="use https, or 127.0.0.1")
        return Endpoint.local(url)
    origin = _origin(parts)
    for name in CLOUDS:
        if cloud(name).base_url == origin:
            return cloud(name)
    tokens = cloud(tokens_from)
    return Endpoint(origin, tokens.scopes, tokens.authority)


def _parse(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in _PORTS and parts.hostname and parts.port != 0
    except ValueError as error:
        raise UsageError(f"{url!r} is not a URL: {error}") from error
    if not usable:
        raise UsageError(
            f"{url!r} is not the URL of a server", hint="write it as https://host or http://127.0.0.1:8080"
        )
    if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise UsageError(
            "the ARM endpoint is a scheme, a host and a port only", hint="remove the path, query and password"
        )
    return parts


def _origin(parts: SplitResult) -> str:
    """Scheme, host and port in one spelling; the default port is left out."""
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
