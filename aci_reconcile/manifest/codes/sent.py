"""Codes of the rules about what is sent to Azure: names of images, pools, values, the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

SENT: Final[Mapping[str, Code]] = {
    "ACI200": Code(
        "Not a valid image name",
        "An image is named `host/path:tag` or `host/path@digest`, without a scheme. The host is optional, and the "
        "path is lowercase. No registry can hold an image with another name: Azure would answer `InaccessibleImage`, "
        "and during a replacement it would do so after the group has been deleted. Correct the name.",
        "containers: [{name: web, image: 'https://shop.azurecr.io/web:1'}]",
    ),
    "ACI201": Code(
        "A placeholder was not replaced",
        "`<registry>`, `#{tag}#`, `$(tag)`, `{{ tag }}`, `${TAG}`, `__TAG__` and similar placeholders are replaced by "
        "other tools, and none has run. Run that tool first, or use `${var:NAME}` or `${env:NAME}`, which this tool "
        "replaces.",
        "containers: [{name: web, image: 'shop.azurecr.io/web:$(Build.BuildId)'}]",
    ),
    "ACI202": Code(
        "An image name looks like a placeholder",
        "A registry could hold an image with this name, but it is more likely that a placeholder was not replaced. "
        "Check it.",
        "containers: [{name: web, image: 'shop.azurecr.io/web:__TAG__'}]",
        WARNING,
    ),
    "ACI203": Code(
        "The host of an Azure registry contains capitals",
        "Azure may not find the group's credentials for a host in capitals, and the pull fails. Write the host in "
        "lowercase.",
        "containers: [{name: web, image: 'Shop.azurecr.io/web:1'}]",
        WARNING,
    ),
    "ACI204": Code(
        "A secret ends in a line break",
        "It is sent unchanged, and few programs expect the line break. Remove it from the source. Keys and passwords "
        "for Azure and for registries lose a final line break automatically, because none of them ends in one.",
        'environmentVariables: {TOKEN: {secureValue: "${env:TOKEN}"}}    # and TOKEN ends in a line end',
        WARNING,
    ),
    "ACI205": Code(
        "Not allowed for a group from a standby pool",
        "The profile of the pool defines what such a group runs. Its manifest may contain only the names of the "
        "containers, their `configMap`, `containerGroupProfile`, `standbyPoolProfile`, tags, location and zones. "
        "Remove the rest.",
        "containers: [{name: web, image: nginx}]\nstandbyPoolProfile: {id: …}",
    ),
    "ACI206": Code(
        "A standby pool is named without a profile",
        "Every published example of a group from a pool also names the profile and its revision. Add "
        "`containerGroupProfile`.",
        "standbyPoolProfile: {id: …}",
        WARNING,
    ),
    "ACI207": Code(
        "The log type does not allow metadata",
        "`metadata` is allowed only with `logType: ContainerInsights`. Remove it, or change the type.",
        "diagnostics: {logAnalytics: {logType: ContainerInstanceLogs, metadata: {team: shop}}}",
    ),
    "ACI208": Code(
        "An environment variable has no value",
        "Azure refuses a variable without a value. An export shows secret variables this way, because Azure never "
        "returns their values. Add the value again, as a reference.",
        "environmentVariables: [{name: DB_PASSWORD}]",
        WARNING,
    ),
    "ACI209": Code(
        "The region name looks misspelt",
        "The name is close to that of a known region. The list of regions has a date: if a newer region has this "
        "name, ignore the warning.",
        "location: westeuope",
        WARNING,
    ),
    "ACI210": Code(
        "A managed identity on Windows may be refused",
        "Azure has refused identities of Windows groups (`IdentityNotSupportedOnWindows`), and its documentation has "
        "changed more than once on whether they are supported.",
        "osType: Windows\nidentity: {type: SystemAssigned}",
        WARNING,
    ),
    "ACI211": Code(
        "Unknown region",
        "No region had this name when the list was published. It may be newer than the list: `verify` asks Azure.",
        "location: atlantis",
        NOTICE,
    ),
}
