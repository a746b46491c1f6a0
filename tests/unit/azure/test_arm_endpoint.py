"""Where requests and tokens go."""

from __future__ import annotations

import pytest
from azure.core import AzureClouds
from azure.identity import AzureAuthorityHosts
from azure.mgmt.core.tools import get_arm_endpoints

from aci_reconcile.azure import CLOUDS, Endpoint, cloud, custom
from aci_reconcile.core.errors import UsageError


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
    ours = cloud(name)  # type: ignore[arg-type]
    theirs = get_arm_endpoints(sdk)

    assert (theirs["resource_manager"].rstrip("/"), tuple(theirs["credential_scopes"])) == (ours.base_url, ours.scopes)
    assert authority == ours.authority


def test_every_cloud_is_reachable_by_name() -> None:
    """The names that the command line offers are those that exist."""
    assert [cloud(name).cloud for name in CLOUDS] == ["public", "usgov", "china"]


def test_unknown_cloud_is_a_usage_error() -> None:
    """A cloud that does not exist is refused with the ones that do."""
    with pytest.raises(UsageError) as caught:
        cloud("mars")  # type: ignore[arg-type]

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
    endpoint = custom(url)

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
        custom(url)

    assert "password@" not in str(caught.value)


def test_https_elsewhere_gets_a_token_of_the_chosen_cloud() -> None:
    """A server that the user names receives tokens, of the public cloud unless another one is chosen."""
    assert Endpoint.public().scopes == custom("https://arm.example.com").scopes
    assert Endpoint.china().authority == custom("https://arm.example.com", tokens_from="china").authority


def test_the_address_of_a_cloud_means_that_cloud() -> None:
    """Naming a cloud by its address gives its own scopes and authority."""
    assert Endpoint.usgov() == custom("https://Management.USGovCloudAPI.net:443/")


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
