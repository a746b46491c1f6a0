"""Who owns the groups of a run, and how they are recognized."""

from __future__ import annotations

from dataclasses import dataclass

from aci_reconcile.core import tags


@dataclass(frozen=True, slots=True)
class Owner:
    """A project, one of its environments, and where its groups are."""

    owner: str
    """Whose the groups are: the project, and ``/environment`` where one is chosen."""
    project_id: str = ""
    """What stands beside the owner in its tag, for another project may have the same name; empty: nothing."""
    known_ids: frozenset[str] = frozenset()
    """Ids under which groups are this owner's as well: they are kept until a group is written anyway."""
    ids_above: frozenset[str] = frozenset()
    """Ids of projects in the folders above, in the same repository, of which this one may have been split off."""
    id_derived: bool = False
    """Nobody wrote the id down: it was concluded from where the repository comes from, which may change."""
    subscription: str = ""
    """Where the run acts; empty: in every subscription that a group is in."""
    places: frozenset[tuple[str, str]] | None = None
    """Keys of the resource groups that the project names; None: nobody tells them from others."""
    environments: frozenset[str] | None = None
    """The environments of the project; None: nobody knows them."""
    take_over: frozenset[str] = frozenset()
    """Owners whose groups may be taken over, as their tag says it."""

    @property
    def mark(self) -> str:
        """The value of the owner tag of what is written."""
        return tags.make_owner_tag(self.owner, self.project_id)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of this project: the one that it writes, and those that it may be known by."""
        return self.known_ids | ({self.project_id} - {""})

    def owns(self, tag: str) -> bool:
        """Whether a group with this owner tag is ours."""
        return tags.is_owned_by(tag, self.owner, self.ids)

    def takes(self, tag: str) -> bool:
        """Whether groups with this owner tag may be taken over: by the tag, or by its name where its id is ours.

        A project that was renamed, or split, keeps its id.
        """
        kin = self.ids | self.ids_above
        return tag in self.take_over or (tags.owner_name(tag) in self.take_over and tags.owner_id(tag) in kin)

    def choose_mark(self, tag: str) -> str:
        """Return the owner tag for the next write of our group. A tag with an id stays if the project has none."""
        return self.mark if self.project_id or not tags.owner_id(tag) else tag
