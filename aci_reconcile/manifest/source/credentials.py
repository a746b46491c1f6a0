"""Environment variables and files with credentials of this tool or of its pipeline, or with a path to them.

Manifests may not read them, not even into secure fields: the author of a manifest controls the container.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.redaction import is_secret_name

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN_CREDENTIALS: Final = frozenset({
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_ID_TOKEN",
    "AZURE_PASSWORD",
    "AZURE_AUTH_LOCATION",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_TOKEN_FILE_PATH",
    "ARM_OIDC_REQUEST_TOKEN",
    "FORGE_TOKEN",
    "GH_TOKEN",
    "GITHUB_TOKEN",
    "GITLAB_TOKEN",
    "CI_BUILD_TOKEN",
    "CI_DEPENDENCY_PROXY_PASSWORD",
    "CI_REGISTRY_PASSWORD",
    "CI_REPOSITORY_URL",
    "AZURE_DEVOPS_EXT_PAT",
    "IDTOKEN",
    "SERVICEPRINCIPALKEY",
    "IDENTITY_HEADER",
    "MSI_SECRET",
    "ACI_RECONCILE_FINGERPRINT_KEY",
    "ACI_RECONCILE_FINGERPRINT_KEY_FORMER",
})  # fmt: skip
"""By name, in capitals. GitLab documents that its registry and proxy passwords, and the URL of the repository, hold the
job's token; the task AzureCLI@2 of Azure Pipelines documents ``idToken`` and ``servicePrincipalKey``."""

_OF_THE_PIPELINE = re.compile(r"(?:ACTIONS|CI_JOB|ENDPOINT_AUTH|RUNNER|SYSTEM)_")
"""Documented prefixes of the variables of CI services; those with a secret's name count as credentials."""

_FILES: Final = (
    "AZURE_AUTH_LOCATION",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_OIDC_TOKEN_FILE_PATH",
)
# `git~1` is the short name that Windows gives `.git`.
_FOLDERS: Final = frozenset({".git", "git~1", ".azure", ".aws", ".docker", ".gnupg", ".kube", ".ssh"})
_NAMES: Final = frozenset({".git-credentials", ".netrc", "_netrc", ".npmrc", ".pypirc"})


def is_own_credential(name: str) -> bool:
    """Whether an environment variable holds credentials of this tool or of the pipeline, or a path to them."""
    upper = name.upper()
    return upper in OWN_CREDENTIALS or bool(_OF_THE_PIPELINE.match(upper) and is_secret_name(upper))


def name_owner(name: str) -> str:
    """Return whose credentials a variable holds, for messages."""
    return "this tool" if name.upper().startswith(("ACI_", "ARM_", "AZURE_", "IDENTITY_", "MSI_")) else "the pipeline"


def find_credential_files(environ: Mapping[str, str]) -> frozenset[Path]:
    """Return the credential files that the environment names; they may be inside the repository."""
    return frozenset(Path(value).expanduser().absolute().resolve() for name in _FILES if (value := environ.get(name)))


def is_private(path: Path, boundary: Path, credentials: frozenset[Path] = frozenset()) -> bool:
    """Whether a file of the repository, links followed, is a place where programs keep credentials.

    Git keeps those of a checkout in ``.git/config``. Case is ignored, as some file systems do.
    """
    real, home = path.resolve(), boundary.resolve()
    if real in credentials:
        return True
    # Both the path as written and where its links lead: either may name such a folder.
    below = (*_list_parts(path.absolute(), boundary.absolute()), *_list_parts(real, home))
    return any(part in _FOLDERS or part in _NAMES for part in below)


def _list_parts(path: Path, folder: Path) -> tuple[str, ...]:
    parts = path.relative_to(folder).parts if path.is_relative_to(folder) else path.parts
    return tuple(part.lower() for part in parts)
