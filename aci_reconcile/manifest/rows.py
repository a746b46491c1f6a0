"""What a manifest and a project file may hold beside ARM's properties, described by the same kind of rows.

The rows are read by the same code as the field table: names, types and references are checked in one way, and the JSON
Schemas are made from both.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, Field, Kind
from aci_reconcile.core.fields.rows import (
    anything,
    boolean,
    choice,
    group,
    integer,
    number,
    objects,
    text,
    texts,
)
from aci_reconcile.core.fields.tree import build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.fields import Node


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
    required=(*ROOT.required, *OURS.required),
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
        _variables(f"{at}variables"),
        texts(
            f"{at}publicEnv",
            "Environment variables that may appear in fields anybody can read.",
            "Name of an environment variable.",
        ),
        choice(
            f"{at}fingerprint",
            "Whether each group carries a fingerprint of its secrets, without which no change of one is seen.",
            "auto",
            "none",
            default="auto",
        ),
        text(f"{at}fingerprintKey", "Where the key of fingerprints is: `${env:NAME}` or `${keyvault:vault/secret}`."),
        text(f"{at}formerFingerprintKey", "Where the key before it is, while groups carry what was made with it."),
        boolean(f"{at}createResourceGroups", "Whether missing resource groups are created.", default=False),
        choice(
            f"{at}mode",
            "Whether groups are written, or only planned and checked.",
            "apply",
            "observe",
            default="apply",
        ),
        _policy(f"{at}policy"),
    )


def _variables(at: str) -> Iterable[Field]:
    return chain(
        [
            Field(at, Kind.MAP, "Values for `${var:NAME}`."),
            Field(f"{at}.*", Kind.OBJECT, "Text of the variable, or what is known about it."),
        ],
        choice(f"{at}.*.type", "What its value must be.", "string", "number", "boolean", default="string"),
        text(f"{at}.*.default", "Its value where none is given; a text alone is short for it.", unnamed=True),
        boolean(f"{at}.*.required", "Whether a value must be given.", default=False),
        text(f"{at}.*.description", "What it is for."),
    )


def _policy(at: str) -> Iterable[Field]:
    return chain(
        group(at, "What an apply may do without being asked again."),
        boolean(f"{at}.prune", "Whether groups that stand in no manifest any more are deleted.", default=False),
        integer(f"{at}.maxDeletes", "How many groups one apply may delete.", default=1),
        choice(
            f"{at}.replace",
            "Whether a group that can't be changed in place waits for permission.",
            "hold",
            "allow",
            default="hold",
        ),
        integer(f"{at}.maxRestarts", "How many groups one apply may restart; without it, any number."),
        number(
            f"{at}.maxShare",
            "Share of the project's live groups, from 0 to 1, that one apply may delete or recreate unless it names "
            "the number.",
            default=0.5,
        ),
        objects(f"{at}.freeze", "When nothing is written.", "One window: by dates, or by a cron expression."),
        text(f"{at}.freeze[].reason", "Why, for those who are held back.", required=True),
        text(f"{at}.freeze[].from", "First day, or first moment: `2026-12-20`, `2026-12-20T18:00`."),
        text(f"{at}.freeze[].to", "Last day, which is included, or the moment at which the window ends."),
        text(f"{at}.freeze[].cron", "When each window begins: minute, hour, day of month, month, day of week."),
        text(f"{at}.freeze[].duration", "How long each window is, such as `62h`, `2d`, `1h30m`."),
        text(f"{at}.freeze[].timezone", "IANA name of the time zone of all that.", default="UTC"),
        objects(f"{at}.rules", "JSON Schemas that a plan's JSON must satisfy.", "One rule."),
        text(f"{at}.rules[].schema", "File of the schema, from the project file on.", required=True),
        text(f"{at}.rules[].message", "What is said where a plan breaks the rule.", required=True),
        choice(
            f"{at}.rules[].severity",
            "Whether a plan that breaks the rule is held back, or only remarked upon.",
            "error",
            "warning",
            default="error",
        ),
    )


def _project() -> Iterable[Field]:
    each = "environments.*"
    return chain(
        text("name", "Name of the project: it owns the groups it makes.", required=True),
        text("id", "What tells the project from another one with its name: 6 to 16 small letters and digits."),
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
