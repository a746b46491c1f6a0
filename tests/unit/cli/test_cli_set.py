"""``set``: one value changes, every other character stays, and what would change more is refused."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.fields import Kind
from aci_reconcile.manifest.editing.place import find_spec
from aci_reconcile.manifest.editing.write import quote_value

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine

PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\n"
WEB = """\
# The shop.
name:   web   # its name

containers:
- name: web
  image: 'shop/web:1.4.2'   # bumped by the pipeline
  resources: {cpu: 1, memoryInGB: 1.5}
  environmentVariables:
    LOG_LEVEL: info

    # a secret
    KEY: {secureValue: "${env:KEY}"}
  ports: [80]
  command:
    - sh
    - "-c"
tags: { team: shop }
"""


def manifest(cli: CommandLine, text: str, name: str = "manifests/web.yaml") -> Path:
    """Write a project with this manifest, and return the file."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.write(name, "")
    file = cli.folder / name
    file.write_bytes(text.encode())
    return file


@pytest.mark.parametrize(
    ("assignment", "old", "new"),
    [
        ("image=shop/web:1.4.3", "'shop/web:1.4.2' ", "'shop/web:1.4.3' "),
        ("containers[web].image=a", "'shop/web:1.4.2' ", "'a' "),
        ("properties.containers[web].properties.image=a", "'shop/web:1.4.2' ", "'a' "),
        ("containers[web].environmentVariables[LOG_LEVEL]=debug", "LOG_LEVEL: info\n", "LOG_LEVEL: debug\n"),
        ("environmentVariables[LOG_LEVEL].value=no", "LOG_LEVEL: info\n", 'LOG_LEVEL: "no"\n'),
        ("environmentVariables[LOG_LEVEL]=1.10", "LOG_LEVEL: info\n", 'LOG_LEVEL: "1.10"\n'),
        ("environmentVariables[LOG_LEVEL]=", "LOG_LEVEL: info\n", 'LOG_LEVEL: ""\n'),
        ("environmentVariables[LOG_LEVEL]=a: b # c", "LOG_LEVEL: info\n", 'LOG_LEVEL: "a: b # c"\n'),
        ("environmentVariables[LOG_LEVEL]=it's", "LOG_LEVEL: info\n", "LOG_LEVEL: it's\n"),
        ("environmentVariables[LOG_LEVEL]=a=b[c]", "LOG_LEVEL: info\n", 'LOG_LEVEL: "a=b[c]"\n'),
        ("environmentVariables[LOG_LEVEL]=a\nb", "LOG_LEVEL: info\n", 'LOG_LEVEL: "a\\nb"\n'),
        ("environmentVariables[KEY]=${env:OTHER}", '"${env:KEY}"', '"${env:OTHER}"'),
        ("environmentVariables[NEW]=x", '"${env:KEY}"}\n', '"${env:KEY}"}\n    NEW: x\n'),
        ("resources.requests.cpu=2", "cpu: 1,", "cpu: 2,"),
        ("resources.cpu=2", "cpu: 1,", "cpu: 2,"),
        ("ports[80].protocol=UDP", "", ""),
        ("command[1]=-x", '"-c"', '"-x"'),
        ("tags.team=a", "team: shop", "team: a"),
        ("tags.cost=a, b", "team: shop }", 'team: shop, cost: "a, b" }'),
        ("restartPolicy=Never", "shop }\n", "shop }\nrestartPolicy: Never\n"),
        ("lifecycle.protect=true", "shop }\n", "shop }\nlifecycle: {protect: true}\n"),
        ("ipAddress.type=Public", "", ""),
        ("resources.limits.cpu=1", "1.5}", "1.5, limits: {cpu: 1}}"),
    ],
)
def test_only_the_value_changes(cli: CommandLine, assignment: str, old: str, new: str) -> None:
    """Everything but the value stays byte for byte; what cannot be set changes nothing."""
    file = manifest(cli, WEB)

    ran = cli("set", "web", assignment)

    assert file.read_text() == (WEB.replace(old, new, 1) if old else WEB)
    assert ran.code == (0 if old else 1), ran.err


