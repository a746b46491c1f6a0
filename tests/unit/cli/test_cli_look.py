"""``status``, ``logs``, ``schema``, ``explain`` and ``render``: looking things up."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT

from aci_reconcile.manifest.explanation.lookup import list_paths

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Served

TASK = """\
name: words
osType: Linux
restartPolicy: Never
containers:
  - name: words
    image: mcr.microsoft.com/azuredocs/aci-wordcount:v1
    environmentVariables: {NumWords: 5, MinLength: 8}
    resources: {cpu: 1, memoryInGB: 1}
  - name: sidecar
    image: sim/task
    resources: {cpu: 1, memoryInGB: 1}
"""


@pytest.fixture
def applied(project: CommandLine) -> CommandLine:
    """A project whose group runs."""
    project("apply", "-y")
    return project


def test_status_lists_the_groups_of_the_project(applied: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with a line for each, and their run state: that of a container that has just started is pending."""
    monkeypatch.delenv("COLUMNS", raising=False)
    ran = applied("status")
    heading, line = ran.out.splitlines()

    assert (0, "") == (ran.code, ran.err)
    assert ["ADDRESS", "STATE", "PROVISIONING"] == heading.split()[:3]
    assert ["rg-shop/web", "pending", "Succeeded"] == line.split()[:3]


