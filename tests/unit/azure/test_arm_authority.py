"""Who issues tokens is told to azure-identity with scheme, port and path."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.azure import custom
from aci_reconcile.azure.authority import authority_url, named, with_tenant
from aci_reconcile.azure.credentials import credential_from
from aci_reconcile.azure.endpoint import Endpoint
from aci_reconcile.core.errors import AuthenticationError

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = "https://localhost:48187"
FILE = {"clientId": "1234", "clientSecret": "canary", "tenantId": "11111111-1111-1111-1111-111111111111"}


def written(folder: Path, content: dict[str, str]) -> dict[str, str]:
    """Write a classic file; return the environment that names it."""
    path = folder / "auth.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o600)
    return {"AZURE_AUTH_LOCATION": str(path)}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("login.microsoftonline.com", "https://login.microsoftonline.com"),
        ("https://login.microsoftonline.com/", "https://login.microsoftonline.com"),
        ("HTTPS://Login.Example:443/", "https://login.example"),
        ("localhost:48187", "https://localhost:48187"),
        ("https://localhost:48187", "https://localhost:48187"),
        ("https://login.private:8443/sts/", "https://login.private:8443/sts"),
        ("[::1]:8443", "https://[::1]:8443"),
        (" https://login.example ", "https://login.example"),
    ],
)
def test_scheme_port_and_path_are_kept(text: str, url: str) -> None:
    """A bare host is one over https."""
    assert url == authority_url(text)
    assert url == named({"AZURE_AUTHORITY_HOST": text})


@pytest.mark.parametrize(
    "text", ["http://login.example", "https://", "https://u:p@login.example", "https://x:y", "https://x?y=z"]
)
def test_what_is_no_https_server_is_refused(text: str) -> None:
    """A secret would be sent there; and a password in the address is not repeated."""
    with pytest.raises(AuthenticationError, match="AZURE_AUTHORITY_HOST") as caught:
        authority_url(text)

    assert "u:p" not in str(caught.value)


def test_ad_fs_has_one_tenant() -> None:
    """Which is its path."""
    assert ("https://adfs.local", "adfs") == with_tenant("https://adfs.local/adfs", "11111111")
    assert ("https://login.local:8443/sts", "11111111") == with_tenant("https://login.local:8443/sts", "11111111")


@pytest.mark.parametrize("authority", [PRIVATE, f"{PRIVATE}/", "https://LOCALHOST:48187"])
def test_the_file_of_a_private_cloud_works(tmp_path: Path, authority: str) -> None:
    """Where ARM and sign-in are one server, which the user named."""
    file = FILE | {"resourceManagerEndpointUrl": PRIVATE, "activeDirectoryEndpointUrl": authority}

    found = credential_from(written(tmp_path, file), custom(PRIVATE))

    assert PRIVATE == found.credential._authority


def test_sign_in_may_be_another_server_that_the_user_names(tmp_path: Path) -> None:
    """By AZURE_AUTHORITY_HOST; the file alone redirects no secret."""
    login = "https://login.private:8443"
    file = FILE | {"resourceManagerEndpointUrl": "https://arm.private", "activeDirectoryEndpointUrl": login}
    environ = written(tmp_path, file)

    with pytest.raises(AuthenticationError) as caught:
        credential_from(environ, custom("https://arm.private"))
    found = credential_from({**environ, "AZURE_AUTHORITY_HOST": login}, custom("https://arm.private"))

    assert "if you trust that server, name it with AZURE_AUTHORITY_HOST" == caught.value.hint
    assert login == found.credential._authority


def test_a_cloud_is_known_however_its_authority_iswritten() -> None:
    """With the port that https has anyway, too."""
    environ = {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us:443/"}

    with pytest.raises(AuthenticationError, match="requests go to https://management"):
        credential_from(environ, Endpoint.public())
