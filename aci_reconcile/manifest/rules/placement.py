"""Where a group runs: region, zone, and spot capacity."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.code import NOTICE, WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.hints import read_placeholder

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item, RuleTable

AS_OF: Final = "2026-08"
"""The date of the list. Newer regions may exist."""

REGIONS: Final = frozenset(
    """
    australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth
    brazilsoutheast canadacentral canadaeast centralindia centralus centraluseuap chilecentral chinaeast chinaeast2
    chinaeast3 chinanorth chinanorth2 chinanorth3 denmarkeast eastasia eastus eastus2 eastus2euap eastus3 eastusslv
    francecentral francesouth germanynorth germanywestcentral indiasouthcentral indonesiacentral israelcentral
    israelnorthwest italynorth japaneast japanwest jioindiacentral jioindiawest koreacentral koreasouth
    malaysiasouth malaysiawest mexicocentral newzealandnorth northcentralus northeastus5 northeurope norwayeast
    norwaywest polandcentral qatarcentral saudiarabiaeast southafricanorth southafricawest southcentralus
    southcentralus2 southeastasia southeastasia3 southeastus southeastus3 southeastus5 southindia southwestus
    spaincentral swedencentral swedensouth switzerlandnorth switzerlandwest taiwannorth taiwannorthwest uaecentral
    uaenorth uksouth ukwest usdodcentral usdodeast usgovarizona usgoviowa usgovtexas usgovvirginia westcentralus
    westcentralusfre westeurope westindia westus westus2 westus3
    """.split()  # noqa: SIM905  words are best read as words
)
"""The regions of Azure's public, US Government and China clouds, as ARM writes them.

The public ones are from azurerm's acceptance tests, including those with restricted access; the rest is from Azure's
docs.
"""

_NEAR: Final = 0.85

ACI209: Final = Code(
    "ACI209",
    "The region name looks misspelt",
    "The name is close to that of a known region. The list of regions has a date: if a newer region has this "
    "name, ignore the warning.",
    example="location: westeuope",
    severity=WARNING,
    evidence=(Evidence(Basis.LIKELY, "the name is close to a region in azurerm's acceptance tests"),),
)

ACI211: Final = Code(
    "ACI211",
    "Unknown region",
    "No region had this name when the list was published. It may be newer than the list: `verify` asks Azure.",
    example="location: atlantis",
    severity=NOTICE,
    evidence=(Evidence(Basis.LIKELY, "no region in the dated list has this name"),),
)


def check_region(group: Item) -> None:
    """Likely: a name that is close to a region is misspelt; any other unknown name may be a new region."""
    location = group.at("location")
    name = location.text.replace(" ", "").lower()
    if not name or name in REGIONS or read_placeholder(location.text):  # a placeholder has a diagnostic already
        return
    near = difflib.get_close_matches(name, sorted(REGIONS), n=1, cutoff=_NEAR)
    if near:
        message = f"{quote(location.text)} is not in the list of Azure regions of {AS_OF}"
        location.complain(ACI209, message, f"did you mean `{near[0]}`?")
    else:
        location.complain(ACI211, f"{quote(location.text)} is not in the list of Azure regions of {AS_OF}")


_SPOT_REGIONS = frozenset({"eastus2", "westeurope", "westus"})

ACI068: Final = Code(
    "ACI068",
    "Spot may not be offered in this region",
    "Spot groups are documented for East US 2, West Europe and West US only.",
    example="location: northeurope\npriority: Spot",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Spot containers on Azure Container Instances"),),
)

ACI069: Final = Code(
    "ACI069",
    "Spot supports the Standard sku only",
    "Azure documents an error code for spot groups with other skus. Use `sku: Standard`, or remove `priority: Spot`.",
    example="priority: Spot\nsku: Confidential",
    severity=WARNING,
    evidence=(
        Evidence(Basis.ERRORS, "SpotPriorityContainerGroupNotSupportedInSku"),
        Evidence(Basis.DOCUMENT, "Spot containers on Azure Container Instances"),
    ),
)


def check_spot(group: Item) -> None:
    """Docs: the regions and the sku of spot groups."""
    properties, location = group.at("properties"), group.at("location")
    if properties.at("priority").text != "Spot":
        return
    if location.text and location.text.replace(" ", "").lower() not in _SPOT_REGIONS:
        message = f"spot groups are not documented for {quote(location.text)}"
        properties.at("priority").complain(ACI068, message, "use East US 2, West Europe or West US")
    if properties.at("sku").text not in {"", "Standard", "NotSpecified"}:
        properties.at("sku").complain(ACI069, f"spot groups can't have the sku {properties.at('sku').text}")


ACI101: Final = Code(
    "ACI101",
    "More than one zone",
    "A container group runs in one availability zone. Keep one.",
    example="zones: ['1', '2']",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Deploy a container group in an availability zone"),),
)


def check_zones(group: Item) -> None:
    """Docs: a group runs in one zone."""
    if len(group.each("zones")) > 1:
        group.at("zones").complain(ACI101, "a container group runs in one zone only")


RULES: Final[RuleTable] = {
    (): (check_region,),
    ("priority",): (check_spot,),
    ("zones",): (check_zones,),
}
