"""What a manifest leaves to others: where it leads into nothing, and where a write would take it away all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.carry import entry_lacking, ignorable, value_at
from aci_reconcile.fields import ROOT
from aci_reconcile.fields.paths import display
from aci_reconcile.plan.values import Blocker, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.model import Resource
    from aci_reconcile.plan.deferring import Key
    from aci_reconcile.plan.values import Change


def ignored_blockers(changes: Iterable[Change]) -> Iterator[Blocker]:
    """Hold a write that removes the entry in which others have set what is left to them: it was renamed."""
    for change in changes:
        if change.before is None or change.after is None or not change.sends_body:
            continue
        for path in change.after.lifecycle.ignore:
            keys = ignorable(path)
            entry = entry_lacking(change.after.body, keys)
            if entry and value_at(change.before.body, keys) is not None:
                reason = f"{change.address} ignores {path}, but this write removes {display(ROOT, entry)}"
                release = f"remove {path} from lifecycle.ignore, or correct it"
                yield Blocker("ignored", reason, (change.address,), release)


def ignored_notices(changes: Iterable[Change], declared: Mapping[Key, Resource]) -> Iterator[Notice]:
    """Yield a notice for each ignored path of a live group that neither it nor its manifest has anything at."""
    for change in changes:
        desired = declared.get(change.id.key)
        if change.before is None or desired is None:
            continue
        for path, where in zip(desired.lifecycle.ignore, desired.lifecycle.ignored_at, strict=False):
            keys = ignorable(path)
            lacking = entry_lacking(desired.body, keys)  # that is said of the manifest already
            if not lacking and all(value_at(each, keys) is None for each in (desired.body, change.before.body)):
                message = f"lifecycle.ignore names {path} ({where}), which neither the manifest nor Azure has"
                yield Notice("ignored", change.address, message)