def test_status_fits_where_it_is_said_how_wide_it_may_be(applied: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no room stands below the row, but for what all rows share."""
    monkeypatch.setenv("COLUMNS", "60")
    heading, line = applied("status").out.splitlines()

    assert ["ADDRESS", "STATE", "CONTAINERS", "RESTARTS", "AGE"] == heading.split()
    assert ["rg-shop/web", "pending", "1/1", "0"] == line.split()[:4]
    assert max(len(heading), len(line)) <= 60


def test_status_in_other_shapes(applied: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names for other commands, one line with everything however narrow it is, or JSON."""
    applied.group("db")
    applied("apply", "-y")
    monkeypatch.setenv("COLUMNS", "60")
    heading, *rows = applied("status", "-o", "wide", "web", "db").out.splitlines()

    assert "rg-shop/db\nrg-shop/web\n" == applied("status", "-o", "name").out
    assert ["PORTS", "IMAGES", "DIGESTS"] == heading.split()[-3:]
    assert ["rg-shop/web", "rg-shop/db"] == [row.split()[0] for row in rows]
    assert all("nginx:1" in row and "sha256:" in row for row in rows)
    assert (
        applied("status", "--format", "json").document["groups"] == applied("status", "-o", "json").document["groups"]
    )
    for words in (("-o", "name", "--format", "json"), ("-o", "name", "-w")):
        assert 1 == applied("status", *words).code


def test_status_by_pattern_and_in_an_order(applied: CommandLine) -> None:
    """A pattern means groups, as everywhere; what means none is an error."""
    applied.group("crash", image="sim/crash:1")
    applied("apply", "-y", "--stable-for", "10s")

    assert "rg-shop/crash\nrg-shop/web\n" == applied("status", "-o", "name", "--sort", "state").out
    assert "rg-shop/web\n" == applied("status", "-o", "name", "w*").out
    assert "no container group matches x*" in applied("status", "x*").err


def test_status_needs_no_manifests(applied: CommandLine) -> None:
    """A resource group on the command line will do; broken manifests do not matter."""
    applied.group("web", more="colour: red\n")

    assert "rg-shop/web" in applied("status").out
    assert "rg-shop/web" in applied("status", "-g", "rg-shop").out
    assert "No container groups." in applied("status", "-g", "rg-none").out


def test_status_without_a_place(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder somebody has to say where to look."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    ran = cli("status")

    assert 1 == ran.code
    assert "no resource group is given" in ran.err
    assert "the resource group of web is not known" in cli("status", "web").err


def test_status_of_one_group(applied: CommandLine) -> None:
    """Its name, or its address in any case, shows it with its containers and their events."""
    by_name, by_address = applied("status", "web"), applied("status", "RG-Shop/WEB")
    same, other = (re.sub(r"age +\w+", "age", each.out) for each in (by_name, by_address))

    assert (0, same) == (by_name.code, other)
    assert by_name.out.startswith("rg-shop/web\n")
    assert "  container web\n" in by_name.out
    assert "Started container" in by_name.out


def test_status_as_json(applied: CommandLine) -> None:
    """Many or one, the document has the same shape."""
    for words in (("status",), ("status", "web")):
        (group,) = applied(*words, "--format", "json").document["groups"]

        assert ("rg-shop/web", "pending") == (group["address"], group["health"]["state"])


@pytest.mark.parametrize("address", ["nix", "rg-shop/nix", "rg-none/web"])
def test_a_group_that_is_not_there(applied: CommandLine, address: str) -> None:
    """It is an error, and named."""
    ran = applied("status", address)

    assert 1 == ran.code
    assert "there is no container group " in ran.err


@pytest.mark.parametrize("address", ["/", "a/b/c", "/web", "rg/", ""])
def test_what_is_no_address(applied: CommandLine, address: str) -> None:
    """The hint says how one looks."""
    ran = applied("status", address)

    assert 1 == ran.code
    assert "write resourceGroup/name" in ran.err


def test_a_name_in_two_resource_groups(applied: CommandLine) -> None:
    """The name alone does not say which."""
    applied.write("manifests/other.yaml", (applied.folder / "manifests/web.yaml").read_text() + "resourceGroup: rg-b\n")
    applied.write("aci-reconcile.yaml", PROJECT.replace("resourceGroup: rg-shop\n", ""))
    applied.group("web", more="resourceGroup: rg-shop\n")

    assert 0 == applied("apply", "-y").code
    assert "web is in several resource groups" in applied("status", "web").err
    assert 0 == applied("status", "rg-b/web").code


def test_logs_of_the_only_container(applied: CommandLine) -> None:
    """No container needs to be named; ``--tail`` takes the last lines."""
    ran = applied("logs", "web")

    assert 0 == ran.code
    assert ran.out.startswith("[emulator] simulated server: started\n")
    assert 1 == len(applied("logs", "web", "--tail", "1").out.splitlines())


def test_logs_of_a_group_with_several_containers(project: CommandLine) -> None:
    """All are printed, with their names; one is, if it is named, in any case."""
    project.write("manifests/words.yaml", TASK)
    project("apply", "-y", "--only", "words", "--stable-for", "2s")
    ran = project("logs", "words")

    assert 0 == ran.code
    assert {"sidecar", "words"} == {line.split(" | ")[0].strip() for line in ran.out.splitlines()}
    assert "has no container nix" in project("logs", "words", "-c", "nix").err
    assert "('HARBOURMASTER', 3)" in project("logs", "words", "-c", "WORDS").out
    assert "words" == project("logs", "words", "-c", "words", "--format", "json").document["container"]


PRINTING = """\
name: words
containers:
  - name: words
    image: nginx:1
    command: [sh, -c, "echo I am given-to-it; sleep infinity"]
    environmentVariables: {GIVEN: {secureValue: "${env:GIVEN}"}}
    resources: {cpu: 1, memoryInGB: 1}
"""


@pytest.mark.parametrize("more", ["", "tags: {x: '${var:unknown}'}\n"])
def test_logs_are_without_the_secrets_of_the_manifests(
    project: CommandLine, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    """A container prints what it was given; a fault elsewhere in the manifest does not matter."""
    monkeypatch.setenv("GIVEN", "given-to-it")
    project.write("manifests/words.yaml", PRINTING)
    project("apply", "-y", "--wait", "provisioned")
    project.write("manifests/web.yaml", "name: web\n" + more)

    assert "I am (secret)" == project("logs", "words").out.strip()


def test_logs_are_without_the_secrets_of_the_environment(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys may begin as paths do; a path is none."""
    monkeypatch.setenv("STORAGE_KEY", "/a+b/c==")
    monkeypatch.setenv("OWN_SECRET", "/etc/ssl/own.pem")
    printing = PRINTING.replace("I am given-to-it", "/a+b/c== of /etc/ssl/own.pem").replace("${env:GIVEN}", "given")
    project.write("manifests/words.yaml", printing)
    project("apply", "-y", "--wait", "provisioned")

    assert "(secret) of /etc/ssl/own.pem" == project("logs", "words").out.strip()


def test_logs_are_harmless(project: CommandLine) -> None:
    """A container cannot make the terminal obey."""
    text = r"[sh, -c, \"printf 'a\\x1b[2Jb\\n'\"]"
    project.group("web", image="busybox", more="restartPolicy: Never\n")
    with (project.folder / "manifests/web.yaml").open("a", encoding="utf-8") as file:
        file.write(f"    command: {json.dumps(['sh', '-c', text])}\n")
    project("apply", "-y")

    assert "\x1b" not in project("logs", "web").out


def test_looking_writes_nothing(applied: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status and plan read; drift reads."""
    monkeypatch.delenv("ACI_RECONCILE_LOCAL")
    for words in (("status",), ("plan",), ("drift",)):
        applied(*words, "--arm-endpoint", served.url)

    assert [] == served.writes
    assert served.asked


@pytest.mark.parametrize("name", ["container-group", "plan", "project"])
def test_schemas_are_printed(cli: CommandLine, name: str) -> None:
    """They are in the package: no network is needed to feed an editor."""
    assert "json-schema.org/draft" in cli("schema", name).document["$schema"]


def test_a_schema_that_is_not_there(cli: CommandLine) -> None:
    """The hint lists those that are."""
    known = "accepted-drift, container-group, drift-history, facts, fleet, notification, plan, project"
    assert known in cli("schema", "nix").err


def test_explaining_a_code(cli: CommandLine) -> None:
    """In any case of its letters."""
    ran = cli("explain", "aci012")

    assert 0 == ran.code
    assert ran.out.startswith("ACI012 (warning): ")
    assert "\nExample:\n\n    " in ran.out
    assert "\nRests on:\n\n    Frequently asked questions about Azure Container Instances (document)\n" in ran.out


def test_explaining_a_field(cli: CommandLine) -> None:
    """By the end of its path, with or without ``properties``."""
    policy = cli("explain", "restartPolicy")
    image = cli("explain", "containers.image")

    assert (
        """\
restartPolicy  (string)
  When a container that has ended is restarted.
  In ARM's form: properties.restartPolicy
  - one of Always, OnFailure, Never
  - default Always (documented; recordings leave an absent one absent)
  - cannot change in place: the group is deleted and created again (Azure's page
    on updating container groups, and its error InvalidContainerGroupUpdate)
  Example:
      restartPolicy: OnFailure
"""
        == policy.out
    )
    assert image.out.startswith("containers[].image  (string)\n  Image to run")
    assert image.out == cli("explain", "properties.containers[0].properties.image").out
    assert "write-only" in cli("explain", "secureValue").out


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("manifest", "  restartPolicy                  When a container that has ended is restarted.\n"),
        ("aci-reconcile.yaml", "  mode                  Whether to write groups, or only to plan and check them.\n"),
        ("aci-reconcile.accepted.yaml", "  until        the last day on which it is (required)\n"),
        ("${env:TOKEN}", "  ${keyvault:vault/secret}        a secret of an Azure Key Vault\n"),
        ("policy.freeze", "policy.freeze  (list of objects, in the project file)\n"),
        ("tags.team", "  - a change is written without a restart\n"),
        (
            "resources",
            "Example:\n      containers:\n        - name: web\n          resources: {memoryInGB: 2, cpu: 1.5}\n",
        ),
        ("provisioningState", "  - computed: Azure sets it, you cannot\n"),
        ("port", "fields are called port:\n  containers[].ports[].port"),
        ("zones", "(inferred:\n    Azure's page on updates does not name it)\n"),
        ("location", "created again (ARM's error\n    InvalidResourceLocation)\n"),
    ],
)
def test_explaining_anything_in_a_file(cli: CommandLine, subject: str, told: str) -> None:
    """Kinds of files, references, and fields of any of them."""
    ran = cli("explain", subject)

    assert (0, "", True) == (ran.code, ran.err, told in ran.out), ran.out


def test_explanations_fit_80_columns(cli: CommandLine) -> None:
    """All but paths in ARM's form and ids in examples, which cannot be broken."""
    for path in ("manifest", "project", "references", "accepted-drift", *list_paths()):
        wide = [line for line in cli("explain", path).out.splitlines() if len(line) > 80]

        assert [] == [line for line in wide if "In ARM's form" not in line and "/subscriptions/" not in line], path


@pytest.mark.parametrize(
    ("subject", "hint"),
    [
        ("ACI999", "name a code such as ACI012, or a field such as containers.image or restartPolicy"),
        ("restartPolcy", "did you mean restartPolicy?"),
        ("containers[web].imag", "did you mean containers.image?"),
        ("kind", "a manifest has no `kind`: ARM's `type` says what it is, and may be left out"),
        ("spec.containers", "a manifest has no `spec`: the fields stand at its top, or in ARM's `properties`"),
        ("a\x1b[2Jb", "name a code such as ACI012"),
    ],
)
def test_explaining_nothing_known(cli: CommandLine, subject: str, hint: str) -> None:
    """The hint shows what can be asked for, or what is spelled alike."""
    ran = cli("explain", subject)

    assert 1 == ran.code
    assert f"\n  {hint}" in ran.err
    assert "\x1b" not in ran.err


def test_status_shows_what_is_left_elsewhere(applied: CommandLine) -> None:
    """Where no manifest sends anybody any more; of that resource group only what is the project's."""
    applied.write("aci-reconcile.yaml", PROJECT.replace("rg-shop", "rg-new"))
    project = applied.write("other/aci-reconcile.yaml", PROJECT.replace("name: shop", "name: other"))
    applied.write("other/manifests/api.yaml", (applied.folder / "manifests/web.yaml").read_text("utf-8"))
    applied("apply", "-y", "--project", str(project))
    (applied.folder / "other").rename(applied.folder.parent / f"{applied.folder.name}-other")
    everything, narrowed = applied("status"), applied("status", "-g", "rg-new")

    assert ["rg-shop/web"] == [line.split()[0] for line in everything.out.splitlines()[1:]]
    assert "No container groups." in narrowed.out


def test_where_status_finds_nothing_it_names_the_environments(project: CommandLine) -> None:
    """Each may have groups elsewhere; once one is chosen, or a resource group, nothing is said."""
    project.write("aci-reconcile.yaml", "name: shop\nenvironments: {prod: {resourceGroup: rg-prod}, test: {}}\n")
    said = "Each environment has its own groups. Choose one with -e: prod, test.\n"
    asked = [project("status", *words) for words in ((), ("-e", "prod"), ("-g", "rg-none"), ("-q",))]

    assert [said, "", "", ""] == [ran.err for ran in asked]
    assert {"No container groups.\n"} == {ran.out for ran in asked}


def test_what_has_just_started_is_said_to_run(applied: CommandLine) -> None:
    """That its container is Running is no reason for being pending."""
    assert "pending: it runs, and not for long enough yet" in applied("status", "web").out
