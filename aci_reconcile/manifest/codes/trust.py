"""Codes about what may be shown, and what may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

TRUST: Final[Mapping[str, Code]] = {
    "ACI240": Code(
        "A secret's name under `publicEnv`",
        "A variable that is called TOKEN, SECRET, KEY, PASSWORD, CREDENTIAL, PAT, SAS, CONNECTION_STRING or the like, "
        "in any of the words of its name, is never shown: whoever may change the project file could read the secrets "
        "of the pipeline in its log. Words count, not letters: PATH and KEYBOARD are harmless.",
        "publicEnv: [FORGE_TOKEN]",
    ),
    "ACI241": Code(
        "A public variable that nobody has reviewed",
        "Whoever opens a pull request writes the project file that its plan is made with. In the run of a pull request "
        "a name under `publicEnv` counts only if the project file of the base branch lists it, too; where that cannot "
        "be read, none does. The variable is a secret until then.",
        "publicEnv: [BUILD_LABEL]    # in a pull request",
        WARNING,
    ),
    "ACI242": Code(
        "A file in which programs keep credentials",
        "`.git`, `.azure`, `.ssh`, `.netrc` and their like, and the files that the environment names as this tool's "
        "credentials, are read by no reference and are no manifests, be it by a link.",
        'secureValue: "${file:.git/config}"',
    ),
    "ACI243": Code(
        "What looks like a secret stands in a field that can be read",
        "Anybody who may read the repository, or the group in Azure, can read it. A password in a URL, a key in a "
        "connection string, a token with a known beginning, or the value of a variable that is called a password: "
        "plans and reports do not repeat it, but it is there.",
        "environmentVariables: {DATABASE_URL: postgres://shop:hunter2@db/shop}",
        WARNING,
    ),
    "ACI280": Code(
        "A secret of a vault outside its dates",
        "The vault says that it has expired, that it is not valid yet, or that it is disabled. A vault gives such a "
        "secret all the same, and it is used; what it opens may refuse it.",
        'secureValue: "${keyvault:shop-kv/db-password}"    # which has expired',
        WARNING,
    ),
}
