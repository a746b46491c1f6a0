"""Images in registries that let nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.facts.probes.lab import attempt, change, make, make_body, make_container
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, has_other_cause, show_flag

if TYPE_CHECKING:
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

REFUSAL: Final = "InaccessibleImage"


def _ask(lab: Lab) -> Steps[Verdicts]:
    """Name an image of a registry that is not there, without a password; then a password that no image needs."""
    server = f"probe{lab.run}.azurecr.io"
    refused = yield from attempt(lab, "registry", make_body(lab, make_container(image=f"{server}/none:1")))
    needless = {"server": server, "username": "probe", "password": f"made-up-{lab.run}"}
    live = yield from make(lab, lab.name("password"), change(make_body(lab), imageRegistryCredentials=[needless]))
    return [decide_check(refused), decide_delegation(live)]


def decide_check(answer: Reply) -> Seen | Unclear:
    """Decide whether a registry is asked for the image with the PUT."""
    how = f"an image of a registry that lets nobody in: {answer.verdict}"
    if answer.accepted or answer.code == REFUSAL:
        return Seen("registry-checks", show_flag(not answer.accepted), how)
    return Unclear("registry-checks", how)


def decide_delegation(live: Reply) -> Seen | Unclear:
    """Decide whether isDelegatedIdentity is added to credentials."""
    fact = "delegated-identity-filled-in"
    shown = [as_object(each) for each in as_list(live.properties.get("imageRegistryCredentials"))]
    if not shown or has_other_cause(live):
        return Unclear(fact, f"{live.verdict}, without credentials")
    added = shown[0].get("isDelegatedIdentity") is False
    return Seen(fact, show_flag(added), f"credentials are returned with {', '.join(sorted(shown[0]))}")


PROBES = (
    Probe(
        "registry",
        "Is an image looked up with the PUT, and what is added to credentials?",
        ("registry-checks", "delegated-identity-filled-in"),
        _ask,
    ),
)