@pytest.mark.parametrize(
    ("before", "assignment", "after"),
    [
        (
            (
                "\ufeffname: web\r\ncontainers:\r\n- name: a\r\n  image: x:1 # c\r\n"
                "  resources: {cpu: 1, memoryInGB: 1}\r\n"
            ),
            "tags.a=b",
            (
                "\ufeffname: web\r\ncontainers:\r\n- name: a\r\n  image: x:1 # c\r\n"
                "  resources: {cpu: 1, memoryInGB: 1}\r\n"
                "tags: {a: b}\r\n"
            ),
        ),
        (
            "name: web\ncontainers:\n- name: a\n  image: >-\n    x:1\n\n  # c\n  resources: {cpu: 1, memoryInGB: 1}",
            "image=x:2",
            "name: web\ncontainers:\n- name: a\n  image: x:2\n\n  # c\n  resources: {cpu: 1, memoryInGB: 1}",
        ),
        (
            "name: web\ncontainers:\n- name: a\n  image: &i x:1\n  resources: {cpu: 1, memoryInGB: 1}",
            "tags.é=😀",
            "name: web\ncontainers:\n- name: a\n  image: &i x:1\n  resources: {cpu: 1, memoryInGB: 1}\ntags: {é: 😀}",
        ),
        (
            (
                "name: other\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n---\n"
                "name: web\ncontainers: [{name: a, image: x:1, resources: {cpu: 1, memoryInGB: 1}}]\n"
            ),
            "image=x:2",
            (
                "name: other\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n---\n"
                "name: web\ncontainers: [{name: a, image: x:2, resources: {cpu: 1, memoryInGB: 1}}]\n"
            ),
        ),
        (
            (
                "name: web\nproperties:\n  containers:\n  - name: a\n    properties:\n"
                "      image: x:1\n      resources:\n"
                "        requests: {cpu: 1, memoryInGB: 1}\n      environmentVariables:\n"
                "      - name: A\n        value: a\n"
                "# end\n"
            ),
            "environmentVariables[B]=b",
            (
                "name: web\nproperties:\n  containers:\n  - name: a\n    properties:\n"
                "      image: x:1\n      resources:\n"
                "        requests: {cpu: 1, memoryInGB: 1}\n      environmentVariables:\n"
                "      - name: A\n        value: a\n"
                "      - name: B\n        value: b\n# end\n"
            ),
        ),
        (
            (
                "name: web\ncontainers:\n- &a\n  name: a\n  image: x:1\n  resources: {cpu: 1, memoryInGB: 1}\n"
                "- <<: *a\n  name: b\n"
            ),
            "containers[b].image=x:2",
            (
                "name: web\ncontainers:\n- &a\n  name: a\n  image: x:1\n  resources: {cpu: 1, memoryInGB: 1}\n"
                "- <<: *a\n  name: b\n  image: x:2\n"
            ),
        ),
        (
            (
                "name: web\ncontainers:\n- name: a\n  image: |-  # pinned # here\n    x:1\n    \n# next\n"
                "  resources: {cpu: 1, memoryInGB: 1}\n"
            ),
            "image=x:2",
            (
                "name: web\ncontainers:\n- name: a\n  image: x:2  # pinned # here\n    \n# next\n"
                "  resources: {cpu: 1, memoryInGB: 1}\n"
            ),
        ),
    ],
)
def test_every_form_of_yaml_stays(cli: CommandLine, before: str, assignment: str, after: str) -> None:
    """Byte order marks, line endings, blocks, anchors, documents and merges stay as they are."""
    file = manifest(cli, before)

    ran = cli("set", "web", assignment)

    assert ran.code == 0, ran.err
    assert file.read_bytes().decode() == after


