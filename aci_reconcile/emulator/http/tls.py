"""A certificate for this machine, created at start. Clients keep their checks, and only trust one more CA.

Only the CA's certificate, which is public, outlives the server. The CA's key is discarded after signing, and the
server's key is on disk only briefly, in a private folder.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

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


@dataclass(frozen=True, slots=True)
class Certificates:
    """The created certificates and keys, as PEM."""

    ca: bytes
    chain: bytes
    key: bytes


def make_context(tls: Tls) -> ssl.SSLContext:
    """Return a server's TLS context with a new certificate, and write the CA's to its file for clients to trust."""
    made = make_certificates(tls.names, dt.datetime.now(dt.UTC))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    # OpenSSL reads keys from files only. The folder is readable by its owner alone and lives as long as this block.
    with tempfile.TemporaryDirectory(prefix="aci-reconcile-") as folder:
        file = Path(folder, "server.pem")
        file.touch(mode=0o600)
        file.write_bytes(made.key + made.chain)
        found.load_cert_chain(file)
    tls.ca_file.parent.mkdir(parents=True, exist_ok=True)
    tls.ca_file.write_bytes(made.ca)
    return found


def is_own_ca(content: bytes) -> bool:
    """Whether a file contains only the CA of an emulator, and so may be overwritten."""
    from cryptography import x509

    try:
        found = x509.load_pem_x509_certificates(content)
    except ValueError:
        return False
    return [_make_name(_CA)] == [each.subject for each in found]


def make_certificates(names: tuple[str, ...], now: dt.datetime) -> Certificates:
    """Make a CA for this server, and a certificate for this machine's names and the given ones."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _make_builder(_CA, now).issuer_name(_make_name(_CA))
    ca = ca.public_key(ca_key.public_key())
    for extension, critical in _make_ca_extensions(ca_key):
        ca = ca.add_extension(extension, critical)
    authority = ca.sign(ca_key, hashes.SHA256())
    server = _make_builder("localhost", now).issuer_name(authority.subject).public_key(key.public_key())
    for extension, critical in _make_server_extensions(ca_key, names):
        server = server.add_extension(extension, critical)
    certificate = server.sign(ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Certificates(authority.public_bytes(pem), certificate.public_bytes(pem), secret)


def _make_builder(name: str, now: dt.datetime) -> x509.CertificateBuilder:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(_make_name(name)).serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - _EARLY).not_valid_after(now + _VALID)


def _make_ca_extensions(key: EllipticCurvePrivateKey) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    from cryptography import x509

    return (
        (x509.BasicConstraints(ca=True, path_length=0), True),
        (_make_usage(signs_certificates=True), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
    )


def _make_server_extensions(
    ca_key: EllipticCurvePrivateKey, names: tuple[str, ...]
) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_make_usage(signs_certificates=False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([_make_alternative(name) for name in dict.fromkeys((*_LOCAL, *names))]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), False),
    )


def _make_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make_alternative(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _make_name(common: str) -> x509.Name:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
