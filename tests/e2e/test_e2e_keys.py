"""The life of a fingerprint key, with the command as a process: made, set, rotated beside the former one, given up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from azure_world import Witness
from e2e.processes import API, PROJECT, SUBSCRIPTION, Commands

from aci_reconcile.emulator import Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from e2e.processes import Ended

pytestmark = [pytest.mark.e2e, pytest.mark.long]

RESOURCE_GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop"
PATH = f"{RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups"
NAMES = ("api", "web")
SECRET = "    environmentVariables: {{PASSWORD: {{secureValue: '${{env:{}_PASSWORD}}'}}}}\n"
NO_CHANGES = "No changes. 2 groups match their manifests.\n"
NOT_COMPARED = "No changes. 2 groups match their manifests, 2 secrets not compared."


@dataclass(frozen=True, slots=True)
class Team:
    """A project of two groups with a secret each, and what reached Azure."""

    run: Commands
    emulator: Witness

    def __call__(self, *words: str, **environ: str) -> Ended:
        """Run the command."""
        return self.run(*words, **environ)

    def keyed(self, line: str = "") -> None:
        """Write the project file."""
        self.run.write("aci-reconcile.yaml", f"{PROJECT}{line}\n")

    def writes(self) -> list[str]:
        """Return the writes of groups since this was asked last, as `PUT web`."""
        done = [(each.method, each.split().path) for each, _ in self.emulator.done]
        self.emulator.done.clear()
        return sorted(f"{method} {path.rpartition('/')[2]}" for method, path in done if path.startswith(PATH))

    def schemes(self) -> set[str]:
        """Return how the tags of the groups begin: the scheme and the key's id."""
        tags = (
            self.emulator.handle(Request("GET", f"{PATH}/{name}?api-version={API}")).json()["tags"] for name in NAMES
        )
        return {":".join(each["aci-reconcile-secrets"].split(":")[1:3]) for each in tags}


@pytest.fixture
def team(tmp_path: Path) -> Generator[Team]:
    """Return a project on an emulator."""
    emulator = Witness(open_store(None), knobs=Knobs(provisioning_seconds=0))
    with serve(emulator) as server:
        variables = {"API_PASSWORD": "one", "WEB_PASSWORD": "two", "ACI_RECONCILE_STABLE_FOR": "0s"}
        commands = Commands(tmp_path, {**variables, "ACI_RECONCILE_ARM_ENDPOINT": server.url})
        made = Team(commands, emulator)
        made.keyed()
        for name in NAMES:
            file = commands.group(name)
            file.write_text(file.read_text(encoding="utf-8") + SECRET.format(name.upper()), encoding="utf-8")
        yield made


def test_the_life_of_a_key(team: Team) -> None:
    """No step writes anything by itself, none hides a changed secret, and each key moves in as it is told to."""
    first, second = (team("key", "-q").out.strip() for _ in range(2))
    assert 0 == team("apply", "-y").code
    assert ["PUT api", "PUT web"] == team.writes()
    assert {"scrypt:"} == team.schemes()

    team.keyed("fingerprintKey: ${env:TEAM_KEY}")
    set_, applied = team("plan", TEAM_KEY=first), team("apply", "-y", TEAM_KEY=first)
    assert (NO_CHANGES, 0, []) == (set_.out, applied.code, team.writes())
    assert "(secret changed)" in team("plan", TEAM_KEY=first, WEB_PASSWORD="other").out

    moved = team("apply", "-y", "--trust-secrets", TEAM_KEY=first)
    again = team("apply", "-y", "--trust-secrets", TEAM_KEY=first)
    assert (0, 0, ["PATCH api", "PATCH web"]) == (moved.code, again.code, team.writes())
    (with_first,) = team.schemes()
    assert with_first.startswith("hmac:")

    team.keyed("fingerprintKey: ${env:NEW_KEY}\nformerFingerprintKey: ${env:TEAM_KEY}")
    keys = {"TEAM_KEY": first, "NEW_KEY": second}
    rotated, applied = team("plan", **keys), team("apply", "-y", **keys)
    assert (NO_CHANGES, 0, []) == (rotated.out, applied.code, team.writes())
    changed = team("apply", "-y", WEB_PASSWORD="other", **keys)
    assert (0, ["PUT web"]) == (changed.code, team.writes())
    assert {with_first} < team.schemes()

    team.keyed("fingerprintKey: ${env:NEW_KEY}")
    without = team("plan", WEB_PASSWORD="other", NEW_KEY=second)
    assert "1 secret not compared" in without.out
    assert 0 == team("apply", "-y", "--trust-secrets", WEB_PASSWORD="other", NEW_KEY=second).code
    assert ["PATCH api"] == team.writes()
    assert NO_CHANGES == team("plan", WEB_PASSWORD="other", NEW_KEY=second).out
    assert first not in (told := "".join(each.out + each.err for each in (set_, moved, again, rotated, changed)))
    assert second not in told


def test_a_project_that_wants_no_fingerprints(team: Team) -> None:
    """The groups carry none, what cannot be seen is said, and wanting them again restarts nothing."""
    team.keyed("fingerprint: none")
    applied, planned = team("apply", "-y"), team("plan", WEB_PASSWORD="other")
    strict = team("drift", "--strict")
    assert (0, 0, 1) == (applied.code, planned.code, strict.code)
    assert NOT_COMPARED in planned.out
    assert ({"none:"}, ["PUT api", "PUT web"]) == (team.schemes(), team.writes())

    team.keyed()
    back, vouched = team("apply", "-y"), team("apply", "-y", "--trust-secrets")
    assert (0, 0, ["PATCH api", "PATCH web"]) == (back.code, vouched.code, team.writes())
    assert NOT_COMPARED in back.out
    assert {"scrypt:"} == team.schemes()
    assert "(secret changed)" in team("plan", WEB_PASSWORD="other").out


def test_without_its_key_a_team_writes_no_weaker_tag(team: Team) -> None:
    """A plan goes on and says so; an apply that would fingerprint secrets writes nothing."""
    team.keyed("fingerprintKey: ${env:TEAM_KEY}")
    planned, applied = team("plan"), team("apply", "-y")

    assert (0, 1, []) == (planned.code, applied.code, team.writes())
    assert "ACI293" in planned.err
    assert "env:TEAM_KEY" in applied.out + applied.err
