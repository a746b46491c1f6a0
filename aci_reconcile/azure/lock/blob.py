"""The requests about the blob of a lock (learn.microsoft.com, "Blob Storage REST API").

They go through azure-core's pipeline with our own transport and token policy, and not through azure-storage-blob
(docs/adr/0016-the-lock-is-a-lease.md): each is one small request, is sent once, and is bounded in time.

Imported late, because it needs azure.core.
"""

from __future__ import annotations

import re
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from azure.core import PipelineClient
from azure.core.exceptions import AzureError as SdkError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.rest import HttpRequest

from aci_reconcile.azure.auth.identity import NOBODY, USER_AGENT
from aci_reconcile.azure.errors import find_trust_hint, translate_exception
from aci_reconcile.azure.http.answer import Answer, clip
from aci_reconcile.azure.http.policies import RandomIdPolicy
from aci_reconcile.azure.lock.holder import read_metadata, write_metadata
from aci_reconcile.azure.lock.lease import LEASED, Seen
from aci_reconcile.azure.lock.listing import read_page
from aci_reconcile.core.errors import (
    AuthenticationError,
    AzureError,
    ForbiddenError,
    LockError,
    LockLostError,
    NoAnswerError,
)
from aci_reconcile.core.redaction import veil

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.azure.auth.identity import Identity
    from aci_reconcile.azure.lock.address import LockAddress
    from aci_reconcile.core.lock import Holder

_API_VERSION: Final = "2021-12-02"
"""Old enough for every cloud and emulator; tokens are taken from 2017-11-09 on."""
SCOPE: Final = "https://storage.azure.com/.default"
"""Of every cloud (documented under "Authorize access to blobs using Microsoft Entra ID")."""
ROLE: Final = "Storage Blob Data Contributor"
_OK, _CREATED, _ACCEPTED = 200, 201, 202
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _MOVED = 401, 403, 404, 409, 412
_TOO_MANY = 429
_SERVER_ERRORS = range(500, 600)
_DIGITS: Final = 6
_PAGES: Final = 20
_CODES_OF_LEASES: Final = re.compile("Lease|BlobNotFound")
"""How the codes begin that are about a lease (documented under "Blob service error codes")."""
LARGEST_STATE: Final = 1024 * 1024
"""Bytes that are kept in the blob at most: somebody else's content must not fill the memory."""


