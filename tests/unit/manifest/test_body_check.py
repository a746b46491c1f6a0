"""The rules for manifests, put to bodies that were made of a manifest and of what Azure has."""

from __future__ import annotations

from typing import Any

import pytest
from factories import container, group, make_plan, owned

from aci_reconcile.app.proposal import block_invalid_bodies
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest import find_body_errors
from aci_reconcile.planning import UNLIMITED
from aci_reconcile.planning.policy import Policy

ADDRESS = {"type": "Public", "ports": [{"port": 80}]}


def test_a_good_body_has_no_errors() -> None:
    """Secrets, our tags and everybody's among it."""
    good = group(
        "web",
        container(ports=[{"port": 80}], environmentVariables=[{"name": "S", "secureValue": Secret("x")}]),
        ipAddress=ADDRESS,
        tags={"aci-reconcile-project": "shop", "microsoft-audit": "x"},
    )

    assert () == find_body_errors(good)


BAD: dict[str, tuple[Resource, str]] = {
    "no image": (
        group("web", {"name": "web", "properties": {"resources": container()["properties"]["resources"]}}),
        "containers[web]",
    ),
    "a port that nothing listens on": (group("web", container(ports=[{"port": 81}]), ipAddress=ADDRESS), "ipAddress"),
    "a mount of nothing": (
        group("web", container(volumeMounts=[{"name": "v", "mountPath": "/x"}])),
        "containers[web].volumeMounts[0].name",
    ),
    "two containers on Windows": (group("web", container(), container("b"), osType="Windows"), ""),
    "a range": (group("web", container(ports=[{"port": 70000}])), "containers[web].ports[0].port"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_a_manifest_may_not_say_may_not_be_sent(case: str) -> None:
    """The first error names the field as people do."""
    bad, path = BAD[case]

    assert find_body_errors(bad)[0].path.startswith(path)


def held(desired: Resource, there: Resource) -> list[str]:
    """Return what holds a plan with permission to recreate."""
    proposal = make_plan([desired], [there], Policy(owner="shop/prod", allow_replace=UNLIMITED))
    return [each.code for each in block_invalid_bodies(proposal).blockers]


def listening(port: int, cpu: int, **more: Any) -> Resource:
    """Return a group whose one container listens on a port, and that opens port 80."""
    inner = container(ports=[{"port": port}], resources={"requests": {"cpu": cpu, "memoryInGB": 2}})
    return group("web", inner, ipAddress=ADDRESS, **more)


def test_a_body_that_goes_together_badly_is_held() -> None:
    """The manifest is good, and so is what is live."""
    ignoring = Lifecycle(ignore=("ipAddress",))
    there = owned(listening(80, 1))

    assert ["body"] == held(listening(81, 2, lifecycle=ignoring), there)
    assert [] == held(listening(80, 2, lifecycle=ignoring), there)


def test_what_azure_has_taken_is_not_complained_of() -> None:
    """Who left the field to others has not written it."""
    ignoring = Lifecycle(ignore=("ipAddress",))

    assert [] == held(listening(81, 2, lifecycle=ignoring), owned(listening(81, 1)))
