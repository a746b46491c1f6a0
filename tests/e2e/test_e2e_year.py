"""A year in the life of a project, told to the installed command and an emulator that keeps its state.

After each month the plan is true, the apply converges, the second plan is empty and sends nothing, and nothing that no
manifest names is left in Azure.
"""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from e2e.processes import API, SUBSCRIPTION, Azure, Commands, azure

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from e2e.processes import Ended

pytestmark = [pytest.mark.e2e, pytest.mark.long]

SECRETS = {"DB_PASSWORD": "canary-first-password", "REGISTRY_PASSWORD": "canary-registry-password"}
FIRST_KEY, SECOND_KEY = "q0V7cJb1xTzXk2mN8sR4wYdG6hLpA3eF9uKiOoBvCtE", "Zr8PqW3nL0aYs6TdXv1KfJ7hUeMbC2gR9iOo5kEwNlQ"
PROJECT = """\
name: shop
id: 5h0p5h0p
location: westeurope
createResourceGroups: true
policy: {prune: true, maxDeletes: 2}
defaults: {tags: {team: shop}}
environments:
  test: {resourceGroup: rg-test, variables: {edge: rg-test, level: debug}}
  prod: {resourceGroup: rg-prod, variables: {edge: rg-prod, level: info}}
"""
GROUP = """\
name: {name}
osType: Linux
{head}containers:
  - name: {name}
    image: {image}
    resources: {{cpu: 1, memoryInGB: 1}}
{tail}"""
DATABASE = "    ports: [80]\nipAddress: {type: Public, ports: [80]}\n"
API_VARIABLES = """\
    environmentVariables:
      LOG_LEVEL: ${var:level}
      DB_HOST: ${group:db:ipAddress.ip}
      DB_PASSWORD: {secureValue: "${env:DB_PASSWORD}"}
"""
PULLED = """\
imageRegistryCredentials: [{server: shop.azurecr.io, username: shop, password: "${env:REGISTRY_PASSWORD}"}]
"""


@dataclass
class Life:
    """The repository, Azure, and what should be in it: the owner of each group by its address."""

    cloud: Azure
    run: Commands
    alive: dict[str, str]

    def step(self, what: str, *words: str, environment: str, code: int = 0, **environ: str) -> Ended:
        """Run a command in an environment, and hold its exit code against what is expected."""
        ended = self.run(what, "-e", environment, *words, **environ)

        assert code == ended.code, (what, environment, words, ended.out, ended.err)
        return ended

    def apply(self, *words: str, environment: str, code: int = 0, **environ: str) -> Ended:
        """Apply without a question; containers count as soon as they run."""
        return self.step("apply", "-y", "--stable-for", "0s", *words, environment=environment, code=code, **environ)

    def settled(self, *environments: str, folder: str = "") -> None:
        """The second plan is empty, drift finds nothing, an apply sends nothing; nothing unnamed is left in Azure."""
        life = replace(self, run=replace(self.run, folder=self.run.folder / folder))
        for environment in environments:
            assert "No changes." in life.step("plan", "--detailed-exitcode", environment=environment).out
            life.step("drift", environment=environment)
            forgotten(self.cloud)
            life.apply(environment=environment)

            assert [] == writes(self.cloud)
        assert self.alive == owners(self.cloud)


def everything(cloud: Azure) -> list[Any]:
    """Return every container group of the subscription."""
    url = f"{cloud.url}/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerInstance/containerGroups"
    with urllib.request.urlopen(f"{url}?api-version={API}", timeout=60) as answer:
        listed: list[Any] = json.loads(answer.read())["value"]
    return listed


def owners(cloud: Azure) -> dict[str, str]:
    """Return who owns each group, without the project's id."""
    return {
        "/".join((each["id"].split("/")[4], each["name"])): each["tags"]["aci-reconcile-project"].partition("@")[0]
        for each in everything(cloud)
    }


def found(cloud: Azure, address: str) -> Any:
    """Return the group of an address."""
    return next(each for each in everything(cloud) if f"{each['id'].split('/')[4]}/{each['name']}" == address)


def scheme(life: Life, address: str) -> str:
    """Return by which scheme the secrets of a group were fingerprinted."""
    return str(found(life.cloud, address)["tags"]["aci-reconcile-secrets"].split(":")[1])


def forgotten(cloud: Azure) -> None:
    """Count requests from zero again."""
    request = urllib.request.Request(f"{cloud.url}/emulator/requests", method="DELETE")
    urllib.request.urlopen(request, timeout=60).close()


