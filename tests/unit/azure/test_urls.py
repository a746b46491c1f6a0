"""Paths, and URLs made short."""

from __future__ import annotations

import pytest
from unit.azure.scripted import SCOPE, WEB

from aci_reconcile.azure.http.urls import resource_path, scope_path, shorten, with_query
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import ResourceId, Scope


def test_names_are_quoted() -> None:
    """What a name holds stays in its segment."""
    path = resource_path(ResourceId("s", "rg (1)/x", "a?b#c"), "containers", "ü", "logs")

    expected = (
        "/subscriptions/s/resourceGroups/rg%20%281%29%2Fx/providers/Microsoft.ContainerInstance/containerGroups"
        "/a%3Fb%23c/containers/%C3%BC/logs"
    )
    assert expected == path


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_names_that_would_climb_the_path_are_refused(name: str) -> None:
    """No name leads to another resource."""
    with pytest.raises(UsageError):
        scope_path(Scope("s", name))


def test_a_plain_id_is_its_path() -> None:
    """The path of a group is its ARM id."""
    assert str(WEB) == resource_path(WEB)
    assert f"{SCOPE}/resources?api-version=1" == with_query(scope_path(SCOPE, "resources"), api_version="1")


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("https://h/p?api-version=1", "https://h/p?api-version=1"),
        ("https://h/p?api-version=1&t=9&c=MII&s=xyz", "https://h/p?api-version=1&…"),
        ("https://h/p?s=xyz#f", "https://h/p?…"),
        ("https://h/p", "https://h/p"),
        ("https://[broken", "(unreadable URL)"),
    ],
)
def test_signatures_are_not_shown(url: str, short: str) -> None:
    """ARM's operation URLs are signed; what is shown of them is not."""
    assert short == shorten(url)
