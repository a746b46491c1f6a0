"""``init``: a project that works at once, and nothing that a person wrote is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from az_profile import SUBSCRIPTION as AZ_SUBSCRIPTION
from az_profile import make_account, write_profile

import aci_reconcile
from aci_reconcile.app.subscription import LOCAL_SUBSCRIPTION
from aci_reconcile.core.errors import AzureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.cli.command_line import CommandLine, Served

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
FILES = [
    ".gitignore",
    "aci-reconcile.yaml",
    "manifests/web.yaml",
    "schemas/container-group.schema.json",
    "schemas/project.schema.json",
]


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files of a folder."""
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def settings(folder: Path) -> dict[str, object]:
    """Return the project file without its id, which is random."""
    found: dict[str, object] = yaml.safe_load((folder / "aci-reconcile.yaml").read_text(encoding="utf-8"))
    assert len(str(found.pop("id"))) == 12
    return found


def test_a_new_project_is_valid_and_runs(cli: CommandLine) -> None:
    """Without a terminal nothing is asked, and the emulator runs its group."""
    made = cli("init", "--name", "shop")

    assert (0, FILES) == (made.code, sorted(contents(cli.folder)))
    assert {
        "name": "shop",
        "resourceGroup": "rg-shop",
        "location": "westeurope",
        "createResourceGroups": True,
        "manifests": ["manifests/"],
    } == settings(cli.folder)
    assert 0 == cli("validate").code
    assert 0 == cli("apply", "--local", "-y").code
    (group,) = cli("status", "--local", "--format", "json").document["groups"]
    assert ["Running"] == [each["state"] for each in group["health"]["containers"]]
    assert 0 == cli("plan", "--local", "--detailed-exitcode").code


def test_options_are_written_down(cli: CommandLine) -> None:
    """Into a folder that is made; regions as people write them."""
    made = cli("init", "a/shop", "-s", SUBSCRIPTION, "-g", "rg-x", "--location", "North Europe", "--format", "json")

    assert {
        "name": "shop",
        "subscription": SUBSCRIPTION,
        "resourceGroup": "rg-x",
        "location": "northeurope",
        "createResourceGroups": True,
        "manifests": ["manifests/"],
    } == settings(cli.folder / "a/shop")
    assert (False, []) == (made.document["existed"], made.document["kept"])
    assert FILES == sorted(made.document["written"])


