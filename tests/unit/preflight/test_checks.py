"""Judging what is planned by what Azure answered: secrets, quota, regions, subnets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from factories import SUBSCRIPTION, container, group, live, rid

from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.planning import Action, Change, Impact
from aci_reconcile.preflight import (
    Check,
    Facts,
    Place,
    Question,
    Unanswered,
    Verdict,
    judge_changes,
    list_claims,
    list_needs,
)
from aci_reconcile.preflight.inventory import Capability, Subnet, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Place(SUBSCRIPTION, "westeurope")
SERVICE = "Microsoft.ContainerInstance/containerGroups"
SUBNET = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
LINUX = Capability("Linux", "Public", "None", 4, 16)
PRIVATE = Capability("Linux", "Private", "None", 2, 8)
WINDOWS = Capability("Windows", "Public", "None", 4, 14)
REFUSED = Unanswered("AuthorizationFailed: no", "AuthorizationFailed")


def sized(cpu: float, memory: float = 1, **gpu: Any) -> dict[str, Any]:
    """Return a container of a size."""
    requests = {"cpu": cpu, "memoryInGB": memory, **({"gpu": gpu} if gpu else {})}
    return container("web", resources={"requests": requests})


def create(resource: Resource) -> Change:
    """Return its creation."""
    return Change(resource.id, Action.CREATE, after=resource)


def delete(resource: Resource) -> Change:
    """Return its deletion."""
    return Change(resource.id, Action.DELETE, before=live(resource))


def recreate(before: Resource, after: Resource) -> Change:
    """Return its replacement."""
    return Change(after.id, Action.REPLACE, Impact.RECREATE, live(before), after)


def asked(question: Question, *changes: Change, **facts: Any) -> list[Check]:
    """Return the checks of one question."""
    return [each for each in judge_changes(changes, Facts(**facts)) if each.question is question]


def quota(*changes: Change, **used: tuple[float, float]) -> dict[str, tuple[Verdict, str]]:
    """Return verdict and reason by quota; ``used`` holds what is used, and the limit."""
    usages = {HERE: {name: Usage(*numbers) for name, numbers in used.items()}}
    found = asked(Question.QUOTA, *changes, usages=usages)
    return {each.subject.partition(" in ")[0]: (each.verdict, each.why) for each in found}


def test_creations_need_groups_and_cores() -> None:
    """All of a region together, over all containers; a fraction counts as it is."""
    one, two = group("a", sized(1), sized(0.5)), group("b", sized(2.5))
    found = quota(create(one), create(two), ContainerGroups=(98, 100), StandardCores=(97, 100))

    assert {
        "ContainerGroups": (Verdict.OK, "98 of 100 used, 2 needed"),
        "StandardCores": (Verdict.FAILED, "97 of 100 used, 4 needed"),
    } == found


@pytest.mark.parametrize(
    ("properties", "names"),
    [
        ({}, {"ContainerGroups", "StandardCores"}),
        ({"sku": "standard", "priority": "Spot"}, {"ContainerGroups", "StandardSpotCores"}),
        ({"sku": "confidential"}, {"ContainerGroups", "ConfidentialContainerGroups", "ConfidentialCores"}),
        ({"sku": "Dedicated"}, {"ContainerGroups", "DedicatedContainerGroups", "DedicatedCores"}),
    ],
)
def test_each_kind_has_its_quotas(properties: Mapping[str, Any], names: set[str]) -> None:
    """By Azure's own names; one that Azure does not tell could not be checked."""
    found = quota(create(group("a", sized(1), **properties)))

    assert names == set(found)
    assert {(Verdict.UNKNOWN, "Azure reports no such quota; 1 needed")} == set(found.values())


@pytest.mark.parametrize("size", [float("nan"), float("inf"), 10**400, True, "2"])
def test_a_size_that_is_none_gives_nothing_back(size: Any) -> None:
    """What a live group says of itself comes from outside."""
    full = {"ContainerGroups": (0, 100), "StandardCores": (100, 100)}

    assert Verdict.FAILED is quota(create(group("a")), delete(group("b", sized(size))), **full)["StandardCores"][0]


def test_a_start_needs_cores_and_no_group() -> None:
    """The group is there already; what it ran on is given back while it is stopped."""
    one = group("a", sized(2))
    change = Change(one.id, Action.UPDATE, Impact.START, live(one), one)

    assert {"StandardCores": (Verdict.FAILED, "99 of 100 used, 2 needed")} == quota(
        change, ContainerGroups=(100, 100), StandardCores=(99, 100)
    )


def test_gpus_have_a_quota_of_their_model() -> None:
    """Their cores do not count as plain ones."""
    assert {"ContainerGroups", "StandardV100Cores"} == set(quota(create(group("a", sized(1, sku="V100", count=1)))))


def test_a_recreation_fits_where_its_size_does_afterwards() -> None:
    """At the limit, too; only what it grows by needs room."""
    same, grown = group("a", sized(2)), group("a", sized(3))
    full = {"ContainerGroups": (100, 100), "StandardCores": (100, 100)}
    told = "100 of 100 used, 2 needed, 2 freed by deletions; it fits after the deletions, so they come first"

    assert (Verdict.OK, told) == quota(recreate(same, same), **full)["StandardCores"]
    assert Verdict.FAILED is quota(recreate(same, grown), **full)["StandardCores"][0]


