"""The keys of manifests and project files besides ARM's properties, described by the same kind of rows.

The same code reads these rows and the field table: it checks names, types and references, and generates the JSON
Schemas.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.fields import ROOT, Field, Kind
from aci_reconcile.core.fields.model import build_tree
from aci_reconcile.core.fields.rows import any_json, boolean, choice, group, integer, number, objects, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.core.fields import Node


def _list_own_keys() -> Iterable[Field]:
    """Describe the keys of a manifest that are for this tool."""
    return chain(
        text("resourceGroup", "Resource group of the group. Default: the one of the project, or `--resource-group`."),
        group("lifecycle", "What this tool may do with the group; never sent to Azure."),
        boolean("lifecycle.protect", "Whether to protect the group from being deleted or recreated."),
        boolean("lifecycle.adopt", "Whether to take over a live group that has no owner.", default=False),
        choice(
            "lifecycle.replace",
            "Whether the group may be deleted and created again if a change requires it.",
            "hold",
            "allow",
            default="hold",
        ),
        boolean(
            "lifecycle.detach",
            "Whether to release the group: remove the tags of aci-reconcile and leave the group as it is.",
            default=False,
        ),
        choice(
            "lifecycle.power",
            "Whether the group runs or is stopped. Without it, a group that somebody stopped stays stopped.",
            "running",
            "stopped",
        ),
        group(
            "lifecycle.schedule",
            "When the group runs and when it is stopped, instead of `power`; only `watch` acts on it.",
        ),
        text("lifecycle.schedule.start", "Cron expression of each start, such as `0 7 * * MON-FRI`.", required=True),
        text("lifecycle.schedule.stop", "Cron expression of each stop, such as `0 19 * * MON-FRI`.", required=True),
        text("lifecycle.schedule.timezone", "IANA name of the time zone.", default="UTC"),
        texts(
            "lifecycle.dependsOn",
            "Groups that must be in sync before this one is written.",
            "Address of a group: `resourceGroup/name`, or the name if it is unique.",
        ),
        texts(
            "lifecycle.ignore",
            "Fields that others manage: not compared, and carried over in a write.",
            "Path of a field, such as `tags.costCenter` or `containers[web].image`.",
        ),
    )


OWN_KEYS: Final[Node] = build_tree(_list_own_keys())
"""The keys of a manifest that are never sent to Azure."""

ENVELOPE: Final = ("name", "type", "apiVersion")
"""Keys that identify a manifest; they are read before its body."""

# One map for people: ARM's properties and our own keys stand side by side, and `documents` takes them apart.
GROUP: Final[Node] = replace(
    ROOT,
    children={**ROOT.children, **OWN_KEYS.children},
    lowered={**ROOT.lowered, **OWN_KEYS.lowered},
    required=(*ROOT.required, *OWN_KEYS.required),
)
"""A manifest of a container group."""


def _list_shared_settings(at: str) -> Iterable[Field]:
    """Describe the settings that the project and each environment may have."""
    return chain(
        text(f"{at}requiredVersion", "Allowed versions of aci-reconcile, such as `>=0.1,<2`."),
        text(f"{at}subscription", "Subscription id."),
        text(f"{at}resourceGroup", "Resource group of all groups of the project."),
        text(f"{at}location", "Default region of the groups, such as `westeurope`."),
        text(f"{at}apiVersion", "Lowest api-version to use."),
        texts(
            f"{at}manifests", "Paths of the manifests.", "A file, a folder or a pattern, relative to the project file."
        ),
        any_json(
            f"{at}defaults", "Default properties of every group. The group wins; maps are merged, lists are replaced."
        ),
        _list_variable_keys(f"{at}variables"),
        texts(
            f"{at}publicEnv",
            "Environment variables that are not secret, and may be used in readable fields.",
            "Name of an environment variable.",
        ),
        choice(
            f"{at}fingerprint",
            "Whether to store a fingerprint of its secrets with each group. Without it, changed secrets go unnoticed.",
            "auto",
            "none",
            default="auto",
        ),
        text(f"{at}fingerprintKey", "Reference to the fingerprint key: `${env:NAME}` or `${keyvault:vault/secret}`."),
        text(
            f"{at}formerFingerprintKey",
            "Reference to the previous fingerprint key, while groups still have fingerprints made with it.",
        ),
        boolean(f"{at}createResourceGroups", "Whether to create missing resource groups.", default=False),
        choice(
            f"{at}mode",
            "Whether to write groups, or only to plan and check them.",
            "apply",
            "observe",
            default="apply",
        ),
        _list_policy_keys(f"{at}policy"),
        group(f"{at}lock", "The lock that a run takes before it writes: a blob, named after project and environment."),
        text(f"{at}lock.storageAccount", "Name of the storage account; the cloud supplies its domain.", required=True),
        text(f"{at}lock.container", "Name of the container, which must exist.", required=True),
        group(f"{at}local", "What `--local` emulates."),
        text(
            f"{at}local.facts",
            "Path of a `facts.json`, relative to the project file: the emulator answers as that subscription did.",
        ),
    )


def _list_variable_keys(at: str) -> Iterable[Field]:
    """Describe ``variables``: a value, or a declaration with type and default."""
    return chain(
        [
            Field(at, Kind.MAP, "Values for `${var:NAME}`."),
            Field(f"{at}.*", Kind.OBJECT, "Value of the variable, or its declaration."),
        ],
        choice(f"{at}.*.type", "Type of the value.", "string", "number", "boolean", default="string"),
        text(f"{at}.*.default", "Default value; a plain value instead of a map means the same.", unnamed=True),
        boolean(f"{at}.*.required", "Whether a value is required.", default=False),
        text(f"{at}.*.description", "Description of the variable."),
    )


def _list_policy_keys(at: str) -> Iterable[Field]:
    """Describe ``policy``: what an apply may do."""
    return chain(
        group(at, "What an apply may do without further permission."),
        boolean(
            f"{at}.prune",
            "Whether to delete orphans: groups of the project that no longer have a manifest.",
            default=False,
        ),
        integer(f"{at}.maxDeletes", "Maximum number of groups that one apply may delete.", default=1),
        choice(
            f"{at}.replace",
            "Whether a change that needs a replacement is blocked until permitted.",
            "hold",
            "allow",
            default="hold",
        ),
        integer(f"{at}.maxRestarts", "Maximum number of groups that one apply may restart. Default: no limit."),
        number(
            f"{at}.maxShare",
            "Maximum share of the project's live groups, from 0 to 1, that one apply may delete or recreate unless "
            "an option names the number.",
            default=0.5,
        ),
        objects(
            f"{at}.freeze",
            "Freeze windows, in which nothing is written.",
            "One window: by two dates, or by a cron expression and a duration.",
        ),
        text(f"{at}.freeze[].reason", "Reason, shown when an apply is blocked.", required=True),
        text(f"{at}.freeze[].from", "First day, or time at which the window begins: `2026-12-20`, `2026-12-20T18:00`."),
        text(f"{at}.freeze[].to", "Last day, included, or time at which the window ends."),
        text(f"{at}.freeze[].cron", "Start of each window: minute, hour, day of month, month, day of week."),
        text(f"{at}.freeze[].duration", "Duration of each window, such as `62h`, `2d`, `1h30m`."),
        text(f"{at}.freeze[].timezone", "IANA name of the time zone.", default="UTC"),
        objects(f"{at}.rules", "JSON Schemas that a plan's JSON must satisfy.", "One rule."),
        text(f"{at}.rules[].schema", "Path of the schema, relative to the project file.", required=True),
        text(f"{at}.rules[].message", "Message for a plan that violates the rule.", required=True),
        choice(
            f"{at}.rules[].severity",
            "Whether a plan that violates the rule is blocked, or only reported.",
            "error",
            "warning",
            default="error",
        ),
    )


def _list_project_keys() -> Iterable[Field]:
    """Describe the project file: shared settings, once for the project and once for each environment."""
    each = "environments.*"
    return chain(
        text("name", "Name of the project, which owns the groups that it creates.", required=True),
        text("id", "Id that distinguishes projects with the same name: 6 to 16 lowercase letters and digits."),
        _list_shared_settings(""),
        [
            Field("environments", Kind.MAP, "Environments to choose from with `--environment`."),
            Field(each, Kind.OBJECT, "Settings of this environment, which override the project."),
        ],
        _list_shared_settings(f"{each}."),
        [
            Field(f"{each}.groups", Kind.MAP, "Patches of single groups, by name or address."),
            Field(f"{each}.groups.*", Kind.ANY, "Properties that override the manifest of the group."),
        ],
    )


PROJECT: Final[Node] = build_tree(_list_project_keys())
"""The project file."""
