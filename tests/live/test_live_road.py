"""The main road in real processes, in a subscription or on the emulator: only the endpoint differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e.processes import Commands
from live.subscription import IMAGE, WAIT

if TYPE_CHECKING:
    from pathlib import Path

    from live.subscription import Place

pytestmark = pytest.mark.e2e


@pytest.fixture
def commands(place: Place, tmp_path: Path) -> Commands:
    """A project without groups, in the place of this test."""
    found = Commands(tmp_path, {**place.environ, "ACI_RECONCILE_STABLE_FOR": "1s"}, patience=WAIT)
    text = f"name: {place.run}\nresourceGroup: {place.scope.resource_group}\nlocation: {place.location}\n"
    found.write("aci-reconcile.yaml", text)
    return found


def declare(commands: Commands, place: Place, mode: str) -> None:
    """Write the manifest; the mode is what changes."""
    commands.write(
        "manifests/web.yaml",
        f"name: {place.id('web').name}\nosType: Linux\ntags: {{team: shop}}\n"
        f"containers:\n  - name: web\n    image: {IMAGE}\n"
        f"    resources: {{cpu: 1, memoryInGB: 1}}\n    environmentVariables: {{MODE: {mode}}}\n",
    )


@pytest.mark.live(groups=1, seconds=300)
def test_the_main_road(commands: Commands, place: Place) -> None:
    """Plan, apply, nothing to do, change, drift by hand, repair, destroy: exit codes all along."""
    declare(commands, place, "one")
    for code, words in (
        (2, ("plan", "--detailed-exitcode")),
        (0, ("apply", "-y")),
        (0, ("plan", "--detailed-exitcode")),
        (0, ("drift",)),
    ):
        ended = commands(*words)

        assert code == ended.code, ended.err

    declare(commands, place, "two")
    planned = commands("plan", "--detailed-exitcode")

    assert (2, True) == (planned.code, "Plan: 0 to add, 1 to change, 0 to destroy." in planned.out), planned.err
    assert 0 == commands("apply", "-y").code

    live = place.backend.get(place.id("web"))
    assert live is not None
    place.backend.patch_tags(live.id, {name: str(value) for name, value in live.tags.items()} | {"team": "other"})

    assert 2 == commands("drift").code
    assert 0 == commands("apply", "-y").code
    assert 0 == commands("drift").code

    destroyed = commands("destroy", "-y")

    assert 0 == destroyed.code, destroyed.err
    assert place.backend.get(place.id("web")) is None
