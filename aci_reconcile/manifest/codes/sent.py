"""Codes of the rules about what is sent to Azure: names of images, pools, values, the region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.codes.model import NOTICE, WARNING, Code

if TYPE_CHECKING:
    from collections.abc import Mapping

SENT: Final[Mapping[str, Code]] = {
    "ACI200": Code(
        "No name of an image",
        "An image is named `host/path:tag` or `host/path@digest`, without a scheme; the host may be left out, the path "
        "is in small letters. No registry can have an image of another name; Azure would answer `InaccessibleImage`, "
        "after a recreation has deleted the group.",
        "containers: [{name: web, image: 'https://shop.azurecr.io/web:1'}]",
    ),
    "ACI201": Code(
        "A placeholder that was never filled in",
        "`<registry>`, `#{tag}#`, `$(tag)`, `{{ tag }}`, `${TAG}`, `__TAG__` and their like are filled in by another "
        "tool, which has not run. This tool fills in `${var:NAME}` and `${env:NAME}`.",
        "containers: [{name: web, image: 'shop.azurecr.io/web:$(Build.BuildId)'}]",
    ),
    "ACI202": Code(
        "An image that looks like a placeholder",
        "A registry could have an image of this name; more likely somebody meant to fill it in.",
        "containers: [{name: web, image: 'shop.azurecr.io/web:__TAG__'}]",
        WARNING,
    ),
    "ACI203": Code(
        "An Azure registry in capitals",
        "The host of an Azure registry is written in small letters. Written in capitals, the credentials of the group "
        "may not be found for it, and the pull fails.",
        "containers: [{name: web, image: 'Shop.azurecr.io/web:1'}]",
        WARNING,
    ),
    "ACI204": Code(
        "A secret that ends in a line end",
        "It is sent as it is, line end and all; few programs expect that. Keys and passwords for Azure and for "
        "registries lose a final line end by themselves, because none of them ends in one.",
        'environmentVariables: {TOKEN: {secureValue: "${env:TOKEN}"}}    # and TOKEN ends in a line end',
        WARNING,
    ),
    "ACI205": Code(
        "More than a group from a standby pool can say",
        "What such a group runs is said by the profile of the pool. Its manifest holds the names of the containers, "
        "their `configMap`, `containerGroupProfile` and `standbyPoolProfile`; tags, location and zones as ever.",
        "containers: [{name: web, image: nginx}]\nstandbyPoolProfile: {id: …}",
    ),
    "ACI206": Code(
        "A standby pool without a profile",
        "Every published example of a group from a pool names the profile, too, and its revision.",
        "standbyPoolProfile: {id: …}",
        WARNING,
    ),
    "ACI207": Code(
        "Metadata that the type of logs does not take",
        "`metadata` goes with `logType: ContainerInsights` only.",
        "diagnostics: {logAnalytics: {logType: ContainerInstanceLogs, metadata: {team: shop}}}",
    ),
    "ACI208": Code(
        "An environment variable without a value",
        "Azure takes no variable without a value. An export shows a secret one in this way, because Azure never tells "
        "its value: write it again, as a reference.",
        "environmentVariables: [{name: DB_PASSWORD}]",
        WARNING,
    ),
    "ACI209": Code(
        "A region with a slip of the pen",
        "The name is nearly that of a region of Azure, and no region's own. The list has a date: a newer region may "
        "have this very name, and then all is well.",
        "location: westeuope",
        WARNING,
    ),
    "ACI210": Code(
        "A managed identity on Windows",
        "Azure has refused identities of Windows groups (`IdentityNotSupportedOnWindows`), and its documents have said "
        "now that it does and now that it does not.",
        "osType: Windows\nidentity: {type: SystemAssigned}",
        WARNING,
    ),
    "ACI211": Code(
        "A region that is not known here",
        "No region had this name when the list was published. Regions are born; `verify` asks Azure.",
        "location: atlantis",
        NOTICE,
    ),
}
