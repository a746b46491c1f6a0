"""Codes about the project file, and about what lies over what."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence

ACI102: Final = Code(
    "ACI102",
    "Not a subscription id",
    "`subscription` is a GUID, because names of subscriptions are not unique.",
    example="subscription: my-subscription",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "an ARM id contains the GUID of a subscription"),),
)

ACI131: Final = Code(
    "ACI131",
    "Not a valid api-version",
    "Azure's api-versions are dates, some with the suffix `-preview`. Write one such as `2025-09-01`.",
    example="apiVersion: 2023-05",
)

ACI137: Final = Code(
    "ACI137",
    "Two sources contradict each other",
    "Either one file sets two locations (`location` and `defaults.location` mean the same), or the command line "
    "names another resource group or location than the manifest or the project file. Guessing could create the "
    "group a second time. Remove one of the two. A manifest may differ from the project file: the manifest wins.",
    example="location: westeurope\ndefaults: {location: northeurope}",
    evidence=(Evidence(Basis.OURS, "docs/layers.md"),),
)

ACI144: Final = Code(
    "ACI144",
    "Not a valid resource group name",
    "Use up to 90 letters, digits, `.`, `_`, `-` and parentheses. The last character may not be a dot.",
    example="resourceGroup: rg shop",
)

ACI171: Final = Code(
    "ACI171",
    "The project requires another version of this tool",
    "`requiredVersion` in the project file keeps a team on versions that make the same plans. Install a version "
    "that matches.",
    example='requiredVersion: ">=2"',
)

ACI172: Final = Code(
    "ACI172",
    "Not a valid version constraint",
    "`requiredVersion` is one or more of `>=`, `<=`, `==`, `!=`, `~=`, `<`, `>`, each with a version, separated "
    "by commas: `>=0.1,<2`. `~=` needs at least two numbers: `~=1.4` is `>=1.4,==1.*`.",
    example='requiredVersion: "^1.2"',
)

ACI173: Final = Code(
    "ACI173",
    "The endpoint can't be set in a file",
    "Otherwise anybody who can change a file in the repository could redirect tokens and secrets. Set "
    "`--arm-endpoint` and `--cloud` on the command line or in the environment.",
    example="cloud: china",
)

ACI174: Final = Code(
    "ACI174",
    "Not a valid name for a project or environment",
    "Both names become part of the tag that records the owner of a group. Use up to 64 letters, digits, `.`, `_` "
    "and `-`.",
    example="name: my shop",
)

ACI176: Final = Code(
    "ACI176",
    "Only a manifest can set this",
    "`name`, `type`, `apiVersion` and `resourceGroup` belong to one group and can't be shared. Move them into its "
    "manifest.",
    example="defaults: {name: web}",
)

ACI177: Final = Code(
    "ACI177",
    "`manifests` names a path that does not exist",
    "Every entry names a file, a folder or a pattern below the project file. A missing path is an error, because "
    "an empty set of manifests would look like a request to delete everything. Correct the path.",
    example="manifests: [manifest/]",
)

ACI178: Final = Code(
    "ACI178",
    "A required variable has no value",
    "Set it with `--var`, with `--var-file`, or under `variables` of the chosen environment.",
    example="variables: {image_tag: {required: true}}",
)

ACI179: Final = Code(
    "ACI179",
    "A variable has the wrong type",
    "The value, given or default, does not have the type that the project file declares.",
    example="variables: {replicas: {type: number, default: three}}",
)

ACI180: Final = Code(
    "ACI180",
    "A value is given for an undeclared variable",
    "`--var` and `--var-file` may set variables that the project file does not declare, but this name looks misspelt.",
    example="variables: {image_tag: 1.4}    # and `--var image_tga=1.5`",
    severity=WARNING,
)

ACI190: Final = Code(
    "ACI190",
    "Not a valid freeze window",
    "A window has a reason, the IANA name of a time zone, and either two dates (the last day is included), or a "
    "cron expression of five fields and a duration. A misread window could let an apply through, so nothing is "
    "planned. Correct the window.",
    example="policy: {freeze: [{cron: 0 18 * * FRI, reason: weekend}]}",
    evidence=(Evidence(Basis.OURS, "docs/safety.md"),),
)

ACI191: Final = Code(
    "ACI191",
    "A policy rule can't be used",
    "A rule names a file with a JSON Schema. The schema may refer to its own definitions (`#/…`), but not to "
    "other documents.",
    example="policy: {rules: [{schema: policies/tags.yaml, message: every group has a team}]}",
    evidence=(Evidence(Basis.OURS, "docs/safety.md"),),
)

ACI195: Final = Code(
    "ACI195",
    "An entry of accepted drift is not valid",
    "The file is a list. Each entry is a map of `fingerprint`, `address`, `kind`, `paths`, `reason` and `until`. "
    "A misread entry could hide drift that nobody accepted, so nothing is compared. Correct the entry.",
    example="- {adress: rg-shop/web, reason: ticket 1, until: 2026-12-31}",
    evidence=(Evidence(Basis.OURS, "docs/drift.md"),),
)

ACI196: Final = Code(
    "ACI196",
    "Accepted drift needs a reason and an end date",
    "`reason` tells the next reader why the drift is accepted. `until` is the last day (UTC) on which it is, such "
    "as 2026-12-31. After that day the drift counts again.",
    example="- {address: rg-shop/web}",
    evidence=(Evidence(Basis.OURS, "docs/drift.md"),),
)

ACI197: Final = Code(
    "ACI197",
    "An entry does not say which drift is accepted",
    "Name either a `fingerprint`, as `drift --verbose` shows it, or the `address` of a group. With an address, "
    "`kind` or `paths` limit what is accepted.",
    example="- {kind: stopped, reason: asleep, until: 2026-12-31}",
    evidence=(Evidence(Basis.OURS, "docs/drift.md"),),
)

ACI225: Final = Code(
    "ACI225",
    "Not a valid path or pattern",
    "The path is too long, contains a character that paths may not contain, or is not a valid pattern. `**` "
    "stands for any number of folders, and must be alone between slashes: `groups/**/*.yaml`.",
    example='manifests: ["groups/**.yaml"]',
)

ACI240: Final = Code(
    "ACI240",
    "`publicEnv` lists a secret's name",
    "The name contains a word such as TOKEN, SECRET, KEY, PASSWORD, CREDENTIAL, PAT, SAS or CONNECTION_STRING. "
    "Such a variable is never shown: otherwise everybody who can change the project file could print the "
    "pipeline's secrets to its log. Whole words count, so PATH and KEYBOARD are harmless. Rename the variable if "
    "it is not a secret.",
    example="publicEnv: [FORGE_TOKEN]",
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI241: Final = Code(
    "ACI241",
    "A public variable has not been reviewed",
    "The author of a pull request writes the project file that its plan uses. In such a run, a name under "
    "`publicEnv` counts only if the project file of the base branch lists it too. If that file can't be read, no "
    "name counts. The variable is treated as a secret until the change is merged.",
    example="publicEnv: [BUILD_LABEL]    # in a pull request",
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI260: Final = Code(
    "ACI260",
    "An empty property overrides nothing",
    "An explicit `null` removes what the defaults, the project or the manifest set. Nothing after the colon "
    "removes nothing: often the lines below it were commented out. Write `null`, or remove the key.",
    example="environments: {test: {groups: {web: {ipAddress: }}}}",
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/layers.md"),),
)

ACI261: Final = Code(
    "ACI261",
    "Two patches name the same group",
    "Azure ignores the case of group names. Two patches for one group in two spellings would both apply, in an "
    "undefined order. Merge them into one.",
    example="groups: {rg-shop/web: {restartPolicy: Never}, RG-SHOP/WEB: {restartPolicy: Always}}",
    evidence=(Evidence(Basis.OURS, "docs/layers.md"),),
)

ACI264: Final = Code(
    "ACI264",
    "Not a valid variable file",
    "A `--var-file` contains lines in the format of a .env file, a JSON object, or (as `.yaml`) a YAML map. Each "
    "name occurs once, and each value is a text, a number or a boolean. Any other line could be a lost value, so "
    "it is an error.",
    example="image_tag 1.4    # in prod.env",
    evidence=(Evidence(Basis.OURS, "docs/layers.md"),),
)

ACI270: Final = Code(
    "ACI270",
    "Not a valid project id",
    "The id stands beside the project's name in the owner tag, and distinguishes two projects with the same name. "
    "Use 6 to 16 lowercase letters and digits, and never change them. `import` writes an id into a new project "
    "file.",
    example="id: Shop-1",
    evidence=(Evidence(Basis.OURS, "docs/safety.md"),),
)

ACI290: Final = Code(
    "ACI290",
    "Not a valid fingerprint key reference",
    "`fingerprintKey` and `formerFingerprintKey` are one reference to an environment variable or to a Key Vault "
    "secret. The key may not be in the repository, neither in a file nor as a default, and `publicEnv` may not "
    "list the variable: whoever has the key can guess at the secrets of every group.",
    example="fingerprintKey: Kq3vX9pLw2Zt8RnB5yHc7D",
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI291: Final = Code(
    "ACI291",
    "The fingerprint key reference has not been reviewed",
    "Whoever chooses the key may know it, and a saved plan contains fingerprints. A pull request therefore uses "
    "the key that the project file of the base branch names. If that file names none, or can't be read, there is "
    "no key, and secrets that were fingerprinted with one are not compared.",
    example="fingerprintKey: ${env:GITHUB_SHA}    # in a pull request",
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI292: Final = Code(
    "ACI292",
    "The fingerprint key can be guessed",
    "Whoever reads the tags of a group can try guesses at the key and at the secrets together. Make a key with "
    "`aci-reconcile key`: 32 random bytes.",
    example="fingerprintKey: ${env:TEAM_KEY}    # which holds: correct horse battery staple",
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI293: Final = Code(
    "ACI293",
    "The fingerprint key is not available",
    "The environment variable is not set or is empty, or the vault did not answer. You can still plan: secrets "
    "that were fingerprinted with the key are not compared. An apply that must write fingerprints refuses to "
    "start. Set the variable, or check the vault.",
    example="fingerprintKey: ${env:TEAM_KEY}",
    severity=WARNING,
    evidence=(Evidence(Basis.OURS, "docs/secrets.md"),),
)

ACI297: Final = Code(
    "ACI297",
    "Not a valid name of a storage account or container",
    "`lock` names a storage account, with 3 to 24 lowercase letters and digits, and a container in it, with 3 to 63 "
    "lowercase letters, digits and single hyphens, and a letter or digit at both ends. It never names a host: the "
    "cloud supplies that.",
    example="lock: {storageAccount: https://shop.example, container: locks}",
    evidence=(
        Evidence(
            Basis.DOCUMENT,
            "learn.microsoft.com, storage-account-overview, and naming-and-referencing-containers--blobs--and-metadata",
        ),
        Evidence(Basis.OURS, "docs/locking.md"),
    ),
)
