"""``validate``, ``plan`` and ``drift``: what they print where, and how they exit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.api import connect
from aci_reconcile.core.model import ResourceId

if TYPE_CHECKING:
    import pytest
    from unit.cli.command_line import CommandLine, Served

WEB = ResourceId("00000000-0000-0000-0000-000000000000", "rg-shop", "web")
SECRET = "    environmentVariables: {TOKEN: {secureValue: '${env:TOKEN}'}}\n"


def tag_by_hand(cli: CommandLine, tags: dict[str, str]) -> None:
    """Change the tags of the group as somebody else would."""
    with connect(local=cli.folder / ".aci-reconcile") as backend:
        live = backend.get(WEB)

        assert live is not None
        backend.patch_tags(WEB, {name: str(value) for name, value in live.tags.items()} | tags)


def test_a_valid_project_validates(project: CommandLine) -> None:
    """One line says how much was read."""
    ran = project("validate")

    assert (0, "Valid. 1 group in 1 file.\n", "") == (ran.code, ran.out, ran.err)


def test_every_problem_of_every_file_is_shown(project: CommandLine) -> None:
    """Diagnostics are the result: on stdout, all of them, and the exit code is 1."""
    project.group("web", more="restartPolicy: Sometimes\n")
    project.group("db", more="colour: red\n")
    ran = project("validate")

    assert 1 == ran.code
    assert "manifests/db.yaml:3:1: error " in ran.out
    assert "manifests/web.yaml:3:16: error " in ran.out
    assert "2 errors" in ran.out


def test_validate_as_json(project: CommandLine) -> None:
    """The document says whether all is well, and lists what is not."""
    assert True is project("validate", "--format", "json").document["valid"]

    project.group("web", more="colour: red\n")
    ran = project("validate", "--format", "json")

    assert (1, False, 1) == (ran.code, ran.document["valid"], ran.document["error_count"])


def test_validate_when_quiet_shows_errors_only(project: CommandLine) -> None:
    """Nothing to say, nothing said."""
    assert (0, "") == (project("validate", "-q").code, project("validate", "-q").out)

    project.group("web", more="colour: red\n")

    assert "error" in project("validate", "-q").out


def test_validate_resolves_nothing(project: CommandLine) -> None:
    """It is offline: a secret that is not at hand is no matter."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET)

    assert 0 == project("validate").code


def test_a_plan_is_on_stdout_and_nothing_else_is(project: CommandLine) -> None:
    """The result goes to stdout; the exit code is 0 unless details are asked for."""
    ran = project("plan")

    assert (0, "") == (ran.code, ran.err)
    assert ran.out.startswith("aci-reconcile will perform these actions (project shop, ")
    assert ran.out.endswith("Plan: 1 to add, 0 to change, 0 to destroy.\n")


def test_the_detailed_exit_code(project: CommandLine) -> None:
    """2 with changes, 0 without, 3 when one is held back."""
    assert 2 == project("plan", "--detailed-exitcode").code

    project("apply", "-y")

    assert 0 == project("plan", "--detailed-exitcode").code

    project.group("web", more="restartPolicy: Never\n")
    ran = project("plan", "--detailed-exitcode")

    assert 3 == ran.code
    assert "Release with --allow-replace." in ran.out
    assert 0 == project("plan").code


def test_no_plan_is_made_from_manifests_with_errors(project: CommandLine) -> None:
    """The complaints go to stderr, for there is no result."""
    project.group("db", more="colour: red\n")
    ran = project("plan")

    assert (1, "") == (ran.code, ran.out)
    assert "manifests/db.yaml:3:1: error " in ran.err


def test_complaints_as_json(project: CommandLine) -> None:
    """Stdout holds JSON all the same."""
    project.group("db", more="colour: red\n")
    ran = project("plan", "--format", "json")

    assert 1 == ran.code
    assert "colour" in ran.document["diagnostics"][0]["summary"]


def test_warnings_go_to_stderr_and_can_be_silenced(project: CommandLine) -> None:
    """They never mix with the result."""
    with project.group("web", more="restartpolicy: Always\n").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    ran = project("plan", "--format", "json")

    assert 0 == ran.code
    assert "warning ACI" in ran.err
    assert False is ran.document["applyable"]
    assert "" == project("plan", "--quiet").err


def test_a_plan_as_json_names_its_place(project: CommandLine) -> None:
    """Project, environment, subscription and endpoint stand first."""
    document = project("plan", "--format", "json").document

    assert ("shop", "", "local emulator") == (document["project"], document["environment"], document["endpoint"])
    assert document["tool_version"]


def test_paths_and_patterns_narrow_the_plan(project: CommandLine) -> None:
    """What is not selected is not written."""
    project.group("db")

    assert "Plan: 2 to add" in project("plan").out
    assert "Plan: 1 to add" in project("plan", "manifests/db.yaml").out
    assert "Plan: 1 to add" in project("plan", "--only", "rg-shop/w*").out
    assert "no group of the project matches" in project("plan", "--only", "nix").err


