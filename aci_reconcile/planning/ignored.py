"""Fields in ``lifecycle.ignore``: which do not exist, and which a write would remove all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.fields import ROOT
from aci_reconcile.core.fields.paths import display
from aci_reconcile.core.ignore import find_missing_entry, parse_ignorable, value_at
from aci_reconcile.planning.values import Blocker, Notice

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.values import Change


def block_ignored(changes: Iterable[Change]) -> Iterator[Blocker]:
    """Block a write that removes a list entry with an ignored field in it: the manifest renamed the entry."""
    for change in changes:
        if change.before is None or change.after is None or not change.sends_body:
            continue
        for path in change.after.lifecycle.ignore:
            keys = parse_ignorable(path)
            entry = find_missing_entry(change.after.body, keys)
            if entry and value_at(change.before.body, keys) is not None:
                reason = f"{change.address} ignores {path}, but this write removes {display(ROOT, entry)}"
                release = f"remove {path} from lifecycle.ignore, or correct it"
                yield Blocker("ignored", reason, (change.address,), release)


def note_ignored(changes: Iterable[Change], declared: Mapping[Key, Resource]) -> Iterator[Notice]:
    """Yield a notice for each ignored path that neither the live group nor its manifest has."""
    for change in changes:
        desired = declared.get(change.id.key)
        if change.before is None or desired is None:
            continue
        for path, where in zip(desired.lifecycle.ignore, desired.lifecycle.ignored_at, strict=False):
            keys = parse_ignorable(path)
            lacking = find_missing_entry(desired.body, keys)  # a rule of the manifest reports that already
            if not lacking and all(value_at(each, keys) is None for each in (desired.body, change.before.body)):
                message = f"lifecycle.ignore names {path} ({where}), which neither the manifest nor Azure has"
                yield Notice("ignored", change.address, message)
