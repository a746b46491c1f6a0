"""A certificate for this machine, created at start. Clients keep their checks, and only trust one more CA.

Only the CA's certificate, which is public, outlives the server. The CA's key is discarded after signing, and the
server's key is on disk only while OpenSSL reads it, in a file of its owner's alone.
"""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_CA = "aci-reconcile emulator CA"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_VALID = dt.timedelta(days=90)
# Clocks differ, and clients refuse a certificate that is not valid yet.
_EARLY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS settings: the file for the CA's certificate, and names in addition to this machine's own."""

    ca_file: Path
    names: tuple[str, ...] = ()


def make_context(tls: Tls) -> ssl.SSLContext:
    """Return a server's TLS context with a new certificate, and write the CA's to its file for clients to trust.

    Raises ValueError if a name cannot be a host's.
    """
    import trustme  # with cryptography it costs 90 ms, and only TLS needs it

    now = dt.datetime.now(dt.UTC)
    names = dict.fromkeys((*_LOCAL, *tls.names))
    ca = trustme.CA(organization_unit_name=_CA, path_length=0)
    try:
        made = ca.issue_cert(*names, common_name=_LOCAL[0], not_before=now - _EARLY, not_after=now + _VALID)
    except ValueError as error:  # from idna, such as for an underscore, which no host name has
        message = f"a certificate cannot be made for {', '.join(tls.names)}: {error}"
        raise ValueError(message) from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    made.configure_cert(context)  # pyright: ignore[reportUnknownMemberType]  # it takes contexts of PyOpenSSL, too
    tls.ca_file.parent.mkdir(parents=True, exist_ok=True)
    ca.cert_pem.write_to_path(tls.ca_file)
    return context


def is_own_ca(content: bytes) -> bool:
    """Whether a file contains only the CA of an emulator, and so may be overwritten."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError:
        return False
    # The name is the organizational unit; emulators before trustme had it as their common name.
    return [any(part.value == _CA for part in each.subject) for each in found] == [True]
