"""What a region says of itself. Nothing is made for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.azure.http.urls import location_path, with_query
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, has_other_cause, send, show_flag

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_NAMES: Final = frozenset({"ContainerGroups", "StandardCores"})
_KEYS: Final = frozenset({"currentValue", "limit", "name", "unit"})


def _ask_usages(lab: Lab) -> Steps[Verdicts]:
    """Read how much of the region's quota is used."""
    path = location_path(lab.scope.subscription, lab.location, "usages")
    return [decide_usages((yield from send("GET", with_query(path, api_version=lab.api_version))))]


def decide_usages(answer: Reply) -> Seen | Unclear:
    """Decide whether the usages have the names and the form of the recorded ones."""
    if has_other_cause(answer):
        return Unclear("usages", answer.verdict)
    rows = [as_object(each) for each in as_list(answer.body.get("value"))]
    names = {as_text(as_object(each.get("name")).get("value")) for each in rows}
    right = answer.accepted and names >= _NAMES and all(each.keys() >= _KEYS for each in rows)
    return Seen("usages", show_flag(right), f"{answer.verdict}: {', '.join(sorted(names)) or 'no names'}")


PROBES = (Probe("usages", "How does a region say what is used?", ("usages",), _ask_usages, groups=0, seconds=10),)
