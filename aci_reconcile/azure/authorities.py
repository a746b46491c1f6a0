"""Whom TLS trusts, read once: requests reads the file of authorities anew for each connection.

With certifi's that takes 40 ms and 0.7 MB each time (measured, OpenSSL 3.0), and a run opens dozens of connections.
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
"""How urllib3 is told to read a file, or a folder, of authorities for a connection."""


class SharedTrust(HTTPAdapter):
    """An adapter of requests whose connections share what is trusted, and are checked as strictly as before."""

    def __init__(self, **options: Any) -> None:
        self._trusted: dict[str, ssl.SSLContext] = {}
        self._reading = threading.Lock()
        super().__init__(**options)

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a pool of connections is known by: what is trusted instead of where that is written.

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
        """Return urllib3's own settings of TLS with these authorities; of two threads that ask, one reads them."""
        with self._reading:
            if where not in self._trusted:
                context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
                folder = os.path.isdir(where)  # noqa: PTH112  the path is what the environment says
                context.load_verify_locations(**{"capath" if folder else "cafile": where})
                self._trusted[where] = context
            return self._trusted[where]

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Let requests see to it that the other side is checked, and keep it from reading the authorities again."""
        super().cert_verify(conn, url, verify, cert)
        for name in _NAMED:
            setattr(conn, name, None)


def _authorities(verify: Any) -> str:
    """Return the file or the folder that a request trusts; empty where nothing is to be checked."""
    if not verify:
        return ""
    return verify if isinstance(verify, str) else DEFAULT_CA_BUNDLE_PATH
