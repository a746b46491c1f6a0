"""A token over TLS, to a server of our own with a certificate of our own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import azure.identity
import pytest
import trustme
from azure.core.credentials import AccessTokenInfo
from unit.azure.loopback import serving
from unit.azure.scripted import API, WEB, Says

from aci_reconcile.azure import connect, make_endpoint
from aci_reconcile.core.errors import AzureError, NoAnswerError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def authority() -> trustme.CA:
    """Return an authority of our own."""
    return trustme.CA()


@pytest.fixture
def certificate(authority: trustme.CA, tmp_path: Path) -> Path:
    """Return the file with the certificate of that authority."""
    path = tmp_path / "certificate.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def context(authority: trustme.CA, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Return the server's side of TLS, and a credential that gives a token without asking anybody."""

    def get_token_info(_self: Any, *_scopes: str, **_options: Any) -> AccessTokenInfo:
        return AccessTokenInfo("a-token", int(time.time()) + 3600)

    monkeypatch.setattr(azure.identity.DefaultAzureCredential, "get_token_info", get_token_info)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(made)
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
        backend = connect(make_endpoint(site.url), api_version=API, concurrency=1, environ={})
        backend.get(WEB)
        backend.close()

    assert site.asked[0].headers["Authorization"] == "Bearer a-token"


def test_a_server_that_nobody_vouches_for_gets_nothing(context: ssl.SSLContext) -> None:
    """The certificate is checked before anything is sent, and the hint says how to trust it."""
    with serving(lambda _: Says(200, b'{"properties": {}}'), context) as site:
        backend = connect(
            make_endpoint(site.url), api_version=API, concurrency=1, environ={}, sleep=lambda _seconds: None
        )
        with pytest.raises(NoAnswerError) as caught:
            backend.get(WEB)
        backend.close()

    assert caught.value.hint.startswith("for a private certificate authority")
    assert site.asked == []


def test_a_server_of_another_name_gets_nothing(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The certificate is good, and it is not the one of the server that was meant."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    with serving(lambda _: Says(200, b'{"properties": {}}'), context) as site:
        url = site.url.replace("127.0.0.1", "localhost")
        backend = connect(make_endpoint(url), api_version=API, concurrency=1, environ={}, sleep=lambda _seconds: None)
        with pytest.raises(NoAnswerError):
            backend.get(WEB)
        backend.close()

    assert site.asked == []


@pytest.mark.parametrize(
    "in_a_folder",
    [False, pytest.param(True, marks=pytest.mark.skipif(not shutil.which("openssl"), reason="names such folders"))],
)
def test_authorities_are_read_once(
    context: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, in_a_folder: bool
) -> None:
    """However many connections there are: to read certifi's takes longer than to plan for a group."""
    read = list[str]()

    class Counting(ssl.SSLContext):
        def load_verify_locations(self, *names: Any, **named: Any) -> None:
            read.extend(str(each) for each in (*names, *named.values()) if each)
            super().load_verify_locations(*names, **named)

    monkeypatch.setattr("urllib3.util.ssl_.SSLContext", Counting)
    trusted = _folder_of(certificate, tmp_path / "trusted") if in_a_folder else certificate
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    together = threading.Barrier(4)

    def answer(_: object) -> Says:
        together.wait(10)
        return Says(200, b'{"properties": {}}')

    with serving(answer, context) as site:
        backend = connect(make_endpoint(site.url), api_version=API, concurrency=4, environ={})
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: backend.get(WEB), range(4)))
        backend.close()

    assert (4, [str(trusted)]) == (len(site.asked), read)


def test_authorities_that_are_not_there_are_named(context: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that the environment names is what a person has to look at."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/authorities.pem")

    with serving(lambda _: Says(200, b'{"properties": {}}'), context) as site:
        backend = connect(
            make_endpoint(site.url), api_version=API, concurrency=1, environ={}, sleep=lambda _seconds: None
        )
        with pytest.raises(AzureError, match="/nowhere/authorities"):
            backend.get(WEB)
        backend.close()

    assert site.asked == []


def _folder_of(certificate: Path, folder: Path) -> Path:
    """Return a folder with the certificate as OpenSSL looks for it: by the hash of its subject."""
    folder.mkdir()
    words = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(certificate)]
    name = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()
    (folder / f"{name}.0").write_bytes(certificate.read_bytes())
    return folder
