"""Secrets that come and go: what is known of them although one fingerprint stands for all values of a group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from factories import body, container, group, live, make_plan, policy

from aci_reconcile.core import tags
from aci_reconcile.core.diff import ABSENT, FieldChange
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import Secret, fingerprint
from aci_reconcile.planning import Action, Change, Impact
from aci_reconcile.planning.secrets import SecretDiff, add_secret_changes, diff_secrets
from aci_reconcile.render.rows import make_rows

A, B, C = (f"containers[web].environmentVariables[{name}]" for name in "ABC")
REGISTRY = "imageRegistryCredentials[acr.io]"


def secret(**values: str) -> list[dict[str, Any]]:
    """Return secret variables."""
    return [{"name": name, "secureValue": Secret(value)} for name, value in values.items()]


def plain(**values: str) -> list[dict[str, Any]]:
    """Return readable ones."""
    return [{"name": name, "value": value} for name, value in values.items()]


def variables(*given: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a body with these variables."""
    return body(container(environmentVariables=list(given)), **more)


def with_registry(login: dict[str, Any], *given: dict[str, Any]) -> dict[str, Any]:
    """Return a body with a registry, and variables."""
    return variables(*given, imageRegistryCredentials=[{"server": "acr.io", **login}])


def with_volume(given: dict[str, Any]) -> dict[str, Any]:
    """Return a body with a volume."""
    return body(volumes=[{"name": "v", **given}])


@dataclass(frozen=True)
class Step:
    """A manifest after another; what the plan says of it."""

    before: dict[str, Any]
    after: dict[str, Any]
    lines: list[str]
    azure: dict[str, Any] = field(default_factory=dict[str, Any])
    """What somebody made of the group meanwhile."""


PASSWORD = {"username": "u", "password": Secret("p")}
STEPS: dict[str, Step] = {
    "becomes readable beside another": Step(
        variables(*secret(A="a", B="b")),
        variables(*plain(A="shown"), *secret(B="b")),
        [f'  {A} (secret) -> "shown"', f"  {B} (secret not compared)"],
    ),
    "becomes readable, with the value it had": Step(
        variables(*secret(A="a", B="b")), variables(*plain(A="a"), *secret(B="b")), [f'  {A} (secret) -> "a"']
    ),
    "becomes readable, alone": Step(
        variables(*secret(A="a")), variables(*plain(A="shown")), [f'  {A} (secret) -> "shown"']
    ),
    "is new beside another": Step(variables(*secret(B="b")), variables(*secret(B="b", C="c")), [f"+ {C} (secret)"]),
    "is new beside another that changed": Step(
        variables(*secret(B="b")), variables(*secret(B="x", C="c")), [f"+ {C} (secret)", f"  {B} (secret changed)"]
    ),
    "is new beside one of two that changed": Step(
        variables(*secret(A="a", B="b")),
        variables(*secret(A="a", B="x", C="c")),
        [f"+ {C} (secret)", f"  secrets (one of 2 secrets changed: {A}, {B})"],
    ),
    "is the first": Step(variables(), variables(*secret(A="a")), [f"+ {A} (secret)"]),
    "takes the place of readable text": Step(
        variables(*plain(A="was shown"), *secret(B="b")),
        variables(*secret(A="a", B="b")),
        [f"  {A} (readable text) -> (secret)"],
    ),
    "is gone beside another": Step(
        variables(*secret(A="a", B="b")), variables(*secret(B="b")), [f"- {A} (secret)", f"  {B} (secret not compared)"]
    ),
    "is gone, the last": Step(variables(*secret(A="a")), variables(), [f"- {A} (secret)"]),
    "changed": Step(variables(*secret(A="a")), variables(*secret(A="x")), [f"  {A} (secret changed)"]),
    "is fetched by Azure from now on": Step(
        variables(*secret(A="a")),
        variables({"name": "A", "secureValueReference": "r"}),
        [f"- {A} (secret)", f'+ {A}.secureValueReference "r"'],
    ),
    "is a password of a new registry": Step(
        variables(*secret(B="b")),
        with_registry(PASSWORD, *secret(B="b")),
        [f'+ {REGISTRY}.username "u"', f"+ {REGISTRY}.password (secret)"],
    ),
    "is a password that an identity takes the place of": Step(
        with_registry(PASSWORD),
        with_registry({"identity": "/i"}),
        [f'- {REGISTRY}.username "u"', f"- {REGISTRY}.password (secret)", f'+ {REGISTRY}.identity "/i"'],
    ),
    "is a file of a volume that had others": Step(
        with_volume({"secret": {"a": Secret("x")}}),
        with_volume({"secret": {"a": Secret("x"), "b": Secret("y")}}),
        ["  secrets (one of 2 secrets changed: volumes[v].secret.a, volumes[v].secret.b)"],
    ),
    "is a file of a volume that was of another kind": Step(
        with_volume({"emptyDir": {}}),
        with_volume({"secret": {"a": Secret("x")}}),
        ["- volumes[v].emptyDir {}", "+ volumes[v].secret.a (secret)"],
    ),
    "was taken out in Azure": Step(
        variables(*secret(A="a", B="b")),
        variables(*secret(A="a", B="b")),
        [f"+ {A} (secret) # changed in Azure"],
        azure=variables(*secret(B="b")),
    ),
    "was made readable in Azure": Step(
        variables(*secret(A="a", B="b")),
        variables(*secret(A="a", B="b")),
        [f"  {A} (readable text) -> (secret) # changed in Azure"],
        azure=variables(*plain(A="by hand"), *secret(B="b")),
    ),
    "was added in Azure": Step(
        variables(*secret(B="b")),
        variables(*secret(B="b")),
        [f"- {A} (secret) # changed in Azure"],
        azure=variables(*secret(A="by hand", B="b")),
    ),
}


