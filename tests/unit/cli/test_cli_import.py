"""``import``: manifests from live groups."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from factories import rid

from aci_reconcile.app.files import choose_names, write_new
from aci_reconcile.core.errors import AciReconcileError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from unit.cli.command_line import CommandLine, Ran

PASSWORD = """\
name: web
containers:
  - name: web
    image: nginx:1
    environmentVariables: {LOG_LEVEL: "no", DB_PASSWORD: {secureValue: "${env:SECRET}"}}
    resources: {cpu: 1, memoryInGB: 1}
"""
WRITTEN = """\
name: web
containers:
  - name: web
    image: nginx:1
    environmentVariables:
      LOG_LEVEL: "no"
      DB_PASSWORD: {secureValue: "${env:WEB_DB_PASSWORD}"}
    resources: {memoryInGB: 1, cpu: 1}
"""
TO_SET = "  WEB_DB_PASSWORD  rg-shop/web containers[web].environmentVariables[DB_PASSWORD]\n"


@pytest.fixture
def live(project: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project whose group runs, and whose manifest was lost."""
    monkeypatch.setenv("SECRET", "canary")
    project.write("manifests/web.yaml", PASSWORD)

    assert 0 == project("apply", "-y").code
    (project.folder / "manifests/web.yaml").unlink()
    return project


def test_a_group_is_printed(live: CommandLine) -> None:
    """In the short form, without what the project says; what is to be set is told beside it."""
    ran = live("import")

    assert (0, WRITTEN) == (ran.code, ran.out)
    assert TO_SET in ran.err


def test_files_are_written_and_adopted(live: CommandLine) -> None:
    """The next plan changes nothing but tags; the secret is not compared until it is at hand."""
    ran = live("import", "--out", "manifests")
    planned = live("plan", "--adopt")

    assert (0, f"rg-shop/web  {Path('manifests/web.yaml')}\n") == (ran.code, ran.out)
    assert WRITTEN == (live.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    assert ["web.yaml"] == [each.name for each in (live.folder / "manifests").iterdir()]
    assert (0, True) == (planned.code, planned.out.startswith("No changes."))


def test_nothing_is_overwritten(live: CommandLine) -> None:
    """The file that is there is named, and stays as it is."""
    live.write("other/web.yaml", "name: mine\n")
    ran = live("import", "--out", "other")

    assert 1 == ran.code
    assert f"{live.folder / 'other/web.yaml'} exists already" in ran.err
    assert "name: mine\n" == (live.folder / "other/web.yaml").read_text(encoding="utf-8")


def test_declared_groups_are_skipped_unless_named(project: CommandLine) -> None:
    """A second manifest of the same group would be an error; whoever names it wants to see it."""
    project("apply", "-y")
    skipped, named = project("import"), project("import", "web")

    assert (0, "") == (skipped.code, skipped.out)
    assert "Skipped rg-shop/web: it is declared at manifests/web.yaml:1:1.\nNothing to import.\n" in skipped.err
    assert named.out.startswith("name: web\n")


def test_groups_of_others_are_skipped_unless_named(live: CommandLine) -> None:
    """Their owner is named; ``--only`` narrows what is looked at."""
    live.write("other.yaml", "name: other\nresourceGroup: rg-shop\nlocation: westeurope\n")
    words = ("--project", "other.yaml", "-g", "rg-shop")
    skipped, named = live("import", *words), live("import", "rg-shop/web", *words)

    assert (0, "") == (skipped.code, skipped.out)
    assert "it belongs to shop; add --take-over shop or give its address" in skipped.err
    assert WRITTEN == named.out
    assert "" == live("import", *words, "--only", "nix*", "-q").err


def test_groups_of_a_named_owner_are_taken_over(live: CommandLine) -> None:
    """They are imported as if nobody had them, and the command that comes next takes them over."""
    live.write("other.yaml", "name: other\nresourceGroup: rg-shop\nlocation: westeurope\nmanifests: [other/]\n")
    there = ("--project", "other.yaml")
    ran = live("import", "--out", "other", "--take-over", "shop", *there, "--format", "json")
    assert not ran.document["skipped"]
    (group,) = ran.document["groups"]
    taken = live(*shlex.split(ran.document["next"])[1:], "--detailed-exitcode")

    assert "rg-shop/web" == group["address"]
    assert "--take-over shop" in ran.document["next"]
    assert (2, True) == (taken.code, "  ~ rg-shop/web [take over, tags only] " in taken.out)
    assert "--take-over needs an owner" in live("import", "--take-over", "", *there).err


def _place(live: CommandLine, address: str, tags: str) -> None:
    """Put a group of another project into the emulator."""
    group, _, name = address.partition("/")
    manifest = PASSWORD.replace("name: web", f"name: {name}", 1) + f"tags: {tags}\n"
    file = live.write(f"elsewhere/{name}.yaml", f"{manifest}location: westeurope\nresourceGroup: {group}\n")
    live.write("legacy.yaml", "name: legacy\ncreateResourceGroups: true\nmanifests: [elsewhere/]\n")

    assert 0 == live("apply", "-y", str(file), "--project", "legacy.yaml").code


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--all",), ["rg-a/api", "rg-b/db", "rg-shop/web"]),
        (("--all", "--tag", "TEAM"), ["rg-a/api", "rg-b/db"]),
        (("--all", "--tag", "team=shop"), ["rg-a/api"]),
        (("--all", "--tag", "team=Shop"), []),
        (("--all", "--tag", "team", "--tag", "tier="), ["rg-b/db"]),
        (("-g", "rg-a", "--tag", "team=shop"), ["rg-a/api"]),
        (("--tag", "team"), []),
    ],
)
def test_groups_are_chosen_by_place_and_tag(words: tuple[str, ...], expected: list[str], live: CommandLine) -> None:
    """In the whole subscription or a resource group; ARM folds the case of a tag's name, and not of its value."""
    for address, tags in (("rg-a/api", "{team: shop}"), ("rg-b/db", "{Team: data, tier: ''}")):
        _place(live, address, tags)
    ran = live("import", *words, "--take-over", "legacy", "--format", "json")

    assert expected == [each["address"] for each in ran.document["groups"]]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--tag", "=x"), "--tag '=x' has no name"),
        (("--all", "-g", "rg"), "--all and --resource-group cannot be combined"),
        (("--all", "web"), "--all and an address cannot be combined"),
    ],
)
def test_choices_that_mean_nothing(words: tuple[str, ...], complaint: str, live: CommandLine) -> None:
    """They are refused before Azure is asked."""
    ran = live("import", *words)

    assert 1 == ran.code
    assert complaint in ran.err


