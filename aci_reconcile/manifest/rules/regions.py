"""The region: whether it is known, or its name is misspelt."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.hints import read_placeholder

if TYPE_CHECKING:
    from aci_reconcile.manifest.syntax.items import Item

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

The public ones are from azurerm's acceptance tests, including those with restricted access; the others from Azure's
docs.
"""

_NEAR: Final = 0.85


def check_region(group: Item) -> None:
    """Likely: a name that is close to a region is misspelt; any other unknown name may be a new region."""
    location = group.at("location")
    name = location.text.replace(" ", "").lower()
    if not name or name in REGIONS or read_placeholder(location.text):
        return
    near = difflib.get_close_matches(name, sorted(REGIONS), n=1, cutoff=_NEAR)
    if near:
        message = f"{quote(location.text)} is not in the list of Azure regions of {AS_OF}"
        location.complain("ACI209", message, f"did you mean `{near[0]}`?")
    else:
        location.complain("ACI211", f"{quote(location.text)} is not in the list of Azure regions of {AS_OF}")