def planned(step: Step, **rules: Any) -> Change:
    """Return what is planned for a group whose last write was ours."""
    mark = fingerprint(secrets_of(step.before), entropy=lambda size: b"\x07" * size)
    ours = {tags.OWNER: "shop/prod", tags.APPLIED: str(tags.Applied(tags.digest_desired(step.before)))}
    ours |= {tags.SECRETS: mark} if mark else {}
    there = live(group(), tags=ours)
    seen = live(there.with_body({**there.body, **(step.azure or step.before)}), tags=ours)
    (change,) = make_plan([group().with_body(step.after)], [seen], policy(**rules)).changes
    return change


@pytest.mark.parametrize("name", STEPS)
def test_what_is_known_is_said(name: str) -> None:
    """Of each secret by itself, as far as it can be known; and the group is written."""
    change = planned(STEPS[name])
    lines = [
        f"{row.sign} {row.path} {' -> '.join(row.values)}{' # ' if row.remark else ''}{row.remark}"
        for row in make_rows(change)
    ]

    assert STEPS[name].lines == lines
    assert (Action.UPDATE, Impact.RESTART) == (change.action, change.impact)


EXTENSION = "extensions[x].protectedSettings"
WORKSPACE = "diagnostics.logAnalytics.workspaceKey"
PLAIN_EXTENSION: dict[str, Any] = {"name": "x", "properties": {"extensionType": "a", "version": "1"}}
GUARDED = body(
    extensions=[{"name": "x", "properties": {**PLAIN_EXTENSION["properties"], "protectedSettings": Secret("p")}}]
)
LOGGED = body(diagnostics={"logAnalytics": {"workspaceId": "w", "workspaceKey": Secret("k")}})
SIDES: dict[str, tuple[dict[str, Any], dict[str, Any], SecretDiff]] = {
    "settings of an extension that is there": (
        GUARDED,
        body(extensions=[PLAIN_EXTENSION]),
        SecretDiff(kept=(EXTENSION,)),
    ),
    "settings of an extension of which only the name is told": (
        GUARDED,
        body(extensions=[{"name": "x"}]),
        SecretDiff(kept=(EXTENSION,)),
    ),
    "settings of an extension that is not there": (GUARDED, body(), SecretDiff(new=(EXTENSION,))),
    "a key of a workspace that is there": (
        LOGGED,
        body(diagnostics={"logAnalytics": {"workspaceId": "w"}}),
        SecretDiff(kept=(WORKSPACE,)),
    ),
    "a key of a workspace where there is none": (LOGGED, body(), SecretDiff(new=(WORKSPACE,))),
    "a file of a volume of which only the name is told": (
        with_volume({"secret": {"a": Secret("x")}}),
        with_volume({}),
        SecretDiff(kept=("volumes[v].secret.a",)),
    ),
    "a variable that is empty": (
        variables(*secret(A="a")),
        variables({"name": "A", "value": ""}),
        SecretDiff(kept=(A,)),
    ),
    "a variable beside fields that nobody knows": (
        variables(*secret(A="a"), unheardOf={"x": 1}),
        variables({"name": "A"}),
        SecretDiff(kept=(A,)),
    ),
    "a key of a workspace where diagnostics are empty": (LOGGED, body(diagnostics={}), SecretDiff(new=(WORKSPACE,))),
}


