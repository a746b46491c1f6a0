"""Where a lock is: a blob of a storage account in the cloud of the run, or of an emulator on this machine.

A token goes there, so the host is never a repository's say: the project file names an account and a container, and the
cloud supplies the rest. The clouds' domains are documented (learn.microsoft.com, "Endpoints" of Azure Government and
"Developer guide" of Azure China), and are those of ``azure.cli.core.cloud``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from aci_reconcile.azure.endpoint import CLOUDS, CloudName, get_cloud, is_loopback
from aci_reconcile.core.errors import LockError
from aci_reconcile.core.lock import ACCOUNT, CONTAINER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.azure.endpoint import Endpoint
    from aci_reconcile.core.shards import ShardNumber

SUFFIXES: Final[Mapping[CloudName, str]] = {
    "public": "blob.core.windows.net",
    "usgov": "blob.core.usgovcloudapi.net",
    "china": "blob.core.chinacloudapi.cn",
}
_SHARD: Final = re.compile(r"@[0-9]+-of-(?P<count>[0-9]+)")
_LONGEST_NAME: Final = 1024
"""Documented (learn.microsoft.com, naming-and-referencing-containers--blobs--and-metadata), as is that a name should
not end with a dot or a slash."""
_FORM: Final = "write it as https://ACCOUNT.blob.core.windows.net/CONTAINER or …/CONTAINER/NAME"


@dataclass(frozen=True, slots=True)
class LockAddress:
    """The blob that is leased. ``account`` is the URL of the account; ``name`` is empty until the owner is known.

    ``shard`` is ``I-of-N`` for one of several runs that share the lock ``name``.
    """

    account: str
    container: str
    name: str = ""
    shard: str = ""

    def __str__(self) -> str:
        return f"{self.account}/{self.container}/{quote(self.blob, safe='/@')}".rstrip("/")

    @property
    def account_name(self) -> str:
        """The name of the account: a part of the host, or on this machine the path."""
        parts = urlsplit(self.account)
        return parts.path.strip("/") or parts.netloc.partition(".")[0]

    @property
    def blob(self) -> str:
        """The name of the blob."""
        return f"{self.name}@{self.shard}" if self.shard else self.name

    def choose_name(self, owner: str, shard: ShardNumber | None = None) -> LockAddress:
        """Return the address with a name: the one that it has, or the one of an owner of groups."""
        part = f"{shard.number}-of-{shard.count}" if shard else ""
        return replace(self, name=self.name or f"{owner}.lock", shard=part)

    def excludes(self, blob: str) -> bool:
        """Whether nobody may hold another blob of the container while this one is held.

        A run of the whole project excludes every shard, and shards of so many exclude those of another number.
        """
        if not blob.startswith(self.name) or blob == self.blob:
            return False
        rest = blob.removeprefix(self.name)
        if not rest:
            return bool(self.shard)
        found = _SHARD.fullmatch(rest)
        return found is not None and (not self.shard or found["count"] != self.shard.rpartition("-")[2])

    def has_sibling(self, blob: str) -> bool:
        """Whether another blob of the container is that of a shard, of as many as this one is."""
        if not self.shard or blob == self.blob or not blob.startswith(self.name):
            return False
        found = _SHARD.fullmatch(blob.removeprefix(self.name))
        return found is not None and found["count"] == self.shard.rpartition("-")[2]


def parse_lock_url(url: str, cloud: CloudName) -> LockAddress:
    """Return the address that a flag or the environment names.

    Raises:
        LockError: it is no blob or container of this cloud, or it holds a secret, which the message does not repeat.
    """
    parts = _split(url)
    if parts.username is not None or parts.password is not None:
        raise LockError("the lock's URL holds a user or a password, which is refused", hint=_FORM)
    if parts.query or parts.fragment:
        signed = "sig=" in parts.query.lower()
        what = "a shared access signature (SAS)" if signed else "a query"
        why = "the lock is taken by the identity that signs in, without any other secret" if signed else _FORM
        raise LockError(f"the lock's URL holds {what}, which is refused", hint=why)
    if parts.scheme != "https":
        raise LockError(f"the lock's URL is not https: {parts.hostname}", hint=f"{_FORM}; tokens go over https only")
    account, path = _find_account(parts, cloud)
    container, _, name = path.partition("/")
    _check_container(container)
    return LockAddress(account, container, _check_name(unquote(name, errors="replace")))


def make_lock_address(account: str, container: str, cloud: CloudName) -> LockAddress:
    """Return the address of an account and a container that a project file names."""
    return LockAddress(f"https://{account}.{SUFFIXES[cloud]}", container)


def find_cloud(endpoint: Endpoint, default: CloudName) -> CloudName:
    """Return the cloud whose tokens a server gets; ``default`` where it gets none."""
    for name in CLOUDS:
        if get_cloud(name).authority == endpoint.authority:
            return name
    return default


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        usable = bool(parts.scheme and parts.hostname and parts.port != 0)
    except ValueError:
        usable, parts = False, urlsplit("")
    # The text is not quoted: whatever is wrong with it, it may hold a secret.
    if not usable:
        raise LockError("--lock is not the URL of a blob", hint=_FORM)
    return parts


def _find_account(parts: SplitResult, cloud: CloudName) -> tuple[str, str]:
    """Return the URL of the account, and the path below it."""
    host, path = (parts.hostname or "").rstrip("."), parts.path.strip("/")
    if is_loopback(host):  # an emulator of storage has the account in the path, such as /devstoreaccount1
        account, _, rest = path.partition("/")
        if not ACCOUNT.fullmatch(account):
            raise LockError("--lock: on this machine the path begins with the account", hint=_FORM)
        shown = f"[{host}]" if ":" in host else host
        return f"https://{shown}{'' if parts.port is None else f':{parts.port}'}/{account}", rest
    account, _, suffix = host.partition(".")
    if suffix != SUFFIXES[cloud] or not ACCOUNT.fullmatch(account) or parts.port not in {None, 443}:
        hint = f"in this cloud it ends with .{SUFFIXES[cloud]}; for another one, use --cloud"
        raise LockError(f"--lock: {host} is no storage account of the cloud", hint=hint)
    return f"https://{host}", path


def _check_container(name: str) -> None:
    if not CONTAINER.fullmatch(name):
        hint = f"{_FORM}; a container has 3 to 63 lowercase letters, digits and single hyphens"
        raise LockError("--lock names no container", hint=hint)


def _check_name(name: str) -> str:
    segments = name.split("/") if name else []
    odd = any(each in {"", ".", ".."} for each in segments) or name.endswith(".")
    if len(name) > _LONGEST_NAME or odd or not name.isprintable() or "\\" in name or "?" in name or "#" in name:
        hint = "use up to 1024 printable characters, no empty part between slashes, and no dot at the end"
        raise LockError("--lock: not a valid name of a blob", hint=hint)
    return name
