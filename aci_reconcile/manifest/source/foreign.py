"""Recognizes documents that are not manifests by their content: those of other tools, and our own reports.

A folder of manifests often contains some. Those that are certain are skipped; anything else is read as a manifest with
mistakes. A document with a property of a group such as ``containers`` at the top, or with the type of a container
group, always counts as a manifest.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core.model import CONTAINER_GROUPS
from aci_reconcile.manifest.keys import GROUP
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aci_reconcile.manifest.source.nodes import Source


@dataclass(frozen=True, slots=True)
class Foreign:
    """The kind of a document, and what to do instead."""

    what: str
    hint: str

    def make_hint(self, file: str) -> str:
        """Return what to do instead with a file; commands are quoted for the shell."""
        return self.hint.replace("FILE", shlex.quote(file))


Kind: TypeAlias = "tuple[Foreign, frozenset[str], frozenset[str]]"
"""The kind, the keys that must all be present, and the keys of which at least one must be."""

_GIVE: Final = "give the manifest of a container group"
TEMPLATE: Final = Foreign(
    "an ARM deployment template",
    "`aci-reconcile convert FILE` writes manifests for its container groups",
)
COMPOSE: Final = Foreign("a Docker Compose file", "`aci-reconcile convert FILE` writes a manifest for its services")
KUSTOMIZE: Final = Foreign("a Kustomize file", _GIVE)
AZD: Final = Foreign("an Azure Developer CLI project", _GIVE)
PLAYBOOK: Final = Foreign("an Ansible playbook", _GIVE)
PIPELINE: Final = Foreign("a pipeline", _GIVE)
PROJECT: Final = Foreign("a project file", "it is read when it is named aci-reconcile.yaml, or given with --project")
ACCEPTED: Final = Foreign("a file of accepted drift", "it is read when it is named aci-reconcile.accepted.yaml")

_KUBERNETES: Final = Foreign("a Kubernetes manifest", "write a manifest of a container group")
_PARAMETERS: Final = Foreign("a parameter file of an ARM template", _GIVE)
PLAN: Final = Foreign("a saved plan", "`show FILE` shows it, and `apply --plan FILE` applies it")
TERRAFORM_PLAN: Final = Foreign(
    "an output of Terraform", "`aci-reconcile convert FILE` writes manifests for its groups"
)
_REPORT: Final = Foreign("a report of another tool", _GIVE)
_PACKAGE: Final = Foreign("a Node.js package file", _GIVE)
_SCHEMA: Final = Foreign("a JSON Schema", _GIVE)
_SETTINGS: Final = Foreign("a settings file of another tool", _GIVE)
_TERRAFORM: Final = Foreign("a Terraform file", _GIVE)

SCHEMAS: Final[Mapping[str, Foreign]] = {
    "deploymentParameters": _PARAMETERS,
    "deploymentTemplate": TEMPLATE,
    "DeploymentTemplate": TEMPLATE,
    "json-schema.org": _SCHEMA,
    "sarif": _REPORT,
    "renovate": _SETTINGS,
    "json.schemastore.org": _SETTINGS,
}
"""By a part of the value of `$schema`."""


def _make_kind(what: Foreign, needed: str, some: str = "") -> Kind:
    return what, frozenset(needed.split()), frozenset(some.split())


# The keys are those that each tool's documentation or schema requires, or that no other tool has.
KINDS: Final[tuple[Kind, ...]] = (
    _make_kind(TERRAFORM_PLAN, "format_version terraform_version"),
    _make_kind(PLAN, "format_version resource_changes"),
    _make_kind(_REPORT, "format_version"),
    _make_kind(_REPORT, "runs version", "$schema properties inlineExternalProperties"),
    _make_kind(_PARAMETERS, "contentVersion parameters"),
    _make_kind(_KUBERNETES, "apiVersion kind", "metadata spec items data subsets webhooks rules resources"),
    _make_kind(Foreign("a Helm chart", _GIVE), "apiVersion name version", "description type dependencies appVersion"),
    _make_kind(
        Foreign("values of a Helm chart", _GIVE), "", "replicaCount podAnnotations podSecurityContext autoscaling"
    ),
    _make_kind(_PACKAGE, "", "devDependencies peerDependencies lockfileVersion workspaces engines browserslist"),
    _make_kind(
        _PACKAGE, "name version", "main private license author description keywords exports bin files dependencies"
    ),
    _make_kind(_PACKAGE, "scripts", "dependencies private main name"),
    _make_kind(_PACKAGE, "packages", "lerna npmClient catalog onlyBuiltDependencies version"),
    _make_kind(_SETTINGS, "", "compilerOptions typeAcquisition"),
    _make_kind(Foreign("a PHP package file", _GIVE), "", "require require-dev autoload"),
    _make_kind(Foreign("a GitHub workflow", _GIVE), "jobs on"),
    _make_kind(Foreign("a GitHub action", _GIVE), "runs name"),
    _make_kind(_SETTINGS, "updates version"),
    _make_kind(PIPELINE, "", "stages steps pool trigger pipelines build_script"),
    _make_kind(PIPELINE, "jobs"),
    _make_kind(_SETTINGS, "repos"),
    _make_kind(_SETTINGS, "site_name"),
    _make_kind(_SETTINGS, "", "Logging ConnectionStrings AllowedHosts IsEncrypted extensionBundle analyzers sdk"),
    _make_kind(_SETTINGS, "", "customizations forwardPorts postCreateCommand iisSettings"),
    _make_kind(_SETTINGS, "coverage", "codecov comment ignore flags"),
    _make_kind(Foreign("a Taskfile", _GIVE), "tasks version"),
    _make_kind(Foreign("an OpenAPI document", _GIVE), "info", "openapi swagger"),
    _make_kind(Foreign("a CloudFormation template", _GIVE), "AWSTemplateFormatVersion"),
    _make_kind(_TERRAFORM, "", "terraform provider resource variable"),
    _make_kind(Foreign("a Docker Compose file", COMPOSE.hint), "services"),
)
"""In the order in which they are tried: a Terraform plan also has the key of our own reports."""

_SHARED: Final = frozenset(
    {"name", "type", "apiversion", "id", "tags", "identity", "volumes", "extensions", "priority"}
)
_OURS: Final = frozenset({*GROUP.lowered, *GROUP.children["properties"].lowered}) - _SHARED
"""Keys, in lowercase, that only a manifest has at the top."""
_REPORTS: Final = "format_version"
"""First keys of every plan and report of this tool, besides keys that a manifest may also have."""
_YAML_KEY: Final = re.compile(r"^[\"']?([A-Za-z_$][\w.$-]*)[\"']?[ \t]*:(?:\s|$)", re.MULTILINE)
_JSON_KEY: Final = re.compile(r"\"([^\"\\\n]*)\"\s*:|\"(?:[^\"\\]|\\.)*\"|[{}\[\]]")


def identify_foreign(node: Source) -> Foreign | None:
    """Return the kind of a document that is not a manifest; None if it may be one."""
    if isinstance(node, ListNode):
        return _match_list(node)
    if not isinstance(node, MapNode):
        return None
    by_schema = _match_schema(_get_text(node.get("$schema")))
    if by_schema is not None:
        return by_schema
    # This comes before the keys of a group, because our reports may have some of them at the top, too.
    if node.get_entry(_REPORTS) is not None and node.get_entry("containers") is None:
        return _match_keys({entry.key for entry in node.entries})
    for key, _, _ in node.entries:
        if key.lower() in _OURS:  # shortcut for nearly every document
            return None
    if _get_text(node.get("type")).lower() == CONTAINER_GROUPS.lower():
        return None
    keys = {entry.key for entry in node.entries}
    return _match_values(node, keys) or _match_keys(keys)


def identify_foreign_text(text: str, *, json: bool) -> Foreign | None:
    """Return the kind of a file that can't be parsed (a template, invalid JSON); None if unknown.

    Args:
        text: its beginning at least.
        json: whether its name says that it is JSON.
    """
    # Only keys at the top count: further down, such as in the settings of an extension, any key may stand.
    keys = _find_top_keys(text) if json else set(_YAML_KEY.findall(text))
    if _REPORTS in keys and "containers" not in keys:
        return _match_keys(keys)
    if _has_group_key(keys) or CONTAINER_GROUPS.lower() in text.lower():
        return None
    return _match_keys(keys)


def _has_group_key(keys: Collection[str]) -> bool:
    return any(key.lower() in _OURS for key in keys)


def _match_schema(schema: str) -> Foreign | None:
    return next((found for part, found in SCHEMAS.items() if part in schema), None) if schema else None


def _match_keys(keys: Collection[str]) -> Foreign | None:
    found = set(keys)
    return next((what for what, needed, some in KINDS if needed <= found and (not some or some & found)), None)


def _match_values(node: MapNode, keys: Collection[str]) -> Foreign | None:
    """Return the kind of a document by the types of its values."""
    resources, services = node.get("resources"), node.get("services")
    if isinstance(resources, ListNode):
        named = bool(resources.items) and all(isinstance(each, ScalarNode) for each in resources.items)
        return KUSTOMIZE if named else TEMPLATE
    if isinstance(services, MapNode):
        # azd's schema requires `host` of every service; Compose has no such key.
        below = [each.value for each in services.entries if isinstance(each.value, MapNode)]
        return AZD if below and all(each.get("host") for each in below) else COMPOSE
    if set(keys) & {"manifests", "environments"}:
        return PROJECT
    # GitLab's pipelines have jobs with any name at the top; `scripts` is the key of a package.json.
    jobs = [each.value for each in node.entries if isinstance(each.value, MapNode)]
    return PIPELINE if any(each.get("script") for each in jobs) and "scripts" not in keys else None


def _match_list(node: ListNode) -> Foreign | None:
    """Return the kind of a document that is a list, which no manifest is."""
    entries = [each for each in node.items if isinstance(each, MapNode)]
    if not entries or len(entries) < len(node.items):
        return None
    if all(each.get("reason") and each.get("until") for each in entries):
        return ACCEPTED
    return PLAYBOOK if all(each.get("hosts") or each.get("import_playbook") for each in entries) else None


def _find_top_keys(text: str) -> set[str]:
    """Return the keys of the outermost objects of almost valid JSON."""
    depth, keys = 0, set[str]()
    for match in _JSON_KEY.finditer(text):
        mark = match.group()
        if mark in "{[":
            depth += 1
        elif mark in "}]":
            depth -= 1
        elif depth == 1 and match[1] is not None:
            keys.add(match[1])
    return keys


def _get_text(node: Source | None) -> str:
    return node.text if isinstance(node, ScalarNode) else ""
