"""Codes about the form of a manifest: names of properties, and types of values."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import NOTICE, SCHEMA_2025, WARNING, Basis, Code, Evidence

ACI037: Final = Code(
    "ACI037",
    "A secret file is not base64",
    "ARM expects the files of a secret volume in base64. Encode the content, or give plain text as `{fromText: "
    "…}`, which is encoded for you.",
    example="volumes: [{name: keys, secret: {token: plain text}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Mount a secret volume in Azure Container Instances"),),
)

ACI078: Final = Code(
    "ACI078",
    "Not allowed in an init container",
    "Init containers run to completion before the other containers start. They have no ports, no probes and no "
    "resources of their own. Remove the property.",
    example="initContainers: [{name: setup, ports: [80]}]",
    evidence=(SCHEMA_2025,),
)

ACI110: Final = Code(
    "ACI110",
    "Unknown property",
    "Azure would refuse it, or silently ignore it. Correct the name. If a newer api-version than this tool knows "
    "has the property, declare that `apiVersion` in the manifest, and the property is passed on.",
    example="restartpolcy: Never",
    evidence=(Evidence(Basis.THREAD, "Could not find member …: prefect-archive/prefect-azure#103"),),
)

ACI111: Final = Code(
    "ACI111",
    "A property name has the wrong case",
    "Azure accepts it and it is corrected here, but other tools and editors reject it. Use the spelling in the "
    "message.",
    example="resources: {cpu: 1, memoryInGb: 1.5}",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "published manifests contain such spellings, and ARM accepts them"),),
)

ACI112: Final = Code(
    "ACI112",
    "A property is given twice",
    "You can write an object with or without ARM's `properties`, and names in any case, but each property only "
    "once. Remove one.",
    example="osType: Linux\nproperties: {osType: Windows}",
)

ACI113: Final = Code(
    "ACI113",
    "An unknown property is passed on",
    "The manifest declares a newer `apiVersion` than this tool knows, so the property may be new. It is sent to "
    "Azure unchanged. Plans show its changes, but can't tell whether they cause a restart or a replacement.",
    example="apiVersion: 2099-01-01\nnovelty: 1",
    severity=NOTICE,
)

ACI114: Final = Code(
    "ACI114",
    "A property that Azure computes is ignored",
    "It was probably copied from an export. Azure sets its value, and the value in the manifest is ignored. "
    "Remove it. The `ip` of a public address is computed; the `ip` of a private one is not.",
    example="provisioningState: Succeeded",
    severity=WARNING,
    evidence=(Evidence(Basis.RECORDING, "azure-cli: exports contain such properties"),),
)

ACI115: Final = Code(
    "ACI115",
    "The value has the wrong type",
    "The schema expects another type, such as a list instead of a map, or a number instead of a word. The message "
    "names both.",
    example="command: node index.js",
    evidence=(Evidence(Basis.THREAD, "InvalidRequestContent: gbowerman/azurerm#29"),),
)

ACI116: Final = Code(
    "ACI116",
    "A value is missing",
    "An explicit `null` or `~` leaves a property out, and removes a tag from the live group. Nothing after the "
    "colon is more often a mistake, such as an unquoted placeholder `#{TOKEN}#`, where `#` begins a comment. Add "
    "the value, or write `null`.",
    example="image:",
)

ACI117: Final = Code(
    "ACI117",
    "A number or boolean is quoted",
    "It is read as the number or boolean that it looks like. Remove the quotes.",
    example='ports: [{port: "80"}]',
    severity=WARNING,
)

ACI118: Final = Code(
    "ACI118",
    "A number is ambiguous",
    "Octal (`010`, `0o10`), hexadecimal, sexagesimal (`1:30`) and numbers with underscores mean different things "
    "to different YAML readers. Write decimal digits.",
    example="ports: [010]",
    evidence=(Evidence(Basis.STANDARD, "YAML 1.2"),),
)

ACI119: Final = Code(
    "ACI119",
    "yes, no, on or off is used as a boolean",
    "YAML 1.1 reads them as booleans, YAML 1.2 as text. They are booleans here. Write `true` or `false`.",
    example="volumes: [{name: data, azureFile: {readOnly: yes}}]",
    severity=WARNING,
    evidence=(Evidence(Basis.STANDARD, "YAML 1.2"),),
)

ACI120: Final = Code(
    "ACI120",
    "The value is not allowed",
    "Use one of the values that the message lists.",
    example="restartPolicy: Sometimes",
    evidence=(Evidence(Basis.THREAD, "InvalidOsType: Azure/azure-cli#30439"), SCHEMA_2025),
)

ACI121: Final = Code(
    "ACI121",
    "An allowed value has the wrong case",
    "Azure accepts it, and it is corrected here. Use the spelling in the message.",
    example="ipAddress: {type: private}",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "published manifests contain such spellings, and ARM accepts them"),),
)

ACI122: Final = Code(
    "ACI122",
    "An unknown value is passed on",
    "The manifest declares a newer `apiVersion` than this tool knows, so the value may be new. It is sent to "
    "Azure unchanged.",
    example="apiVersion: 2099-01-01\nsku: Novel",
    severity=NOTICE,
)

ACI123: Final = Code(
    "ACI123",
    "A required property is missing",
    "Azure's schema requires it. Add it.",
    example="volumes: [{emptyDir: {}}]",
    evidence=(Evidence(Basis.THREAD, "InvalidRequestContent: Azure/azure-sdk-for-js#36767"), SCHEMA_2025),
)

ACI124: Final = Code(
    "ACI124",
    "The property was removed from the API",
    "Older api-versions had it. This tool uses one api-version for all groups, 2025-09-01 or newer. The hint "
    "names the replacement.",
    example="networkProfile: {id: …}",
    evidence=(SCHEMA_2025,),
)

ACI125: Final = Code(
    "ACI125",
    "The number is not valid in JSON",
    "Infinity and NaN can't be sent to Azure. Write a finite number.",
    example="resources: {cpu: .inf}",
    evidence=(Evidence(Basis.STANDARD, "JSON (RFC 8259)"),),
)

ACI126: Final = Code(
    "ACI126",
    "A property is empty",
    "There is nothing after the colon, so the property counts as left out. If it should have a value, check the "
    "indentation below it.",
    example="containers:\n  - name: web\n    ports:",
    severity=WARNING,
)

ACI127: Final = Code(
    "ACI127",
    "The schema refuses the value",
    "The value has the right type, but is out of range, too long, or in the wrong format. The message says what "
    "is allowed.",
    example="livenessProbe: {periodSeconds: -1}",
    evidence=(Evidence(Basis.SENSE, "the value has no meaning outside its range"),),
)

ACI220: Final = Code(
    "ACI220",
    "A property name is in snake_case",
    "`az container export` writes some names this way, and `az container create --file` accepts them. They are "
    "translated here, but other tools and editors reject them. Use the spelling in the message.",
    example="identity: {type: UserAssigned, user_assigned_identities: {…}}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "azure-cli's own `container export` writes `user_assigned_identities`"),),
)

ACI221: Final = Code(
    "ACI221",
    "`additional_properties` of an export is unwrapped",
    "`az container export` puts what its own model does not know into `additional_properties`. Its content is "
    "read as if it stood one level higher. Move it there, and remove the wrapper.",
    example="additional_properties: {}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Tutorial on multi-container groups with YAML, where an export is shown"),),
)
