"""The classic credential file: ``az ad sp create-for-rbac --sdk-auth``, named by ``AZURE_AUTH_LOCATION``.

The current SDKs no longer read it: azure-common refuses today's clients. It contains a client secret and two addresses.
No message quotes it, and its addresses do not redirect requests.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from aci_reconcile.azure.endpoint import AUTHORITY_VARIABLE as NAMED_BY
from aci_reconcile.azure.endpoint import CLOUDS, CloudName, Endpoint, get_cloud, parse_authority
from aci_reconcile.core.errors import AuthenticationError
from aci_reconcile.core.model import as_object
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json

VARIABLE = "AZURE_AUTH_LOCATION"
_LARGEST = 64 * 1024
_REQUIRED = ("clientId", "clientSecret", "tenantId")
_HINT = "create a new file with: az ad sp create-for-rbac --sdk-auth, or unset AZURE_AUTH_LOCATION"
_TRUST = {
    "base_url": "if you trust that server, name it with --arm-endpoint",
    "authority": f"if you trust that server, name it with {NAMED_BY}",
}


@dataclass(frozen=True, slots=True)
class AuthFile:
    """The content of the file; ``warning`` is for the user."""

    path: str
    client_id: str
    client_secret: Secret
    tenant_id: str
    subscription_id: str = ""
    authority: str = ""
    resource_manager: str = ""
    warning: str = ""

    @property
    def cloud(self) -> CloudName | None:
        """The cloud of its Resource Manager address; public without an address, None for an unknown one."""
        if not self.resource_manager:
            return "public"
        host = _get_host(self.resource_manager)
        return next((name for name in CLOUDS if _get_host(get_cloud(name).base_url) == host), None)

    def authority_for(self, endpoint: Endpoint, named: str = "") -> str:
        """Return the authority for this file's identity at that endpoint, with scheme, port and path.

        Args:
            endpoint: where requests go.
            named: the authority that the environment names; the file may name the same.

        Raises:
            AuthenticationError: the file's addresses belong to another cloud, or to a server that was not named.
        """
        self._must_fit("resourceManagerEndpointUrl", self.resource_manager, endpoint, "base_url")
        self._must_fit("activeDirectoryEndpointUrl", self.authority, endpoint, "authority", named)
        key = f"{self.path}: activeDirectoryEndpointUrl"
        return parse_authority(self.authority, key) if self.authority else parse_authority(named or endpoint.authority)

    def _must_fit(self, key: str, url: str, endpoint: Endpoint, part: str, named: str = "") -> None:
        """Require an address of the chosen cloud, or an https server that the user named."""
        if not url:
            return
        of_cloud = [each for each in map(get_cloud, CLOUDS) if each.authority == endpoint.authority]
        known = {_get_host(endpoint.base_url), _get_host(named), *(_get_host(getattr(each, part)) for each in of_cloud)}
        if urlsplit(url).scheme == "https" and _get_host(url) in known:
            return
        raise AuthenticationError(
            f"{self.path}: {key} is {url}, but requests go to {endpoint.base_url}",
            hint=f"add --cloud {self.cloud}" if self.cloud else _TRUST[part],
        )


def read(environ: Mapping[str, str]) -> AuthFile | None:
    """Read the file that ``AZURE_AUTH_LOCATION`` names; None if the variable is not set.

    Raises:
        AuthenticationError: it cannot be read, is not JSON, or lacks a key.
    """
    location = environ.get(VARIABLE, "").strip()
    if not location:
        return None
    path = Path(location).expanduser()
    content = _load(path)
    missing = [key for key in _REQUIRED if not content.get(key)]
    if missing:
        raise AuthenticationError(f"{path} (from {VARIABLE}) lacks {', '.join(missing)}", hint=_HINT)
    return AuthFile(
        path=str(path),
        client_id=content["clientId"],
        client_secret=Secret(content["clientSecret"], source=VARIABLE),
        tenant_id=content["tenantId"],
        subscription_id=content.get("subscriptionId", ""),
        authority=content.get("activeDirectoryEndpointUrl", ""),
        resource_manager=content.get("resourceManagerEndpointUrl", ""),
        warning=_warn_of_readers(path),
    )


def _load(path: Path) -> dict[str, str]:
    try:
        if path.stat().st_size > _LARGEST:
            raise AuthenticationError(f"{path} (from {VARIABLE}) is too large to be a credential file", hint=_HINT)
        content: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise AuthenticationError(f"{path} (from {VARIABLE}): {error.strerror}", hint=_HINT) from error
    except (ValueError, RecursionError) as error:
        at = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        # Not chained: the decoder's exception contains the entire file.
        raise AuthenticationError(f"{path} (from {VARIABLE}) is not JSON{at}", hint=_HINT) from None
    if not isinstance(content, Mapping):
        raise AuthenticationError(f"{path} (from {VARIABLE}) is not a JSON object", hint=_HINT)
    return {key: value for key, value in as_object(cast("Json", content)).items() if isinstance(value, str)}


def _warn_of_readers(path: Path) -> str:
    # Windows has access lists, which the mode does not show.
    if os.name != "posix" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"{path} contains a client secret, and other users can read it; run: chmod 600 {path}"


def _get_host(url: str) -> str:
    """Return the host and port of a URL, or of a bare host."""
    return urlsplit(url if "//" in url else f"//{url}").netloc.lower().removesuffix(":443")
