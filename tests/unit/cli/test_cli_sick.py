"""A group that cannot be read, or is stopped, beside groups that are well: what each command says, and how it ends."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from doctored import doctored
from unit.cli.command_line import PROJECT

from aci_reconcile.cli.progress import render_unfinished

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Ran, Served

DARK = {"kind": "error", "method": "GET", "path": "/containergroups/dark$", "status": 403, "times": 1000}
BLIND = {"kind": "error", "method": "GET", "path": "/containergroups$", "status": 403, "times": 1000}
GROUPS = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-shop"
    "/providers/Microsoft.ContainerInstance/containerGroups"
)
SUBNET = (
    "subnetIds: [{id: /subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-net"
    "/providers/Microsoft.Network/virtualNetworks/net/subnets/groups}]\n"
)
FORMATS = ("text", "json", "markdown", "html", "junit", "github")


@pytest.fixture
def shop(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project of two groups that run, of which ``dark`` is to be changed; and ``web`` is new."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000000")
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "0s")
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("dark")
    cli.group("well")

    assert 0 == cli("apply", "-y").code

    cli.group("dark", image="nginx:2")
    cli.group("web")
    served.asked.clear()
    return cli


def control(served: Served, path: str, body: Any) -> None:
    """Ask something of the emulator itself."""
    content = json.dumps(body).encode()
    request = urllib.request.Request(f"{served.url}{path}", content, {"content-type": "application/json"})
    urllib.request.urlopen(request).close()


def writes(served: Served) -> list[str]:
    """Return the groups that were written, and how."""
    return [f"{method} {path.rpartition('/')[2]}" for method, path in served.writes if "/emulator/" not in path]


def ends(ran: Ran) -> dict[str, str]:
    """Return how it ended for each group, from the JSON of an apply."""
    return {
        each["address"]: each["type"] for each in ran.documents if each["type"] in {"failed", "skipped", "succeeded"}
    }


def test_a_group_that_cannot_be_read_fails_and_the_others_are_written(shop: CommandLine, served: Served) -> None:
    """With its reason, and exit code 1; what depends on it is skipped."""
    shop.group("after", more="lifecycle: {dependsOn: [dark]}\n")
    control(served, "/emulator/faults", DARK)
    ran = shop("apply", "-y", "--format", "json")
    failed = next(each for each in ran.documents if each["type"] == "failed")

    assert 1 == ran.code
    assert ["PUT web"] == writes(served)
    assert {
        "rg-shop/after": "skipped",
        "rg-shop/dark": "failed",
        "rg-shop/web": "succeeded",
        "rg-shop/well": "succeeded",
    } == ends(ran)
    assert failed["error"]["message"].startswith("could not be read: ")
    assert (1, 1) == (ran.documents[-1]["unread"], ran.documents[-1]["added"])


def test_nothing_is_pruned_beside_it(shop: CommandLine, served: Served) -> None:
    """It may be what needs the orphan."""
    (shop.folder / "manifests/well.yaml").unlink()
    control(served, "/emulator/faults", DARK)
    ran = shop("apply", "-y", "--prune", "--format", "json")

    assert 1 == ran.code
    assert ["PUT web"] == writes(served)
    assert {"rg-shop/dark": "failed", "rg-shop/web": "succeeded", "rg-shop/well": "skipped"} == ends(ran)


def test_a_group_that_needs_its_address_is_not_written(shop: CommandLine, served: Served) -> None:
    """Nobody knows what it would be told."""
    shop.group("web", more=f"dnsConfig: {{nameServers: ['${{group:dark:ipAddress.ip}}']}}\n{SUBNET}")
    control(served, "/emulator/faults", DARK)
    ran = shop("apply", "-y", "--format", "json")

    assert 1 == ran.code
    assert [] == writes(served)
    assert {"rg-shop/dark": "failed", "rg-shop/web": "skipped", "rg-shop/well": "succeeded"} == ends(ran)


def test_the_plan_says_so_too(shop: CommandLine, served: Served) -> None:
    """Exit code 1, and what is to be done about the others."""
    control(served, "/emulator/faults", DARK)
    ran = shop("plan", "--detailed-exitcode")

    assert 1 == ran.code
    assert "Error: rg-shop/dark: " in ran.out
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in ran.out


def test_one_that_was_not_asked_for_does_not_matter(shop: CommandLine, served: Served) -> None:
    """Nothing is said about it, and nothing need be known."""
    control(served, "/emulator/faults", DARK)

    assert 0 == shop("apply", "-y", "--only", "web").code
    assert ["PUT web"] == writes(served)


def test_a_resource_group_that_cannot_be_listed_ends_the_run(shop: CommandLine, served: Served) -> None:
    """Before anything is written: nobody knows what else is there."""
    control(served, "/emulator/faults", BLIND)
    ran = shop("apply", "-y")

    assert (1, []) == (ran.code, writes(served))
    assert "could not be read" in ran.err


def test_a_safety_limit_holds_everything(shop: CommandLine, served: Served) -> None:
    """Whatever could be read: a person has to look. That something could not be read is the worse news."""
    shop.write("aci-reconcile.yaml", f"{PROJECT}mode: observe\n")
    held = shop("apply", "-y")
    control(served, "/emulator/faults", DARK)
    both = shop("apply", "-y")

    assert (3, 1, []) == (held.code, both.code, writes(served))
    assert "blocked, and rg-shop/dark could not be read; nothing was written" in both.err


def test_a_saved_plan_is_not_applied_where_a_group_cannot_be_read(shop: CommandLine, served: Served) -> None:
    """Nobody can tell whether it is still the same."""
    assert 0 == shop("plan", "--out", "plan.json").code

    control(served, "/emulator/faults", DARK)
    ran = shop("apply", "--plan", "plan.json")

    assert (1, []) == (ran.code, writes(served))
    assert "rg-shop/dark could not be read" in ran.err


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_of_an_apply_names_it(shop: CommandLine, served: Served, format_: str) -> None:
    """On stdout, with the reason."""
    control(served, "/emulator/faults", DARK)
    ran = shop("apply", "-y", "--format", format_)

    assert 1 == ran.code
    assert "dark" in ran.out
    assert "A requested fault." in f"{ran.out}{ran.err}"


def test_drift_says_what_it_could_see(shop: CommandLine, served: Served) -> None:
    """The others are compared; exit code 1."""
    control(served, "/emulator/faults", DARK)
    ran = shop("drift", "--format", "json")

    assert 1 == ran.code
    assert ["rg-shop/dark"] == [each["address"] for each in ran.document["unreadable"]]
    assert ["rg-shop/web"] == [each["address"] for each in ran.document["resource_drift"]]


@pytest.mark.parametrize("words", [(), ("dark", "well")])
def test_status_shows_what_it_could_read(shop: CommandLine, served: Served, words: tuple[str, ...]) -> None:
    """As a table, in detail, and as JSON; exit code 1."""
    control(served, "/emulator/faults", DARK)
    text, data = shop("status", *words), shop("status", *words, "--format", "json")

    assert (1, 1) == (text.code, data.code)
    assert "rg-shop/well" in text.out
    assert "dark: InternalServerError: A requested fault." in text.out
    assert ["rg-shop/well"] == [each["address"] for each in data.document["groups"]]
    assert ["dark"] == [each["address"].rpartition("/")[2] for each in data.document["unreadable"]]


def test_an_import_is_whole_or_nothing(shop: CommandLine, served: Served) -> None:
    """A folder that lacks a group would look like all there is."""
    control(served, "/emulator/faults", DARK)
    ran = shop("import", "--out", "found")

    assert 1 == ran.code
    assert "rg-shop/dark could not be read" in ran.err
    assert not (shop.folder / "found").exists()


def test_a_saved_plan_holds_beside_a_group_that_does_not_run(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is at is no part of the promise: the others are written, and exit code 5 says the rest."""
    with doctored() as azure:
        monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", azure.url)
        monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000000")
        cli.write("aci-reconcile.yaml", PROJECT)
        cli.group("bad")
        cli("apply", "-y")
        cli.group("web")
        azure.states["bad"] = {"provisioningState": "Repairing"}
        saved, verified = cli("plan", "--out", "plan.json"), cli("verify")
        azure.states["bad"] = {"provisioningState": "Unhealthy"}
        ran = cli("apply", "--plan", "plan.json", "--format", "json")

    assert (0, 0, 5) == (saved.code, verified.code, ran.code)
    assert "Notice: rg-shop/bad: is Repairing in Azure" in saved.out
    assert {"rg-shop/web": "succeeded"} == ends(ran)
    assert ["rg-shop/bad"] == [each["address"] for each in ran.documents if each["type"] == "unhealthy"]