def test_the_files_stand_in_a_column(live: CommandLine) -> None:
    """In the order of the addresses that were named."""
    live.write("manifests/two.yaml", PASSWORD + "---\n" + PASSWORD.replace("name: web\n", "name: website\n", 1))
    live("apply", "-y")
    (live.folder / "manifests/two.yaml").unlink()
    ran = live("import", "website", "web", "--out", "manifests")

    assert "rg-shop/website  manifests/website.yaml\nrg-shop/web      manifests/web.yaml\n" == ran.out


def test_several_groups_are_one_stream(live: CommandLine) -> None:
    """Each is a document of its own, and each secret has a variable of its own."""
    live.write("manifests/two.yaml", PASSWORD + "---\n" + PASSWORD.replace("name: web\n", "name: web-2\n", 1))
    live("apply", "-y")
    (live.folder / "manifests/two.yaml").unlink()
    ran = live("import")

    assert [WRITTEN, WRITTEN.replace("web\n", "web-2\n", 1).replace("WEB_DB", "WEB_2_DB")] == ran.out.split("---\n")
    assert "  WEB_2_DB_PASSWORD  rg-shop/web-2 " in ran.err


def test_without_a_project_the_manifest_says_it_all(live: CommandLine) -> None:
    """Resource group and location stand in it."""
    (live.folder / "aci-reconcile.yaml").rename(live.folder / "gone.yaml.bak")
    ran = live("import", "web", "-g", "rg-shop")

    assert ran.out.startswith("name: web\nresourceGroup: rg-shop\nlocation: westeurope\ncontainers:\n")


def test_a_group_that_lives_elsewhere(live: CommandLine) -> None:
    """Its manifest says where, which wins over what the project says for the others."""
    live.write("aci-reconcile.yaml", "name: shop\nresourceGroup: rg-b\nlocation: West US\n")
    shown = live("import", "-g", "rg-shop")
    ran = live("import", "-g", "rg-shop", "--out", "manifests")
    planned = live("plan")

    assert shown.out.startswith("name: web\nresourceGroup: rg-shop\nlocation: westeurope\n")
    assert (0, False) == (ran.code, "Warning" in shown.err + ran.err)
    assert "No changes." in planned.out, planned.out


