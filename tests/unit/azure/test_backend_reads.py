"""What the backend reads: container groups, one by one and in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from unit.azure.scripted import API, SCOPE, WEB, Says, error, scripted

from aci_reconcile.core.errors import (
    AzureError,
    NoAnswerError,
    NotFoundError,
)
from aci_reconcile.core.model import Resource, ResourceId

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body

_BASE = "http://127.0.0.1"
_BODY: Body = {"id": str(WEB), "name": "web", "location": "westeurope", "properties": {"unheardOf": [1, {"a": None}]}}


def test_get_returns_the_body_whole() -> None:
    """Properties that nobody knows are kept as they came."""
    backend, script = scripted(Says(200, _BODY))

    assert Resource(WEB, _BODY) == backend.get(WEB)
    assert ("GET", f"{_BASE}{WEB}?api-version={API}") == script.asked[0][:2]
    assert script.asked[0].headers["User-Agent"].startswith("aci-reconcile/")


def test_get_spells_the_id_as_azure_does() -> None:
    """And as it was asked for where the answer has none that can be read."""
    renamed = str(WEB).replace("web", "WEB")
    backend, _ = scripted(*(Says(200, {"id": each, "properties": {}}) for each in (renamed, "nonsense")))

    assert [ResourceId.parse(renamed), WEB] == [getattr(backend.get(WEB), "id", None) for _ in range(2)]


@pytest.mark.parametrize("code", ["ContainerGroupNotFound", "ResourceNotFound", "ResourceGroupNotFound"])
def test_get_of_what_is_absent_is_none(code: str) -> None:
    """In both dialects of ARM, and where the resource group is missing too."""
    backend, _ = scripted(error(404, code))

    assert backend.get(WEB) is None


@pytest.mark.parametrize("answer", [error(404, "SubscriptionNotFound"), Says(404, b"<html>nginx</html>")])
def test_other_404s_are_errors(answer: Says) -> None:
    """A wrong subscription or a wrong server is not an absent group."""
    backend, _ = scripted(answer)

    with pytest.raises(NotFoundError):
        backend.get(WEB)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"<html>", b"\xff"])
def test_get_takes_nothing_but_an_object(body: bytes) -> None:
    """Whatever answers with 200 and something else is not ARM."""
    backend, _ = scripted(Says(200, body))

    with pytest.raises(NoAnswerError):
        backend.get(WEB)


def test_list_follows_the_pages() -> None:
    """All of them, whether the link is whole or a path; an id that is missing is made from the name."""
    signed = f"{SCOPE}/next?$skiptoken=" + "x" * 4000
    backend, script = scripted(
        Says(200, {"value": [_BODY], "nextLink": f"{_BASE}/two?api-version=1"}),
        Says(200, {"value": [{"name": "db", "properties": {}}], "nextLink": signed}),
        Says(200, {"value": [], "nextLink": ""}),
    )

    assert [each.address for each in backend.list(SCOPE)] == ["rg-shop/web", "rg-shop/db"]
    assert [f"{_BASE}/two?api-version=1", f"{_BASE}{signed}"] == [each.url for each in script.asked[1:]]


@pytest.mark.parametrize("body", [{}, {"value": None}, {"id": str(WEB), "properties": None}, {"properties": []}])
def test_what_is_no_group_is_no_answer(body: dict[str, Any]) -> None:
    """Somebody else answered: that is neither a group that nobody owns, nor one that is not there."""
    backend, _ = scripted(Says(200, body), Says(200, {"value": [body]}))

    for read in (lambda: backend.get(WEB), lambda: backend.list(SCOPE)):
        with pytest.raises(NoAnswerError, match="not a container group"):
            read()


def test_list_of_no_resource_group_is_empty() -> None:
    """There is nothing in what does not exist."""
    backend, _ = scripted(error(404, "ResourceGroupNotFound"))

    assert backend.list(SCOPE) == ()


def test_list_of_another_404_is_an_error() -> None:
    """A missing provider is not an empty resource group: what would be orphaned would be deleted."""
    backend, _ = scripted(error(404, "InvalidResourceType"))

    with pytest.raises(NotFoundError):
        backend.list(SCOPE)


def test_a_list_that_leads_back_is_not_believed() -> None:
    """No loop for ever, and no list that may be a part: what it leaves out would be created, or never deleted."""
    again = f"{_BASE}{SCOPE}/providers/Microsoft.ContainerInstance/containerGroups?api-version={API}"
    backend, script = scripted(Says(200, {"value": [_BODY], "nextLink": again}))

    with pytest.raises(NoAnswerError):
        backend.list(SCOPE)

    assert 1 == len(script.asked)


@pytest.mark.parametrize("body", [{}, {"value": None}, {"value": "web"}, {"value": [_BODY, 1]}, {"value": {"a": {}}}])
def test_list_takes_nothing_but_a_list_of_objects(body: object) -> None:
    """A list that cannot be read is never an empty one."""
    backend, _ = scripted(Says(200, body))

    with pytest.raises(NoAnswerError):
        backend.list(SCOPE)


@pytest.mark.parametrize("link", ["https://evil.example/next", "http://127.0.0.1:81/next", "//evil.example"])
def test_a_page_elsewhere_is_not_read(link: str) -> None:
    """The link is refused before anything is sent there."""
    backend, script = scripted(Says(200, {"value": [_BODY], "nextLink": link}))

    with pytest.raises(AzureError) as caught:
        backend.list(SCOPE)

    assert (caught.value.code, len(script.asked)) == ("ForeignUrl", 1)


def test_a_redirect_is_not_followed() -> None:
    """It would carry the body, and perhaps the token, to where nobody decided."""
    backend, script = scripted(Says(307, b"", {"Location": "https://evil.example/x"}))

    with pytest.raises(AzureError) as caught:
        backend.put(Resource(WEB, {}))

    assert (caught.value.status, len(script.asked)) == (307, 1)


def test_requests_are_counted() -> None:
    """With their repetitions."""
    backend, _ = scripted(Says(503), Says(200, _BODY), Says(200, _BODY))

    backend.get(WEB)
    backend.get(WEB)

    assert backend.requests == 3


def test_the_identity_says_that_there_is_none() -> None:
    """A server on this machine gets no token."""
    backend, _ = scripted()

    assert backend.identity.description == "no credential, because the server is on this machine"
    backend.close()


def test_tagged_groups_of_a_subscription_come_in_short() -> None:
    """From ARM's list of resources, all pages of it; what has no such tag, or is something else, is left out."""
    tagged = {"id": str(WEB), "type": "microsoft.containerinstance/containergroups", "tags": {"Owner": "shop"}}
    others = ({**tagged, "tags": {"team": "shop"}}, {**tagged, "type": "Microsoft.Storage/storageAccounts"})
    untagged = {"id": str(WEB), "type": tagged["type"]}
    backend, script = scripted(
        Says(200, {"value": [*others, untagged], "nextLink": f"{_BASE}/more"}), Says(200, {"value": [tagged]})
    )

    assert (Resource(WEB, {"tags": {"Owner": "shop"}}),) == backend.list_tagged(WEB.subscription, "owner")
    asked = f"{_BASE}/subscriptions/{WEB.subscription}/resources?api-version=2021-04-01&%24filter=resourceType+eq+"
    assert script.asked[0].url.startswith(asked)


def test_a_tagged_group_without_an_id_is_no_answer() -> None:
    """It must not be left out: it may be one of ours."""
    backend, _ = scripted(Says(200, {"value": [{"id": "?", "type": WEB.type, "tags": {"owner": "shop"}}]}))

    with pytest.raises(NoAnswerError):
        backend.list_tagged(WEB.subscription, "owner")