def test_an_orphan_is_a_notice_and_with_prune_a_delete(project: CommandLine) -> None:
    """Only with a project file: it says what the whole set is."""
    project.group("old")
    project("apply", "-y")
    (project.folder / "manifests/old.yaml").unlink()

    assert "Notice: rg-shop/old" in project("plan").out
    assert "0 to change, 1 to destroy." in project("plan", "--prune").out
    assert 2 == project("drift").code


def test_without_a_project_nothing_is_an_orphan(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files applied one by one know nothing of each other; pruning is refused."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    monkeypatch.setenv("ACI_RECONCILE_RESOURCE_GROUP", "rg-loose")
    one = cli.group("one", more="location: westeurope\n")
    two = cli.group("two", more="location: westeurope\n")

    assert 0 == cli("apply", "-y", str(one), "--create-resource-groups").code
    assert 0 == cli("apply", "-y", str(two)).code
    assert 0 == cli("drift", str(one)).code
    assert "orphan" not in cli("plan", str(one), "--format", "json").out

    ran = cli("plan", str(one), "--prune")

    assert 1 == ran.code
    assert "--prune needs a project file with a name" in ran.err


def test_a_subscription_is_needed(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody named one: the hint says how to. Azure's own variables will do; a server on this machine needs none."""
    cli.group("web", more="location: westeurope\nresourceGroup: rg\n")
    ran = cli("plan")

    assert 1 == ran.code
    assert "Error: no subscription is given\n  use --subscription" in ran.err

    assert "subscription 00000000-0000-0000-0000-000000000000 at" in cli("plan", "--arm-endpoint", served.url).err

    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "11111111-0000-0000-0000-000000000000")

    assert "subscription 11111111-0000-0000-0000-000000000000 at" in cli("plan", "--arm-endpoint", served.url).err


def test_a_redeployment_is_asked_for_by_address(project: CommandLine) -> None:
    """A name will do where it is unique; one that nobody declares is refused."""
    project("apply", "-y")

    assert "Plan: 0 to add, 1 to change, 0 to destroy." in project("plan", "--redeploy", "WEB").out
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in project("plan", "--redeploy", "rg-shop/web").out
    assert "no manifest declares this group" in project("plan", "--redeploy", "nix").err

    project.group("db")

    assert "this group is not selected" in project("plan", "--redeploy", "web", "--only", "db").err


def test_contradictory_releases_are_refused(project: CommandLine) -> None:
    """Secrets are pushed or vouched for, not both."""
    assert "cannot be combined" in project("plan", "--touch-secrets", "--trust-secrets").err


def test_what_cannot_be_read_fails_the_plan(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1, and the plan says which group it is about."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    ran = project("plan", "--arm-endpoint", "http://127.0.0.1:9")

    assert 1 == ran.code
    assert "Error: rg-shop/web: " in ran.out


def test_drift_is_found(project: CommandLine) -> None:
    """In sync 0, differing 2, and 0 again with ``--exit-zero``; a missing group is drift, too."""
    assert 2 == project("drift").code

    project("apply", "-y")
    ran = project("drift")

    assert (0, "No drift. 1 group in sync.\n") == (ran.code, ran.out)

    tag_by_hand(project, {"aci-reconcile-protected": "true"})

    assert 0 == project("drift").code

    project.group("web", more="tags: {team: shop}\n")
    ran = project("drift", "--format", "json")

    assert (2, True) == (ran.code, ran.document["drifted"])
    assert 0 == project("drift", "--exit-zero").code


def test_what_does_not_run_is_drift(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group equals its manifest and crashes: that is found."""
    monkeypatch.setenv("ACI_RECONCILE_STABLE_FOR", "3s")
    project.group("web", image="sim/exit:3", more="restartPolicy: Never\n")
    project("apply", "-y")
    ran = project("drift")

    assert 2 == ran.code
    assert "not healthy" in ran.out


def test_a_group_of_somebody_else_is_not_in_sync(project: CommandLine) -> None:
    """A manifest declares it and another project owns it: that is neither in sync nor drift, but an error."""
    project("apply", "-y")
    tag_by_hand(project, {"aci-reconcile-project": "other"})
    ran = project("drift")

    assert 1 == ran.code
    assert "Error: rg-shop/web: belongs to other, not to shop" in ran.out


def test_strict_drift_wants_every_secret_compared(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not compared is said, and under ``--strict`` it is an error."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    monkeypatch.setenv("TOKEN", "canary-1")

    assert 0 == project("apply", "-y").code
    assert 0 == project("drift", "--strict").code

    monkeypatch.delenv("TOKEN")

    assert "1 secret not compared" in project("drift").out
    assert 0 == project("drift").code
    assert 1 == project("drift", "--strict").code


def test_rendering_shows_arm_and_no_secret(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The full body as JSON; of a secret, that there is one."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    monkeypatch.setenv("TOKEN", "canary-1")
    ran = project("render")
    (group,) = ran.document
    (variable,) = group["properties"]["containers"][0]["properties"]["environmentVariables"]

    assert "canary" not in ran.out
    assert {"name": "TOKEN", "secureValue": "(secret)"} == variable
    assert ("rg-shop", "web", "2025-09-01") == (group["resourceGroup"], group["name"], group["apiVersion"])
