"""A field left to others keeps its live value in a write."""

from __future__ import annotations

from typing import Any

import pytest
from factories import body, container

from aci_reconcile.carry import carry_over, ignorable
from aci_reconcile.diff import diff
from aci_reconcile.normalize import align, normalize


def env(**values: str) -> dict[str, Any]:
    """Return a container with these variables."""
    return container(environmentVariables=[{"name": name, "value": value} for name, value in values.items()])


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a changed value": (body(), body(container(image="other")), "containers[web].image"),
    "a value that only Azure has": (body(), body(restartPolicy="Never"), "restartPolicy"),
    "a value that only Git has": (body(restartPolicy="Never"), body(), "restartPolicy"),
    "an entry that differs": (
        body(env(A="1", B="2")),
        body(env(A="9", B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "an entry that only Azure has": (
        body(env(B="2")),
        body(env(A="9", B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "an entry that only Git has": (
        body(env(A="1", B="2")),
        body(env(B="2")),
        "containers[web].environmentVariables[A]",
    ),
    "a whole list": (body(env(A="1")), body(env(C="3")), "containers[web].environmentVariables"),
    "a tag": (body(tags={"a": "1"}), body(tags={"a": "2"}), "tags.a"),
    "a nested object": (body(), body(diagnostics={"logAnalytics": {"workspaceId": "w"}}), "diagnostics"),
    "nothing anywhere": (body(), body(), "dnsConfig.options"),
    "a container nobody has": (body(), body(), "containers[other].image"),
}


@pytest.mark.parametrize("case", CASES)
def test_an_ignored_field_is_no_difference(case: str) -> None:
    """What would be written equals what is there, at that path and elsewhere as before."""
    desired, live, path = CASES[case]
    after = normalize(carry_over(desired, live, (path,)))

    assert () == diff(align(normalize(live), after)[0], after)


def test_other_fields_are_still_written() -> None:
    """Ignoring one field hides no other."""
    desired, live = body(container(image="new"), restartPolicy="Never"), body()
    after = normalize(carry_over(desired, live, ("restartPolicy",)))

    assert ["containers[web].image"] == [each.path for each in diff(normalize(live), after)]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("containers[web].imag", "no such field"),
        ("imageRegistryCredentials[x].password", "never returns"),
        ("volumes[v].secret.file", "never returns"),
    ],
)
def test_what_cannot_be_ignored(path: str, why: str) -> None:
    """An unknown field, and one that Azure never returns."""
    with pytest.raises(ValueError, match=why):
        ignorable(path)
