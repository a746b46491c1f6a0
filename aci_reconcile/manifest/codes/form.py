"""Codes about the form of a manifest: names of properties, and types of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final[Mapping[str, Code]] = {
    "ACI110": Code(
        "Unknown property",
        "Azure would refuse it, or silently ignore it. Correct the name. If a newer api-version than this tool knows "
        "has the property, declare that `apiVersion` in the manifest, and the property is passed on.",
        "restartpolcy: Never",
    ),
    "ACI111": Code(
        "A property name has the wrong case",
        "Azure accepts it and it is corrected here, but other tools and editors reject it. Use the spelling in the "
        "message.",
        "resources: {cpu: 1, memoryInGb: 1.5}",
        WARNING,
    ),
    "ACI112": Code(
        "A property is given twice",
        "You can write an object with or without ARM's `properties`, and names in any case, but each property only "
        "once. Remove one.",
        "osType: Linux\nproperties: {osType: Windows}",
    ),
    "ACI113": Code(
        "An unknown property is passed on",
        "The manifest declares a newer `apiVersion` than this tool knows, so the property may be new. It is sent to "
        "Azure unchanged. Plans show its changes, but can't tell whether they cause a restart or a replacement.",
        "apiVersion: 2099-01-01\nnovelty: 1",
        NOTICE,
    ),
    "ACI114": Code(
        "A property that Azure computes is ignored",
        "It was probably copied from an export. Azure sets its value, and the value in the manifest is ignored. "
        "Remove it. The `ip` of a public address is computed; the `ip` of a private one is not.",
        "provisioningState: Succeeded",
        WARNING,
    ),
    "ACI115": Code(
        "The value has the wrong type",
        "The schema expects another type, such as a list instead of a map, or a number instead of a word. The message "
        "names both.",
        "command: node index.js",
    ),
    "ACI116": Code(
        "A value is missing",
        "An explicit `null` or `~` leaves a property out, and removes a tag from the live group. Nothing after the "
        "colon is more often a mistake, such as an unquoted placeholder `#{TOKEN}#`, where `#` begins a comment. Add "
        "the value, or write `null`.",
        "image:",
    ),
    "ACI117": Code(
        "A number or boolean is quoted",
        "It is read as the number or boolean that it looks like. Remove the quotes.",
        'ports: [{port: "80"}]',
        WARNING,
    ),
    "ACI118": Code(
        "A number is ambiguous",
        "Octal (`010`, `0o10`), hexadecimal, sexagesimal (`1:30`) and numbers with underscores mean different things "
        "to different YAML readers. Write decimal digits.",
        "ports: [010]",
    ),
    "ACI119": Code(
        "yes, no, on or off is used as a boolean",
        "YAML 1.1 reads them as booleans, YAML 1.2 as text. They are booleans here. Write `true` or `false`.",
        "volumes: [{name: data, azureFile: {readOnly: yes}}]",
        WARNING,
    ),
    "ACI120": Code(
        "The value is not allowed",
        "Use one of the values that the message lists.",
        "restartPolicy: Sometimes",
    ),
    "ACI121": Code(
        "An allowed value has the wrong case",
        "Azure accepts it, and it is corrected here. Use the spelling in the message.",
        "ipAddress: {type: private}",
        WARNING,
    ),
    "ACI122": Code(
        "An unknown value is passed on",
        "The manifest declares a newer `apiVersion` than this tool knows, so the value may be new. It is sent to "
        "Azure unchanged.",
        "apiVersion: 2099-01-01\nsku: Novel",
        NOTICE,
    ),
    "ACI123": Code(
        "A required property is missing",
        "Azure's schema requires it. Add it.",
        "volumes: [{emptyDir: {}}]",
    ),
    "ACI124": Code(
        "The property was removed from the API",
        "Older api-versions had it. This tool uses one api-version for all groups, 2025-09-01 or newer. The hint "
        "names the replacement.",
        "networkProfile: {id: …}",
    ),
    "ACI125": Code(
        "The number is not valid in JSON",
        "Infinity and NaN can't be sent to Azure. Write a finite number.",
        "resources: {cpu: .inf}",
    ),
    "ACI126": Code(
        "A property is empty",
        "There is nothing after the colon, so the property counts as left out. If it should have a value, check the "
        "indentation below it.",
        "containers:\n  - name: web\n    ports:",
        WARNING,
    ),
    "ACI127": Code(
        "The schema refuses the value",
        "The value has the right type, but is out of range, too long, or in the wrong format. The message says what "
        "is allowed.",
        "livenessProbe: {periodSeconds: -1}",
    ),
    "ACI220": Code(
        "A property name is in snake_case",
        "`az container export` writes some names this way, and `az container create --file` accepts them. They are "
        "translated here, but other tools and editors reject them. Use the spelling in the message.",
        "identity: {type: UserAssigned, user_assigned_identities: {…}}",
        WARNING,
    ),
    "ACI221": Code(
        "`additional_properties` of an export is unwrapped",
        "`az container export` puts what its own model does not know into `additional_properties`. Its content is "
        "read as if it stood one level higher. Move it there, and remove the wrapper.",
        "additional_properties: {}",
        WARNING,
    ),
}