def test_last_words_tell_what_is_not_seen_running_from_what_is_not_seen_to_its_end() -> None:
    """When a second signal ends the run at once."""
    told = render_unfinished({"rg/a": "accepted", "rg/b": "provisioned", "rg/c": "write sent"}, "Apply")

    assert " Started but not finished: rg/a, rg/c. Run apply again to continue. Not seen running: rg/b." == told
    assert "" == render_unfinished({}, "Apply")


def test_a_stopped_group_is_called_stopped(shop: CommandLine, served: Served) -> None:
    """It is as declared and does not run: by an apply that changes nothing, and by one that changes another group."""
    shop("apply", "-y")
    control(served, f"{GROUPS}/well/stop?api-version=2025-09-01", {})
    only, plan = shop("apply", "-y"), shop("plan", "--refresh", "get")
    shop.group("web", image="nginx:2")
    other = shop("apply", "-y")

    assert (0, 0, 0) == (only.code, plan.code, other.code)
    assert "No changes. 2 groups match their manifests, 1 is stopped." in only.out
    assert "No changes. 2 groups match their manifests, 1 is stopped." in plan.out
    for ran in (only, plan, other):
        assert "Notice: rg-shop/well: is stopped; an apply does not start it" in ran.out


@pytest.mark.parametrize("change", [{"image": "nginx:2"}, {"more": "restartPolicy: Never\n"}], ids=["update", "anew"])
def test_a_stopped_group_that_is_written_is_started(shop: CommandLine, served: Served, change: dict[str, str]) -> None:
    """Containers begin with a write, in place or anew, and the plan does not promise anything else."""
    control(served, f"{GROUPS}/well/stop?api-version=2025-09-01", {})
    shop.group("well", **change)

    assert "Notice: rg-shop/well: is stopped; this write starts it" in shop("plan", "--only", "well").out


def test_where_all_are_stopped_no_group_is_called_good(shop: CommandLine, served: Served) -> None:
    """Not one matches its manifest and runs."""
    control(served, f"{GROUPS}/well/stop?api-version=2025-09-01", {})

    assert "No changes. 1 group is stopped." in shop("apply", "--only", "well").out
