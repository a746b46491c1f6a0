"""Documents of other tools and our own reports: the keys that identify each, and what to do instead.

The keys are required by each tool's documentation or schema, or unique to it.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    "a manifest is one resource: copy the container group out of `resources`, and replace its expressions",
)
COMPOSE: Final = Foreign("a Docker Compose file", "write a manifest with `containers`; one group per Compose project")
KUSTOMIZE: Final = Foreign("a Kustomize file", _GIVE)
AZD: Final = Foreign("an Azure Developer CLI project", _GIVE)
PLAYBOOK: Final = Foreign("an Ansible playbook", _GIVE)
PIPELINE: Final = Foreign("a pipeline", _GIVE)
PROJECT: Final = Foreign("a project file", "it is read when it is named aci-reconcile.yaml, or given with --project")
ACCEPTED: Final = Foreign("a file of accepted drift", "it is read when it is named aci-reconcile.accepted.yaml")

_KUBERNETES: Final = Foreign("a Kubernetes manifest", "write a manifest of a container group")
_PARAMETERS: Final = Foreign("a parameter file of an ARM template", _GIVE)
PLAN: Final = Foreign("a saved plan", "`show FILE` shows it, and `apply --plan FILE` applies it")
TERRAFORM_PLAN: Final = Foreign("a Terraform plan", f"run it with `terraform apply`; {_GIVE} here")
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
"""In the order in which they are tried."""
