"""Codes about what may be shown, and what may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUST: Final[Mapping[str, Code]] = {
    "ACI240": Code(
        "`publicEnv` lists a secret's name",
        "The name contains a word such as TOKEN, SECRET, KEY, PASSWORD, CREDENTIAL, PAT, SAS or CONNECTION_STRING. "
        "Such a variable is never shown: otherwise everybody who can change the project file could print the "
        "pipeline's secrets to its log. Whole words count, so PATH and KEYBOARD are harmless. Rename the variable if "
        "it is not a secret.",
        "publicEnv: [FORGE_TOKEN]",
    ),
    "ACI241": Code(
        "A public variable has not been reviewed",
        "The author of a pull request writes the project file that its plan uses. In such a run, a name under "
        "`publicEnv` counts only if the project file of the base branch lists it too. If that file can't be read, no "
        "name counts. The variable is treated as a secret until the change is merged.",
        "publicEnv: [BUILD_LABEL]    # in a pull request",
        WARNING,
    ),
    "ACI242": Code(
        "The file holds credentials of a program",
        "`.git`, `.azure`, `.ssh`, `.netrc` and similar files, and the files that hold this tool's credentials, are "
        "never read as manifests or by references, not even through a link. Copy what the container needs into a file "
        "of its own, or use `${env:NAME}`.",
        'secureValue: "${file:.git/config}"',
    ),
    "ACI243": Code(
        "A readable field contains what looks like a secret",
        "Everybody who can read the repository, or the group in Azure, can read it. It is a password in a URL, a key "
        "in a connection string, a token with a known prefix, or the value of a variable named like a password. Plans "
        "and reports do not repeat it. Use a secure field with a reference, and change the secret.",
        "environmentVariables: {DATABASE_URL: postgres://shop:hunter2@db/shop}",
        WARNING,
    ),
    "ACI280": Code(
        "A vault secret is expired, disabled or not valid yet",
        "The vault returns such a secret anyway, and it is used, but what it gives access to may refuse it. Renew the "
        "secret, or correct its dates in the vault.",
        'secureValue: "${keyvault:shop-kv/db-password}"    # which has expired',
        WARNING,
    ),
}
