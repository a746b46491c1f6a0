"""``config show``: the settings that count, and who says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine, Ran

PROJECT = """\
name: shop
location: westeurope
variables: {tag: "1.4", pw: canary, note: {description: what to say}}
defaults:
  restartPolicy: Never
  imageRegistryCredentials: [{server: shop.azurecr.io, username: u, password: canary}]
policy: {maxDeletes: 3}
environments:
  prod:
    resourceGroup: rg-prod
    variables: {tag: "1.3"}
    policy: {prune: true}
    groups: {web: {diagnostics: {logAnalytics: {workspaceId: x, workspaceKey: canary}}}}
"""
GROUP = """\
name: web
containers:
  - name: web
    image: shop/web:${var:tag}
    environmentVariables: {PW: {secureValue: "pre-${var:pw}"}, TOKEN: {secureValue: "${env:TOKEN}"}}
    resources: {cpu: 1, memoryInGB: 1}
"""
SHOW = ("config", "show", "--format", "json")


@pytest.fixture
def shop(cli: CommandLine) -> CommandLine:
    """A project with an environment, and secrets in all the wrong places."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.write("manifests/web.yaml", GROUP)
    return cli


def settings(ran: Ran) -> dict[str, tuple[Any, str, str]]:
    """Return value, kind and text of the origin, by name."""
    assert 0 == ran.code, ran.err
    found = ran.document["settings"]
    return {each["name"]: (each["value"], each["origin"]["kind"], each["origin"]["text"]) for each in found}


