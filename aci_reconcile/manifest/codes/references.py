"""Codes about references, secrets and the project file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

REFERENCES: Final[Mapping[str, Code]] = {
    "ACI150": Code(
        "Unknown variable",
        "`${var:NAME}` reads `variables` of the project file or of the chosen environment, `--var` and `--var-file`. "
        "Correct the name, or define the variable.",
        "image: shop/web:${var:image_tga}",
    ),
    "ACI151": Code(
        "A secret is not available",
        "The environment variable is not set or is empty, the file is empty, or the vault did not answer. You can "
        "still plan: the secret is not compared. An apply that must send the secret refuses to start. Set the "
        "variable, or write `${env:NAME:-}` if that part of a text may be empty.",
        'secureValue: "${env:DB_PASSWORD}"',
        WARNING,
    ),
    "ACI152": Code(
        "An environment variable is not set",
        "`publicEnv` lists it and a readable field uses it, so no plan can be made without it. Set it where the tool "
        "runs.",
        "image: shop/web:${env:GITHUB_SHA}",
    ),
    "ACI153": Code(
        "A secret in a readable field",
        "Values from the environment, from files and from vaults are secrets, and everybody who can read the group in "
        "Azure could read this one. Use the secure form of the field. If an environment variable is not secret, list "
        "it under `publicEnv` in the project file.",
        'environmentVariables: {DB_PASSWORD: "${env:DB_PASSWORD}"}',
    ),
    "ACI154": Code(
        "A reference to this tool's own credentials",
        "Anybody who can change a manifest could send the credentials of the tool, or of the pipeline, into a "
        "container. Such a variable is refused even if `publicEnv` lists it. Use another variable.",
        'secureValue: "${env:AZURE_CLIENT_SECRET}"',
    ),
    "ACI155": Code(
        "A file outside the repository",
        "`${file:…}` reads only files below the folder of the project file or, without a project, of the manifest. "
        "Absolute paths, `..` and links that lead out are refused. Move the file.",
        'secureValue: "${file:../../etc/passwd}"',
    ),
    "ACI156": Code(
        "The referenced file can't be used",
        "It is missing, larger than 1 MiB, or not UTF-8 text.",
        'secureValue: "${file:secrets/none.txt}"',
    ),
    "ACI157": Code(
        "`${NAME}` without quotes",
        "`az container create --file` replaces it from the environment, but only without quotes. Write `${env:NAME}`, "
        "which this tool replaces with or without quotes; quote the text to keep it. In a command, the shell of the "
        "container expands it.",
        "image: ${REGISTRY}/web",
    ),
    "ACI158": Code(
        "A reference is not allowed here",
        "References are allowed in values, but not in `name` and `type`, and not in `variables` and `publicEnv` of "
        "the project. Write the value out.",
        "name: web-${var:stage}",
    ),
    "ACI159": Code(
        "Almost a reference",
        "The text is not a valid reference, and is sent unchanged. Write `${env:NAME}`, without spaces, and begin the "
        "name with a letter or `_`.",
        'secureValue: "${ENV:DB_PASSWORD}"',
        WARNING,
    ),
    "ACI255": Code(
        "A secret is empty",
        "Azure refuses an empty password, and elsewhere an empty text would overwrite the secret that the group has. "
        "It counts as missing. You can still plan: the secret is not compared. An apply that must send it refuses to "
        "start. Give a value or a reference.",
        'password: ""',
        WARNING,
    ),
    "ACI160": Code(
        "A value of another group can't be used here",
        "Write `${group:name:ipAddress.ip}` or `${group:resourceGroup/name:ipAddress.fqdn}`, in a readable text field "
        "only. The value is known only once the other group runs, so it can't be a secret, a number or one of a fixed "
        "set of words.",
        'value: "${group:db:ipAddress}"',
    ),
    "ACI171": Code(
        "The project requires another version of this tool",
        "`requiredVersion` in the project file keeps a team on versions that make the same plans. Install a version "
        "that matches.",
        'requiredVersion: ">=2"',
    ),
    "ACI172": Code(
        "Not a valid version constraint",
        "`requiredVersion` is one or more of `>=`, `<=`, `==`, `!=`, `~=`, `<`, `>`, each with a version, separated "
        "by commas: `>=0.1,<2`.",
        'requiredVersion: "^1.2"',
    ),
    "ACI173": Code(
        "The endpoint can't be set in a file",
        "Otherwise anybody who can change a file in the repository could redirect tokens and secrets. Set "
        "`--arm-endpoint` and `--cloud` on the command line or in the environment.",
        "cloud: china",
    ),
    "ACI174": Code(
        "Not a valid name for a project or environment",
        "Both names become part of the tag that records the owner of a group. Use up to 64 letters, digits, `.`, `_` "
        "and `-`.",
        "name: my shop",
    ),
    "ACI270": Code(
        "Not a valid project id",
        "The id stands beside the project's name in the owner tag, and distinguishes two projects with the same name. "
        "Use 6 to 16 lowercase letters and digits, and never change them. `import` writes an id into a new project "
        "file.",
        "id: Shop-1",
    ),
    "ACI175": Code(
        "A patch for a group that does not exist",
        "`groups` of an environment names groups of the project. Correct the name, or add a manifest.",
        "environments: {prod: {groups: {wbe: {restartPolicy: Never}}}}",
    ),
    "ACI176": Code(
        "Only a manifest can set this",
        "`name`, `type`, `apiVersion` and `resourceGroup` belong to one group and can't be shared. Move them into its "
        "manifest.",
        "defaults: {name: web}",
    ),
    "ACI177": Code(
        "`manifests` names a path that does not exist",
        "Every entry names a file, a folder or a pattern below the project file. A missing path is an error, because "
        "an empty set of manifests would look like a request to delete everything. Correct the path.",
        "manifests: [manifest/]",
    ),
    "ACI178": Code(
        "A required variable has no value",
        "Set it with `--var`, with `--var-file`, or under `variables` of the chosen environment.",
        "variables: {image_tag: {required: true}}",
    ),
    "ACI179": Code(
        "A variable has the wrong type",
        "The value, given or default, does not have the type that the project file declares.",
        "variables: {replicas: {type: number, default: three}}",
    ),
    "ACI180": Code(
        "A value is given for an undeclared variable",
        "`--var` and `--var-file` may set variables that the project file does not declare, but this name looks "
        "misspelt.",
        "variables: {image_tag: 1.4}    # and `--var image_tga=1.5`",
        WARNING,
    ),
    "ACI190": Code(
        "Not a valid freeze window",
        "A window has a reason, the IANA name of a time zone, and either two dates (the last day is included), or a "
        "cron expression of five fields and a duration. A misread window could let an apply through, so nothing is "
        "planned. Correct the window.",
        "policy: {freeze: [{cron: 0 18 * * FRI, reason: weekend}]}",
    ),
    "ACI191": Code(
        "A policy rule can't be used",
        "A rule names a file with a JSON Schema. The schema may refer to its own definitions (`#/…`), but not to "
        "other documents.",
        "policy: {rules: [{schema: policies/tags.yaml, message: every group has a team}]}",
    ),
    "ACI192": Code(
        "Not a valid Key Vault reference",
        "Write `${keyvault:vault/secret}` or `${keyvault:vault/secret/version}`. `vault` is a name, never a host: 3 "
        "to 24 letters, digits and single `-`, a letter first, and no `-` last. The chosen cloud determines the host. "
        "A version has 32 hexadecimal digits; without one, the latest is used.",
        'secureValue: "${keyvault:shop-kv.vault.azure.net/db-password}"',
    ),
    "ACI222": Code(
        "A placeholder was not replaced",
        "`#{NAME}#`, `$(NAME)`, `{{ name }}`, `__NAME__` and `<name>` have a meaning in other tools. Here they are "
        "plain text, and are sent unchanged. Use `${var:NAME}` or `${env:NAME}`, which this tool replaces.",
        'environmentVariables: {STAGE: "#{Stage}#"}',
        WARNING,
    ),
    "ACI223": Code(
        "References expand too far",
        "The references of one document may expand to 4 MiB, which is the largest request that Azure accepts, and all "
        "references of a run to 256 MiB. Put a large file into an Azure Files share or into the image.",
    ),
}
