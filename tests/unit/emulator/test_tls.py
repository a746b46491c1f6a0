"""TLS with a certificate made at start: clients keep all their checks and trust one more CA."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from typing import TYPE_CHECKING

import pytest
from unit.emulator.emulator_world import RESOURCE_GROUP, World

from aci_reconcile.emulator import Tls, is_own_ca, serve
from aci_reconcile.emulator.http.tls import make_context

if TYPE_CHECKING:
    from pathlib import Path


def strict_client(ca: Path) -> ssl.SSLContext:
    """A client that checks everything that Python can check."""
    context = ssl.create_default_context(cafile=ca)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "management.azure.com"])
def test_the_certificate_is_good_for_this_machine_and_for_the_names_that_were_asked_for(
    tmp_path: Path, name: str
) -> None:
    """A strict client that knows the CA takes it."""
    ca = tmp_path / "tls" / "ca.pem"
    with serve(World().emulator, tls=Tls(ca, ("management.azure.com",))) as server:
        port = int(server.url.rpartition(":")[2])
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            strict_client(ca).wrap_socket(plain, server_hostname=name) as secure,
        ):
            secure.sendall(f"GET {RESOURCE_GROUP}?api-version=2021-04-01 HTTP/1.0\r\nHost: {name}\r\n\r\n".encode())
            answer = secure.recv(100)

    assert server.url.startswith("https://127.0.0.1:")
    assert answer.startswith(b"HTTP/1.0 200")


def test_nothing_but_the_certificate_of_the_ca_is_left_on_the_disk(tmp_path: Path) -> None:
    """No key, in particular."""
    with serve(World().emulator, tls=Tls(tmp_path / "ca.pem")):
        files = list(tmp_path.iterdir())
        texts = [file.read_text("ascii") for file in files]

    assert [tmp_path / "ca.pem"] == files
    assert all("PRIVATE" not in text and text.count("BEGIN CERTIFICATE") == 1 for text in texts)


def test_a_client_without_the_ca_refuses_it(tmp_path: Path) -> None:
    """The certificate weakens nobody's checks."""
    with (
        serve(World().emulator, tls=Tls(tmp_path / "ca.pem")) as server,
        pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        urllib.request.urlopen(f"{server.url}{RESOURCE_GROUP}", timeout=10, context=ssl.create_default_context())


def test_plain_http_and_silence_on_the_tls_port_hold_up_nobody(tmp_path: Path) -> None:
    """The handshake is done in the connection's own thread."""
    with serve(World().emulator, tls=Tls(tmp_path / "ca.pem")) as server:
        port = int(server.url.rpartition(":")[2])
        silent = socket.create_connection(("127.0.0.1", port), timeout=10)
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        url = f"{server.url}{RESOURCE_GROUP}?api-version=2021-04-01"
        with urllib.request.urlopen(url, timeout=10, context=strict_client(tmp_path / "ca.pem")) as response:
            status = response.status
        silent.close()
        plain.close()

    assert 200 == status


def test_each_authority_is_new_and_known_as_ours(tmp_path: Path) -> None:
    """Its key is forgotten, so that nobody can sign with it later; only its name tells that a file may be replaced."""
    files = [tmp_path / "first.pem", tmp_path / "second.pem"]
    for file in files:
        make_context(Tls(file))
    first, second = (file.read_bytes() for file in files)

    assert first != second
    assert [True, True, False] == [is_own_ca(each) for each in (first, second, first + second)]


def test_a_name_that_no_host_has_is_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(ValueError, match="a certificate cannot be made for not_a_host"):
        make_context(Tls(tmp_path / "ca.pem", ("not_a_host",)))

    assert [] == list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_frees_the_port(tmp_path: Path) -> None:
    """A server that did not start leaves nothing behind."""
    (tmp_path / "file").write_text("")

    with pytest.raises(OSError, match="file"):
        serve(World().emulator, tls=Tls(tmp_path / "file" / "ca.pem"))
