"""The endpoint of requests and tokens. Only flags and the environment set it, never a repository.

The clouds' addresses are those of ``azure.mgmt.core.tools.get_arm_endpoints`` and
``azure.identity.AzureAuthorityHosts`` (a test compares them). They are copied here to avoid importing ``azure``.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import SplitResult, urljoin, urlsplit

from aci_reconcile.core.errors import AuthenticationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


CloudName: TypeAlias = Literal["public", "usgov", "china"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ARM server and the authority that issues its tokens.

    ``base_url`` is scheme, host and port, without a final slash. ``scopes`` are the scopes of its tokens; empty means
    that it never gets a token. ``authority`` is the host that issues tokens; ``cloud`` is the display name.
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
        if parts.scheme != "http" or not is_loopback(parts.hostname or ""):
            raise UsageError(f"{url}: a local endpoint must be plain http on loopback, such as http://127.0.0.1:8080")
        return cls(_origin(parts), cloud="local")

    @property
    def needs_token(self) -> bool:
        """Whether requests to it carry a token."""
        return bool(self.scopes)

    def resolve(self, url: str) -> str | None:
        """Return a URL from the server as an absolute URL, or None if it points to another server.

        The Azure SDK follows ``nextLink``, ``Location`` and ``Azure-AsyncOperation`` to any server, and sends the token
        (read in its source). Here, scheme, host and port must be those of the endpoint.
        """
        try:
            absolute = urljoin(f"{self.base_url}/", url)
            parts = urlsplit(absolute)
            same = parts.username is None and parts.password is None and _origin(parts) == self.base_url
        except ValueError:
            return None
        return absolute if same else None


CLOUDS: tuple[CloudName, ...] = ("public", "usgov", "china")


def get_cloud(name: CloudName) -> Endpoint:
    """Return the endpoint of one of Azure's clouds.

    Raises:
        UsageError: there is no such cloud.
    """
    known = {"public": Endpoint.public, "usgov": Endpoint.usgov, "china": Endpoint.china}
    if name not in known:
        raise UsageError(f"unknown cloud {name!r}", hint=f"one of {', '.join(CLOUDS)}")
    return known[name]()


def make_endpoint(url: str, *, tokens_from: CloudName = "public") -> Endpoint:
    """Return the endpoint of any ARM-compatible server (``--arm-endpoint``).

    Plain http is allowed on loopback only, without a token. Any other https server gets a token of the cloud
    ``tokens_from``; the address of one of Azure's clouds means that cloud.

    Raises:
        UsageError: it is not ``scheme://host[:port]``, or it is plain http to another machine.
    """
    parts = _parse(url)
    if parts.scheme == "http":
        if not is_loopback(parts.hostname or ""):
            raise UsageError(f"{url}: plain http is allowed on loopback only", hint="use https, or 127.0.0.1")
        return Endpoint.local(url)
    origin = _origin(parts)
    for name in CLOUDS:
        if get_cloud(name).base_url == origin:
            return get_cloud(name)
    tokens = get_cloud(tokens_from)
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
    # A path would be lost in ``resolve``, and a password would be printed with the endpoint.
    if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise UsageError(
            "the ARM endpoint is a scheme, a host and a port only", hint="remove the path, query and password"
        )
    return parts


def _origin(parts: SplitResult) -> str:
    """Return scheme, host and port in a normalized form, without the default port."""
    host = (parts.hostname or "").rstrip(".")  # the root of DNS: `management.azure.com.` is the same host
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


AUTHORITY_VARIABLE: Final = "AZURE_AUTHORITY_HOST"
_ADFS: Final = "/adfs"


def parse_authority(text: str, source: str = AUTHORITY_VARIABLE) -> str:
    """Return an authority as ``https://host[:port][/path]``; the text may be a bare host.

    Raises:
        AuthenticationError: it is not an https URL.
    """
    # azure-identity 1.25 reads ``localhost:8443`` as a URL with the scheme ``localhost``, so a bare host gets one here.
    url = text.strip()
    try:
        parts = urlsplit(url if "//" in url else f"https://{url}")
        port = parts.port
    except ValueError as error:
        raise AuthenticationError(f"{source} is not the URL of a server: {error}") from None
    if parts.scheme.lower() != "https" or not parts.hostname or parts.username is not None or parts.query:
        raise AuthenticationError(f"{source} is not an https URL", hint="write it as https://login.example[:port]")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"https://{host}{'' if port in {None, 443} else f':{port}'}{parts.path.rstrip('/')}"


def find_authority(environ: Mapping[str, str]) -> str:
    """Return the authority that the environment names, as a URL; empty if it names none.

    Raises:
        AuthenticationError: its value is not valid.
    """
    text = environ.get(AUTHORITY_VARIABLE, "").strip()
    return parse_authority(text) if text else ""


def get_host(url: str) -> str:
    """Return the host and port of an authority's URL, which identify the clouds."""
    return urlsplit(url).netloc


def split_tenant(url: str, tenant: str) -> tuple[str, str]:
    """Return the authority and the tenant, which together form the address for tokens.

    AD FS, which Azure Stack Hub may use, has one tenant, and its name is the path (documented by MSAL as a convention).
    """
    return (url.removesuffix(_ADFS), "adfs") if url.lower().endswith(_ADFS) else (url, tenant)
