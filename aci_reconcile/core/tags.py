"""The tags of this tool. There is no state file: a group's own tags say who owns it and what was last written.

==========================  ======================================================================================
``aci-reconcile-project``   the owner: the project, ``/environment`` where one is chosen, ``@id`` where it has an id
``aci-reconcile-protected`` ``true`` while the group must be neither deleted nor recreated
``aci-reconcile-applied``   ``v1:<digest of the desired body>:<digest of the live body that did not take>:<serial>``
``aci-reconcile-secrets``   the fingerprint of all write-only values (``aci_reconcile.core.secret``)
``aci-reconcile-run``       which run made the group, and until when it may be there (``aci_reconcile.core.run_tag``)
==========================  ======================================================================================

The serial changes with every write, so an approval from before a write is never valid after it. Tags without a serial,
or with the first digest only, were written by earlier versions and stay valid.

Azure ignores the case of tag names, and a write replaces the entire map. So every write merges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.desired import without_profile
from aci_reconcile.core.model import as_object, as_text
from aci_reconcile.core.normalize import align, digest, normalize

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aci_reconcile.core.model import Body, Json, Resource

OWNER: Final = "aci-reconcile-project"
PROTECTED: Final = "aci-reconcile-protected"
APPLIED: Final = "aci-reconcile-applied"
SECRETS: Final = "aci-reconcile-secrets"
RUN: Final = "aci-reconcile-run"
MEMORY: Final = frozenset({APPLIED, SECRETS})
"""Tags that record a write; they change with it and are no difference by themselves."""
PROJECT_ID: Final = re.compile(r"[a-z0-9]{6,16}")
"""The form of a project's id: short, because a tag holds 256 characters (documented), and without ``/`` and ``@``."""
_OURS: Final = MEMORY | {OWNER, PROTECTED, RUN}


@dataclass(frozen=True, slots=True)
class Applied:
    """What the last write recorded: the digest of the desired body, and of the live body if that differed."""

    desired: str = ""
    refused: str = ""
    serial: str = ""
    """The serial of the write, which is unique. Empty if an earlier version wrote the tag."""

    def __str__(self) -> str:
        last = (self.refused, self.serial) if self.serial else (self.refused,) if self.refused else ()
        return ":".join(("v1", self.desired, *last))

    @classmethod
    def of(cls, tags: Mapping[str, Json]) -> Applied:
        """Parse the tag; empty if there is none, or if another version wrote it."""
        # A tag of another version counts as none: it means "unknown", and must not mean "changed".
        version, _, rest = get(tags, APPLIED).partition(":")
        desired, _, more = rest.partition(":")
        refused, _, serial = more.partition(":")
        return cls(desired, refused, serial) if version == "v1" else cls()


def get(tags: Mapping[str, Json], name: str) -> str:
    """Return the value of a tag, whatever the case of its name; empty when there is none."""
    if name in tags:  # as this tool writes it, and as Azure keeps it
        return as_text(tags[name])
    for key, value in tags.items():
        if key.lower() == name:
            return as_text(value)
    return ""


def owner(resource: Resource) -> str:
    """Return the owner tag of the group; empty if it has none."""
    return get(resource.tags, OWNER)


def make_owner_tag(owner: str, project_id: str) -> str:
    """Return the value of the owner tag: the owner, and the id of the project if it has one."""
    return f"{owner}@{project_id}" if project_id else owner


def owner_name(tag: str) -> str:
    """Return the owner in an owner tag, without the id of the project."""
    return tag.partition("@")[0]


def owner_id(tag: str) -> str:
    """Return the id of the project in an owner tag; empty if it has none, or one that is not valid."""
    mark = tag.partition("@")[2]
    return mark if PROJECT_ID.fullmatch(mark) else ""


def is_owned_by(tag: str, owner: str, ids: Collection[str]) -> bool:
    """Whether a tag names an owner: by the name alone, as before projects had ids, or with one of these ids."""
    return tag == owner or (owner_name(tag) == owner and owner_id(tag) in ids)


def is_protected(resource: Resource) -> bool:
    """Whether the live group carries the protection tag."""
    return get(resource.tags, PROTECTED).lower() == "true"


def merge(live: Mapping[str, Json], wanted: Mapping[str, Json]) -> dict[str, str]:
    """Return the live tags with the wanted ones merged in; None removes a tag.

    A tag keeps its spelling in Azure.
    """
    merged = {name: as_text(value) for name, value in live.items()}
    spelled = {name.lower(): name for name in live}
    for name, value in wanted.items():
        here = spelled.get(name.lower(), name)  # two names that differ by case are one to Azure
        if value is None:
            merged.pop(here, None)
        else:
            merged[here] = as_text(value)
    return merged


def keep_spelling(wanted: Mapping[str, Json], live: Mapping[str, Json]) -> dict[str, Json]:
    """Return tags in the spelling that Azure has already."""
    known = {name.lower(): name for name in live}
    return {known.get(name.lower(), name): value for name, value in wanted.items()}


def make_tags(desired: Resource, owner: str) -> dict[str, Json]:
    """Return our owner and protection tags. If the manifest does not mention protection, that tag stays as it is."""
    wanted: dict[str, Json] = {OWNER: owner}
    if desired.lifecycle.protect is not None:
        wanted[PROTECTED] = "true" if desired.lifecycle.protect else None
    return wanted


def digest_desired(body: Body) -> str:
    """Return the digest of a declared body's normal form, without secrets and our own tags."""
    declared = normalize(body)
    rest = {name: value for name, value in declared.items() if name != "tags"}
    named = {name: value for name, value in as_object(declared.get("tags")).items() if not is_ours(name)}
    return digest({**rest, "tags": named} if named else rest)


def digest_live(live: Body, desired: Body) -> str:
    """Return the digest of the part of a live body that a desired one declares, without our own tags."""
    named = {name: value for name, value in as_object(live.get("tags")).items() if not is_ours(name)}
    return digest(align(normalize(without_profile({**live, "tags": named}, desired)), normalize(desired))[0])


def make_refusal(live: Body, desired: Body, declared: str, *, written: bool) -> Applied:
    """Return the tag of a group whose live body still differs from what was written.

    Args:
        live: its current body.
        desired: what was sent.
        declared: the digest of the manifest.
        written: whether a complete body was ever written. If not, as after adoption, the tag must not claim so: it has
            one digest over both the live body and the manifest.
    """
    left = digest_live(live, desired)
    return Applied(declared, left) if written else Applied("", digest([left, declared]))


def is_ours(name: str) -> bool:
    """Whether a tag belongs to this tool."""
    return name.lower() in _OURS
