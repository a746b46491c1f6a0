"""Reads the certificate authorities for TLS once; requests reads their file for every connection.

For certifi's file that takes 40 ms and 0.7 MB each time (measured, OpenSSL 3.0), and a run opens dozens of
connections.
"""

from __future__ import annotations

import os
import ssl
import threading
from typing import TYPE_CHECKING, Any, Final

from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

if TYPE_CHECKING:
    from requests import PreparedRequest

_NAMED: Final = ("ca_certs", "ca_cert_dir")
"""urllib3's settings that read a file, or a folder, of authorities for a connection."""


class SharedTrust(HTTPAdapter):
    """An adapter of requests whose connections share the trusted authorities; certificates are still verified."""

    def __init__(self, **options: Any) -> None:
        self._trusted: dict[str, ssl.SSLContext] = {}
        self._reading = threading.Lock()
        super().__init__(**options)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the key of a connection pool: the loaded authorities, instead of the path of their file.

        Raises:
            OSError: the authorities can't be read.
        """
        host, options = super().build_connection_pool_key_attributes(request, verify, cert)
        where = _authorities(verify)
        if host["scheme"] == "https" and os.path.exists(where):  # noqa: PTH110  else requests says that it is missing
            for name in _NAMED:
                options.pop(name, None)
            options["ssl_context"] = self._trusting(where)
        return host, options

    def _trusting(self, where: str) -> ssl.SSLContext:
        """Return urllib3's own TLS settings with these authorities; if two threads ask, only one reads them."""
        with self._reading:
            if where not in self._trusted:
                context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
                folder = os.path.isdir(where)  # noqa: PTH112  the path is what the environment says
                context.load_verify_locations(**{"capath" if folder else "cafile": where})
                self._trusted[where] = context
            return self._trusted[where]

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Let requests enable verification, but not read the authorities again."""
        super().cert_verify(conn, url, verify, cert)
        for name in _NAMED:
            setattr(conn, name, None)


def _authorities(verify: Any) -> str:
    """Return the file or folder of authorities for a request; empty if verification is off."""
    if not verify:
        return ""
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
