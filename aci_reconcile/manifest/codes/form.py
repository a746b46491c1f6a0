"""Codes about the form of a manifest: names of properties, and types of values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

FORM: Final[Mapping[str, Code]] = {
    "ACI110": Code(
        "There is no such property",
        "Azure would refuse it, or ignore it in silence. Properties that came after the api-version this tool "
        "knows are passed on when the manifest declares that newer `apiVersion`.",
        "restartpolcy: Never",
    ),
    "ACI111": Code(
        "A property in the wrong case",
        "Azure takes it, other tools and the editor do not. The right spelling is used.",
        "resources: {cpu: 1, memoryInGb: 1.5}",
        WARNING,
    ),
    "ACI112": Code(
        "A property is given twice",
        "An object may be written with ARM's `properties` or without, and names in any case, but each property once.",
        "osType: Linux\nproperties: {osType: Windows}",
    ),
    "ACI113": Code(
        "An unknown property is passed on",
        "The manifest declares a newer `apiVersion` than this tool knows, so the property may be new. It is sent "
        "to Azure as it is, and its changes are shown, without any knowledge of what they cost.",
        "apiVersion: 2099-01-01\nnovelty: 1",
        NOTICE,
    ),
    "ACI114": Code(
        "A property that Azure computes",
        "It is left over from an export. Azure says what it is; what a manifest says of it is ignored. The `ip` of a "
        "public address is such a property; that of a private one is not.",
        "provisioningState: Succeeded",
        WARNING,
    ),
    "ACI115": Code(
        "A value of the wrong type",
        "The schema wants another type: a list and not a map, a number and not a word.",
        "command: node index.js",
    ),
    "ACI116": Code(
        "Nothing where a value is wanted",
        "A written `null` or `~` means left out, and removes a tag from the live group. Nothing behind the colon is a "
        "mistake more often, such as a placeholder `#{TOKEN}#` that begins a comment.",
        "image:",
    ),
    "ACI117": Code(
        "A number or a flag in quotes",
        "It is taken for the number or flag it looks like.",
        'ports: [{port: "80"}]',
        WARNING,
    ),
    "ACI118": Code(
        "A number in an ambiguous notation",
        "Octal (`010`, `0o10`), hexadecimal, sexagesimal (`1:30`) and numbers with underscores mean different "
        "things to different YAML readers.",
        "ports: [010]",
    ),
    "ACI119": Code(
        "yes, no, on or off for a flag",
        "YAML 1.1 reads them as flags, YAML 1.2 as words. They are taken for flags here.",
        "volumes: [{name: data, azureFile: {readOnly: yes}}]",
        WARNING,
    ),
    "ACI120": Code(
        "Not one of the allowed values",
        "The allowed ones are listed in the message.",
        "restartPolicy: Sometimes",
    ),
    "ACI121": Code(
        "An allowed value in the wrong case",
        "Azure takes it; the right spelling is used.",
        "ipAddress: {type: private}",
        WARNING,
    ),
    "ACI122": Code(
        "An unknown value is passed on",
        "The manifest declares a newer `apiVersion` than this tool knows, so the value may be new.",
        "apiVersion: 2099-01-01\nsku: Novel",
        NOTICE,
    ),
    "ACI123": Code("A property is missing", "Azure's schema requires it.", "volumes: [{emptyDir: {}}]"),
    "ACI124": Code(
        "A property that no longer exists",
        "Older api-versions had it. This tool speaks one api-version for all groups, 2025-09-01 or newer; the "
        "hint says what took its place.",
        "networkProfile: {id: …}",
    ),
    "ACI125": Code(
        "Not a number that JSON knows", "Infinity and NaN can't be sent to Azure.", "resources: {cpu: .inf}"
    ),
    "ACI126": Code(
        "An empty property",
        "There is nothing behind the colon. It counts as left out; if something was meant to stand there, its "
        "indentation may be wrong.",
        "containers:\n  - name: web\n    ports:",
        WARNING,
    ),
    "ACI127": Code(
        "The schema refuses the value",
        "The value is of the right type but out of range, too long, or of the wrong form.",
        "livenessProbe: {periodSeconds: -1}",
    ),
    "ACI220": Code(
        "A property in snake_case",
        "`az container export` writes some names as Python does, and `az container create --file` takes them. They are "
        "translated; other tools and the editor do not know them.",
        "identity: {type: UserAssigned, user_assigned_identities: {…}}",
        WARNING,
    ),
    "ACI221": Code(
        "The `additional_properties` of an export",
        "`az container export` puts what its own model does not know into `additional_properties`. What stands in it "
        "is read as if it stood beside it; leave the wrapping out.",
        "additional_properties: {}",
        WARNING,
    ),
}