def test_a_group_without_what_the_project_lays_under_all(live: CommandLine) -> None:
    """`null` says that it has none of it: the manifest means the live group, and not what the others have."""
    shared = (
        "defaults: {ipAddress: {type: Public, ports: [80]}, zones: ['1'], restartPolicy: Never, tags: {team: shop}}"
    )
    live.write("aci-reconcile.yaml", f"name: shop\nresourceGroup: rg-shop\nlocation: westeurope\n{shared}\n")
    ran = live("import", "web", "--out", "manifests")
    planned = live("plan", "--adopt")

    text = (live.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    assert ["ipAddress: null", "restartPolicy: Always", "tags: null", "zones: null"] == sorted(
        line for line in text.splitlines() if line.startswith(("ipAddress", "zones", "restartPolicy", "tags"))
    )
    assert (0, True) == (ran.code, "No changes." in planned.out), planned.out


PROJECT_OF_SHOP = """\
name: shop
resourceGroup: rg-shop
location: westeurope
manifests: [manifests/]
"""


@pytest.fixture
def found(live: CommandLine) -> CommandLine:
    """A folder without a project file, and a group that runs in Azure and belongs to ``shop``."""
    (live.folder / "aci-reconcile.yaml").unlink()
    return live


def hinted(ran: Ran) -> list[str]:
    """Return the words of the command that an import says comes next, without the tool's own name."""
    before, line = ran.err.rstrip("\n").split("\n")[-2:]

    assert "Next, check the plan. It changes only tags:" == before
    name, *words = shlex.split(line)
    assert "aci-reconcile" == name
    return words


def without_id(text: str) -> str:
    """Return a new project file without its id, which chance has made."""
    rest, number = re.subn(r"(?m)^id: [0-9a-z]{12}\n", "", text)

    assert 1 == number
    return rest


def test_the_project_file_is_written_where_there_is_none(found: CommandLine) -> None:
    """It says once what the groups have in common; the next command is printed, and works as it stands."""
    ran = found("import", "web", "-g", "rg-shop", "--out", "manifests", "--project-name", "shop")
    planned = found(*hinted(ran))

    assert 0 == ran.code
    assert PROJECT_OF_SHOP == without_id((found.folder / "aci-reconcile.yaml").read_text(encoding="utf-8"))
    assert WRITTEN == (found.folder / "manifests/web.yaml").read_text(encoding="utf-8")
    assert "Wrote aci-reconcile.yaml for the new project shop.\n" in ran.err
    assert (0, True) == (planned.code, planned.out.startswith("No changes.")), planned.out + planned.err


def test_groups_of_another_owner_are_taken_over_by_the_next_command(found: CommandLine) -> None:
    """The plan names the former owner, and only the tag moves."""
    ran = found("import", "web", "-g", "rg-shop", "--out", "manifests", "--project-name", "store")
    planned = found(*hinted(ran))

    assert ["plan", "--take-over", "shop"] == hinted(ran)
    assert "      taken over from shop\n" in planned.out
    assert "1 to change tags only, 1 to take over from shop, 1 secret not compared." in planned.out


def test_the_folder_names_the_project_where_nobody_can_be_asked(found: CommandLine) -> None:
    """An import in a pipeline never waits for an answer."""
    ran = found("import", "web", "-g", "rg-shop", "--out", ".", "--format", "json")

    assert {"name": found.folder.name, "file": str(found.folder / "aci-reconcile.yaml")} == ran.document["project"]
    assert "aci-reconcile plan --take-over shop" == ran.document["next"]
    assert f"name: {found.folder.name}\nresourceGroup: rg-shop\nlocation: westeurope\nmanifests: [./]\n" == without_id(
        (found.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize(("typed", "name"), [("store\n", "store"), ("\n", "")])
def test_a_person_is_asked_for_the_name(
    found: CommandLine, types: Callable[[str], None], typed: str, name: str
) -> None:
    """An empty line takes the folder's name, which is offered."""
    types(typed)
    ran = found("import", "web", "-g", "rg-shop", "--out", "manifests")
    text = (found.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")

    assert f"Project name [{found.folder.name}]: " in ran.err
    assert text.startswith(f"name: {name or found.folder.name}\n")


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("--project-name", "default"), "", "--project-name: 'default' is not a valid project name"),
        (("--project-name", "a/b"), "", "--project-name: 'a/b' is not a valid project name"),
        ((), "no name\n", "the name of the new project: 'no name' is not a valid project name"),
        ((), "nobody answers", "no name was given; nothing was written"),
    ],
)
def test_a_name_that_is_none(
    found: CommandLine,
    types: Callable[[str], None],
    words: tuple[str, ...],
    typed: str,
    message: str,
) -> None:
    """Nothing is written then."""
    if typed == "nobody answers":
        types("")
    elif typed:
        types(typed)
    ran = found("import", "web", "-g", "rg-shop", "--out", "manifests", *words)

    assert (1, True) == (ran.code, message in ran.err), ran.err
    assert [] == [each.name for each in (found.folder / "manifests").iterdir()]


def test_a_project_keeps_its_name(live: CommandLine) -> None:
    """The option is no way to rename one; where nothing is written, it names nothing."""
    other = live("import", "--out", "manifests", "--project-name", "store")
    same = live("import", "--out", "manifests", "--project-name", "shop")

    assert (1, True) == (other.code, "exists and has the name shop" in other.err)
    assert 0 == same.code
    assert "--project-name needs --out, which writes the project file" in live("import", "--project-name", "shop").err


def test_files_for_a_project_further_down(found: CommandLine) -> None:
    """The project of the folder that is written to counts, and the next command names it."""
    found.write("infra/aci-reconcile.yaml", "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\n")
    (found.folder / ".aci-reconcile").rename(found.folder / "infra/.aci-reconcile")
    ran = found("import", "web", "--out", "infra/manifests")

    assert ["plan", "--project", "infra/aci-reconcile.yaml"] == hinted(ran)
    assert WRITTEN == (found.folder / "infra/manifests/web.yaml").read_text(encoding="utf-8")
    assert not (found.folder / "aci-reconcile.yaml").exists()


def test_a_project_file_without_a_name(live: CommandLine) -> None:
    """Its groups would be nobody's in particular: that is said before they are adopted."""
    live.write("aci-reconcile.yaml", "resourceGroup: rg-shop\nlocation: westeurope\n")

    assert "Warning: the project file has no name, so these groups would belong to default; add `name:` first" in (
        live("import", "web", "--out", "manifests").err
    )


def test_files_that_the_project_does_not_read(live: CommandLine) -> None:
    """It is said at once; a next command would find nothing."""
    live.write("aci-reconcile.yaml", "name: shop\nresourceGroup: rg-shop\nlocation: westeurope\nmanifests: [live/]\n")
    live.write("live/other.yaml", PASSWORD.replace("name: web\n", "name: other\n", 1))
    ran = live("import", "web", "--out", "manifests")

    assert "Warning: rg-shop/web: outside the project's manifests; add their folder to `manifests:` in " in ran.err
    assert "Next" not in ran.err


def test_import_as_json(live: CommandLine) -> None:
    """The same, for programs."""
    (group,) = live("import", "--format", "json").document["groups"]

    assert ("rg-shop/web", None, WRITTEN) == (group["address"], group["file"], group["manifest"])
    assert ["WEB_DB_PASSWORD"] == [each["variable"] for each in group["to_set"]]


def test_import_without_a_place(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody has to say where to look."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")

    assert "no resource group is given" in cli("import").err


def test_file_names_stay_in_their_folder() -> None:
    """No path, nothing hidden, not the project file; two of one name carry their resource group."""
    ids = [rid("../../etc/x"), rid(".hidden"), rid("aci-reconcile"), rid("Web", "rg-a"), rid("web", "rg-b"), rid("")]

    assert [
        "_._.._etc_x.yaml",
        "_hidden.yaml",
        "rg-shop.aci-reconcile.yaml",
        "rg-a.Web.yaml",
        "rg-b.web.yaml",
        "_.yaml",
    ] == list(choose_names(ids).values())


def test_names_that_cannot_be_told_apart() -> None:
    """Resource groups may have names without a letter of ASCII; each file's name is the same every time."""
    ids = [rid("web", "生产"), rid("web", "测试"), rid("api", "测试"), rid("__.web", "rg")]
    names = choose_names(ids)

    assert ["api.yaml", True] == [
        names[ids[2]],
        all(each.startswith("__.web.") for each in names.values() if "w" in each),
    ]
    assert 4 == len(set(names.values()))
    assert names == {**choose_names(reversed(ids))}


def test_nothing_is_left_of_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file appears whole or not at all, on file systems without links, too."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    def late(self: Path, _: Path) -> None:
        raise FileExistsError(17, "File exists", "draft", None, str(self))

    (tmp_path / "file").write_text("")
    with pytest.raises(AciReconcileError, match="cannot be written"):
        write_new({tmp_path / "file" / "below" / "a.yaml": "a"})
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    write_new({tmp_path / "new" / "a.yaml": "a\n"})
    monkeypatch.setattr(Path, "hardlink_to", late)
    with pytest.raises(UsageError, match=r"b\.yaml exists already"):
        write_new({tmp_path / "new" / "b.yaml": "b\n"})

    assert ["a.yaml"] == [each.name for each in (tmp_path / "new").iterdir()]
