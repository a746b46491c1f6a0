"""Where requests and tokens go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.mgmt.core.tools import get_arm_endpoints

from aci_reconcile.azure import CLOUDS, Endpoint, get_cloud, make_endpoint
from aci_reconcile.azure.auth.credentials import find_credential
from aci_reconcile.azure.endpoint import find_authority, parse_authority, split_tenant
from aci_reconcile.core.errors import AuthenticationError, UsageError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "sdk", "authority"),
    [
        ("public", AzureClouds.AZURE_PUBLIC_CLOUD, AzureAuthorityHosts.AZURE_PUBLIC_CLOUD),
        ("usgov", AzureClouds.AZURE_US_GOVERNMENT, AzureAuthorityHosts.AZURE_GOVERNMENT),
        ("china", AzureClouds.AZURE_CHINA_CLOUD, AzureAuthorityHosts.AZURE_CHINA),
    ],
)
def test_clouds_are_the_sdk_s(name: str, sdk: AzureClouds, authority: str) -> None:
    """The addresses written down here are those of the Azure SDK."""
    ours = get_cloud(name)  # type: ignore[arg-type]
    theirs = get_arm_endpoints(sdk)

    assert (theirs["resource_manager"].rstrip("/"), tuple(theirs["credential_scopes"])) == (ours.base_url, ours.scopes)
    assert authority == ours.authority


def test_every_cloud_is_reachable_by_name() -> None:
    """The names that the command line offers are those that exist."""
    assert [get_cloud(name).cloud for name in CLOUDS] == ["public", "usgov", "china"]


def test_unknown_cloud_is_a_usage_error() -> None:
    """A cloud that does not exist is refused with the ones that do."""
    with pytest.raises(UsageError) as caught:
        get_cloud("mars")  # type: ignore[arg-type]

    assert caught.value.hint == "one of public, usgov, china"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:80/", "http://localhost"),
        ("http://LOCALHOST:1", "http://localhost:1"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)
def test_plain_http_on_loopback_has_no_token(url: str, base: str) -> None:
    """A server on this machine is reached without a token."""
    endpoint = make_endpoint(url)

    assert (base, False) == (endpoint.base_url, endpoint.needs_token)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://2130706433",
        "http://[::2]",
        "ftp://127.0.0.1",
        "127.0.0.1:8080",
        "https://",
        "https://host/path",
        "https://host?query=1",
        "https://user:password@host",
        "https://@host",
        "https://host:0",
        "https://host:99999",
        "https://[::1",
        "",
    ],
)
def test_what_is_no_endpoint_is_a_usage_error(url: str) -> None:
    """Plain http to elsewhere, and what is no bare server address, is refused; a password is not repeated."""
    with pytest.raises(UsageError) as caught:
        make_endpoint(url)

    assert "password@" not in str(caught.value)


def test_https_elsewhere_gets_a_token_of_the_chosen_cloud() -> None:
    """A server that the user names receives tokens, of the public cloud unless another one is chosen."""
    assert Endpoint.public().scopes == make_endpoint("https://arm.example.com").scopes
    assert Endpoint.china().authority == make_endpoint("https://arm.example.com", tokens_from="china").authority


def test_the_address_of_a_cloud_means_that_cloud() -> None:
    """Naming a cloud by its address gives its own scopes and authority."""
    assert Endpoint.usgov() == make_endpoint("https://Management.USGovCloudAPI.net:443/")


@pytest.mark.parametrize("url", ["https://127.0.0.1:1", "http://example.com"])
def test_local_is_plain_http_on_loopback(url: str) -> None:
    """The endpoint without a token can be nowhere else."""
    with pytest.raises(UsageError):
        Endpoint.local(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/subscriptions/s?a=1", "https://management.azure.com/subscriptions/s?a=1"),
        ("https://management.azure.com/x", "https://management.azure.com/x"),
        ("https://MANAGEMENT.azure.com:443/x", "https://MANAGEMENT.azure.com:443/x"),
        ("http://management.azure.com/x", None),
        ("https://management.azure.com:8443/x", None),
        ("https://management.azure.com.evil.example/x", None),
        ("https://management.azure.com@evil.example/x", None),
        ("https://management.azure.com\\@evil.example/x", None),
        ("https://user@management.azure.com/x", None),
        ("//evil.example/x", None),
        ("https://[broken/x", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_urls_of_the_own_origin_are_followed(url: str, expected: str | None) -> None:
    """Scheme, host and port of what Azure hands us must be ours."""
    assert expected == Endpoint.public().resolve(url)


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
    assert url == parse_authority(text)
    assert url == find_authority({"AZURE_AUTHORITY_HOST": text})


@pytest.mark.parametrize(
    "text", ["http://login.example", "https://", "https://u:p@login.example", "https://x:y", "https://x?y=z"]
)
def test_what_is_no_https_server_is_refused(text: str) -> None:
    """A secret would be sent there; and a password in the address is not repeated."""
    with pytest.raises(AuthenticationError, match="AZURE_AUTHORITY_HOST") as caught:
        parse_authority(text)

    assert "u:p" not in str(caught.value)


def test_ad_fs_has_one_tenant() -> None:
    """Which is its path."""
    assert ("https://adfs.local", "adfs") == split_tenant("https://adfs.local/adfs", "11111111")
    assert ("https://login.local:8443/sts", "11111111") == split_tenant("https://login.local:8443/sts", "11111111")


@pytest.mark.parametrize("authority", [PRIVATE, f"{PRIVATE}/", "https://LOCALHOST:48187"])
def test_the_file_of_a_private_cloud_works(tmp_path: Path, authority: str) -> None:
    """Where ARM and sign-in are one server, which the user named."""
    file = FILE | {"resourceManagerEndpointUrl": PRIVATE, "activeDirectoryEndpointUrl": authority}

    found = find_credential(written(tmp_path, file), make_endpoint(PRIVATE))

    assert PRIVATE == found.credential._authority


def test_sign_in_may_be_another_server_that_the_user_names(tmp_path: Path) -> None:
    """By AZURE_AUTHORITY_HOST; the file alone redirects no secret."""
    login = "https://login.private:8443"
    file = FILE | {"resourceManagerEndpointUrl": "https://arm.private", "activeDirectoryEndpointUrl": login}
    environ = written(tmp_path, file)

    with pytest.raises(AuthenticationError) as caught:
        find_credential(environ, make_endpoint("https://arm.private"))
    found = find_credential({**environ, "AZURE_AUTHORITY_HOST": login}, make_endpoint("https://arm.private"))

    assert "if you trust that server, name it with AZURE_AUTHORITY_HOST" == caught.value.hint
    assert login == found.credential._authority


def test_a_cloud_is_known_however_its_authority_iswritten() -> None:
    """With the port that https has anyway, too."""
    environ = {"AZURE_AUTHORITY_HOST": "https://login.microsoftonline.us:443/"}

    with pytest.raises(AuthenticationError, match="requests go to https://management"):
        find_credential(environ, Endpoint.public())