def writes(cloud: Azure) -> list[str]:
    """Return what was written since."""
    with urllib.request.urlopen(f"{cloud.url}/emulator/requests", timeout=60) as answer:
        rows = json.loads(answer.read())["requests"]
    return [f"{row['method']} {row['path']}" for row in rows if row["method"] not in {"GET", "HEAD"}]


def fault(cloud: Azure, **what: Any) -> None:
    """Let something go wrong in Azure."""
    data = json.dumps(what).encode()
    request = urllib.request.Request(f"{cloud.url}/emulator/faults", data, {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=60).close()


def manifest(name: str, image: str = "nginx:1", head: str = "", tail: str = "") -> str:
    """Return the manifest of a group with one container."""
    return GROUP.format(name=name, image=image, head=head, tail=tail)


@contextmanager
def azure_with(folder: Path, run: Commands, *words: str) -> Generator[tuple[Azure, Commands]]:
    """Run the emulator on the state that it left, and the command against it."""
    with azure(folder, "--state", str(folder / "state"), *words) as served:
        yield served, replace(run, environ={**run.environ, "ACI_RECONCILE_ARM_ENDPOINT": served.url})


def test_a_year(tmp_path: Path) -> None:
    """From the first apply to the day when an environment is given up."""
    folder = tmp_path / "repository"
    folder.mkdir()
    alive: dict[str, str] = {}
    with azure_with(tmp_path, Commands(folder, SECRETS)) as (cloud, run):
        life = Life(cloud, run, alive)
        begin(life)
        rename(life)
        move(life)
        split(life)
        have_a_key(life)
        rotate_the_key(life)
        fail_a_night_and_resume(life)
    with azure_with(tmp_path, life.run, "--knob", "policy_tags=costCenter=42") as (cloud, run):
        life = Life(cloud, run, alive)
        obey_a_policy(life)
        give_up_an_environment(life)


def begin(life: Life) -> None:
    """Two environments from the same three manifests."""
    life.run.write("aci-reconcile.yaml", PROJECT)
    life.run.write("manifests/db.yaml", manifest("db", tail=DATABASE))
    life.run.write("manifests/api.yaml", manifest("api", tail=API_VARIABLES + PULLED))
    life.run.write("manifests/web.yaml", manifest("web", head="resourceGroup: ${var:edge}\n"))
    for environment in ("test", "prod"):
        assert "Plan: 3 to add, 0 to change, 0 to destroy." in life.step("plan", environment=environment).out
        life.apply(environment=environment)
        life.alive.update({f"rg-{environment}/{name}": f"shop/{environment}" for name in ("api", "db", "web")})
    life.settled("test", "prod")


def rename(life: Life) -> None:
    """The new name has a bad image at first: the old group runs until the new one does."""
    (life.run.folder / "manifests/web.yaml").unlink()
    head = "resourceGroup: ${var:edge}\n"
    life.run.write("manifests/front.yaml", manifest("front", "sim/missing:1", head=head))
    life.apply(environment="test", code=5)

    assert "rg-test/web" in owners(life.cloud)
    life.run.write("manifests/front.yaml", manifest("front", head=head))
    for environment in ("test", "prod"):
        plan = life.step("plan", environment=environment).out

        assert f"rg-{environment}/web" in plan
        life.apply(environment=environment)
        life.alive[f"rg-{environment}/front"] = life.alive.pop(f"rg-{environment}/web")
    life.settled("test", "prod")


def move(life: Life) -> None:
    """What faces the world moves to a resource group of its own, in production only."""
    project = PROJECT.replace("edge: rg-prod", "edge: rg-edge")
    life.run.write("aci-reconcile.yaml", project)

    assert "Plan: 1 to add, 0 to change, 1 to destroy." in life.step("plan", environment="prod").out
    life.apply(environment="prod")
    life.alive["rg-edge/front"] = life.alive.pop("rg-prod/front")
    life.settled("test", "prod")


def split(life: Life) -> None:
    """A second team takes over what faces the world; nothing of it is deleted."""
    groups = {"test": "rg-test", "prod": "rg-edge"}
    edge = "name: edge\nid: 3d9e3d9e\nlocation: westeurope\ndefaults: {tags: {team: edge}}\nenvironments:\n"
    edge += "".join(f"  {name}: {{resourceGroup: {group}}}\n" for name, group in groups.items())
    life.run.write("edge/aci-reconcile.yaml", edge)
    life.run.write("edge/front.yaml", manifest("front"))
    (life.run.folder / "manifests/front.yaml").unlink()
    theirs = replace(life, run=replace(life.run, folder=life.run.folder / "edge"))
    for environment, group in groups.items():
        early = life.apply(environment=environment, code=3)
        held = theirs.apply(environment=environment, code=3)

        assert f"{group}/front would be deleted, but the project of edge/aci-reconcile.yaml declares it" in early.out
        assert f"{group}/front belongs to shop/{environment}" in held.out
        theirs.apply("--take-over", f"shop/{environment}@5h0p5h0p", environment=environment)
        life.alive[f"{group}/front"] = f"edge/{environment}"
    life.settled("test", "prod")
    life.settled("test", "prod", folder="edge")


def have_a_key(life: Life) -> None:
    """A fingerprint key is set: it is no difference, and a group gets its fingerprint with its next write."""
    key = "fingerprintKey: ${env:TEAM_KEY}\n"
    project = (life.run.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    life.run.write("aci-reconcile.yaml", project.replace("createResourceGroups", f"{key}createResourceGroups"))
    life.run = replace(life.run, environ={**life.run.environ, "TEAM_KEY": FIRST_KEY})
    life.settled("test", "prod")

    assert {"scrypt"} == {scheme(life, f"rg-{environment}/api") for environment in ("test", "prod")}
    life.run = replace(life.run, environ={**life.run.environ, "DB_PASSWORD": "canary-second-password"})
    for environment in ("test", "prod"):
        assert "secret" in life.step("plan", environment=environment).out
        life.apply(environment=environment)
    life.settled("test", "prod")

    assert {"hmac"} == {scheme(life, f"rg-{environment}/api") for environment in ("test", "prod")}


def rotate_the_key(life: Life) -> None:
    """The key is changed: beside the former one nothing is a difference, and what is vouched for moves at once."""
    former = {"TEAM_KEY": SECOND_KEY, "ACI_RECONCILE_FINGERPRINT_KEY_FORMER": FIRST_KEY}
    moving = replace(life, run=replace(life.run, environ={**life.run.environ, **former}))
    moving.settled("test", "prod")
    for environment in ("test", "prod"):
        moving.apply("--trust-secrets", environment=environment)
    life.run = replace(life.run, environ={**life.run.environ, "TEAM_KEY": SECOND_KEY})
    life.settled("test", "prod")
    plan = life.step("plan", environment="prod", DB_PASSWORD="canary-third-password")

    assert "rg-prod/api" in plan.out
    assert not any(secret in plan.out + plan.err for secret in (FIRST_KEY, SECOND_KEY, "canary"))


def fail_a_night_and_resume(life: Life) -> None:
    """Azure fails in the middle of a release; in the morning the same command brings it to its end."""
    life.run.write("manifests/api.yaml", manifest("api", "nginx:2", tail=API_VARIABLES + PULLED))
    life.run.write("manifests/db.yaml", manifest("db", "nginx:2", tail=DATABASE))
    for environment in ("test", "prod"):
        fault(life.cloud, kind="failed-operation", method="PUT", path="/containergroups/api")
        life.apply(environment=environment, code=5)
        life.apply(environment=environment)
    life.settled("test", "prod")


def obey_a_policy(life: Life) -> None:
    """Azure Policy begins to set a tag: it is in no manifest, and stays; one that contradicts it is left to it."""
    life.run.write("manifests/db.yaml", manifest("db", "nginx:3", tail=DATABASE))
    for environment in ("test", "prod"):
        life.apply(environment=environment)
    life.settled("test", "prod")

    assert "42" == found(life.cloud, "rg-prod/db")["tags"]["costCenter"]
    head = "tags: {costCenter: '7'}\n"
    life.run.write("manifests/db.yaml", manifest("db", "nginx:3", head=head, tail=DATABASE))
    contradicted = life.apply(environment="prod", code=5)

    assert "Azure Policy" in contradicted.out + contradicted.err
    assert "recreate" not in contradicted.out + contradicted.err
    left = f"{head}lifecycle: {{ignore: [tags.costCenter]}}\n"
    life.run.write("manifests/db.yaml", manifest("db", "nginx:3", head=left, tail=DATABASE))
    for environment in ("test", "prod"):
        life.apply(environment=environment)
    life.settled("test", "prod")


def give_up_an_environment(life: Life) -> None:
    """It is taken out of the project file first: what it leaves behind is told, and deleted by whoever says so."""
    lines = (life.run.folder / "aci-reconcile.yaml").read_text(encoding="utf-8").splitlines(keepends=True)
    life.run.write("aci-reconcile.yaml", "".join(line for line in lines if not line.startswith("  test:")))
    plan = life.apply(environment="prod")

    assert "rg-test/api" in plan.out
    assert "destroy --former-environment test" in plan.out
    assert life.alive == owners(life.cloud)
    life.step("destroy", "-y", "--former-environment", "test", environment="prod")
    for address in ("rg-test/api", "rg-test/db"):
        del life.alive[address]
    life.settled("prod")
    life.settled("test", "prod", folder="edge")
