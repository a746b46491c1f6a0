"""What is known about documents of other tools and about our own: by which keys, and what to do instead.

The keys are those that each tool's own documentation or schema requires, or that nothing else has.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a document is, and what to do instead."""

    what: str
    hint: str

    def advice(self, file: str) -> str:
        """Return what to do instead with a file: commands work as they are printed."""
        return self.hint.replace("FILE", shlex.quote(file))


Kind: TypeAlias = "tuple[Foreign, frozenset[str], frozenset[str]]"
"""What it is, the keys that all must stand there, and those of which one must (none: any)."""

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
"""By a part of what stands behind `$schema`."""


def _kind(what: Foreign, needed: str, some: str = "") -> Kind:
    return what, frozenset(needed.split()), frozenset(some.split())


KINDS: Final[tuple[Kind, ...]] = (
    _kind(TERRAFORM_PLAN, "format_version terraform_version"),
    _kind(PLAN, "format_version resource_changes"),
    _kind(_REPORT, "format_version"),
    _kind(_REPORT, "runs version", "$schema properties inlineExternalProperties"),
    _kind(_PARAMETERS, "contentVersion parameters"),
    _kind(_KUBERNETES, "apiVersion kind", "metadata spec items data subsets webhooks rules resources"),
    _kind(Foreign("a Helm chart", _GIVE), "apiVersion name version", "description type dependencies appVersion"),
    _kind(Foreign("values of a Helm chart", _GIVE), "", "replicaCount podAnnotations podSecurityContext autoscaling"),
    _kind(_PACKAGE, "", "devDependencies peerDependencies lockfileVersion workspaces engines browserslist"),
    _kind(_PACKAGE, "name version", "main private license author description keywords exports bin files dependencies"),
    _kind(_PACKAGE, "scripts", "dependencies private main name"),
    _kind(_PACKAGE, "packages", "lerna npmClient catalog onlyBuiltDependencies version"),
    _kind(_SETTINGS, "", "compilerOptions typeAcquisition"),
    _kind(Foreign("a PHP package file", _GIVE), "", "require require-dev autoload"),
    _kind(Foreign("a GitHub workflow", _GIVE), "jobs on"),
    _kind(Foreign("a GitHub action", _GIVE), "runs name"),
    _kind(_SETTINGS, "updates version"),
    _kind(PIPELINE, "", "stages steps pool trigger pipelines build_script"),
    _kind(PIPELINE, "jobs"),
    _kind(_SETTINGS, "repos"),
    _kind(_SETTINGS, "site_name"),
    _kind(_SETTINGS, "", "Logging ConnectionStrings AllowedHosts IsEncrypted extensionBundle analyzers sdk"),
    _kind(_SETTINGS, "", "customizations forwardPorts postCreateCommand iisSettings"),
    _kind(_SETTINGS, "coverage", "codecov comment ignore flags"),
    _kind(Foreign("a Taskfile", _GIVE), "tasks version"),
    _kind(Foreign("an OpenAPI document", _GIVE), "info", "openapi swagger"),
    _kind(Foreign("a CloudFormation template", _GIVE), "AWSTemplateFormatVersion"),
    _kind(_TERRAFORM, "", "terraform provider resource variable"),
    _kind(Foreign("a Docker Compose file", COMPOSE.hint), "services"),
)
"""In the order in which they are asked."""