def test_json_stays_json(cli: CommandLine) -> None:
    """JSON keeps its comments and tabs, and what is added has the indentation of its neighbours."""
    before = (
        '{\n\t// the group\n\t"name": "web",\n\t"containers": [{"name": "a", "image": "x:1", '
        '"resources": {"cpu": 1, "memoryInGB": 1}}]\n}\n'
    )
    file = manifest(cli, before, "manifests/web.json")

    assert cli("set", "web", "image=x:2", "resources.cpu=2", "tags.a=no").code == 0

    edited = before.replace("x:1", "x:2").replace('"cpu": 1', '"cpu": 2')
    assert file.read_text() == edited.replace("}}]\n}", '}}],\n\t"tags": {"a": "no"}\n}')


@pytest.mark.parametrize(
    ("text", "assignment", "told"),
    [
        (WEB, "imge=x", "did you mean image?"),
        (WEB, "containers[api].image=x", "manifests/web.yaml:5:1 has no api"),
        (WEB, "containers=x", "is no single value"),
        (WEB, "image", "is not PATH=VALUE"),
        (WEB, "name=x", "says which group it is"),
        (WEB, "restartPolicy=Sometimes", "`Sometimes` is not one of"),
        (WEB, "resources.cpu=a lot", "manifests/web.yaml:7:"),
        (WEB, "environmentVariables[KEY]=plain", "is the reference ${env:KEY} at manifests/web.yaml:12:24"),
        (WEB.replace("'shop/web:1.4.2'", "shop/web:${var:tag}"), "image=x", "error ACI150"),
        (
            (
                "name: web\ncontainers:\n- &a\n  name: a\n  image: x:1\n  resources: {cpu: 1, memoryInGB: 1}\n"
                "- <<: *a\n  name: b\n"
            ),
            "containers[a].image=x:2",
            "more would change",
        ),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_is_written(
    cli: CommandLine, text: str, assignment: str, told: str
) -> None:
    """The error says why, and a value before it is not written either."""
    file = manifest(cli, text)

    ran = cli("set", "web", "tags.team=first", assignment)

    assert ran.code == 1
    assert told in ran.err
    assert file.read_text() == text


def test_a_group_that_no_manifest_declares_is_named_with_the_nearest(cli: CommandLine) -> None:
    """A mistyped name gets a hint."""
    manifest(cli, WEB)

    ran = cli("set", "wbe", "image=x")

    assert (ran.code, ran.out) == (1, "")
    assert "no manifest declares the group wbe" in ran.err
    assert "did you mean web?" in ran.err


def test_the_change_is_printed_with_its_place(cli: CommandLine) -> None:
    """The place is that of the value in the new text."""
    manifest(cli, WEB)

    ran = cli("set", "web", "image=shop/web:1.4.3", "tags.cost=1")

    assert ran.out == (
        'manifests/web.yaml:6:10: image: "shop/web:1.4.2" -> "shop/web:1.4.3"\n'
        'manifests/web.yaml:17:21: tags.cost: (not set) -> "1"\n'
    )


def test_the_change_as_json(cli: CommandLine) -> None:
    """Programs get the place in parts."""
    manifest(cli, WEB)

    ran = cli("set", "web", "image=shop/web:1.4.3", "--format", "json")

    assert ran.document == {
        "format_version": "1.0",
        "changed": True,
        "changes": [
            {
                "address": "rg/web",
                "path": "image",
                "file": "manifests/web.yaml",
                "line": 6,
                "column": 10,
                "old": "shop/web:1.4.2",
                "new": "shop/web:1.4.3",
            }
        ],
    }


def test_nothing_to_change_writes_nothing(cli: CommandLine) -> None:
    """The file is the same one, untouched."""
    file = manifest(cli, WEB)
    file.chmod(0o400)
    before = file.stat()

    ran = cli("set", "web", "image=shop/web:1.4.2")

    assert (ran.code, ran.out) == (0, "Nothing to change.\n")
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_the_permissions_stay_and_a_link_inside_the_repository_stays_a_link(cli: CommandLine) -> None:
    """Writing replaces the file that a link leads to."""
    file = manifest(cli, WEB, "shared/web.yaml")
    (cli.folder / ".git").mkdir()
    file.chmod(0o640)
    (cli.folder / "manifests").mkdir()
    link = cli.folder / "manifests" / "web.yaml"
    link.symlink_to(file)
    cli.write("aci-reconcile.yaml", f"{PROJECT}manifests: [manifests]\n")

    assert cli("set", "web", "image=a").code == 0

    assert link.is_symlink()
    assert "image: 'a'" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in file.parent.iterdir()] == ["web.yaml"]


def test_a_link_out_of_the_repository_is_not_followed(
    cli: CommandLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A checkout must not lead to a file elsewhere."""
    outside = tmp_path_factory.mktemp("outside") / "web.yaml"
    outside.write_text(WEB)
    (cli.folder / ".git").mkdir()
    cli.write("aci-reconcile.yaml", f"{PROJECT}manifests: [web.yaml]\n")
    (cli.folder / "web.yaml").symlink_to(outside)

    ran = cli("set", "web", "image=a")

    assert ran.code == 1
    assert "out of the repository" in ran.err
    assert outside.read_text() == WEB


def test_a_plain_secret_is_not_shown_and_is_warned_of(cli: CommandLine) -> None:
    """As `validate` warns; what is printed may end up in a public log."""
    file = manifest(cli, WEB)

    ran = cli("set", "web", "environmentVariables[TOKEN].secureValue=hunter2hunter2")

    assert ran.code == 0
    assert "hunter2" not in ran.out + ran.err
    assert "ACI082" in ran.err
    assert "TOKEN: {secureValue: hunter2hunter2}" in file.read_text()


def test_for_an_environment_only_its_patch_is_edited(cli: CommandLine) -> None:
    """The manifest is for all environments."""
    file = manifest(cli, WEB)
    project = f"{PROJECT}environments:\n  prod:\n    groups:\n      web: {{restartPolicy: Always}} # c\n  test: {{}}\n"
    cli.write("aci-reconcile.yaml", project)

    ran = cli("set", "web", "-e", "prod", "restartPolicy=Never", "tags.stage=prod")

    assert ran.code == 0, ran.err
    assert (cli.folder / "aci-reconcile.yaml").read_text() == project.replace("Always}", "Never, tags: {stage: prod}}")
    assert file.read_text() == WEB
    assert "aci-reconcile.yaml:7:" in ran.out


def test_what_all_environments_share_is_not_set_for_one(cli: CommandLine) -> None:
    """The error names the place, and how to edit it."""
    file = manifest(cli, WEB)
    cli.write("aci-reconcile.yaml", f"{PROJECT}environments:\n  prod: {{}}\n")

    ran = cli("set", "web", "-e", "prod", "image=a")

    assert ran.code == 1
    assert "manifests/web.yaml:6:10 is for all environments" in ran.err
    assert "leave out -e prod" in ran.err
    assert file.read_text() == WEB


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [
        "no",
        "1.10",
        "0123",
        "2019-12-01",
        "~",
        "null",
        "",
        "- a",
        "a: b",
        "#",
        "a #b",
        "'",
        '"',
        "*a",
        "&a",
        "!a",
        "{",
        "|",
    ]
)


@given(value=TEXTS, style=st.sampled_from(["", "'", '"', "|", ">"]))
@pytest.mark.parametrize("form", ["k: {}\nl: m\n", "{{k: {}, l: [{}]}}"])
def test_yaml_reads_the_text_that_was_written(form: str, value: str, style: str) -> None:
    """The law of quoting, with YAML's own types and any text."""
    spec = find_spec(("properties", "restartPolicy"))

    assert spec is not None
    assert spec.kind is Kind.STRING
    written = quote_value(value, spec, style, as_json=False)

    assert yaml.safe_load(form.format(written, written))["k"] == value
