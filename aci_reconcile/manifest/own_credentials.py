"""Environment variables and files that hold, or lead to, the credentials of this tool or of the pipeline it runs in.

No manifest may read them, secure field or not: a container belongs to whoever wrote its manifest.
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
"""How the CI services begin the names of their own variables (documented): those of them that are called secrets."""

_FILES: Final = (
    "AZURE_AUTH_LOCATION",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_FEDERATED_TOKEN_FILE",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_OIDC_TOKEN_FILE_PATH",
)
_FOLDERS: Final = frozenset({".git", "git~1", ".azure", ".aws", ".docker", ".gnupg", ".kube", ".ssh"})
_NAMES: Final = frozenset({".git-credentials", ".netrc", "_netrc", ".npmrc", ".pypirc"})


def is_own_credential(name: str) -> bool:
    """Whether an environment variable holds credentials of this tool or of the pipeline, or leads to some."""
    upper = name.upper()
    return upper in OWN_CREDENTIALS or bool(_OF_THE_PIPELINE.match(upper) and is_secret_name(upper))


def whose(name: str) -> str:
    """Return whose credentials a variable holds, for messages."""
    return "this tool" if name.upper().startswith(("ACI_", "ARM_", "AZURE_", "IDENTITY_", "MSI_")) else "the pipeline"


def credential_files(environ: Mapping[str, str]) -> frozenset[Path]:
    """Return the files that the environment names as credentials: a pipeline may keep them in the repository."""
    return frozenset(Path(value).expanduser().absolute().resolve() for name in _FILES if (value := environ.get(name)))


def is_private(path: Path, boundary: Path, credentials: frozenset[Path] = frozenset()) -> bool:
    """Whether a file of the repository is where programs keep credentials, wherever links lead.

    Git keeps those of a checkout in ``.git/config``. Names are told apart as file systems do that know no capitals.
    """
    real, home = path.resolve(), boundary.resolve()
    if real in credentials:
        return True
    below = (*_below(path.absolute(), boundary.absolute()), *_below(real, home))
    return any(part in _FOLDERS or part in _NAMES for part in below)


def _below(path: Path, folder: Path) -> tuple[str, ...]:
    parts = path.relative_to(folder).parts if path.is_relative_to(folder) else path.parts
    return tuple(part.lower() for part in parts)
