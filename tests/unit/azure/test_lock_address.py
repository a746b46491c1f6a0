"""Where a lock is: the hosts that get a token, and the texts that are refused without being repeated."""

from __future__ import annotations

import pytest

from aci_reconcile.azure.endpoint import CLOUDS, Endpoint, get_cloud
from aci_reconcile.azure.lock.address import SUFFIXES, find_cloud, make_lock_address, parse_lock_url
from aci_reconcile.core.errors import LockError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://shop.blob.core.windows.net/locks", "https://shop.blob.core.windows.net/locks/shop/prod.lock"),
        ("https://shop.blob.core.windows.net./locks/", "https://shop.blob.core.windows.net/locks/shop/prod.lock"),
        ("https://shop.blob.core.windows.net:443/locks/all", "https://shop.blob.core.windows.net/locks/all"),
        ("https://SHOP.blob.core.windows.net/locks/a/b%20c", "https://shop.blob.core.windows.net/locks/a/b%20c"),
        ("https://127.0.0.1:10000/devstoreaccount1/locks", "https://127.0.0.1:10000/devstoreaccount1/locks/shop/prod.lock"),
        ("https://[::1]:10000/devstoreaccount1/locks/x", "https://[::1]:10000/devstoreaccount1/locks/x"),
    ],
)  # fmt: skip
def test_a_container_or_a_blob_in_it(url: str, expected: str) -> None:
    """Without a name of its own, the lock has that of what it locks."""
    assert expected == str(parse_lock_url(url, "public").choose_name("shop/prod"))


@pytest.mark.parametrize("cloud", CLOUDS)
def test_every_cloud_has_a_domain_of_its_own(cloud: str) -> None:
    """And a token of one cloud does not go to another."""
    assert cloud in SUFFIXES
    for other in CLOUDS:
        url = str(make_lock_address("shop", "locks", other))
        if other == cloud:
            assert url == str(parse_lock_url(url, other))
        else:
            with pytest.raises(LockError, match="no storage account of the cloud"):
                parse_lock_url(url, next(each for each in CLOUDS if each == cloud))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://shop.blob.core.windows.net/locks?sv=2021&SIG=hush", "a shared access signature"),
        ("https://shop.blob.core.windows.net/locks?hush", "a query"),
        ("https://shop.blob.core.windows.net/locks#hush", "a query"),
        ("https://user:hush@shop.blob.core.windows.net/locks", "a user or a password"),
        ("https://hush@shop.blob.core.windows.net/locks", "a user or a password"),
        ("http://shop.blob.core.windows.net/locks", "not https"),
        ("http://127.0.0.1:10000/devstoreaccount1/locks", "not https"),
        ("https://shop.blob.core.windows.net.evil.example/locks", "no storage account of the cloud"),
        ("https://evil.example/shop.blob.core.windows.net/locks", "no storage account of the cloud"),
        ("https://shop.dfs.core.windows.net/locks", "no storage account of the cloud"),
        ("https://shop.blob.core.windows.net:8443/locks", "no storage account of the cloud"),
        ("https://a.b.blob.core.windows.net/locks", "no storage account of the cloud"),
        ("https://shop.blob.core.windows.net", "names no container"),
        ("https://shop.blob.core.windows.net/Locks", "names no container"),
        ("https://shop.blob.core.windows.net/lo--cks", "names no container"),
        ("https://shop.blob.core.windows.net/locks/../other/x", "not a valid name"),
        ("https://shop.blob.core.windows.net/locks/a%2f%2e%2e%2fb", "not a valid name"),
        ("https://shop.blob.core.windows.net/locks/a%3Fcomp=lease", "not a valid name"),
        ("https://shop.blob.core.windows.net/locks/a%0Ab", "not a valid name"),
        ("https://shop.blob.core.windows.net/locks/a.", "not a valid name"),
        (f"https://shop.blob.core.windows.net/locks/{'a' * 1025}", "not a valid name"),
        ("https://127.0.0.1:10000/", "begins with the account"),
        ("https://[::1/locks", "not the URL of a blob"),
        ("shop.blob.core.windows.net/locks hush", "not the URL of a blob"),
        ("false", "not the URL of a blob"),
    ],
)
def test_what_is_refused(url: str, said: str) -> None:
    """And no secret of it is repeated."""
    with pytest.raises(LockError, match=said) as refused:
        parse_lock_url(url, "public")

    assert "hush" not in f"{refused.value.message} {refused.value.hint}"


def test_the_cloud_is_that_of_the_requests() -> None:
    """A server of one's own gets the tokens of a cloud; one on this machine gets none."""
    assert [*CLOUDS] == [find_cloud(get_cloud(name), "public") for name in CLOUDS]
    assert find_cloud(Endpoint.local(), "china") == "china"


def test_the_name_of_the_account() -> None:
    """As az wants it."""
    urls = ("https://shop.blob.core.windows.net/locks", "https://127.0.0.1:10000/devstoreaccount1/locks")
    assert [parse_lock_url(each, "public").account_name for each in urls] == ["shop", "devstoreaccount1"]
