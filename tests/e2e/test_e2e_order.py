"""The order of an apply, by real processes: what is deleted goes last, and what cannot go first is said beforehand."""

from __future__ import annotations

import json
import shlex
import signal
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from azure_world import API_VERSION, Witness
from e2e.processes import SUBSCRIPTION, Commands, Ended, ended, until

from aci_reconcile.emulator import Fault, Faults, Knobs, Request, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

PLACE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
PROJECT = """\
name: shop
location: westeurope
createResourceGroups: true
defaults: {osType: Linux}
policy: {prune: true, maxDeletes: 9, maxShare: 1.0}
"""


@dataclass(frozen=True, slots=True)
class World:
    """An emulator in this process, and the command in others."""

    emulator: Witness
    faults: Faults
    commands: Commands

    def group(self, name: str, image: str = "nginx:1", more: str = "", scope: str = "rg-shop", cpu: int = 1) -> None:
        """Write a manifest."""
        text = f"name: {name}\nresourceGroup: {scope}\n{more}containers:\n  - name: main\n    image: {image}\n"
        self.commands.write(f"manifests/{name}.yaml", f"{text}    resources: {{cpu: {cpu}, memoryInGB: 1}}\n")

    def labelled(self, name: str, label: str, more: str = "", image: str = "nginx:1") -> None:
        """Write the manifest of a group with a DNS label."""
        address = f"ipAddress: {{type: Public, dnsNameLabel: {label}, ports: [80]}}\n"
        self.commands.write(
            f"manifests/{name}.yaml",
            f"name: {name}\nresourceGroup: rg-shop\n{more}{address}containers:\n"
            f"  - {{name: main, image: '{image}', ports: [80], resources: {{cpu: 1, memoryInGB: 1}}}}\n",
        )

    def forget(self, name: str) -> None:
        """Remove a manifest."""
        (self.commands.folder / f"manifests/{name}.yaml").unlink()

    def apply(self, *words: str) -> Ended:
        """Apply, and note nothing of what was before."""
        self.emulator.done.clear()
        return self.commands("apply", "-y", *words)

    def applied(self) -> None:
        """Apply to a good end."""
        last = self.apply()
        assert 0 == last.code, last.out + last.err

    def arm(self, method: str, path: str) -> Any:
        """Do something by hand."""
        answer = self.emulator.handle(Request(method, f"{PLACE}/{path}?api-version={API_VERSION}", {}, b""))
        return json.loads(answer.body) if answer.body else None

    @property
    def sent(self) -> list[str]:
        """What was carried out on groups, in its order."""
        groups = (each for each, _ in self.emulator.done if "/containergroups/" in each.url.lower())
        return [f"{each.method} {each.split().path.rpartition('/')[2]}" for each in groups]


@contextmanager
def world(folder: Path, seconds: float = 0.1) -> Generator[World]:
    """Serve an emulator, and have a project for it."""
    faults = Faults()
    emulator = Witness(open_store(None), knobs=Knobs(provisioning_seconds=seconds), faults=faults)
    with serve(emulator) as server:
        environ = {
            "ACI_RECONCILE_ARM_ENDPOINT": server.url,
            "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION,
            "ACI_RECONCILE_STABLE_FOR": "0s",
        }
        commands = Commands(folder, environ)
        commands.write("aci-reconcile.yaml", PROJECT)
        yield World(emulator, faults, commands)


@pytest.mark.parametrize("saved", [False, True])
def test_a_rename_that_azure_refuses_costs_nothing(tmp_path: Path, saved: bool) -> None:
    """The former group stays until the new one is there; then it goes."""
    with world(tmp_path) as here:
        here.group("web")
        here.group("keep")
        here.applied()
        here.forget("web")
        here.group("web2", image="sim/missing")
        plan = here.commands("plan", "--out", "plan.json")
        refused = here.apply("--plan", "plan.json") if saved else here.apply()
        first = here.sent
        here.group("web2")
        here.applied()
        second = here.sent
        last = here.commands("plan", "--detailed-exitcode")

    assert "deleted last, if all else goes well" in plan.out
    assert 5 == refused.code
    assert "skipped: it comes last, and rg-shop/web2 did not succeed" in refused.err
    assert ([], ["PUT web2", "DELETE web"], 0) == (first, second, last.code)


def test_a_move_that_azure_does_not_take_costs_nothing(tmp_path: Path) -> None:
    """The other resource group answers 409 until patience ends."""
    conflict = Fault("error", "PUT", "/rg-far/providers/Microsoft.ContainerInstance/", status=409, times=99)
    with world(tmp_path) as here:
        here.group("web")
        here.group("keep")
        here.applied()
        here.group("web", scope="rg-far")
        here.faults.add([conflict])
        refused = here.apply("--timeout", "2s")
        first = here.sent
        here.faults.clear()
        here.applied()

    assert (5, []) == (refused.code, first)
    assert "rg-shop/web                   skipped: it comes last, and rg-far/web did not succeed" in refused.err
    assert ["PUT web", "DELETE web"] == here.sent


def test_a_dependency_goes_after_its_former_dependent_is_written(tmp_path: Path) -> None:
    """An interruption before that deletes nothing; the next apply does."""
    with world(tmp_path, seconds=2) as here:
        here.group("db")
        here.group("web", more="lifecycle: {dependsOn: [db]}\n")
        here.applied()
        here.forget("db")
        here.group("web", image="nginx:2")
        here.emulator.done.clear()
        process = here.commands.begin("apply", "-y")
        until(process, "waiting: ")
        process.send_signal(signal.SIGINT)
        stopped = ended(process)
        first = here.sent
        here.applied()

    assert (130, ["PUT web"], ["DELETE db"]) == (stopped.code, first, here.sent)
    assert "rg-shop/db                    skipped: interrupted" in stopped.err


