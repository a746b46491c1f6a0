"""Checks of the credentials for registries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aci_reconcile.emulator.model import Json, duplicates, objects
from aci_reconcile.emulator.versions import SUBNETS_SINCE

if TYPE_CHECKING:
    from aci_reconcile.emulator.refusals import Judge

# A port is refused as well, in the same words.
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PROOFS = ("identity", "password", "passwordReference")


def check(judge: Judge, properties: Json, version: str) -> None:
    """Refuse credentials that prove nothing, or that are for no host. Raises ArmError."""
    where = f"in the 'imageRegistryCredentials' of container group '{judge.group}'"
    credentials = objects(properties.get("imageRegistryCredentials"))
    for credential in credentials:
        if credential.get("identity") and version < SUBNETS_SINCE:
            # The version that brought subnets brought this too.
            message = f"Identity {where} is not supported."
            judge.refuse("InvalidImageRegistryCredentialType", message, fact="identity-credentials")
        if not any(credential.get(proof) for proof in _PROOFS):
            message = f"The password {where} cannot be empty."
            judge.refuse("EmptyImageRegistryCredentialPassword", message, fact="empty-password")
        server = str(credential["server"])
        if not _HOST.fullmatch(server):
            message = f"The server '{server}' {where} is invalid. It should be a valid host name without protocol."
            judge.refuse("InvalidImageRegistryServer", message, fact="registry-server")
    containers = [*objects(properties.get("containers")), *objects(properties.get("initContainers"))]
    if len(credentials) > len(containers):
        message = f"More image registry credentials provided than containers in container group '{judge.group}'."
        judge.refuse("MoreImageRegistryCredentialsThanContainers", message, fact="most-credentials")
    twice = duplicates(str(credential["server"]).lower() for credential in credentials)
    if twice:
        message = f"The server '{twice[0]}' {where} is not unique."
        judge.refuse("DuplicateImageRegistryServer", message, fact="registry-servers-unique")
