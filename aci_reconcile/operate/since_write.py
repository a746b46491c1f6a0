"""What has changed since a group was last written: its manifest, or the group in Azure.

The tags of every write hold a digest of the manifest as it was then. Secrets have no part in it, and are not compared.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.diff import split_leaves
from aci_reconcile.core.references import references_in
from aci_reconcile.planning.decision import decide, make_verdict_key
from aci_reconcile.planning.permission import is_foreign, is_member

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.core.model import Resource
    from aci_reconcile.planning.policy import Policy
    from aci_reconcile.planning.values import Change


class Since(StrEnum):
    """What is known of the manifest since the last write."""

    SAME = "unchanged"
    CHANGED = "changed"
    """The manifest differs from the one that was written."""
    UNWRITTEN = "not-written"
    """The group was never written with this manifest: it was made by others, or only its tags were written."""
    UNDECLARED = "not-declared"
    FOREIGN = "foreign"
    """The group belongs to others, whose manifests are elsewhere."""
    UNKNOWN = "unknown"
    """The manifests have errors, or a value in this one cannot be had."""


@dataclass(frozen=True, slots=True)
class SinceWrite:
    """The manifest of a group, and what differs from it."""

    since: Since
    place: str = ""
    """The file and the line of the manifest."""
    differs: tuple[str, ...] = ()
    """The paths of what differs between the manifest and Azure, but for secrets."""
    why: str = ""
    """Why nothing is known."""

    @property
    def in_azure(self) -> bool:
        """Whether somebody changed the group in Azure: the manifest is the one that was written, and it differs."""
        return self.since is Since.SAME and bool(self.differs)


def compare_since_write(live: Resource, desired: Resource | None, policy: Policy) -> SinceWrite:
    """Compare a live group with its manifest, and the manifest with what was last written.

    Args:
        live: the group.
        desired: its manifest, with the values of other groups in it; None if there is none.
        policy: who we are.
    """
    if desired is None:
        return SinceWrite(Since.FOREIGN if is_foreign(live, policy) or is_member(live) else Since.UNDECLARED)
    place = f"{desired.where.file}:{desired.where.line}" if desired.where is not None else ""
    if is_foreign(live, policy) or is_member(live):
        return SinceWrite(Since.FOREIGN, place)
    if references_in(desired):
        return SinceWrite(Since.UNKNOWN, place, why="it needs values of other groups that are not there")
    # The verdict "unknown" spares the slow hash of secrets, which may not even be at hand.
    change = decide(desired, live, policy, {make_verdict_key(live): None})
    differs = tuple(_list_differences(change))
    applied = tags.Applied.of(live.tags).desired
    if not applied:
        return SinceWrite(Since.UNWRITTEN, place, differs)
    same = applied == tags.digest_desired(desired.body)
    return SinceWrite(Since.SAME if same else Since.CHANGED, place, differs)


def _list_differences(change: Change) -> Iterator[str]:
    """Yield the paths of what differs, without secrets and our own tags."""
    for each in change.fields:
        leaves = split_leaves(each) if each.keys[:1] == ("tags",) else (each,)
        if not each.secret and not all(leaf.keys[:1] == ("tags",) and tags.is_ours(leaf.keys[-1]) for leaf in leaves):
            yield each.path