class LeasedBlob:
    """The blob of a lock; may be used from several threads.

    Every method may raise an ``AzureError``: no answer in time, no right, no token. A missing container is a
    ``LockError``.
    """

    def __init__(self, address: LockAddress, transport: Any, authentication: Any, identity: Identity) -> None:
        self.address = address
        self._container = f"{address.account}/{address.container}"
        self._url = f"{self._container}/{quote(address.blob)}"
        self._identity = identity
        policies = [RandomIdPolicy(), UserAgentPolicy(USER_AGENT), authentication]
        self._client: Any = PipelineClient(address.account, policies=policies, transport=transport)

    def look(self) -> Seen:
        """Return what is there, and who is said to hold it."""
        answer = self._ask("HEAD", accept={_OK, _NOT_FOUND})
        if answer.status == _NOT_FOUND:
            return Seen(exists=False)
        names = (name for name in answer.headers if name.startswith("x-ms-meta-"))
        holder = read_metadata({name.removeprefix("x-ms-meta-"): answer.headers[name] for name in names})
        leased = answer.headers.get("x-ms-lease-state", "").lower() in LEASED
        is_block = answer.headers.get("x-ms-blob-type", "").lower() == "blockblob"
        return Seen(holder=holder if is_block else None, leased=leased)

    def look_around(self) -> Mapping[str, Seen]:
        """Return what is beside it, by name: the blobs of the whole project and of its shards."""
        found: dict[str, Seen] = {}
        marker = ""
        for _ in range(_PAGES):
            asked = {"restype": "container", "comp": "list", "include": "metadata", "prefix": self.address.name}
            query = urlencode(asked | ({"marker": marker} if marker else {}))
            page, marker = read_page(self._ask("GET", query, accept={_OK}, url=self._container).content)
            found |= page
            if not marker:
                return found
        raise AzureError(f"the container of the lock {self.address} holds too many blobs with its name")

    def create(self, holder: Holder) -> None:
        """Create the blob unless it exists; nothing is overwritten."""
        known = {"x-ms-blob-type": "BlockBlob", "If-None-Match": "*", **_name(holder)}
        self._ask("PUT", headers=known, accept={_CREATED, _CONFLICT, _MOVED})

    def acquire(self, lease: str, seconds: int) -> bool:
        """Take the lease; False if somebody else has it. Asking twice with one id does no harm (documented)."""
        wanted = {"x-ms-lease-duration": str(seconds), "x-ms-proposed-lease-id": lease}
        return self._lease("acquire", wanted, _CREATED)

    def renew(self, lease: str) -> bool:
        """Renew the lease; False if it is no longer ours."""
        return self._lease("renew", {"x-ms-lease-id": lease}, _OK)

    def release(self, lease: str) -> bool:
        """End the lease; False if it was no longer ours."""
        return self._lease("release", {"x-ms-lease-id": lease}, _OK)

    def break_lease(self, seconds: int) -> int | None:
        """End whoever's lease, which cannot be renewed from now on.

        It ends when it would have ended anyway, at the latest in ``seconds``; returns in how many. None if nobody has
        one.
        """
        headers = {"x-ms-lease-action": "break", "x-ms-lease-break-period": str(seconds)}
        answer = self._ask_with_lease("comp=lease", headers, good={_ACCEPTED})
        left = answer.headers.get("x-ms-lease-time", "")
        known = left.isascii() and left.isdigit() and len(left) < _DIGITS
        return (int(left) if known else seconds) if answer.status == _ACCEPTED else None

    def describe(self, lease: str, holder: Holder) -> None:
        """Write who holds the lock.

        Raises:
            LockLostError: the lease is no longer ours.
        """
        self._write("comp=metadata", {"x-ms-lease-id": lease, **_name(holder)})

    def read(self) -> bytes:
        """Return the content; empty if there is none."""
        answer = self._ask("GET", headers={"x-ms-range": f"bytes=0-{LARGEST_STATE}"}, accept={_OK, 206, 404, 416})
        if len(answer.content) > LARGEST_STATE:
            raise AzureError(f"{self.address}: the content is longer than {LARGEST_STATE // 2**20} MiB")
        return answer.content if answer.status in {_OK, 206} else b""

    def write(self, lease: str, holder: Holder, content: bytes) -> None:
        """Replace the content, which only the one with the lease can do.

        Raises:
            LockLostError: the lease is no longer ours.
        """
        # Without its metadata, the blob would no longer be a lock: a new content replaces them, too.
        self._write("", {"x-ms-blob-type": "BlockBlob", "x-ms-lease-id": lease, **_name(holder)}, content)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _write(self, query: str, headers: Mapping[str, str], content: bytes = b"") -> None:
        answer = self._ask_with_lease(query, headers, content, good={_OK, _CREATED})
        if answer.status not in {_OK, _CREATED}:
            raise LockLostError(f"the lease of {self.address} is no longer held ({_read_code(answer)})")

    def _lease(self, action: str, headers: Mapping[str, str], good: int) -> bool:
        return self._ask_with_lease("comp=lease", {"x-ms-lease-action": action, **headers}, good={good}).status == good

    def _ask_with_lease(
        self, query: str, headers: Mapping[str, str], content: bytes = b"", *, good: set[int]
    ) -> Answer:
        """Send a request that a lease decides; its refusal is an answer, and any other one is an error."""
        answer = self._ask("PUT", query, headers, content, accept={*good, _CONFLICT, _NOT_FOUND, _MOVED})
        # A policy, such as that of immutable blobs, refuses with the same status, and waiting would not help.
        if answer.status not in good and not _CODES_OF_LEASES.match(_read_code(answer)):
            raise self._translate(answer)
        return answer

    def _ask(
        self,
        method: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        *,
        accept: set[int],
        url: str = "",
    ) -> Answer:
        """Send one request, once.

        Raises:
            AzureError: there was no answer, or another one than those that are accepted.
            LockError: the container does not exist.
        """
        sent = {"x-ms-version": _API_VERSION, "x-ms-date": formatdate(usegmt=True), **(headers or {})}
        target = f"{url or self._url}?{query}" if query else self._url
        request = HttpRequest(method, target, headers=sent, content=content if method == "PUT" else None)
        try:
            response = self._client.send_request(request)
            known = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, known, response.content, veil)
        except (SdkError, OSError) as error:
            failure = translate_exception(error, f"the lock {self.address}")
            if isinstance(failure, NoAnswerError):
                failure.hint = find_trust_hint(error) or "check the name of the storage account, and the network"
            raise failure from error
        if answer.status == _NOT_FOUND and _read_code(answer) == "ContainerNotFound":
            where = f"--account-name {self.address.account_name} --name {self.address.container}"
            hint = f"create it: az storage container create {where} --auth-mode login"
            raise LockError(f"the lock {self.address} has no container {self.address.container}", hint=hint)
        if answer.status not in accept:
            raise self._translate(answer)
        return answer

    def _translate(self, answer: Answer) -> AzureError:
        code = _read_code(answer)
        kind, text, hint = self._explain(answer.status, code)
        return kind(text, code=code, status=answer.status, request_id=answer.request_id, hint=hint)

    def _explain(self, status: int, code: str) -> tuple[type[AzureError], str, str]:
        """Return what a refusal means: the exception, the message and a hint."""
        if status == _UNAUTHORIZED:
            return AuthenticationError, f"the lock {self.address} does not accept the token of {self._name_actor()}", ""
        if status == _FORBIDDEN:
            hint = f"give it the role {ROLE} on the container; a new role takes up to ten minutes"
            if code == "AuthorizationFailure":  # documented: also where the account's firewall refuses the address
                hint = f"{hint}. The account's network rules may also refuse this machine"
            return ForbiddenError, f"{self._name_actor()} may not use the lock {self.address}", hint
        if status == _TOO_MANY or status in _SERVER_ERRORS:
            return NoAnswerError, f"the storage account of the lock {self.address} is busy", ""
        return AzureError, f"the storage account refuses the lock {self.address}", ""

    def _name_actor(self) -> str:
        try:
            actor = self._identity.sign_in()
        except (AzureError, OSError):
            actor = NOBODY
        return self._identity.describe(actor)


def _name(holder: Holder) -> dict[str, str]:
    return {f"x-ms-meta-{name}": value for name, value in write_metadata(holder).items()}


def _read_code(answer: Answer) -> str:
    """Return the error code, which is in a header of each refusal (documented)."""
    code = answer.headers.get("x-ms-error-code", "")
    return clip(code, 100) if code.isascii() and code.isalnum() else str(answer.status)
