"""Whether the subnets of new groups exist, are delegated, and lie in the same subscription and region."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from aci_reconcile.core.resource_types import CONTAINER_GROUPS
from aci_reconcile.preflight.capacity import list_created
from aci_reconcile.preflight.checks import NOT_ASKED, Check, Facts, Place, Question, Unanswered, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight.inventory import Subnet

_SERVICE = CONTAINER_GROUPS.name
"""The name of the service that a subnet is delegated to: ARM's name of the type."""
_ID = re.compile(
    r"/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<group>[^/]+)"
    r"/providers/Microsoft\.Network/virtualNetworks/(?P<network>[^/]+)/subnets/(?P<subnet>[^/]+)",
    re.IGNORECASE,
)
_DOTS = frozenset({".", ".."})


def is_subnet_id(text: str) -> bool:
    """Whether a text is the id of a subnet."""
    found = _ID.fullmatch(text)
    return found is not None and not _DOTS & set(found.groups())


def judge_subnets(changes: Iterable[Change], facts: Facts) -> Iterator[Check]:
    """Yield a check for each subnet of new groups, and one for its region if that is unknown.

    Documented at "Virtual network scenarios and resources": the subnet is delegated to the service, and lies in the
    subscription of the group; networks of other regions do not reach.
    """
    users: defaultdict[tuple[str, Place], list[tuple[str, str]]] = defaultdict(list)
    for group in list_created(changes):
        for subnet in group.subnets:
            users[subnet.lower(), group.place].append((subnet, group.address))
    for (key, place), found in sorted(users.items()):
        addresses = tuple(address for _, address in found)
        yield from _judge_subnet(found[0][0], place, facts.subnets.get(key, NOT_ASKED), addresses)


def _judge_subnet(
    subnet_id: str, place: Place, subnet: Subnet | Unanswered | None, addresses: tuple[str, ...]
) -> Iterator[Check]:
    named = _ID.fullmatch(subnet_id)

    def make_failed(why: str, hint: str) -> Check:
        return Check(Question.SUBNET, shorten_subnet_id(subnet_id), Verdict.FAILED, why, hint, addresses)

    if named is None or not is_subnet_id(subnet_id):
        yield make_failed("it is not a subnet ID", "write /subscriptions/…/virtualNetworks/NAME/subnets/NAME")
    elif named["subscription"].lower() != place.subscription:
        yield make_failed("it is in another subscription than the group", "choose a subnet of the group's subscription")
    elif subnet is None:
        yield make_failed("it does not exist", f"create it, delegated to {_SERVICE}")
    elif isinstance(subnet, Unanswered):
        yield Check(Question.SUBNET, shorten_subnet_id(subnet_id), Verdict.UNKNOWN, subnet.why, addresses=addresses)
    elif _SERVICE.lower() not in {each.lower() for each in subnet.delegations}:
        other_services = f" but to {', '.join(subnet.delegations)}" if subnet.delegations else ""
        yield make_failed(
            f"it is not delegated to {_SERVICE}{other_services}",
            f"az network vnet subnet update --ids {subnet_id} --delegations {_SERVICE}",
        )
    elif subnet.location and Place.of("", subnet.location).location != place.location:
        yield make_failed(
            f"it is in {subnet.location}, the group is in {place.location}", "choose a subnet of the group's region"
        )
    else:
        yield Check(Question.SUBNET, shorten_subnet_id(subnet_id), Verdict.OK, "it is delegated", addresses=addresses)
        # The identity may read the subnet and not its network, and only the network has a region.
        if not subnet.location:
            subject = f"region of {shorten_subnet_id(subnet_id)}"
            yield Check(Question.SUBNET, subject, Verdict.UNKNOWN, subnet.no_location, addresses=addresses)


def shorten_subnet_id(subnet_id: str) -> str:
    """Return a subnet as reports name it: resource group, network and subnet."""
    named = _ID.fullmatch(subnet_id)
    return f"{named['group']}/{named['network']}/{named['subnet']}" if named else subnet_id