def test_plans_before_this_one_take_quota_or_give_it_back() -> None:
    """In the same region of the same subscription, by name; what they delete and create anew is no difference."""
    elsewhere = Resource(rid("b"), {**group("b").body, "location": "North Europe"})
    usages = {HERE: {"ContainerGroups": Usage(98, 100), "StandardCores": Usage(98, 100)}}

    def judge(*before: Change) -> list[tuple[Verdict, str]]:
        found = judge_changes([create(group("a", sized(1)))], Facts(usages=usages), claimed=list_claims(before))
        return [(each.verdict, each.why) for each in found if each.question is Question.QUOTA]

    plain = (Verdict.OK, "98 of 100 used, 1 needed")
    assert [plain] * 2 == judge()
    assert [plain] * 2 == judge(create(elsewhere))
    assert [plain] * 2 == judge(recreate(group("b"), group("b")))
    assert [
        (Verdict.OK, "98 of 100 used, 1 needed, 1 needed by the projects before"),
        (Verdict.FAILED, "98 of 100 used, 1 needed, 2 needed by the projects before"),
    ] == judge(create(group("b", sized(2))))
    assert [
        (Verdict.OK, "98 of 100 used, 1 needed, 1 freed by the projects before"),
        (Verdict.OK, "98 of 100 used, 1 needed, 2 freed by the projects before"),
    ] == judge(delete(group("b", sized(2))))

    grown = [recreate(group("a", sized(3)), group("a", sized(3)))]
    full = Facts(usages={HERE: {"StandardCores": Usage(98, 100)}})
    (found,) = (
        each.why
        for each in judge_changes(grown, full, claimed=list_claims([delete(group("b", sized(2)))]))
        if each.subject.startswith("StandardCores")
    )
    assert "98 of 100 used, 3 needed, 2 freed by the projects before, 3 freed by deletions" == found


def test_deletions_make_room() -> None:
    """In their own region."""
    elsewhere = Resource(rid("b"), {**group("b").body, "location": "North Europe"})
    full = {"ContainerGroups": (100, 100), "StandardCores": (0, 100)}

    assert Verdict.OK is quota(create(group("a")), delete(group("b")), **full)["ContainerGroups"][0]
    assert Verdict.FAILED is quota(create(group("a")), delete(elsewhere), **full)["ContainerGroups"][0]


def test_what_creates_nothing_needs_no_quota() -> None:
    """Nor any other answer about a region."""
    update = Change(rid(), Action.UPDATE, Impact.RESTART, live(group()), group())

    assert {} == quota(update, delete(group("b")))
    assert ((), ()) == (list_needs([update, delete(group("b"))]).places, list_needs([update]).subnets)


def test_a_region_that_does_not_answer() -> None:
    """Is not known, with the reason; one that was not asked isn't, either."""
    (told,) = asked(Question.QUOTA, create(group("a")), usages={HERE: REFUSED})
    (silent,) = asked(Question.QUOTA, create(group("a")))

    assert (Verdict.UNKNOWN, "AuthorizationFailed: no", ("rg-shop/a",)) == (told.verdict, told.why, told.addresses)
    assert (Verdict.UNKNOWN, "it was not asked") == (silent.verdict, silent.why)


def region(*groups: Resource, told: Any = (LINUX, PRIVATE)) -> list[tuple[str, Verdict]]:
    """Return subject and verdict of the checks of the region."""
    found = asked(Question.REGION, *map(create, groups), capabilities={HERE: told})
    return [(each.subject, each.verdict) for each in found]


def test_groups_of_a_kind_are_checked_together() -> None:
    """And each that does not fit is named."""
    small, large, deep = group("a", sized(4, 16)), group("b", sized(2.5), sized(2)), group("c", sized(1, 17))

    assert [
        ("rg-shop/b in westeurope", Verdict.FAILED),
        ("rg-shop/c in westeurope", Verdict.FAILED),
        ("Linux groups in westeurope", Verdict.OK),
    ] == region(small, large, deep)


@pytest.mark.parametrize(
    ("properties", "subject", "verdict"),
    [
        ({"osType": "Windows"}, "Windows groups in westeurope", Verdict.FAILED),
        (
            {"ipAddress": {"type": "Public"}, "osType": "linux"},
            "linux groups with a public address in westeurope",
            Verdict.OK,
        ),
        ({"subnetIds": [{"id": SUBNET}]}, "rg-shop/a in westeurope", Verdict.FAILED),
    ],
)
def test_kinds_are_told_apart(properties: Mapping[str, Any], subject: str, verdict: Verdict) -> None:
    """By operating system and kind of address: what a region offers in one network it may not in another."""
    assert [(subject, verdict)] == region(group("a", sized(3), **properties))


