"""What a manifest and a project file may hold beside ARM's properties, described by the same kind of rows.

The rows are read by the same code as the field table: names, types and references are checked in one way, and the JSON
Schemas are made from both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from aci_reconcile.fields import ROOT, Field, Kind
from aci_reconcile.fields.rows import anything, boolean, choice, group, integer, text, text_map, texts
from aci_reconcile.fields.tree import build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.fields import Node


def _lifecycle() -> Iterable[Field]:
    return chain(
        text("resourceGroup", "Resource group of the group; else that of the project or of `--resource-group`."),
        group("lifecycle", "What this tool may do with the group; never sent to Azure."),
        boolean("lifecycle.protect", "Whether the group may never be deleted or recreated."),
        boolean("lifecycle.adopt", "Whether a live group without an owner is taken over.", default=False),
        choice(
            "lifecycle.replace",
            "Whether the group may be deleted and created again where a change needs it.",
            "hold",
            "allow",
            default="hold",
        ),
        boolean(
            "lifecycle.detach",
            "Whether the group is let go: our tags are taken off, and it is left alone.",
            default=False,
        ),
        texts(
            "lifecycle.dependsOn",
            "Groups that must be as they should be before this one is written.",
            "Address of a group: `resourceGroup/name`, or the name where it is unique.",
        ),
        texts(
            "lifecycle.ignore",
            "Fields left to others: not compared, and carried over in a write.",
            "Path of a field, such as `tags.costCenter` or `containers[web].image`.",
        ),
    )


OURS: Final[Node] = build(_lifecycle())
"""The keys of a manifest that are ours and never sent to Azure."""

ENVELOPE: Final = ("name", "type", "apiVersion")
"""Keys of a manifest that say what it is about; they are read before its body."""

GROUP: Final[Node] = replace(
    ROOT,
    children={**ROOT.children, **OURS.children},
    lowered={**ROOT.lowered, **OURS.lowered},
)
"""A whole manifest of a container group."""


def _shared(at: str) -> Iterable[Field]:
    """Describe what the project and each of its environments may say."""
    return chain(
        text(f"{at}requiredVersion", "Versions of aci-reconcile that may be used, such as `>=0.1,<2`."),
        text(f"{at}subscription", "Id of the subscription."),
        text(f"{at}resourceGroup", "Resource group of every group of the project."),
        text(f"{at}location", "Region of every group that names none, such as `westeurope`."),
        text(f"{at}apiVersion", "Oldest api-version to use."),
        texts(f"{at}manifests", "Where the manifests are.", "A file, a folder or a pattern, from the project file on."),
        anything(f"{at}defaults", "What is laid under every group; the group wins, maps merge, lists replace."),
        text_map(f"{at}variables", "Values for `${var:NAME}`.", "Text of the variable."),
        texts(
            f"{at}publicEnv",
            "Environment variables that may appear in fields anybody can read.",
            "Name of an environment variable.",
        ),
        boolean(f"{at}createResourceGroups", "Whether missing resource groups are created.", default=False),
        group(f"{at}policy", "What an apply may do without being asked again."),
        boolean(f"{at}policy.prune", "Whether groups that stand in no manifest any more are deleted.", default=False),
        integer(f"{at}policy.maxDeletes", "How many groups one apply may delete.", default=1),
        choice(
            f"{at}policy.replace",
            "Whether a group that can't be changed in place waits for permission.",
            "hold",
            "allow",
            default="hold",
        ),
    )


def _project() -> Iterable[Field]:
    each = "environments.*"
    return chain(
        text("name", "Name of the project: it owns the groups it makes.", required=True),
        _shared(""),
        [
            Field("environments", Kind.MAP, "Environments to choose from with `--environment`."),
            Field(each, Kind.OBJECT, "What differs in this environment."),
        ],
        _shared(f"{each}."),
        [
            Field(f"{each}.groups", Kind.MAP, "Patches of single groups, by name or address."),
            Field(f"{each}.groups.*", Kind.ANY, "What is laid over the manifest of the group."),
        ],
    )


PROJECT: Final[Node] = build(_project())
"""The project file."""
