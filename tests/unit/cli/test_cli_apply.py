"""``apply`` and ``destroy``: asking, doing, and how they exit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.cli.command_line import CommandLine, Served

SECRET = "    environmentVariables: {TOKEN: {secureValue: '${env:TOKEN}'}}\n"


def test_nobody_to_ask_writes_nothing(project: CommandLine) -> None:
    """The plan is shown; without a terminal and without approval that is all, and there is a hint."""
    ran = project("apply")

    assert 1 == ran.code
    assert "Plan: 1 to add" in ran.out
    assert "approve with --auto-approve (-y); nothing was written" in ran.err
    assert "No container groups.\n" == project("status").out


def test_only_the_word_approves(project: CommandLine, types: Callable[[str], None]) -> None:
    """``yes`` does it; anything else, or nothing, does not."""
    for answer in ("no\n", "y\n", "YES\n", "\n", ""):
        types(answer)
        ran = project("apply")

        assert 1 == ran.code
        assert "not approved; nothing was written" in ran.err

    types("yes\n")
    ran = project("apply")

    assert 0 == ran.code
    assert "Type yes to apply these changes: " in ran.err
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in ran.out


def test_progress_is_on_stderr_and_the_summary_on_stdout(project: CommandLine) -> None:
    """One line an event, none of them on stdout."""
    ran = project("apply", "-y")

    assert "+ rg-shop  " in ran.err
    assert "rg-shop/web                   created after" in ran.err
    assert "created after" not in ran.out
    assert ran.out.endswith("\n\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.\n")


def test_a_second_apply_has_nothing_to_do_and_asks_nobody(project: CommandLine) -> None:
    """Nothing differs: no approval is needed, the groups are looked at, and nothing is said of those that run."""
    project("apply", "-y")
    ran = project("apply")

    assert (0, "") == (ran.code, ran.err)
    assert ran.out.startswith("No changes. 1 group matches its manifest.\n")
    assert "rg-shop/web" in project("apply", "--verbose").err


def test_a_group_that_does_not_run_fails_this_apply_and_the_next(project: CommandLine) -> None:
    """Done means running: exit code 5, with the reason, although nothing differs any more."""
    project.group("web", image="sim/exit:3", more="restartPolicy: Never\n")
    first = project("apply", "-y", "--stable-for", "3s")
    second = project("apply", "-y")

    assert (5, 5) == (first.code, second.code)
    assert "exit code 3" in first.err
    assert "| [emulator]" in second.err
    assert "No changes." in second.out
    assert "Apply incomplete!" in second.out


def test_quiet_tells_of_failures_only(project: CommandLine) -> None:
    """Results and errors are not silenced."""
    assert "" == project("apply", "-y", "-q").err

    project.group("task", image="sim/exit:3", more="restartPolicy: Never\n")
    ran = project("apply", "-y", "-q", "--stable-for", "3s")

    assert "! rg-shop/task" in ran.err
    assert "creating" not in ran.err


def test_wait_none_does_not_look(project: CommandLine) -> None:
    """What Azure accepted counts as done, whatever becomes of it."""
    project.group("web", image="sim/exit:3", more="restartPolicy: Never\n")

    assert 0 == project("apply", "-y", "--wait", "none").code


def test_json_is_one_document_a_line(project: CommandLine) -> None:
    """First the plan, then what happens, last how it ended; nothing on stderr."""
    ran = project("apply", "-y", "--format", "json")
    types = [each["type"] for each in ran.documents]

    assert (0, "") == (ran.code, ran.err)
    assert ["plan", "resource_group_created", "started"] == types[:3]
    assert ["succeeded", "finished"] == types[-2:]
    assert 1 == ran.documents[0]["plan"]["summary"]["add"]


def test_the_log_on_stderr_can_be_json(project: CommandLine) -> None:
    """With ``--log-format json`` every line of stderr is a document, warnings and errors included."""
    with project.group("web", more="restartpolicy: Always\n").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    missing = project("apply", "-y", "--log-format", "json")
    project.group("web")
    done = project("apply", "-y", "--log-format", "json")

    assert ["warning", "error"] == [each["level"] for each in _lines(missing.err)]
    assert {"resource_group_created", "started", "succeeded"} <= {each["type"] for each in _lines(done.err)}
    assert "Apply complete!" in done.out


def _lines(text: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_secret_is_in_no_output(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither as it is nor in base64, in no format, of no command."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    monkeypatch.setenv("TOKEN", "canary-0123")
    runs = [
        project(*words, "--format", form, "--verbose")
        for words in (("plan",), ("apply", "-y"), ("drift",), ("status", "web"), ("render",))
        for form in ("text", "json")
    ]
    told = "".join(ran.out + ran.err for ran in runs)

    assert {0} == {ran.code for ran in runs}
    assert "canary" not in told
    assert "Y2FuYXJ5LTAxMj" not in told


def test_a_blocker_holds_everything(project: CommandLine) -> None:
    """Exit code 3, with the plan and the flag that releases it; approval does not."""
    project("apply", "-y")
    project.group("web", more="restartPolicy: OnFailure\n")
    project.group("new")
    ran = project("apply", "-y")

    assert 3 == ran.code
    assert "Release with --allow-replace." in ran.out
    assert "the plan is blocked; nothing was written" in ran.err
    assert "rg-shop/new" not in project("status").out
    assert 0 == project("apply", "-y", "--only", "new").code
    assert 0 == project("apply", "-y", "--allow-replace").code


def test_missing_secrets_are_all_named(project: CommandLine) -> None:
    """Nothing is written before every secret is at hand."""
    for name in ("web", "db"):
        with project.group(name).open("a", encoding="utf-8") as file:
            file.write(SECRET)
    ran = project("apply", "-y", "--format", "json")

    assert 1 == ran.code
    assert "rg-shop/db needs env:TOKEN; rg-shop/web needs env:TOKEN" in ran.err
    assert "SecretUnavailableError" == ran.documents[-1]["error"]["kind"]
    assert "No container groups.\n" == project("status").out


def test_where_a_written_group_can_be_reached(project: CommandLine) -> None:
    """Its address and its name stand after the last words; a group without one is not named."""
    project.write(
        "manifests/web.yaml",
        "name: web\nosType: Linux\ncontainers:\n  - name: web\n    image: nginx:1\n    ports: [80]\n"
        "    resources: {cpu: 1, memoryInGB: 1}\nipAddress: {type: Public, ports: [80], dnsNameLabel: shop-web}\n",
    )
    project.group("db")
    ran = project("apply", "-y", "--report", "json=apply.json")
    _, last = ran.out.rsplit("\n\n", 1)
    told = json.loads((project.folder / "apply.json").read_text(encoding="utf-8").splitlines()[-1])["addresses"]

    assert 0 == ran.code
    assert f"Addresses:\n  rg-shop/web  {told[0]['ip']}  shop-web.westeurope.azurecontainer.io\n" == last
    assert [("rg-shop/web", "shop-web.westeurope.azurecontainer.io")] == [
        (each["address"], each["fqdn"]) for each in told
    ]


def test_a_missing_secret_is_told_once(project: CommandLine) -> None:
    """With every group that needs it, and why it is not there; neither before the plan nor after it once more."""
    for name in ("web", "db"):
        with project.group(name).open("a", encoding="utf-8") as file:
            file.write(SECRET)
    planned, applied = project("plan"), project("apply", "-y")
    told = "Missing: rg-shop/db, rg-shop/web need env:TOKEN: the environment variable TOKEN is not set\n"

    assert ("", True) == (planned.err, planned.out.endswith(f"\n\n{told}"))
    assert 1 == applied.out.count("TOKEN is not set")
    assert (
        1,
        "Error: secrets are missing\n  nothing was written; set them, or do as the plan says, then apply again\n",
    ) == (
        applied.code,
        applied.err,
    )


def test_what_azure_refuses_fails_that_group_only(project: CommandLine) -> None:
    """The others are written; the exit code is 5, and Azure's code is told."""
    project.group("web", image="sim/missing")
    project.group("db")
    ran = project("apply", "-y", "--timeout", "3s")

    assert 5 == ran.code
    assert "InaccessibleImage" in ran.err
    assert "1 added" in ran.out