def test_each_value_has_an_origin(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flag over environment variable over environment over project over default."""
    monkeypatch.setenv("ACI_RECONCILE_CONCURRENCY", "3")
    monkeypatch.setenv("ACI_RECONCILE_SUBSCRIPTION", "00000000-0000-0000-0000-000000000001")
    told = settings(shop("--timeout", "5m", "config", "show", "-e", "prod", "--var", "tag=9", "--format", "json"))

    assert ("9", "flag", "--var") == told["variables.tag"]
    assert ("300s", "flag", "--timeout") == told["--timeout"]
    assert (3, "variable", "ACI_RECONCILE_CONCURRENCY") == told["--concurrency"]
    assert ("variable", "ACI_RECONCILE_SUBSCRIPTION") == told["subscription"][1:]
    assert ("rg-prod", "environment", "environment prod, aci-reconcile.yaml:10:5") == told["resourceGroup"]
    assert (True, "environment", "environment prod, aci-reconcile.yaml:12:14") == told["policy.prune"]
    assert (3, "project", "aci-reconcile.yaml:7:10") == told["policy.maxDeletes"]
    assert ("westeurope", "project", "aci-reconcile.yaml:2:1") == told["location"]
    assert ("hold", "default", "default") == told["policy.replace"]
    assert ("Never", "project", "aci-reconcile.yaml:5:3") == told["defaults.restartPolicy"]
    assert (None, "project") == told["variables.note"][:2]
    assert ("prod", "flag", "--environment") == told["--environment"]


def test_the_environment_says_it(shop: CommandLine) -> None:
    """Without a flag the value of the chosen environment counts, without an environment that of the project."""
    chosen = settings(shop("config", "show", "-e", "prod", "--format", "json"))
    plain = settings(shop("config", "show", "--format", "json"))

    assert ("1.3", "environment prod, aci-reconcile.yaml:11:17") == (
        chosen["variables.tag"][0],
        chosen["variables.tag"][2],
    )
    assert ("1.4", "project") == plain["variables.tag"][:2]


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_secret_is_shown(shop: CommandLine, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    """Neither one in `defaults` or a patch, nor a variable that stands in one, nor the fingerprint key."""
    monkeypatch.setenv("TOKEN", "canary")
    monkeypatch.setenv("ACI_RECONCILE_FINGERPRINT_KEY", "canary-key")
    ran = shop("config", "show", "-e", "prod", "--format", output)

    assert "canary" not in ran.out + ran.err
    assert 4 <= ran.out.count("(secret)")


def test_a_file_of_variables(shop: CommandLine) -> None:
    """It is named by its option."""
    shop.write("vars.json", '{"tag": "7", "extra": 1}')
    told = settings(shop("config", "show", "--var-file", "vars.json", "--format", "json"))

    assert ("7", "flag", "--var-file") == told["variables.tag"]
    assert ("1", "flag", "--var-file") == told["variables.extra"]


def test_without_a_project(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """There are the options and the defaults; the subscription may come from the credentials."""
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "00000000-0000-0000-0000-000000000002")
    ran = cli("config", "show")

    assert 0 == ran.code
    assert ["subscription", "00000000-0000-0000-0000-000000000002"] in [
        line.split()[:2] for line in ran.out.splitlines()
    ]
    assert ["policy.maxDeletes", "1", "default"] in [line.split() for line in ran.out.splitlines()]


def test_a_project_with_errors(shop: CommandLine) -> None:
    """It is what one looks at to understand them; nobody names a subscription."""
    shop.group("web", more="colour: red\n")
    ran = shop("config", "show")

    assert 0 == ran.code
    assert "`aci-reconcile validate` shows them" in ran.err
    assert "not set" in ran.out


def test_who_gives_a_variable_its_value(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line and the environment give some each; what the higher one says counts."""
    shop.write("ambient.env", "a=1\nb=1\nc=1\nd=1\n")
    shop.write("given.env", "b=2\nc=2\nd=2\n")
    monkeypatch.setenv("ACI_RECONCILE_VAR_FILE", "ambient.env")
    monkeypatch.setenv("ACI_RECONCILE_VAR", "c=3\nd=3")

    told = settings(shop(*SHOW, "--var-file", "given.env", "--var", "d=4"))

    assert [
        ("1", "variable", "ACI_RECONCILE_VAR_FILE"),
        ("2", "flag", "--var-file"),
        ("3", "variable", "ACI_RECONCILE_VAR"),
        ("4", "flag", "--var"),
    ] == [told[f"variables.{name}"] for name in "abcd"]


def test_what_is_taken_away_has_its_default(shop: CommandLine) -> None:
    """Said by the environment that takes it away; under the groups it is nothing."""
    environment = "{resourceGroup: null, policy: {maxDeletes: null}, defaults: {tags: null}}"
    shop.write(
        "aci-reconcile.yaml",
        "name: shop\nresourceGroup: rg\npolicy: {maxDeletes: 5}\ndefaults: {tags: {a: b}}\n"
        f"environments: {{test: {environment}}}\n",
    )
    told = settings(shop(*SHOW, "-e", "test"))

    assert [None, 1, None] == [told[name][0] for name in ("resourceGroup", "policy.maxDeletes", "defaults.tags")]
    assert {"environment"} == {told[name][1] for name in ("resourceGroup", "policy.maxDeletes", "defaults.tags")}


def test_the_id_that_the_repository_tells_is_shown(project: CommandLine) -> None:
    """So that it can be written down; what the project file says counts more."""
    project.write(".git/config", '[remote "origin"]\n\turl = git@example.com:team/shop.git\n')
    derived = {each["name"]: each for each in project("config", "show", "--format", "json").document["settings"]}
    project.write("aci-reconcile.yaml", f"{PROJECT}id: 4f7k2m9q1c\n")
    written = {each["name"]: each for each in project("config", "show", "--format", "json").document["settings"]}

    assert ("default", "derived from the repository") == tuple(derived["id"]["origin"].values())
    assert 12 == len(derived["id"]["value"])
    assert ("4f7k2m9q1c", "project") == (written["id"]["value"], written["id"]["origin"]["kind"])


def test_an_id_that_nobody_tells_is_a_dash(project: CommandLine) -> None:
    """As everything that is not set; in a repository that is none there is no id."""
    shown = {line.split()[0]: line.split()[1] for line in project("config", "show").out.splitlines()}

    assert "-" == shown["id"]
