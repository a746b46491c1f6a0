"""The requests about a lock's blob, and what each answer means, as "Lease Blob" and "List Blobs" are documented."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure.core.pipeline.policies import HeadersPolicy
from lease_model import ADDRESS
from unit.azure.scripted import Says, Script

from aci_reconcile.azure.auth.identity import Actor, Identity
from aci_reconcile.azure.http.transport import InProcessTransport, RequestCounter
from aci_reconcile.azure.lock.blob import LARGEST_STATE, LeasedBlob
from aci_reconcile.azure.lock.lease import Seen
from aci_reconcile.core.errors import (
    AciReconcileError,
    AuthenticationError,
    AzureError,
    ForbiddenError,
    LockError,
    LockLostError,
    NoAnswerError,
)
from aci_reconcile.core.lock import Holder

if TYPE_CHECKING:
    from collections.abc import Mapping

LEASE = "11111111-2222-3333-4444-555555555555"
ACTOR = Actor(users=("ada@example.com",))
MARK = {"x-ms-meta-aci_reconcile_lock": "1", "x-ms-blob-type": "BlockBlob"}
LEASED = {**MARK, "x-ms-lease-state": "leased"}
LIST = """<?xml version="1.0"?><EnumerationResults><Blobs>
<Blob><Name>shop/prod.lock</Name><Properties><LeaseState>available</LeaseState></Properties>
<Metadata><aci_reconcile_lock>1</aci_reconcile_lock><owner>shop/prod</owner></Metadata></Blob>
<Blob><Name>shop/prod.lock@1-of-2</Name><Properties><LeaseState>leased</LeaseState></Properties><Metadata/></Blob>
</Blobs><NextMarker>{}</NextMarker></EnumerationResults>"""


def ask(*answers: Says | Exception) -> tuple[LeasedBlob, Script]:
    """Return a blob whose server is a script."""
    script = Script(list(answers))
    transport = InProcessTransport(script, RequestCounter(), script.slept.append)
    return LeasedBlob(ADDRESS, transport, HeadersPolicy(), Identity("somebody", "", lambda: ACTOR)), script


def refuse(status: int, code: str) -> Says:
    """Say no the way a storage account does."""
    return Says(status, b"<Error/>", {"x-ms-error-code": code})


def read_sent(script: Script) -> Mapping[str, str]:
    """Return the headers of the last request about the service."""
    return {name: value for name, value in script.asked[-1].headers.items() if name.startswith(("x-ms-", "If-"))}


def test_every_request_is_as_documented() -> None:
    """Method, query and headers; each names a version and its time."""
    holder = Holder("shop/prod", "apply 1")
    blob, script = ask(*[Says(201)] * 2, *[Says(200)] * 2, Says(202, b"", {"x-ms-lease-time": "42"}), *[Says(200)] * 2)
    blob.create(holder)
    created = read_sent(script)
    blob.acquire(LEASE, 60)
    acquired = read_sent(script)
    blob.renew(LEASE)
    blob.release(LEASE)
    assert blob.break_lease(60) == 42
    broken = read_sent(script)
    blob.describe(LEASE, holder)
    blob.write(LEASE, holder, b"{}")
    kept = read_sent(script)
    known = {"x-ms-version": "2021-12-02", "x-ms-meta-owner": "shop/prod", "x-ms-meta-aci_reconcile_lock": "1"}

    base = "https://shop.blob.core.windows.net/locks/shop/prod.lock"
    queries = ["", "?comp=lease", "?comp=lease", "?comp=lease", "?comp=lease", "?comp=metadata", ""]
    assert [f"{base}{each}" for each in queries] == [each.url for each in script.asked]
    assert set(script.methods) == {"PUT"}
    assert created.items() >= (known | {"If-None-Match": "*", "x-ms-blob-type": "BlockBlob"}).items()
    assert acquired.items() >= {"x-ms-lease-duration": "60", "x-ms-proposed-lease-id": LEASE}.items()
    assert broken.items() >= {"x-ms-lease-action": "break", "x-ms-lease-break-period": "60"}.items()
    assert kept.items() >= (known | {"x-ms-lease-id": LEASE, "x-ms-blob-type": "BlockBlob"}).items()
    assert all(each.headers["x-ms-date"].endswith(" GMT") for each in script.asked)
    assert script.asked[-1].body == b"{}"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refuse(404, "BlobNotFound"), Seen(exists=False)),
        (Says(200, b"", {**LEASED, "x-ms-meta-Owner": "shop"}), Seen(True, Holder("shop"), True)),
        (Says(200, b"", {**MARK, "x-ms-lease-state": "breaking"}), Seen(True, Holder(), True)),
        (Says(200, b"", {**MARK, "x-ms-lease-state": "expired"}), Seen(True, Holder(), False)),
        (Says(200, b"", {"x-ms-blob-type": "BlockBlob", "x-ms-lease-state": "leased"}), Seen(True, None, True)),
        (Says(200, b"", MARK | {"x-ms-blob-type": "PageBlob"}), Seen(True, None, False)),
    ],
)  # fmt: skip
def test_what_is_there(answer: Says, expected: Seen) -> None:
    """A lock has our mark, and is a block blob."""
    assert expected == ask(answer)[0].look()


def test_a_lease_of_somebody_else_is_no_error() -> None:
    """But what one waits for."""
    taken = refuse(409, "LeaseAlreadyPresent")
    gone = refuse(404, "BlobNotFound")

    assert not ask(taken)[0].acquire(LEASE, 60)
    assert not ask(refuse(409, "LeaseIdMismatchWithLeaseOperation"))[0].renew(LEASE)
    assert not ask(gone)[0].renew(LEASE)
    assert not ask(gone)[0].release(LEASE)
    assert ask(refuse(409, "LeaseNotPresentWithLeaseOperation"))[0].break_lease(60) is None
    assert ask(Says(202, b"", {"x-ms-lease-time": "soon"}))[0].break_lease(60) == 60
    with pytest.raises(LockLostError, match="no longer held"):
        ask(refuse(412, "LeaseLost"))[0].describe(LEASE, Holder())
    with pytest.raises(LockLostError, match="no longer held"):
        ask(refuse(412, "LeaseLost"))[0].write(LEASE, Holder(), b"")


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (refuse(404, "ContainerNotFound"), LockError, "has no container locks"),
        (refuse(403, "AuthorizationPermissionMismatch"), ForbiddenError, "user ada@example.com.* may not use the lock"),
        (refuse(403, "AuthorizationFailure"), ForbiddenError, "may not use the lock"),
        (refuse(401, "InvalidAuthenticationInfo"), AuthenticationError, "does not accept the token of"),
        (refuse(503, "ServerBusy"), NoAnswerError, "is busy"),
        (refuse(429, "TooMany"), NoAnswerError, "is busy"),
        (refuse(400, "InvalidHeaderValue"), AzureError, "refuses the lock"),
        (refuse(409, "BlobImmutableDueToPolicy"), AzureError, "refuses the lock"),
        (refuse(412, "ConditionNotMet"), AzureError, "refuses the lock"),
        (Says(307, b"", {"location": "https://evil.example"}), AzureError, "refuses the lock"),
        (Says(400, b"", {"x-ms-error-code": "\x1b[2J"}), AzureError, "refuses the lock"),
        (OSError("no route"), NoAnswerError, "no answer: no route"),
    ],
)
def test_refusals(answer: Says | Exception, error: type[AciReconcileError], said: str) -> None:
    """Each says what to do; nothing is followed, and nothing is sent twice."""
    blob, script = ask(answer)
    with pytest.raises(error, match=said) as refused:
        blob.acquire(LEASE, 60)

    assert len(script.asked) == 1
    assert "\x1b" not in getattr(refused.value, "code", "")
    if error is ForbiddenError:
        assert "Storage Blob Data Contributor" in refused.value.hint
    assert ("network rules" in refused.value.hint) is (getattr(refused.value, "code", "") == "AuthorizationFailure")


def test_the_locks_beside_it() -> None:
    """All pages of them."""
    blob, script = ask(
        Says(200, LIST.format("more & more").replace("&", "&amp;").encode()), Says(200, LIST.format("").encode())
    )

    assert blob.look_around() == {
        "shop/prod.lock": Seen(True, Holder("shop/prod"), False),
        "shop/prod.lock@1-of-2": Seen(True, None, True),
    }
    assert "marker=more+%26+more" in script.asked[1].url
    assert "prefix=shop%2Fprod.lock" in script.asked[0].url


@pytest.mark.parametrize(
    "content", [b"", b"no", b'<!DOCTYPE a [<!ENTITY b "c">]><EnumerationResults/>', b"<a>" * 9], ids=str
)
def test_a_list_that_is_none(content: bytes) -> None:
    """An error, and no missing lock."""
    with pytest.raises(NoAnswerError, match="the list of blobs"):
        ask(Says(200, content))[0].look_around()


def test_a_list_without_an_end() -> None:
    """Somebody else's container."""
    with pytest.raises(AzureError, match="too many blobs"):
        ask(*[Says(200, LIST.format("again").encode())] * 30)[0].look_around()


def test_the_content() -> None:
    """None, some, or more than fits."""
    assert ask(refuse(416, "InvalidRange"))[0].read() == b""
    assert ask(Says(206, b"{}"))[0].read() == b"{}"
    with pytest.raises(AzureError, match="longer than 1 MiB"):
        ask(Says(206, b"x" * (LARGEST_STATE + 1)))[0].read()