def test_a_label_passes_on_after_everything_else_and_the_plan_says_so(tmp_path: Path) -> None:
    """In each form of the plan; beside a failure the group that has the label stays, and the other is not tried."""
    forms = ("text", "json", "markdown", "html")
    with world(tmp_path) as here:
        here.labelled("old", "shop-e2e-order")
        here.group("keep")
        here.applied()
        here.forget("old")
        here.labelled("new", "shop-e2e-order")
        here.group("keep", image="nginx:2")
        plans = {form: here.commands("plan", "--format", form).out.replace("`", "") for form in forms}
        here.faults.add([Fault("error", "PUT", "containerGroups/keep$", status=400)])
        failed = here.apply()
        first = here.sent
        here.applied()

    assert [] == [form for form, text in plans.items() if "deleted before rg-shop/new" not in text]
    assert [] == [form for form, text in plans.items() if "after rg-shop/old, whose DNS label it takes" not in text]
    assert (5, []) == (failed.code, first)
    assert "rg-shop/new                   skipped: rg-shop/old did not succeed" in failed.err
    assert ["PUT keep", "DELETE old", "PUT new"] == here.sent


def test_a_group_that_gave_up_its_label_in_vain_can_be_brought_back(tmp_path: Path) -> None:
    """Azure refuses the one that was to have it: the error ends with the command."""
    with world(tmp_path) as here:
        here.labelled("old", "shop-e2e-back", image="nginx:7")
        here.applied()
        here.forget("old")
        here.labelled("new", "shop-e2e-back", image="sim/missing")
        failed = here.apply()
        command = failed.err.partition("To restore it: aci-reconcile ")[2].splitlines()[0]
        back = here.commands(*shlex.split(command), "-y")
        old = here.arm("GET", "rg-shop/providers/Microsoft.ContainerInstance/containerGroups/old")

    assert (5, 0) == (failed.code, back.code)
    assert ["DELETE old", "PUT old"] == here.sent
    assert "rg-shop/old was deleted for its DNS label" in failed.err
    assert ("shop-e2e-back", "nginx:7") == (
        old["properties"]["ipAddress"]["dnsNameLabel"],
        old["properties"]["containers"][0]["properties"]["image"],
    )


def test_labels_are_exchanged_in_two_steps(tmp_path: Path) -> None:
    """At once nothing is written, and the plan says which two applies lead there."""
    with world(tmp_path) as here:
        here.labelled("a", "shop-e2e-a")
        here.labelled("b", "shop-e2e-b")
        here.applied()
        here.labelled("a", "shop-e2e-b")
        here.labelled("b", "shop-e2e-a")
        held = here.apply()
        nothing = here.sent
        here.labelled("b", "shop-e2e-c")
        first = here.apply("--only", "rg-shop/b")
        here.labelled("b", "shop-e2e-a")
        here.applied()
        last = here.commands("plan", "--detailed-exitcode")

    assert (3, []) == (held.code, nothing)
    assert "apply twice: first rg-shop/b alone (--only rg-shop/b) with another dnsNameLabel" in held.out
    assert (0, ["PUT a", "PUT b"], 0) == (first.code, here.sent, last.code)


def test_what_only_leaves_out_is_said(tmp_path: Path) -> None:
    """A dependency that is stopped, one that was never made, and a dependent that keeps a former address."""
    needs = "lifecycle: {dependsOn: [db]}\n"
    with world(tmp_path) as here:
        here.group("db")
        here.group("web", more=needs)
        absent = here.commands("plan", "--only", "web")
        here.applied()
        here.arm("POST", "rg-shop/providers/Microsoft.ContainerInstance/containerGroups/db/stop")
        stopped = here.commands("plan", "--only", "web")

    assert "depends on rg-shop/db, which does not exist and is left out by --only; to include it: " in absent.out
    assert "depends on rg-shop/db, which is stopped and is left out by --only; to include it: " in stopped.out


def test_who_keeps_a_former_address_is_said_before_and_after(tmp_path: Path) -> None:
    """And the command that is offered passes the new one on."""
    host = "    environmentVariables: {DB: '${group:db:ipAddress.ip}'}\n"
    with world(tmp_path) as here:
        here.labelled("db", "shop-e2e-db")
        here.group("web")
        here.commands.write("manifests/web.yaml", (tmp_path / "manifests/web.yaml").read_text() + host)
        here.applied()
        here.labelled("db", "shop-e2e-db", more="restartPolicy: Never\n")
        plan = here.commands("plan", "--only", "db", "--allow-replace")
        moved = here.apply("--only", "db", "--allow-replace")
        offered = moved.out.partition("To pass it on, run `aci-reconcile apply ")[2].partition("`")[0].split()
        followed = here.apply(*offered)
        last = here.commands("plan", "--detailed-exitcode")

    assert "rg-shop/db: gets a new ipAddress.ip; rg-shop/web holds the former one and is left out by --only" in plan.out
    assert "the former ipAddress.ip of rg-shop/db, which is now 198.18." in moved.out
    assert ["--only", "rg-shop/web"] == offered
    assert (0, 0, ["PUT web"], 0) == (moved.code, followed.code, here.sent, last.code)
