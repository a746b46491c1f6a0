"""Storage accounts and their file shares: enough to mount a share, and to read an account's keys."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator import times
from aci_reconcile.emulator.aci.deserializer import parse
from aci_reconcile.emulator.arm import scopes
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object
from aci_reconcile.emulator.neighbours.shelf import Shelf, get_properties

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_ACCOUNTS = Shelf("Microsoft.Storage/storageAccounts")
_SHARES = Shelf("Microsoft.Storage/storageAccounts/fileServices/shares", ("name", "service", "share"))
_NAME = re.compile(r"[a-z0-9]{3,24}")
_QUOTA = 5120
_SERVICES = ("blob", "file", "queue", "table")


@rests_on("storage-accounts")
def put_account(call: Call) -> Response:
    """Create or replace an account, at once: 200."""
    if not _NAME.fullmatch(call.name):
        message = (
            f"{call.name} is not a valid storage account name. Storage account name must be between 3 and 24 "
            "characters in length and use numbers and lower-case letters only."
        )
        raise ArmError(400, "AccountNameInvalid", message, fact="storage-account-name")
    body, document = _ACCOUNTS.read(call)
    document |= {"kind": str(body.get("kind") or "StorageV2"), "sku": as_object(body.get("sku"))}
    _ACCOUNTS.save(call, document)
    return answer(200, _show_account(call, _ACCOUNTS.require(call)))


def get_account(call: Call) -> Response:
    """Return an account."""
    return answer(200, _show_account(call, _ACCOUNTS.require(call)))


def list_accounts(call: Call) -> Response:
    """Return the accounts of a resource group or a subscription."""
    return _ACCOUNTS.list(call, _show_account)


def delete_account(call: Call) -> Response:
    """Delete an account with its shares: 200 without a body, or 204."""
    scopes.require(call)
    found = _ACCOUNTS.find(call)
    inside = _SHARES.prefix(call.resource_group_key, call.name)
    for key in [key for key, _ in _SHARES.scan(call, inside)]:
        call.session.delete("neighbour", key)
    call.session.delete("neighbour", _ACCOUNTS.key(call))
    return Response(204 if found is None else 200)


def list_keys(call: Call) -> Response:
    """Return the two keys of an account: made up, and the same each time."""
    document = _ACCOUNTS.require(call)
    return answer(200, {"keys": [_make_key(document, name) for name in ("key1", "key2")]})


@rests_on("storage-accounts")
def put_share(call: Call) -> Response:
    """Create (201) or replace (200) a file share of an account."""
    scopes.require_writable(call)
    _ACCOUNTS.require(call)
    new = _SHARES.find(call) is None
    sent = get_properties(parse(call.request.body)) if call.request.body else {}
    name = call.path["share"]
    document: Json = {"id": _SHARES.make_id(call), "name": name, "type": _SHARES.type, "kept": sent}
    _SHARES.save(call, document)
    return answer(201 if new else 200, _show_share(document))


def get_share(call: Call) -> Response:
    """Return a file share."""
    return answer(200, _show_share(_SHARES.require(call)))


def delete_share(call: Call) -> Response:
    """Delete a file share: 200 without a body, or 204."""
    scopes.require(call)
    found = _SHARES.find(call)
    call.session.delete("neighbour", _SHARES.key(call))
    return Response(204 if found is None else 200)


def _show_account(_: Call, document: Json) -> Json:
    kept: Json = {name: document[name] for name in ("id", "name", "type", "location", "tags") if name in document}
    properties = {
        "provisioningState": "Succeeded",
        "creationTime": times.format_fraction(document["made"], 7),
        "primaryLocation": document["location"],
        "statusOfPrimary": "available",
        "primaryEndpoints": {each: f"https://{document['name']}.{each}.core.windows.net/" for each in _SERVICES},
    }
    return {"sku": document["sku"], "kind": document["kind"], **kept, "properties": properties}


def _show_share(document: Json) -> Json:
    kept: Json = {name: document[name] for name in ("id", "name", "type")}
    return {**kept, "properties": {"shareQuota": _QUOTA, "enabledProtocols": "SMB", **document["kept"]}}


def _make_key(document: Json, name: str) -> Json:
    text = f"{name} of {document['id'].lower()}"
    value = base64.b64encode(hashlib.sha512(text.encode("utf-8", "replace")).digest()).decode()
    created = times.format_fraction(document["made"], 7)
    return {"creationTime": created, "keyName": name, "value": value, "permissions": "FULL"}