def test_an_address_that_is_not_listed_is_not_known() -> None:
    """That the rows of a region are complete in this, nobody says; a row without an operating system is for all."""
    private = group("a", subnetIds=[{"id": SUBNET}])
    any_system = Capability("NotSpecified", "Private", "None", 4, 16)

    assert Verdict.UNKNOWN is region(private, told=(LINUX,))[0][1]
    assert Verdict.OK is region(private, told=(LINUX, any_system))[0][1]


def test_gpus_that_a_region_does_not_have() -> None:
    """Nor are there any left in Azure."""
    asked_for = group("a", sized(1, sku="V100", count=1))

    assert [("Linux groups with V100 GPUs in westeurope", Verdict.FAILED)] == region(asked_for)
    assert Verdict.OK is region(asked_for, told=(Capability("Linux", "Public", "V100", 6, 112, 1),))[0][1]


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ((), Verdict.UNKNOWN),
        (REFUSED, Verdict.UNKNOWN),
        (Unanswered("no such place", "LocationNotAvailableForResourceType"), Verdict.FAILED),
        ((WINDOWS,), Verdict.FAILED),
    ],
)
def test_regions_that_say_little(told: Any, verdict: Verdict) -> None:
    """An empty list is no refusal; Azure's word that it has no such region is."""
    assert [("Linux groups in westeurope", verdict)] == region(group("a"), told=told)


def subnets(subnet_id: str, told: Any) -> list[tuple[str, Verdict, str]]:
    """Return the checks of a group's subnet."""
    change = create(group("a", subnetIds=[{"id": subnet_id}]))
    found = asked(Question.SUBNET, change, subnets={subnet_id.lower(): told})
    return [(each.subject, each.verdict, each.why) for each in found]


def test_a_subnet_that_will_do() -> None:
    """There, delegated, and in the group's region, however that is spelt."""
    assert [("rg-net/v/s", Verdict.OK, "it is delegated")] == subnets(SUBNET, Subnet((SERVICE.upper(),), "West Europe"))


@pytest.mark.parametrize(
    ("subnet_id", "told", "why"),
    [
        (SUBNET, None, "it does not exist"),
        (SUBNET, Subnet(), f"it is not delegated to {SERVICE}"),
        (SUBNET, Subnet(("Microsoft.Web/x",)), f"it is not delegated to {SERVICE} but to Microsoft.Web/x"),
        (SUBNET, Subnet((SERVICE,), "eastus"), "it is in eastus, the group is in westeurope"),
        (
            SUBNET.replace(SUBSCRIPTION, "00000000-0000-0000-0000-000000000009"),
            Subnet((SERVICE,)),
            "it is in another subscription than the group",
        ),
        ("<subnet_id>", Subnet((SERVICE,)), "it is not a subnet ID"),
        (f"{SUBNET.removesuffix('/s')}/..", Subnet((SERVICE,)), "it is not a subnet ID"),
    ],
)
def test_subnets_that_will_not_do(subnet_id: str, told: Any, why: str) -> None:
    """Each for its own reason."""
    ((_, verdict, reason),) = subnets(subnet_id, told)

    assert (Verdict.FAILED, why) == (verdict, reason)


def test_what_is_not_known_of_a_subnet_is_said() -> None:
    """All of it, or only where it lies."""
    near = ("region of rg-net/v/s", Verdict.UNKNOWN, "no right")

    assert [("rg-net/v/s", Verdict.UNKNOWN, REFUSED.why)] == subnets(SUBNET, REFUSED)
    assert [("rg-net/v/s", Verdict.OK, "it is delegated"), near] == subnets(SUBNET, Subnet((SERVICE,), "", "no right"))


def test_what_is_no_id_is_not_asked_for() -> None:
    """It would lead anywhere; and one subnet is asked for once."""
    odd = create(group("a", subnetIds=[{"id": "/../x"}]))
    two = [create(group(name, subnetIds=[{"id": each}])) for name, each in (("b", SUBNET), ("c", SUBNET.upper()))]

    assert () == list_needs([odd]).subnets
    assert 1 == len(list_needs(two).subnets)


def test_secrets_that_are_missing_fail() -> None:
    """Each is named; those at hand are counted; what sends no body needs none."""
    env = [
        {"name": "A", "secureValue": Secret("x")},
        {"name": "B", "secureValue": Secret.unavailable("env:B", "not set")},
    ]
    held = group("a", container("web", environmentVariables=env))
    found = asked(Question.SECRETS, create(held))
    tags = Change(held.id, Action.UPDATE, Impact.TAGS_ONLY, live(held), held)

    assert [("rg-shop/a", Verdict.FAILED, "env:B: not set"), ("1 secret available", Verdict.OK, "")] == [
        (each.subject, each.verdict, each.why) for each in found
    ]
    assert [] == asked(Question.SECRETS, tags)


def test_nothing_planned_needs_nothing() -> None:
    """No checks, and no questions."""
    same = Change(rid(), Action.NO_OP, before=live(group()), after=group())

    assert () == judge_changes([same], Facts())
    assert ((), (), ()) == (list_needs([same]).places, list_needs([same]).subnets, list_needs([same]).scopes)
