"""Files that are no manifests: skipped in a folder, explained where they are named; and names that no file can have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Request, list_names, load
from aci_reconcile.manifest.source.foreign import identify_foreign_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

GROUP = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
COMPOSE = "services: {web: {image: nginx}}\n"
PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\nmanifests: [groups/]\n"
LONG = "x" * 300


def list_codes(loaded: Loaded) -> list[tuple[str, str]]:
    """Return file and code of each complaint."""
    return [(each.where.file, each.code) for each in loaded.diagnostics]


def test_a_folder_is_read_without_them(load_text: Loader) -> None:
    """The group is there, and the file is no part of what was read."""
    loaded = load_text({"web.yaml": GROUP, "docker-compose.yaml": COMPOSE})

    assert [("docker-compose.yaml", "ACI224")] == list_codes(loaded)
    assert ["web"] == [each.id.name for each in loaded.resources]
    assert ("web.yaml",) == loaded.files


def test_one_that_is_named_is_an_error(load_text: Loader, tmp_path: Path) -> None:
    """Whoever names a file means it."""
    loaded = load_text(
        {"web.yaml": GROUP, "docker-compose.yaml": COMPOSE}, paths=(tmp_path / "docker-compose.yaml", Path("web.yaml"))
    )

    assert [("docker-compose.yaml", "ACI132")] == list_codes(loaded)


def test_one_that_the_project_file_names_is_an_error(load_text: Loader) -> None:
    """As an entry of its own; a folder or a pattern names no file."""
    files = {"groups/web.yaml": GROUP, "groups/compose.yaml": COMPOSE}
    named = {"aci-reconcile.yaml": PROJECT.replace("[groups/]", "[groups/compose.yaml, groups/web.yaml]")}
    pattern = {"aci-reconcile.yaml": PROJECT.replace("groups/", '"groups/*"')}
    options = {"resource_group": "", "location": ""}

    assert [("groups/compose.yaml", "ACI132")] == list_codes(load_text(files | named, **options))
    assert [("groups/compose.yaml", "ACI224")] == list_codes(load_text(files | pattern, **options))


def test_one_outside_of_the_project_is_explained(load_text: Loader) -> None:
    """The command line names a plan where a manifest is wanted."""
    files = {
        "aci-reconcile.yaml": PROJECT,
        "groups/web.yaml": GROUP,
        "plan.json": '{"format_version": "1", "resource_changes": []}',
    }

    with pytest.raises(UsageError) as caught:
        load_text(files, paths=(Path("plan.json"),), resource_group="", location="")

    assert "plan.json contains no manifest of the project" == caught.value.message
    assert (
        "this is a saved plan: `show plan.json` shows it, and `apply --plan plan.json` applies it" == caught.value.hint
    )


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        (
            "tf.plan",
            b"PK\x03\x04\x14\x00\x08\xff",
            "a Terraform plan, or another archive: convert the output of `terraform show -json`",
        ),
        (
            "tf.json",
            b'{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": []}',
            "an output of Terraform: `aci-reconcile convert tf.json`",
        ),
        ("my plan", b'{"format_version": "1.0", "resource_changes": []}', "a saved plan: `show 'my plan'` shows it"),
    ],
)
def test_a_plan_by_any_name_is_explained(
    load_text: Loader, tmp_path: Path, name: str, content: bytes, what: str
) -> None:
    """Ours, and that of the tool whose words are used here."""
    (tmp_path / name).write_bytes(content)
    files = {"aci-reconcile.yaml": PROJECT, "groups/web.yaml": GROUP}

    with pytest.raises(UsageError) as caught:
        load_text(files, paths=(Path(name),), resource_group="", location="")

    assert caught.value.hint.startswith(f"this is {what}"), caught.value.hint


def test_an_archive_that_is_given_as_a_manifest_is_called_one(tmp_path: Path) -> None:
    """Where there is no project file, too."""
    (tmp_path / "tf.plan").write_bytes(b"PK\x03\x04\xff")
    loaded = load(Request(cwd=tmp_path, paths=(Path("tf.plan"),)))

    assert [("ACI003", "this is a Terraform plan or another archive; give the manifest of a container group")] == [
        (each.code, each.hint) for each in loaded.diagnostics
    ]


def test_where_there_is_nothing_else_each_is_an_error(load_text: Loader) -> None:
    """A folder that declares nothing would make an orphan of every group."""
    assert [("a.json", "ACI132"), ("b.yaml", "ACI132")] == list_codes(
        load_text({"a.json": '{"compilerOptions": {}}', "b.yaml": COMPOSE})
    )


def test_a_manifest_is_never_taken_for_another_file(load_text: Loader) -> None:
    """Whatever it says besides: a group with slips in it is a mistake to report, and no file to skip."""
    slips = {
        "a.yaml": GROUP,
        "b.yaml": "name: b\nversion: 1\nmain: x\nlocation: westeurope\ncontainer: []\n",
        "c.yaml": "name: c\nservices: {}\ncontainers: []\n",
        "d.json": '{"scripts": {}, "main": "x", "type": "Microsoft.ContainerInstance/containerGroups"}',
        "e.yaml": 'apiVersion: v1\nkind: Pod\nmetadata: {}\nproperties: {containers: "\n',
        "f.yaml": "stages: []\nosType: Linux\n",
    }

    assert not {each.code for each in load_text(slips).diagnostics} & {"ACI224"}


def test_what_cannot_be_read_is_skipped_only_where_it_is_known_for_certain() -> None:
    """By keys at the top; one of ours, or the type of a group anywhere, makes it a manifest."""
    kubernetes = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ x }}\n"

    assert identify_foreign_text(kubernetes, json=False)
    assert identify_foreign_text('{"compilerOptions": {"a": [1, 2,]},}', json=True)
    assert not identify_foreign_text(f"{kubernetes}containers: {{{{ x }}}}\n", json=False)
    assert not identify_foreign_text(f"{kubernetes}# microsoft.containerinstance/containergroups\n", json=False)
    assert not identify_foreign_text("spec:\n  kind: x\n  apiVersion: y\n", json=False)
    assert not identify_foreign_text('{"a": {"compilerOptions": 1}, "b": "compilerOptions"', json=True)


def test_a_shell_is_not_offered_names_from_other_files(load_text: Loader, tmp_path: Path) -> None:
    """A package is no group."""
    load_text({"web.yaml": GROUP, "package.json": '{"name": "shop", "version": "1", "private": true}'})

    assert ("rg/web",) == list_names(Request(cwd=tmp_path, resource_group="rg"))


def test_patterns_match_neither_hidden_files_nor_the_project_s_own(load_text: Loader) -> None:
    """What a folder would not read, a pattern does not either."""
    files = {
        "aci-reconcile.yaml": PROJECT.replace("groups/", '"**/*"'),
        "groups/web.yaml": GROUP,
        "groups/.hidden.yaml": "wrong",
        ".github/x.yaml": "wrong",
        "README.md": "wrong",
    }

    assert [] == list_codes(load_text(files, resource_group="", location=""))


@pytest.mark.parametrize("entry", ["groups/**.yaml", "a**/x.yaml", LONG, f"{LONG}*", '"a\\0b*"', '"\\0"'])
def test_entries_that_the_system_refuses_have_a_place(entry: str, load_text: Loader) -> None:
    """On every version of Python alike."""
    quoted = entry if entry.startswith('"') else f'"{entry}"'
    loaded = load_text({"aci-reconcile.yaml": PROJECT.replace("groups/", quoted)}, resource_group="", location="")

    assert ("aci-reconcile.yaml:4:13", "ACI225") in [(str(each.where), each.code) for each in loaded.diagnostics]


def test_references_to_such_files_have_a_place(load_text: Loader) -> None:
    """And say what the system says."""
    manifest = GROUP.replace("1}}]", f"1}}, environmentVariables: {{A: {{secureValue: '${{file:{LONG}}}'}}}}}}]")
    found = load_text(manifest).diagnostics

    assert [("a.yaml:2", "ACI156")] == [(f"{each.where.file}:{each.where.line}", each.code) for each in found]
    assert found[0].message.endswith("can't be read: File name too long")


@pytest.mark.parametrize("given", [LONG, "a\0b"])
def test_paths_that_the_system_refuses_are_usage_errors(given: str, tmp_path: Path) -> None:
    """On the command line, and for the project file."""
    with pytest.raises(UsageError):
        load(Request(cwd=tmp_path, paths=(Path(given),)))
    with pytest.raises(UsageError):
        load(Request(cwd=tmp_path, project=Path(given)))
