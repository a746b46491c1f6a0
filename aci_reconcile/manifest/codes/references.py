"""Codes about references, secrets and the project file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCES: Final[Mapping[str, Code]] = {
    "ACI150": Code(
        "There is no such variable",
        "`${var:NAME}` takes its value from `variables` of the project file or of the chosen environment, or from "
        "`--var` and `--var-file`.",
        "image: shop/web:${var:image_tga}",
    ),
    "ACI151": Code(
        "A secret can't be had",
        "The environment variable is not set or empty, the file is empty, or the vault did not answer. A plan can be "
        "made without it (the secret is not compared); an apply that would have to send it refuses to start. "
        "`${env:NAME:-}` says that a part of a text may be empty.",
        'secureValue: "${env:DB_PASSWORD}"',
        WARNING,
    ),
    "ACI152": Code(
        "An environment variable is not set",
        "It is listed under `publicEnv` and stands in a field that can be read, so that the plan can't be made "
        "without it.",
        "image: shop/web:${env:GITHUB_SHA}",
    ),
    "ACI153": Code(
        "A secret in a field that can be read",
        "Values from the environment, from files and from vaults are secrets. Anybody who may read the group in "
        "Azure would see this one. Use the secure form of the field; or, if the variable is no secret, list it "
        "under `publicEnv` of the project file.",
        'environmentVariables: {DB_PASSWORD: "${env:DB_PASSWORD}"}',
    ),
    "ACI154": Code(
        "A variable with this tool's own credentials",
        "Whoever may change a manifest could send the credentials of the tool, or of the pipeline, into a container. "
        "They are refused even when `publicEnv` lists them.",
        'secureValue: "${env:AZURE_CLIENT_SECRET}"',
    ),
    "ACI155": Code(
        "A file outside the repository",
        "`${file:…}` reads files below the folder of the project file (without a project, of the manifest): no "
        "absolute path, no `..`, and no link that leads out.",
        'secureValue: "${file:../../etc/passwd}"',
    ),
    "ACI156": Code(
        "The file of a reference can't be used",
        "It is missing, larger than 1 MiB, or not UTF-8 text.",
        'secureValue: "${file:secrets/none.txt}"',
    ),
    "ACI157": Code(
        "`${NAME}` without quotes",
        "`az container create --file` replaces it from the environment, and only where no quotes stand around it. "
        "This tool replaces `${env:NAME}`, with quotes or without. In a command it is left to the shell.",
        "image: ${REGISTRY}/web",
    ),
    "ACI158": Code(
        "A reference where none may stand",
        "References stand in values, not in `name` and `type`, and not in the project's `variables` and `publicEnv`.",
        "name: web-${var:stage}",
    ),
    "ACI159": Code(
        "Almost a reference",
        "It is not written as a reference is, and is left as it is: `${env:NAME}`, without spaces, the name "
        "beginning with a letter or `_`.",
        'secureValue: "${ENV:DB_PASSWORD}"',
        WARNING,
    ),
    "ACI255": Code(
        "A secret with nothing in it",
        "An empty text is no secret: Azure refuses it as a password, and in other places it would take the place of "
        "what the group has. It counts as not at hand: a plan can be made (the secret is not compared); an apply that "
        "would have to send it refuses to start.",
        'password: ""',
        WARNING,
    ),
    "ACI160": Code(
        "A value of another group that cannot be used",
        "`${group:name:ipAddress.ip}` or `${group:resourceGroup/name:ipAddress.fqdn}`, in a text anybody may read: "
        "the value is known only when the other group runs, so it can be no secret, number or fixed word.",
        'value: "${group:db:ipAddress}"',
    ),
    "ACI171": Code(
        "The project wants another version of this tool",
        "`requiredVersion` of the project file keeps a team on versions that plan alike.",
        'requiredVersion: ">=2"',
    ),
    "ACI172": Code(
        "No list of versions",
        "`requiredVersion` is one or more of `>=`, `<=`, `==`, `!=`, `~=`, `<`, `>` with a version, separated by "
        "commas.",
        'requiredVersion: "^1.2"',
    ),
    "ACI173": Code(
        "Where requests go is not read from a repository",
        "Whoever may change a file could send tokens and secrets elsewhere. `--arm-endpoint` and `--cloud` come "
        "from the command line and the environment only.",
        "cloud: china",
    ),
    "ACI174": Code(
        "No name for a project or environment",
        "Both become part of the tag that says who owns a group: up to 64 letters, digits, `.`, `_` and `-`.",
        "name: my shop",
    ),
    "ACI270": Code(
        "No id for a project",
        "It stands beside the project's name in the tag that says who owns a group, so that two projects with one name "
        "are told apart: 6 to 16 small letters and digits, chosen once. `import` writes one into a new project file.",
        "id: Shop-1",
    ),
    "ACI175": Code(
        "A patch for a group that does not exist",
        "`groups` of an environment names groups of the project.",
        "environments: {prod: {groups: {wbe: {restartPolicy: Never}}}}",
    ),
    "ACI176": Code(
        "What one group alone can say",
        "`name`, `type`, `apiVersion` and `resourceGroup` belong into the manifest of a group, not into what is "
        "shared.",
        "defaults: {name: web}",
    ),
    "ACI177": Code(
        "`manifests` leads nowhere",
        "Every entry names a file, a folder or a pattern below the project file. A missing one is an error, "
        "because an empty set of manifests would look like a wish to delete everything.",
        "manifests: [manifest/]",
    ),
    "ACI178": Code(
        "A variable without its value",
        "The project file says that it is required. It may be given with `--var`, with `--var-file`, or under "
        "`variables` of the chosen environment.",
        "variables: {image_tag: {required: true}}",
    ),
    "ACI179": Code(
        "A variable of another type",
        "Its value, be it the default or the one that was given, is not of the type that the project file declares.",
        "variables: {replicas: {type: number, default: three}}",
    ),
    "ACI180": Code(
        "A value for no variable of the project",
        "`--var` and `--var-file` may give variables that the project file does not declare; this one looks like a "
        "slip of the pen.",
        "variables: {image_tag: 1.4}    # and `--var image_tga=1.5`",
        WARNING,
    ),
    "ACI190": Code(
        "A freeze window that cannot be read",
        "A window is given by two dates (the last day is included), or by a cron expression of five fields and a "
        "duration; with the IANA name of a time zone, and a reason. A window that is not understood could let an "
        "apply through, so nothing is planned.",
        "policy: {freeze: [{cron: 0 18 * * FRI, reason: weekend}]}",
    ),
    "ACI191": Code(
        "A policy rule that cannot be used",
        "A rule names a file with a JSON Schema. It may refer to its own definitions (`#/…`), and to no other "
        "document.",
        "policy: {rules: [{schema: policies/tags.yaml, message: every group has a team}]}",
    ),
    "ACI192": Code(
        "Not the name of a Key Vault secret",
        "`${keyvault:vault/secret}` or `${keyvault:vault/secret/version}`: the vault's name alone (3 to 24 letters, "
        "digits and single `-`, a letter first and no `-` last), never a host; a version has 32 hexadecimal "
        "digits, and without one it is the latest; the cloud that the command talks to says where vaults are.",
        'secureValue: "${keyvault:shop-kv.vault.azure.net/db-password}"',
    ),
    "ACI222": Code(
        "A placeholder that nothing has replaced",
        "`#{NAME}#`, `$(NAME)`, `{{ name }}`, `__NAME__` and `<name>` mean something to other tools. To this one they "
        "are texts, and are sent as they are; `${var:NAME}` and `${env:NAME}` are replaced.",
        'environmentVariables: {STAGE: "#{Stage}#"}',
        WARNING,
    ),
    "ACI223": Code(
        "References that stand for too much",
        "What the references of one document stand for may have 4 MiB, the size of a request that Azure takes; all of "
        "a run together may have 256 MiB. A large file belongs into a share of Azure Files or into the image.",
    ),
}
