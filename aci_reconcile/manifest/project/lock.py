"""Reads where the project's lock is. A repository names an account and a container, and never a host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.lock import ACCOUNT, CONTAINER
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.manifest.project.codes import ACI297
from aci_reconcile.manifest.project.project import LockSettings
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest.syntax.items import Places


def read_lock(body: Mapping[str, Json], places: Places, diagnostics: Diagnostics) -> LockSettings | None:
    """Return where the lock is; None if the project has none, or complain."""
    lock = as_object(body.get("lock"))
    account, container = as_text(lock.get("storageAccount")), as_text(lock.get("container"))
    valid = True
    for key, text, form, hint in (
        ("storageAccount", account, ACCOUNT, "the name alone: 3 to 24 lowercase letters and digits"),
        ("container", container, CONTAINER, "3 to 63 lowercase letters, digits and single hyphens"),
    ):
        # Without a value, or with a reference that is replaced later, another check speaks.
        if key in lock and "${" not in text and not form.fullmatch(text):
            message = f"{quote(text)} is not a valid name"
            diagnostics.add(ACI297, places.find(("lock", key)), message, hint=hint, path=f"lock.{key}")
            valid = False
    return LockSettings(account, container) if valid and account and container else None