@pytest.mark.parametrize("case", SIDES)
def test_where_a_secret_may_be(case: str) -> None:
    """It is known to be new only where nothing that could hold it is there."""
    declared, there, held = SIDES[case]

    assert held == diff_secrets(secrets_of(declared), declared, there)


def test_secrets_are_marked_in_what_comes_or_goes_as_a_whole() -> None:
    """Beside what stays readable there; the rest of it is as it was."""
    where, keys = "containers[web].environmentVariables", ("properties", "containers", "web", "properties")
    inside = (*keys, "environmentVariables")
    whole, marked = {"A": {"value": "x"}, "B": {}}, {"A": {"value": "x"}, "B": "(secret)"}
    held = SecretDiff(gone={B: (*inside, "B")})
    (comes,) = add_secret_changes([FieldChange(where, ABSENT, whole, inside)], SecretDiff(new=(B,)), (B,))
    (goes,) = add_secret_changes([FieldChange(where, whole, ABSENT, inside)], held, ())

    assert (ABSENT, marked) == (comes.before, shown(comes.after))
    assert (marked, ABSENT) == (shown(goes.before), goes.after)


def shown(side: Any) -> dict[str, Any]:
    """Return an object with its secrets as they are shown."""
    return {name: str(each) if isinstance(each, Secret) else each for name, each in side.items()}


KEYS = ("properties", "containers", "web", "properties", "environmentVariables", "A")
GUARDED_CHANGES: dict[str, tuple[FieldChange, SecretDiff, FieldChange]] = {
    "text that a secret takes the place of": (
        FieldChange(A, "shown", ABSENT, KEYS),
        SecretDiff(kept=(A,)),
        FieldChange(A, "shown", None, KEYS, secret=True),
    ),
    "a secret that comes": (
        FieldChange(A, ABSENT, {}, KEYS),
        SecretDiff(new=(A,)),
        FieldChange(A, ABSENT, None, KEYS, secret=True),
    ),
    "a secret that takes the place of what is no text": (
        FieldChange(A, {}, ABSENT, KEYS),
        SecretDiff(kept=(A,)),
        FieldChange(A, None, ABSENT, KEYS, secret=True),
    ),
    "a secret that goes": (
        FieldChange(A, {}, ABSENT, KEYS),
        SecretDiff(gone={A: KEYS}),
        FieldChange(A, None, ABSENT, KEYS, secret=True),
    ),
}


@pytest.mark.parametrize("case", GUARDED_CHANGES)
def test_no_side_of_a_secret_is_shown(case: str) -> None:
    """Only whether there is something; readable text is kept for whoever tells that it was readable."""
    change, held, expected = GUARDED_CHANGES[case]

    assert (expected,) == add_secret_changes([change], held, (*held.kept, *held.new))


def test_what_goes_with_its_holder_is_known_to_be_gone() -> None:
    """Of each kind: what may be hidden there was there, as far as anybody knows."""
    there = body(
        container(environmentVariables=[{"name": "A"}]),
        extensions=[PLAIN_EXTENSION],
        volumes=[{"name": "v", "secret": {}}],
        imageRegistryCredentials=[{"server": "acr.io", "username": "u"}],
        diagnostics={"logAnalytics": {"workspaceId": "w"}},
    )

    assert {A, EXTENSION, "volumes[v].secret", f"{REGISTRY}.password", WORKSPACE} == set(
        diff_secrets({}, body(), there).gone
    )
