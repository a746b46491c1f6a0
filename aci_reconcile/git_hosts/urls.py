"""Where requests may go: https, or plain http on this machine; and how a URL is named without giving it away."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from urllib.parse import SplitResult


def check_url(url: str, name: str) -> str:
    """Check that requests may go to a URL, and return it; ``name`` is the option or variable that holds it.

    The URL itself is in no message: it may hold a token.

    Raises:
        UsageError: it is no URL, it is plain http to another machine, or it holds a user name.
    """
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in {"https", "http"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"{name} is not a URL", hint="write it as https://host/path") from None
    if not usable or any(char <= " " or char == "\x7f" for char in url.strip()):
        raise UsageError(f"{name} is not a URL", hint="write it as https://host/path")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{name} contains a user name", hint="put a token into the path or the query")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise UsageError(f"{name}: plain http is allowed on this machine only", hint="use https")
    return url.strip()


def without_path(url: str) -> str:
    """Return scheme and host of a URL for messages; its path may hold a token."""
    parts: SplitResult = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
