"""Codes about references, placeholders and secrets in values."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import SECRETS_PAGE, WARNING, Basis, Code, Evidence

ACI082: Final = Code(
    "ACI082",
    "A secret is written in clear text",
    "Everybody who can read the repository, or its history, can read it. Use a reference instead: `${env:NAME}` "
    "or `${file:path}`.",
    example="storageAccountKey: abc…",
    severity=WARNING,
    evidence=(SECRETS_PAGE,),
)

ACI150: Final = Code(
    "ACI150",
    "Unknown variable",
    "`${var:NAME}` reads `variables` of the project file or of the chosen environment, `--var` and `--var-file`. "
    "Correct the name, or define the variable.",
    example="image: shop/web:${var:image_tga}",
)

ACI151: Final = Code(
    "ACI151",
    "A secret is not available",
    "The environment variable is not set or is empty, the file is empty, or the vault did not answer. You can "
    "still plan: the secret is not compared. An apply that must send the secret refuses to start. Set the "
    "variable, or write `${env:NAME:-}` if that part of a text may be empty.",
    example='secureValue: "${env:DB_PASSWORD}"',
    severity=WARNING,
)

ACI152: Final = Code(
    "ACI152",
    "An environment variable is not set",
    "`publicEnv` lists it and a readable field uses it, so no plan can be made without it. Set it where the tool runs.",
    example="image: shop/web:${env:GITHUB_SHA}",
)

ACI153: Final = Code(
    "ACI153",
    "A secret in a readable field",
    "Values from the environment, from files and from vaults are secrets, and everybody who can read the group in "
    "Azure could read this one. Use the secure form of the field. If an environment variable is not secret, list "
    "it under `publicEnv` in the project file.",
    example='environmentVariables: {DB_PASSWORD: "${env:DB_PASSWORD}"}',
)

ACI154: Final = Code(
    "ACI154",
    "A reference to this tool's own credentials",
    "Anybody who can change a manifest could send the credentials of the tool, or of the pipeline, into a "
    "container. Such a variable is refused even if `publicEnv` lists it. Use another variable.",
    example='secureValue: "${env:AZURE_CLIENT_SECRET}"',
)

ACI157: Final = Code(
    "ACI157",
    "`${NAME}` without quotes",
    "`az container create --file` replaces it from the environment, but only without quotes. Write `${env:NAME}`, "
    "which this tool replaces with or without quotes; quote the text to keep it. In a command, the shell of the "
    "container expands it.",
    example="image: ${REGISTRY}/web",
)

ACI158: Final = Code(
    "ACI158",
    "A reference is not allowed here",
    "References are allowed in values, but not in `name` and `type`, and not in `variables` and `publicEnv` of "
    "the project. Write the value out.",
    example="name: web-${var:stage}",
)

ACI159: Final = Code(
    "ACI159",
    "Almost a reference",
    "The text is not a valid reference, and is sent unchanged. Write `${env:NAME}`, without spaces, and begin the "
    "name with a letter or `_`.",
    example='secureValue: "${ENV:DB_PASSWORD}"',
    severity=WARNING,
)

ACI160: Final = Code(
    "ACI160",
    "A value of another group can't be used here",
    "Write `${group:name:ipAddress.ip}` or `${group:resourceGroup/name:ipAddress.fqdn}`, in a readable text field "
    "only. The value is known only once the other group runs, so it can't be a secret, a number or one of a fixed "
    "set of words.",
    example='value: "${group:db:ipAddress}"',
)

ACI192: Final = Code(
    "ACI192",
    "Not a valid Key Vault reference",
    "Write `${keyvault:vault/secret}` or `${keyvault:vault/secret/version}`. `vault` is a name, never a host: 3 "
    "to 24 letters, digits and single `-`, a letter first, and no `-` last. The chosen cloud determines the host. "
    "A version has 32 hexadecimal digits; without one, the latest is used.",
    example='secureValue: "${keyvault:shop-kv.vault.azure.net/db-password}"',
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI204: Final = Code(
    "ACI204",
    "A secret ends in a line break",
    "It is sent unchanged, and few programs expect the line break. Remove it from the source. Keys and passwords "
    "for Azure and for registries lose a final line break automatically, because none of them ends in one.",
    example='environmentVariables: {TOKEN: {secureValue: "${env:TOKEN}"}}    # and TOKEN ends in a line end',
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "few programs expect it; a storage key with a line break left a group Waiting"),),
)

ACI222: Final = Code(
    "ACI222",
    "A placeholder was not replaced",
    "`#{NAME}#`, `$(NAME)`, `{{ name }}`, `__NAME__` and `<name>` have a meaning in other tools. Here they are "
    "plain text, and are sent unchanged. Use `${var:NAME}` or `${env:NAME}`, which this tool replaces.",
    example='environmentVariables: {STAGE: "#{Stage}#"}',
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "other tools replace placeholders in this format"),),
)

ACI223: Final = Code(
    "ACI223",
    "References expand too far",
    "The references of one document may expand to 4 MiB, which is the largest request that Azure accepts, and all "
    "references of a run to 256 MiB. Put a large file into an Azure Files share or into the image.",
)

ACI255: Final = Code(
    "ACI255",
    "A secret is empty",
    "Azure refuses an empty password, and elsewhere an empty text would overwrite the secret that the group has. "
    "It counts as missing. You can still plan: the secret is not compared. An apply that must send it refuses to "
    "start. Give a value or a reference.",
    example='password: ""',
    severity=WARNING,
    evidence=(Evidence(Basis.THREAD, "an empty password: Azure/azure-cli#8545"),),
)

ACI280: Final = Code(
    "ACI280",
    "A vault secret is expired, disabled or not valid yet",
    "The vault returns such a secret anyway, and it is used, but what it gives access to may refuse it. Renew the "
    "secret, or correct its dates in the vault.",
    example='secureValue: "${keyvault:shop-kv/db-password}"    # which has expired',
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)