@pytest.mark.parametrize(
    ("environ", "written"),
    [
        ({}, f"Subscription {AZ_SUBSCRIPTION} (Shop, az's default account)."),
        ({"ARM_SUBSCRIPTION_ID": SUBSCRIPTION}, f"Subscription {SUBSCRIPTION} (from ARM_SUBSCRIPTION_ID)."),
        ({"AZURE_SUBSCRIPTION_ID": "not-an-id"}, ""),
        ({"CI": "true"}, ""),
        ({"ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION}, ""),
    ],
)
def test_the_subscription_that_is_at_hand_is_written_down(
    environ: dict[str, str], written: str, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of the environment, else az's default account, and it is told; a later run names it then."""
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(write_profile(cli.folder / "az", make_account())))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    made = cli("init", "--name", "shop")

    assert 0 == made.code
    assert [written] * bool(written) == [line for line in made.out.splitlines() if line.startswith("Subscription")]
    known = written.split()[1] if written else environ.get("ACI_RECONCILE_SUBSCRIPTION")
    assert known == settings(cli.folder).get("subscription")


def test_a_terminal_shows_where_the_subscription_comes_from(
    cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch, types: Callable[[str], None]
) -> None:
    """An empty answer takes it."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    monkeypatch.setenv("AZURE_CONFIG_DIR", str(write_profile(cli.folder / "az", make_account())))
    types("shop\n\n\n\n\n\n")
    made = cli("init")

    assert f"Subscription ID (Shop, az's default account) [{AZ_SUBSCRIPTION}]: " in made.err
    assert AZ_SUBSCRIPTION == settings(cli.folder)["subscription"]


LIVE = """\
name: {}
resourceGroup: rg-shop
location: westeurope
osType: Linux
containers: [{{name: web, image: "nginx:1", resources: {{cpu: 1, memoryInGB: 1}}}}]
"""


@pytest.fixture
def running(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """An empty folder, and two groups of nobody's that run in rg-shop."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    text = "---\n".join(map(LIVE.format, ("api", "web")))
    file = cli.write("there.yaml", text)

    assert 0 == cli("apply", str(file), "-y", "--create-resource-groups").code
    file.write_text(text.replace("osType:", "lifecycle: {detach: true}\nosType:"), encoding="utf-8")
    assert 0 == cli("apply", str(file), "-y").code
    file.unlink()
    return cli


def test_a_project_begins_with_the_groups_that_run(running: CommandLine) -> None:
    """In place of the example; the printed command changes only tags."""
    made = running("init", "--name", "shop", "--import")
    step = made.err.splitlines()[-1].split()
    planned = running(*step[1:])

    assert 0 == made.code
    assert ["api.yaml", "web.yaml"] == sorted(each.name for each in (running.folder / "manifests").iterdir())
    assert ["aci-reconcile", "plan", "--adopt"] == step
    assert "2 to change tags only, 2 to adopt." in planned.out
    assert "--import: aci-reconcile.yaml exists; nothing was written" in running("init", "--import").err


@pytest.mark.parametrize("words", [(), ("new",)])
def test_what_was_skipped_can_be_imported(words: tuple[str, ...], running: CommandLine) -> None:
    """The reason names an option of `import`, and a command follows that takes it."""
    theirs = running.write("there.yaml", LIVE.format("web"))
    assert 0 == running("apply", str(theirs), "-y", "--adopt").code
    theirs.unlink()
    made = running("init", *words, "--name", "shop", "--import")
    owner = made.err.partition("--take-over ")[2].split()[0]
    command = made.err.splitlines()[-1].split()
    taken = running(*command[1:], "--take-over", owner)

    assert "rg-shop/api" in made.out
    assert "rg-shop/web" in taken.out, taken.err
    assert (running.folder.joinpath(*words) / "manifests" / "web.yaml").exists()


def test_a_folder_of_its_own_can_begin_so(running: CommandLine) -> None:
    """The printed command names the project."""
    made = running("init", "new", "--name", "shop", "--import", "--format", "json")

    assert {"rg-shop/api": "new/manifests/api.yaml", "rg-shop/web": "new/manifests/web.yaml"} == {
        address: Path(file).as_posix() for address, file in made.document["imported"].items()
    }
    assert 0 == running("plan", "--adopt", "--project", "new/aci-reconcile.yaml").code


@pytest.mark.parametrize(
    ("answer", "manifests"),
    [("", ["api.yaml", "web.yaml"]), ("maybe\nYES", ["api.yaml", "web.yaml"]), ("no", ["web.yaml"])],
)
def test_a_terminal_offers_the_groups_that_run(
    answer: str, manifests: list[str], running: CommandLine, types: Callable[[str], None]
) -> None:
    """Whoever declines gets the example."""
    types(f"shop\n\n\n\n\n{answer}\n")
    made = running("init", "-s", LOCAL_SUBSCRIPTION)

    assert "Import 2 groups of rg-shop (yes or no) [yes]: " in made.err
    assert manifests == sorted(each.name for each in (running.folder / "manifests").iterdir())


def test_without_groups_there_is_an_example(cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is wrong with that, and it is said."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    made = cli("init", "--name", "shop", "--import")

    assert (0, True) == (made.code, "No groups run in rg-shop." in made.err)
    assert FILES == sorted(contents(cli.folder))


def test_where_azure_cannot_be_asked_nothing_is_written(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who wants the groups does not want the example."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", "http://127.0.0.1:9")
    made = cli("init", "--name", "shop", "--import", "--timeout", "1s")

    assert 1 == made.code
    assert {} == contents(cli.folder)


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (AzureError("no"), 1)])
@pytest.mark.parametrize("words", [(), ("new/one",)])
def test_an_import_that_fails_leaves_nothing(
    words: tuple[str, ...],
    error: BaseException,
    code: int,
    running: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is said is true, and the same command works the next time."""
    asked = ("init", *words, "--name", "shop", "--import")
    running.write("mine.txt", "kept")

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as broken:
        broken.setattr("aci_reconcile.app.init_import.import_groups", fail)
        assert code == running(*asked).code
    assert ["mine.txt"] == [each.name for each in running.folder.iterdir()]
    assert 0 == running(*asked).code


def test_a_script_begins_a_project(cli: CommandLine) -> None:
    """With the defaults; again, it is kept."""
    made, again = (aci_reconcile.init_project("new", name="shop", environments=["dev", "prod"]) for _ in "ab")

    assert ("rg-shop", FILES) == (made.project.resource_group, sorted(made.written))
    assert (True, ()) == (again.existed, again.written)
    assert ["dev", "prod"] == list(settings(cli.folder / "new")["environments"])  # type: ignore[call-overload]


def test_again_nothing_changes(cli: CommandLine) -> None:
    """Not even with the same options; what a person changed stays, and a manifest that was deleted stays away."""
    cli("init", "--name", "shop")
    cli.write("aci-reconcile.yaml", "# mine\nname: shop\nresourceGroup: rg-shop\n")
    (cli.folder / "manifests/web.yaml").unlink()
    before = contents(cli.folder)

    again = cli("init", "--name", "shop")

    assert before == contents(cli.folder)
    assert (0, True) == (again.code, "exists; nothing was written." in again.out)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [("--name", "other", "shop"), ("-g", "rg-b", "rg-shop"), ("--location", "uksouth", "westeurope")],
)
def test_what_contradicts_the_project_is_refused(cli: CommandLine, option: str, value: str, says: str) -> None:
    """And named."""
    cli("init", "--name", "shop")
    before = contents(cli.folder)

    refused = cli("init", option, value)

    assert (1, before) == (refused.code, contents(cli.folder))
    assert f"aci-reconcile.yaml exists and says {says}; nothing was written" in refused.err


def test_force_writes_the_project_file_anew(cli: CommandLine) -> None:
    """With its id, and no manifest."""
    cli("init", "--name", "shop")
    file = cli.folder / "aci-reconcile.yaml"
    old = yaml.safe_load(file.read_text(encoding="utf-8"))["id"]
    cli.write("manifests/web.yaml", "# mine\n")

    assert 0 == cli("init", "--name", "other", "--force").code

    new = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert (old, "other", "rg-shop") == (new["id"], new["name"], new["resourceGroup"])
    assert "# mine\n" == (cli.folder / "manifests/web.yaml").read_text(encoding="utf-8")


def test_manifests_that_are_there_are_the_first_ones(cli: CommandLine) -> None:
    """No group is added to them."""
    cli.group("api")

    assert 0 == cli("init", "--name", "shop").code
    assert ["manifests/api.yaml"] == [name for name in contents(cli.folder) if name.startswith("manifests/")]
    assert 0 == cli("validate").code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\n", "a\n.aci-reconcile/\n"),
        ("a", "a\n.aci-reconcile/\n"),
        ("a\r\n", "a\r\n.aci-reconcile/\r\n"),
        ("", ".aci-reconcile/\n"),
        (".aci-reconcile\n", ".aci-reconcile\n"),
        ("/.aci-reconcile/", "/.aci-reconcile/"),
    ],
)
def test_gitignore_gets_one_line(cli: CommandLine, before: str, after: str) -> None:
    """At its end, unless it has it."""
    (cli.folder / ".gitignore").write_bytes(before.encode())

    cli("init", "--name", "shop")

    assert after.encode() == (cli.folder / ".gitignore").read_bytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--name", "a b"), "'a b' is not a valid project name"),
        (("--name", "default"), "'default' is not a valid project name"),
        (("--name", "x", "-g", "rg."), "'rg.' is not a valid name of a resource group"),
        (("--name", "x", "--location", "westeuope"), "did you mean westeurope?"),
        (("--name", "x", "--location", "../x"), "is not the name of a region"),
        (("--name", "x", "-s", "mine"), "'mine' is not a subscription ID"),
        (("数据",), "no project name is given, and the folder's name gives none"),
        (("file",), "file is not a folder"),
        (("--name", "x", "--environments", "a,b c"), "'b c' is not a valid environment name"),
        (("--name", "x", "--environments", "a,A"), "names an environment twice"),
    ],
)
def test_bad_values_write_nothing(cli: CommandLine, words: tuple[str, ...], message: str) -> None:
    """And the message has the option to use."""
    cli.write("file", "x")

    refused = cli("init", *words)

    assert (1, {"file": b"x"}) == (refused.code, contents(cli.folder))
    assert message in refused.err


def test_a_broken_project_file_is_kept(cli: CommandLine) -> None:
    """Its error is reported at its line."""
    cli.write("aci-reconcile.yaml", "name: [\n")

    refused = cli("init", "--name", "shop")

    assert 1 == refused.code
    assert "aci-reconcile.yaml:" in refused.err + refused.out
    assert {"aci-reconcile.yaml": b"name: [\n"} == contents(cli.folder)


def test_nothing_is_left_if_a_file_cannot_be_written(cli: CommandLine) -> None:
    """A file where a folder must be: also what was written before it goes."""
    cli.write("schemas", "x")

    refused = cli("init", "--name", "shop")

    assert (1, {"schemas": b"x"}) == (refused.code, contents(cli.folder))
    assert "cannot be written" in refused.err
    assert ["schemas"] == [each.name for each in cli.folder.iterdir()]


def test_a_project_in_a_project(cli: CommandLine) -> None:
    """The folder's own, and the one above is named."""
    cli("init", "--name", "shop")

    made = cli("init", "part", "-y")

    assert 0 == made.code
    assert f"{cli.folder / 'aci-reconcile.yaml'} is a project, too" in made.out
    assert "part" == settings(cli.folder / "part")["name"]


def test_a_person_is_asked(
    cli: CommandLine, served: Served, monkeypatch: pytest.MonkeyPatch, types: Callable[[str], None]
) -> None:
    """An empty line takes the default; an answer that is not valid is asked for again."""
    monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", served.url)
    types(f"sh op\nshop\n\nwesteuope\nuksouth\n{SUBSCRIPTION}\nsvn\ngitlab\n\n")

    made = cli("init")

    assert 0 == made.code, made.err
    assert "Error: 'sh op' is not a valid project name" in made.err
    assert "Resource group [rg-shop]: " in made.err
    found = settings(cli.folder)
    assert ("shop", "rg-shop", "uksouth") == (found["name"], found["resourceGroup"], found["location"])
    assert (SUBSCRIPTION, {"prod": {}}) == (found["subscription"], found["environments"])
    assert (cli.folder / ".gitlab-ci.yml").exists()


def test_a_closed_terminal_writes_nothing(cli: CommandLine, types: Callable[[str], None]) -> None:
    """It is no answer."""
    types("shop\n")

    refused = cli("init")

    assert (1, {}) == (refused.code, contents(cli.folder))
    assert "no answer was given; nothing was written" in refused.err


def test_yes_asks_nothing(cli: CommandLine, types: Callable[[str], None]) -> None:
    """Even on a terminal."""
    types("")

    assert 0 == cli("init", "shop", "-y").code
    assert "shop" == settings(cli.folder / "shop")["name"]


def test_environments_have_resource_groups_of_their_own(cli: CommandLine) -> None:
    """Else two owners would claim one group."""
    cli("init", "--name", "shop", "--environments", "dev,prod")

    assert {"dev": {"resourceGroup": "rg-shop-dev"}, "prod": {"resourceGroup": "rg-shop-prod"}} == settings(cli.folder)[
        "environments"
    ]
    assert [0, 0, 0] == [cli("apply", "--local", "-y", *more).code for more in ((), ("-e", "dev"), ("-e", "prod"))]


def test_pipelines_go_to_the_folder_of_the_repository(cli: CommandLine) -> None:
    """Those that are there are kept, also in a project that was there."""
    (cli.folder / ".git").mkdir()
    cli.write(".github/workflows/plan.yml", "# mine\n")

    made = cli("init", "part", "--git-host", "github", "--format", "json")
    again = cli("init", "part", "--git-host", "gitlab", "--format", "json").document

    assert ["../.github/workflows/plan.yml"] == made.document["kept"]
    assert "# mine\n" == (cli.folder / ".github/workflows/plan.yml").read_text(encoding="utf-8")
    assert "working-directory: part\n" in (cli.folder / ".github/workflows/apply.yml").read_text(encoding="utf-8")
    assert {"prod": {}} == settings(cli.folder / "part")["environments"]
    assert (["../.gitlab-ci.yml"], True) == (again["written"], again["existed"])


def test_pipelines_need_environments(cli: CommandLine) -> None:
    """Where a project has none, nobody may add them to its file."""
    cli("init", "--name", "shop")

    refused = cli("init", "--git-host", "github")

    assert 1 == refused.code
    assert "the project has no environments" in refused.err
    assert not (cli.folder / ".github").exists()
