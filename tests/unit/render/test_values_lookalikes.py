"""What looks like a secret in a readable field is in no report, neither as it is nor as it is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from azure_world import AzureWorld
from factories import container, group

from aci_reconcile.core.secret import Secret
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.style import PLAIN
from aci_reconcile.render.values import hide_lookalikes

if TYPE_CHECKING:
    from aci_reconcile.core.fields.paths import Keys
    from aci_reconcile.core.model import Json

HEADER = Header("shop/prod", "0000")
VARIABLES: Keys = ("properties", "containers", "web", "properties", "environmentVariables")


@pytest.mark.parametrize(
    ("value", "keys", "shown"),
    [
        ("postgres://u:pw@h", (*VARIABLES, "DSN", "value"), "postgres://u:(secret)@h"),
        ("hunter2", (*VARIABLES, "LOG", "value"), "hunter2"),
        ({"value": "AccountKey=x"}, (*VARIABLES, "STORAGE"), {"value": "AccountKey=(secret)"}),
        ([{"name": "LOG", "value": "info"}], VARIABLES, [{"name": "LOG", "value": "info"}]),
        (["run", "--password=x1", "--user", "u"], ("command",), ["run", "--password=(secret)", "--user", "u"]),
        (5, (), 5),
        (None, (), None),
    ],
)
def test_only_the_secret_goes(value: Json, keys: Keys, shown: Json) -> None:
    """What stands around it says what it is about."""
    assert shown == hide_lookalikes(value, keys)


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("hunter2", (*VARIABLES, "DB_PASSWORD", "value")),
        ("ghp_abcdefghijklmnop", ("tags", "x")),
        ([{"name": "DB_PASSWORD", "value": "hunter2"}], VARIABLES),
        (["--token", "h4nter2"], ("command",)),
    ],
)
def test_what_is_nothing_but_a_secret_becomes_one(value: Json, keys: Keys) -> None:
    """By its form, by the name of its variable, or by the option before it."""
    shown = hide_lookalikes(value, keys)
    while isinstance(shown, (list, dict)):
        shown = shown[-1] if isinstance(shown, list) else shown["value"]

    assert isinstance(shown, Secret)


def _web(password: str, *command: str) -> dict[str, Json]:
    variables = [{"name": "DSN", "value": f"postgres://u:{password}@h"}, {"name": "PGPASSWORD", "value": password}]
    return container(environmentVariables=variables, command=["serve", f"--password={password}", *command])


def test_no_report_of_a_plan_repeats_it() -> None:
    """When a group is created, and when its secret changes; that it does is told."""
    world = AzureWorld()
    first = group("web", _web("hunter22"))
    created = world.plan(first)
    world.apply(first)
    changed = world.plan(group("web", _web("hunter33", "--verbose")))
    told = [
        text
        for plan in (created, changed)
        for text in (
            render_plan_text(plan, HEADER, PLAIN, verbose=True),
            render_plan_json(plan, HEADER, tool_version="1"),
        )
    ]

    assert [] == [text for text in told for word in ("hunter22", "hunter33") if word in text]
    assert '"postgres://u:(secret)@h" (secret changed)' in told[2]
    assert "(secret changed)" in next(line for line in told[2].splitlines() if "PGPASSWORD" in line)
    assert '"--password=(secret)"' in told[2]


def test_a_live_text_with_a_declared_secret_in_it_is_hidden() -> None:
    """Somebody wrote it into a command by hand."""
    world = AzureWorld()
    secure = [{"name": "A", "secureValue": Secret("hunter22hunter22")}]
    world.apply(group("web", container(environmentVariables=secure, command=["serve", "-x", "hunter22hunter22"])))
    plan = world.plan(group("web", container(environmentVariables=secure, command=["serve"])))

    assert "hunter22" not in render_plan_text(plan, HEADER, PLAIN) + render_plan_json(plan, HEADER, tool_version="1")
