"""A token over TLS, to a server of our own with a certificate of our own."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import time
from typing import TYPE_CHECKING, Any

import azure.identity
import pytest
from azure.core.credentials import AccessTokenInfo
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from unit.arm.loopback import serving
from unit.arm.scripted import API, WEB, Says

from aci_reconcile.arm import connect, custom
from aci_reconcile.errors import NoAnswerError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1 that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def context(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the server's side of TLS, and a credential that gives a token without asking anybody."""

    def get_token_info(_self: Any, *_scopes: str, **_options: Any) -> AccessTokenInfo:
        return AccessTokenInfo("a-token", int(time.time()) + 3600)

    monkeypatch.setattr(azure.identity.DefaultAzureCredential, "get_token_info", get_token_info)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate)
    return made


def test_the_token_arrives_over_tls(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a private authority in REQUESTS_CA_BUNDLE; a netrc for that host does not replace the token."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    with serving(lambda _: Says(200, b'{"properties": {}}'), context) as site:
        backend = connect(custom(site.url), api_version=API, concurrency=1, environ={})
        backend.get(WEB)
        backend.close()

    assert site.asked[0].headers["Authorization"] == "Bearer a-token"


def test_a_server_that_nobody_vouches_for_gets_nothing(context: ssl.SSLContext) -> None:
    """The certificate is checked before anything is sent, and the hint says how to trust it."""
    with serving(lambda _: Says(200, b'{"properties": {}}'), context) as site:
        backend = connect(custom(site.url), api_version=API, concurrency=1, environ={}, sleep=lambda _seconds: None)
        with pytest.raises(NoAnswerError) as caught:
            backend.get(WEB)
        backend.close()

    assert caught.value.hint.startswith("REQUESTS_CA_BUNDLE")
    assert site.asked == []