def test_a_resource_group_is_not_created_unasked(
    project: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded emulator behaves as Azure will; a trial that creates more than an apply would be worth little."""
    project.write("aci-reconcile.yaml", PROJECT.replace("createResourceGroups: true\n", ""))
    tried = project("apply", "-y")
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    ran = project("apply", "-y", "--arm-endpoint", served.url)

    assert [3, 3] == [tried.code, ran.code]
    assert "resource group rg-shop does not exist" in tried.out
    # Where the first line wraps depends on the length of the address.
    assert tried.out.split() == ran.out.replace(served.url, "local emulator").split()
    assert [] == served.writes

    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")

    assert 0 == project("apply", "-y", "--create-resource-groups").code


def test_a_second_apply_sends_no_write(project: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """No difference, no write: not one PUT, PATCH, POST or DELETE."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    project("apply", "-y")

    assert ["PUT", "PUT"] == [method for method, _ in served.writes]

    served.asked.clear()

    assert 0 == project("apply", "-y").code
    assert [] == served.writes
    assert served.asked


def test_destroy_deletes_what_is_ours(project: CommandLine, types: Callable[[str], None]) -> None:
    """The approval names the number of groups; a resource group stays unless asked for."""
    project.group("db")
    project("apply", "-y")
    types("yes\n")
    ran = project("destroy")

    assert 0 == ran.code
    assert "Type yes to delete 2 groups: " in ran.err
    assert "Destroy complete! Resources: 0 added, 0 changed, 2 destroyed." in ran.out
    assert "No changes." in project("destroy").out
    assert 0 == project("destroy").code


def test_destroy_takes_the_resource_groups_that_we_made(project: CommandLine) -> None:
    """They go last, and only when asked for."""
    project("apply", "-y")
    ran = project("destroy", "-y", "--resource-groups")

    assert 0 == ran.code
    assert "- resource group rg-shop in westeurope" in ran.out
    assert "resource group deleted" in ran.err

    last = project("destroy", "-y", "--resource-groups")

    assert (0, "No group has the owner shop (tag aci-reconcile-project).\n") == (last.code, last.err)


def test_destroy_as_json_ends_once(project: CommandLine) -> None:
    """Groups and resource groups are one run: one last line."""
    project("apply", "-y")
    types = [each["type"] for each in project("destroy", "-y", "--resource-groups", "--format", "json").documents]

    assert ["plan", "started", "succeeded", "resource_group_deleted", "finished"] == types


def test_destroy_leaves_resource_groups_of_others(project: CommandLine) -> None:
    """One that another project created stays, and is named."""
    project("apply", "-y")
    project.write("aci-reconcile.yaml", PROJECT.replace("name: shop", "name: other"))
    project.group("more")
    project("apply", "-y", "--only", "more")
    ran = project("destroy", "-y", "--resource-groups")

    assert 0 == ran.code
    assert "Keeping resource group rg-shop: this project did not create it." in ran.err
    assert "rg-shop/web" in project("status").out
    assert "rg-shop/more" not in project("status").out


def test_destroy_can_be_narrowed(project: CommandLine) -> None:
    """``--only`` names groups, and then whole resource groups are out of the question."""
    project.group("db")
    project("apply", "-y")

    assert "cannot be combined with PATH or --only" in project("destroy", "-y", "--only", "db", "--resource-groups").err
    assert 0 == project("destroy", "-y", "--only", "db").code
    assert "rg-shop/web" in project("status").out


def test_destroy_leaves_what_is_protected(project: CommandLine) -> None:
    """By its tag, or by its manifest although nothing was applied since."""
    project("apply", "-y")
    project.group("web", more="lifecycle: {protect: true}\n")
    by_manifest = project("destroy", "-y")
    project("apply", "-y")
    by_tag = project("destroy", "-y")

    assert (3, 3) == (by_manifest.code, by_tag.code)
    assert 1 == by_tag.out.count("rg-shop/web is protected and would be deleted")
    assert "rg-shop/web is protected and would be deleted" in by_manifest.out


def test_destroy_needs_no_secret(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deleted needs no value; nothing is said about it."""
    with project.group("web").open("a", encoding="utf-8") as file:
        file.write(SECRET)
    monkeypatch.setenv("TOKEN", "canary-1")
    project("apply", "-y")
    monkeypatch.delenv("TOKEN")
    ran = project("destroy", "-y")

    assert 0 == ran.code
    assert "TOKEN" not in ran.err


def test_destroy_without_a_project_deletes_the_declared_groups(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another loose file declares is not touched."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    monkeypatch.setenv("ACI_RECONCILE_RESOURCE_GROUP", "rg-loose")
    one = cli.group("one", more="location: westeurope\n")
    two = cli.group("two", more="location: westeurope\n")
    cli("apply", "-y", str(one), str(two), "--create-resource-groups")

    assert 0 == cli("destroy", "-y", str(one)).code
    assert ["rg-loose/two"] == [each["address"] for each in cli("status", "--format", "json").document["groups"]]


def test_destroy_says_which_resource_groups_hold_something_else(project: CommandLine) -> None:
    """They stay, and what is in them is named beforehand: nothing is promised that fails later."""
    project("apply", "-y")
    project.write("aci-reconcile.yaml", PROJECT.replace("name: shop", "name: other"))
    (project.folder / "manifests/web.yaml").unlink()
    project.group("stranger")
    project("apply", "-y")
    project.write("aci-reconcile.yaml", PROJECT)
    (project.folder / "manifests/stranger.yaml").unlink()
    project.group("web")
    ran = project("destroy", "-y", "--resource-groups")

    assert (0, False) == (ran.code, "- resource group" in ran.out)
    assert (
        "Keeping resource group rg-shop: it also contains Microsoft.ContainerInstance/containerGroups/stranger.\n"
        in ran.err
    )


def test_destroy_of_the_wrong_environment_says_whose_groups_there_are(project: CommandLine) -> None:
    """Which owner was looked for, and which of this project's have groups; of others nothing is said."""
    project.write("aci-reconcile.yaml", f"{PROJECT}environments: {{prod: {{}}, test: {{}}}}\n")
    project("apply", "-y", "-e", "prod")
    ran = project("destroy", "-y")

    assert 0 == ran.code
    assert (
        "No group has the owner shop (tag aci-reconcile-project). This project has groups of "
        "shop/prod (1 group: --environment prod).\n"
    ) == ran.err


def test_destroy_names_the_option_for_each_of_the_owners_that_have_groups(project: CommandLine) -> None:
    """The project without an environment, and an environment that is gone; that there are none at all is not said."""
    project("apply", "-y")
    project.write("aci-reconcile.yaml", f"{PROJECT}environments: {{old: {{}}}}\n")
    project("apply", "-y", "-e", "old", "--take-over", "shop", "--only", "web")
    project.write("aci-reconcile.yaml", f"{PROJECT}environments: {{prod: {{}}}}\n")
    project.group("other")
    project("apply", "-y", "--only", "other")
    ran = project("destroy", "-y", "--former-environment", "olt")

    assert (
        "No group has the owner shop/olt (tag aci-reconcile-project). This project has groups of "
        "shop (1 group: without an environment), shop/old (1 group: --former-environment old).\n"
    ) == ran.err
    assert (0, "No changes. No groups belong to shop/olt.\n") == (ran.code, ran.out)


@pytest.mark.parametrize(
    ("name", "told"),
    [("prod", "the project file has this environment"), ("no/name", "not a valid environment name")],
)
def test_a_former_environment_is_one_that_is_gone(project: CommandLine, name: str, told: str) -> None:
    """What the project has, or could never have had, is none."""
    project.write("aci-reconcile.yaml", f"{PROJECT}environments: {{prod: {{}}}}\n")
    ran = project("destroy", "-y", "--former-environment", name)

    assert (1, True) == (ran.code, told in ran.err)


def test_where_the_command_line_says_where_nothing_is_looked_for_elsewhere(project: CommandLine) -> None:
    """Other runs of the same project say other resource groups: what they made is no leftover."""
    project.write("aci-reconcile.yaml", PROJECT.replace("resourceGroup: rg-shop\n", ""))
    project("apply", "-y", "-g", "rg-a")
    ran = project("apply", "-y", "-v", "-g", "rg-b", "--prune", "--max-deletes", "9")
    drifted = project("drift", "-g", "rg-b")

    assert [0, 0] == [ran.code, drifted.code]
    assert "0 destroyed" in ran.out
    assert "Searched for groups of shop only in the resource groups given on the command line." in ran.err
