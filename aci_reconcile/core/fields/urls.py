"""Addresses of the web, of which one can be spelled in many ways."""

from __future__ import annotations

import re

_URL = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#@]*@)?(?P<host>\[[^\]/?#@]*\]|[^:/?#@\[\]]+)(?::(?P<port>[0-9]*))?"
    r"(?P<path>/[^?#]*)?(?P<rest>[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_PORTS = {"http": "80", "https": "443"}


def normalize_url(text: str) -> str:
    """Return an address of the web in the spelling that RFC 3986 makes of it; every other text as it is."""
    found = _URL.fullmatch(text)
    if found is None:
        return text
    scheme, host, port = found["scheme"].lower(), found["host"].lower(), found["port"] or ""
    port = "" if port in {"", _PORTS[scheme]} else f":{port}"
    return f"{scheme}://{found['user'] or ''}{host}{port}{found['path'] or '/'}{found['rest'] or ''}"
