"""Whether the subnets of new groups are there, theirs, and near."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from aci_reconcile.preflight.demand import created
from aci_reconcile.preflight.values import NOT_ASKED, Check, Facts, Place, Question, Unanswered, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.planning.values import Change
    from aci_reconcile.preflight.inventory import Subnet

_SERVICE = "Microsoft.ContainerInstance/containerGroups"
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


def subnet_checks(changes: Iterable[Change], facts: Facts) -> Iterator[Check]:
    """Yield a check for each subnet that groups are created in, and one for its region where that is not known.

    Documented at "Virtual network scenarios and resources": the subnet is delegated to the service, and lies in the
    subscription of the group; networks of other regions do not reach.
    """
    users: defaultdict[tuple[str, Place], list[tuple[str, str]]] = defaultdict(list)
    for group in created(changes):
        for subnet in group.subnets:
            users[subnet.lower(), group.place].append((subnet, group.address))
    for (key, place), found in sorted(users.items()):
        addresses = tuple(address for _, address in found)
        yield from _judged(found[0][0], place, facts.subnets.get(key, NOT_ASKED), addresses)


def _judged(
    subnet_id: str, place: Place, told: Subnet | Unanswered | None, addresses: tuple[str, ...]
) -> Iterator[Check]:
    named = _ID.fullmatch(subnet_id)

    def failed(why: str, hint: str) -> Check:
        return Check(Question.SUBNET, short(subnet_id), Verdict.FAILED, why, hint, addresses)

    if named is None or not is_subnet_id(subnet_id):
        yield failed("it is not a subnet ID", "write /subscriptions/…/virtualNetworks/NAME/subnets/NAME")
    elif named["subscription"].lower() != place.subscription:
        yield failed("it is in another subscription than the group", "choose a subnet of the group's subscription")
    elif told is None:
        yield failed("it does not exist", f"create it, delegated to {_SERVICE}")
    elif isinstance(told, Unanswered):
        yield Check(Question.SUBNET, short(subnet_id), Verdict.UNKNOWN, told.why, addresses=addresses)
    elif _SERVICE.lower() not in {each.lower() for each in told.delegations}:
        others = f" but to {', '.join(told.delegations)}" if told.delegations else ""
        yield failed(
            f"it is not delegated to {_SERVICE}{others}",
            f"az network vnet subnet update --ids {subnet_id} --delegations {_SERVICE}",
        )
    elif told.location and Place.of("", told.location).location != place.location:
        yield failed(
            f"it is in {told.location}, the group is in {place.location}", "choose a subnet of the group's region"
        )
    else:
        yield Check(Question.SUBNET, short(subnet_id), Verdict.OK, "it is delegated", addresses=addresses)
        if not told.location:
            subject = f"region of {short(subnet_id)}"
            yield Check(Question.SUBNET, subject, Verdict.UNKNOWN, told.no_location, addresses=addresses)


def short(subnet_id: str) -> str:
    """Return a subnet's id as a report names it: its network, and its own name."""
    named = _ID.fullmatch(subnet_id)
    return f"{named['group']}/{named['network']}/{named['subnet']}" if named else subnet_id
