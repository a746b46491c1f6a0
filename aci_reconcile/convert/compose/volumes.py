"""Volumes and secrets of a Compose project as volumes of a group."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.convert.compose.units import make_label
from aci_reconcile.manifest.source.nodes import MapNode

if TYPE_CHECKING:
    from aci_reconcile.convert.compose.interpolation import Interpolation
    from aci_reconcile.convert.cursor import Cursor, MapCursor

AZURE_FILE: Final = "azure_file"
_SECRETS: Final = "/run/secrets"
_COLON: Final = re.compile(r":(?![^{]*\})")
"""A colon that is not in a reference."""
_BIND: Final = "ACI mounts no folder of a host"
_SHARE: Final = "put the files into an Azure Files share (`driver: azure_file`) or into the image"


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of a project: those that it declares, and those that its services need."""

    declared: MapCursor | None
    secrets: MapCursor | None
    words: Interpolation
    found: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Volumes of the group in ARM's shape, by name."""
    _sources: dict[str, str] = field(default_factory=dict[str, str])
    """The words of each secret, by its name in the file."""

    def mount(self, cursor: Cursor, service: str) -> dict[str, Any] | None:
        """Return the mount of a service; None if ACI has none like it, which is reported."""
        if isinstance(cursor.node, MapNode):
            entry = cursor.map()
            return self._mount_long(entry, cursor, service) if entry else None
        text = self.words.say(cursor)
        if not text:
            return None
        parts = _COLON.split(text)
        if len(parts) == 1:
            return self._mount_empty(cursor, service, parts[0], "an anonymous volume")
        source, target, mode = parts[0], parts[1], parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  SOURCE:TARGET:MODE
        if source.startswith((".", "/", "~", "$")) or (len(source) == 1 and source.isalpha()):
            cursor.lose(f"{_BIND}: `{source}`", _SHARE)
            return None
        return self._mount_named(cursor, source, target, read_only="ro" in mode.split(","))

    def _mount_long(self, entry: MapCursor, cursor: Cursor, service: str) -> dict[str, Any] | None:
        kind, source = entry.text("type") or "volume", self._say(entry, "source")
        target, read_only = self._say(entry, "target"), entry.flag("read_only") or False
        entry.note("consistency", "a hint for desktops")
        for key in ("volume", "bind", "tmpfs"):
            below = entry.get(key)
            if below is not None:
                below.lose(f"ACI has no such options of a volume ({key})")
        if not target:
            cursor.lose("the volume has no `target`")
            return None
        if kind == "tmpfs" or (kind == "volume" and not source):
            return self._mount_empty(cursor, service, target, "a `tmpfs`" if kind == "tmpfs" else "an anonymous volume")
        if kind not in {"volume", AZURE_FILE}:
            cursor.lose(f"{_BIND}: `{source}`" if kind == "bind" else f"ACI has no volume of type `{kind}`", _SHARE)
            return None
        return self._mount_named(cursor, source, target, read_only=read_only)

    def _say(self, entry: MapCursor, key: str) -> str:
        found = entry.get(key)
        return (self.words.say(found) or "") if found else ""

    def mount_tmpfs(self, cursor: Cursor, service: str) -> dict[str, Any] | None:
        """Return the mount of a ``tmpfs``."""
        text = self.words.say(cursor) or ""
        return self._mount_empty(cursor, service, text.partition(":")[0], "a `tmpfs`") if text else None

    def _mount_empty(self, cursor: Cursor, service: str, target: str, what: str) -> dict[str, Any]:
        name = make_label(f"{service}-{target}")
        self.found.setdefault(name, {"name": name, "emptyDir": {}})
        cursor.note(f"{what} becomes an empty directory that lives as long as the group")
        return {"name": name, "mountPath": target}

    def _mount_named(self, cursor: Cursor, source: str, target: str, *, read_only: bool) -> dict[str, Any] | None:
        name = make_label(source)
        if name not in self.found:
            definition = self.declared.get(source) if self.declared else None
            volume = self._declare(source, name, definition, cursor)
            if volume is None:
                return None
            self.found[name] = volume
        return {"name": name, "mountPath": target, **({"readOnly": True} if read_only else {})}

    def _declare(self, source: str, name: str, cursor: Cursor | None, use: Cursor) -> dict[str, Any] | None:
        """Return a named volume in ARM's shape."""
        if cursor is None:
            use.lose(f"the file declares no volume `{source}`")
            return None
        definition = cursor.map()
        driver = definition.text("driver") if definition else ""
        if definition is not None:
            for key in ("labels", "name"):
                definition.note(key, "a volume of a group has no labels, and the name by which services mount it")
        if definition is None or driver != AZURE_FILE:
            return self._replace_local(cursor, definition, name, driver)
        options = definition.map("driver_opts")
        share = self._say(options, "share_name") if options else ""
        account = self._say(options, "storage_account_name") if options else ""
        if options is None or not (share and account):
            cursor.lose("an Azure Files volume needs `share_name` and `storage_account_name` in `driver_opts`")
            return None
        options.note("storage_account_key", "a secret: no manifest gets it")
        key = self.words.draft.need(
            self.words.group, f"volumes[{name}].azureFile.storageAccountKey", (account, "KEY"), secret=("key", account)
        )
        found = {"shareName": share, "storageAccountName": account, "storageAccountKey": key}
        return {"name": name, "azureFile": {**found, **({"readOnly": True} if options.flag("read_only") else {})}}

    def _replace_local(self, cursor: Cursor, definition: MapCursor | None, name: str, driver: str) -> dict[str, Any]:
        """Return an empty directory in place of a volume of the host."""
        for key in ("driver_opts", "external"):
            below = definition.get(key) if definition else None
            if below is not None:
                below.lose("ACI has no such volume")
        message = f"a volume of the host ({driver or 'local'}) becomes an empty directory: its files go with the group"
        cursor.findings.lose(cursor.where, cursor.path, message, "use `driver: azure_file` for files that are to stay")
        return {"name": name, "emptyDir": {}}

    def mount_secret(self, cursor: Cursor, service: str) -> dict[str, Any] | None:
        """Return the mount of a secret's file, which all secrets of a service in one folder share."""
        source, target = self._read_use(cursor)
        if not source:
            return None
        words = self._find_secret(source, cursor)
        if not words:
            return None
        path = posixpath.join(_SECRETS, target or source)
        folder, file = posixpath.split(path)
        name = make_label(f"{service}{'' if folder == _SECRETS else folder}-secrets")
        volume = self.found.setdefault(name, {"name": name, "secret": {}})
        at = f"volumes[{name}].secret.{file}"
        reference = self.words.draft.need(self.words.group, at, (words,), secret=("compose", words))
        volume["secret"][file] = {"fromText": reference}
        return {"name": name, "mountPath": folder, "readOnly": True}

    def _read_use(self, cursor: Cursor) -> tuple[str, str]:
        if not isinstance(cursor.node, MapNode):
            return self.words.say(cursor) or "", ""
        entry = cursor.map()
        if entry is None:  # pragma: no cover  it is a map
            return "", ""
        for key in ("uid", "gid", "mode"):
            entry.note(key, "files of a secret volume have no owner and mode of their own")
        return self._say(entry, "source"), self._say(entry, "target")

    def _find_secret(self, source: str, use: Cursor) -> str:
        """Return the name of a secret for its variable; empty if it cannot be had, which is reported."""
        if source in self._sources:
            return self._sources[source]
        cursor = self.secrets.get(source) if self.secrets else None
        definition = cursor.map() if cursor else None
        if cursor is None or definition is None:
            use.lose(f"the file declares no secret `{source}`")
            return ""
        for key in ("labels", "name", "driver", "template_driver", "driver_opts"):
            definition.note(key, "a variable of the environment holds the secret now")
        environment, file = definition.text("environment"), definition.text("file")
        external = definition.flag("external")
        if file:
            cursor.findings.note(cursor.where, cursor.path, f"set the variable to the content of {file}")
        self._sources[source] = environment or source
        if not (environment or file or external):
            cursor.lose("the secret has no source")
        return self._sources[source]
