"""``fmt``: one form for manifests, the same groups, and every comment in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.command_line import CommandLine

PROJECT = "name: shop\nresourceGroup: rg\nlocation: westeurope\n"
MESSY = """\
# yaml-language-server: $schema=x
# what it is for

Tags: { team: shop, version: 1.10 }  \

# its name
name:   web   # its name

containers:
- image: 'shop/web:1.4.2'   # bumped by the pipeline
  name: web
  # two
  # lines
  resources: {memory_in_gb: "1.5", cpu: 1}
  EnvironmentVariables:
    ZED: a
    LOG_LEVEL: no

    # a secret
    KEY: {secureValue: "${env:KEY}"}
    TEXT: |
      a  \

        b

  ports: [80]
  # why
  command:
    - sh
    - 2019-01-01
  # the end
restartPolicy: never"""
NEAT = """\
# yaml-language-server: $schema=x
# what it is for

# its name
name:   web   # its name

tags: { team: shop, version: "1.10" }
restartPolicy: Never
containers:
- name: web
  image: 'shop/web:1.4.2'   # bumped by the pipeline
  # why
  command:
    - sh
    - "2019-01-01"
  # the end
  ports: [80]
  environmentVariables:
    ZED: a
    LOG_LEVEL: "no"

    # a secret
    KEY: {secureValue: "${env:KEY}"}
    TEXT: |
      a  \

        b

  # two
  # lines
  resources: {memoryInGB: 1.5, cpu: 1}
"""


def manifest(cli: CommandLine, text: str, name: str = "manifests/web.yaml") -> Path:
    """Write a project with this manifest, and return the file."""
    cli.write("aci-reconcile.yaml", PROJECT)
    file = cli.write(name, "")
    file.write_bytes(text.encode())
    return file


def test_spelling_order_and_quotes(cli: CommandLine) -> None:
    """Keys take their comments along; names of one's own, and the text of a block, stay."""
    file = manifest(cli, MESSY.replace("  # the end\n", ""))

    ran = cli("fmt")

    assert (ran.code, ran.out) == (0, "manifests/web.yaml\n"), ran.err
    assert file.read_text() == NEAT.replace("  # the end\n", "")


@pytest.mark.parametrize(
    "text",
    [
        MESSY,
        MESSY.replace("\n", "\r\n"),
        f"\ufeff{MESSY}",
        f"{MESSY}\n---\n{MESSY.replace('name:   web', 'name: api')}",
        # An alias that would come before its anchor: spelling changes, order does not.
        (
            "name: web\nvolumes: [{name: a, emptyDir: {}}]\ncontainers:\n- resources: &r {memoryInGB: 1, CPU: 1}\n"
            "  name: &n a\n  image: x:1\n- resources: *r\n  image: x:2\n  name: b\n"
        ),
        (
            "name: web\ncontainers:\n- &a\n  resources: {cpu: 1, memoryInGB: 1}\n  name: a\n  image: x:1\n"
            "- image: x:2\n  <<: *a\n  name: b\n"
        ),
        (
            "Properties:\n  containers:\n  - properties:\n      resources:\n"
            "        Requests: {memoryInGB: 1, cpu: '1'}\n"
            "      image: >-\n        x:1\n\n    name: a\n  osType: linux\n# c\nname: web\n"
        ),
        (
            "name: web\ncontainers:\n- # of a\n  image: x:1\n  # of name\n  name: a\n"
            "  resources: {cpu: 1, memoryInGB: 1}\nlifecycle: {protect: yes}\nosType: Linux\n"
        ),
        "name: web\ncontainers: [{image: x:1, name: a, resources: {cpu: 1, memoryInGB: 1}}]\ntags: {a: ~}",
        "tags:\n  a: |+\n    x\n\nname: web\ncontainers: [{name: a, image: x:1, resources: {cpu: 1, memoryInGB: 1}}]\n",
    ],
)
def test_what_is_declared_stays_and_the_second_time_changes_nothing(cli: CommandLine, text: str) -> None:
    """The two laws: the rendered bodies are the same, and a formatted file is formatted."""
    file = manifest(cli, text)
    before = cli("render")
    comments = sorted(line.strip() for line in text.splitlines() if line.strip().startswith("#"))

    assert cli("fmt").code == 0

    once = file.read_bytes()
    assert once.count(b"\r\n") == text.count("\r\n") + (not text.endswith("\n") and "\r\n" in text)
    assert sorted(line.strip() for line in once.decode().splitlines() if line.strip().startswith("#")) == comments
    after = cli("render")
    assert (after.code, after.document) == (0, before.document)
    assert cli("fmt").out == "Nothing to change in 1 file.\n"
    assert file.read_bytes() == once


LONG = """\
name: web
properties:
  # the system
  osType: Linux
  containers:
  # first
  - name: web # n
    # inside
    properties:
      image: nginx # i
      environmentVariables: # env
      # a
      - name: A # c
        value: x
      - name: B
        secureValue: ${env:B}
      - name: 'C'
        value: |
          d # no comment
            e

          f

      # last
      - value: "1"
        name: on # o
      volumeMounts:
        - name: data
          mountPath: /mnt
      ports:
      - port: 80 # p
      - port: 443
        protocol: UDP
      resources:
        requests: {cpu: 1, memoryInGB: 1.5} # r
  - name: both
    properties:
      image: nginx
      environmentVariables:
        - name: A # two comments
          value: x # stay apart
      resources: {requests: {cpu: 1, memoryInGB: 1.5}, limits: {cpu: 2}}
  volumes: [{name: data, emptyDir: {}}]
  # the end
"""
SHORT = """\
name: web
# the system
osType: Linux
containers:
# first
- name: web # n
  # inside
  image: nginx # i
  ports:
  - 80 # p
  - protocol: UDP
    port: 443
  environmentVariables: # env
    # a
    A: x  # c
    B: {secureValue: "${env:B}"}
    'C': |
      d # no comment
        e

      f

    # last
    "on": "1"  # o
  resources:
    memoryInGB: 1.5 # r
    cpu: 1
  volumeMounts:
    data: /mnt
- name: both
  image: nginx
  environmentVariables:
    - name: A # two comments
      value: x # stay apart
  resources: {cpu: 1, memoryInGB: 1.5, limits: {cpu: 2}}
volumes: [{name: data, emptyDir: {}}]
# the end
"""


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_can_be_short_is_short(cli: CommandLine, ends: str) -> None:
    """Comments stay; where they have no room, or a short form would say something else, the long one stays."""
    file = manifest(cli, LONG.replace("\n", ends))
    before = cli("render")

    assert cli("fmt").code == 0
    assert file.read_bytes().decode() == SHORT.replace("\n", ends)
    assert cli("render").document == before.document
    assert cli("fmt", "--check").code == 0


def test_a_short_form_that_says_something_else_is_not_taken(cli: CommandLine) -> None:
    """An anchor that others refer to, a key that is in both places, a name twice, no value."""
    text = (
        "name: web\nsku: ~\ncontainers:\n- name: a\n  image: x:1\n"
        "  environmentVariables: &env\n  - name: A\n    value: x\n"
        "  resources:\n    requests: &size\n      memoryInGB: 1\n      cpu: 1\n"
        "- name: b\n  image: x:1\n"
        "  environmentVariables: *env\n"
        "  resources:\n    requests: *size\n"
        "- name: c\n  image: x:1\n"
        "  environmentVariables:\n  - name: A\n  resources: {memoryInGB: 1, cpu: 1}\n"
        "properties:\n  sku: Standard\n"
    )
    file = manifest(cli, text)
    before = cli("render")

    assert cli("fmt").code == 0
    assert cli("render").document == before.document
    after = file.read_text()
    assert ["- name: A" in after, "&env" in after, "&size" in after, "properties:" in after] == [True] * 4


@pytest.mark.parametrize("option", ["--check", "--diff"])
def test_what_would_change_is_shown_and_not_written(cli: CommandLine, option: str) -> None:
    """A check fails; a diff is for reading."""
    file = manifest(cli, "name: web\ncontainers: [{name: a, image: x:1, Resources: {cpu: 1, memoryInGB: 1}}]\n")
    before = file.read_bytes()

    ran = cli("fmt", option)

    assert ran.code == (2 if option == "--check" else 0)
    assert ran.out == (
        "manifests/web.yaml\n"
        if option == "--check"
        else "--- a/manifests/web.yaml\n+++ b/manifests/web.yaml\n@@ -1,2 +1,2 @@\n name: web\n"
        "-containers: [{name: a, image: x:1, Resources: {cpu: 1, memoryInGB: 1}}]\n"
        "+containers: [{name: a, image: x:1, resources: {cpu: 1, memoryInGB: 1}}]\n"
    )
    assert file.read_bytes() == before


def test_a_path_selects_files(cli: CommandLine) -> None:
    """The rest of the project is read, and not formatted."""
    text = "name: {}\ncontainers: [{{name: a, Image: x:1, resources: {{cpu: 1, memoryInGB: 1}}}}]\n"
    other = manifest(cli, text.format("api"), "manifests/api.yaml")
    manifest(cli, text.format("web"))

    ran = cli("fmt", "manifests/web.yaml", "--format", "json")

    assert ran.document == {"format_version": "1.0", "files": 1, "changed": ["manifests/web.yaml"]}
    assert "Image" in other.read_text()


def test_an_invalid_file_is_named_and_nothing_is_written(cli: CommandLine) -> None:
    """Not even the valid ones: the project is read as a whole."""
    valid = manifest(cli, MESSY)
    manifest(cli, "name: api\ncontainers: [}\n", "manifests/api.yaml")

    ran = cli("fmt", "--check")

    assert ran.code == 1  # and not 2, which says that something would change
    assert "manifests/api.yaml:2:14: error ACI004" in ran.err
    assert valid.read_text() == MESSY


def test_json_keeps_its_form(cli: CommandLine) -> None:
    """Names and numbers are corrected; order and comments stay."""
    text = (
        '{"Containers": [{"name": "a", "image": "x:1",\n'
        '"resources": {"cpu": "1", "memoryInGB": 1}}], // c\n "name": "web"}\n'
    )
    file = manifest(cli, text, "manifests/web.json")

    assert cli("fmt").code == 0

    assert file.read_text() == text.replace("Containers", "containers").replace('"1"', "1")


def test_a_diff_shows_no_secret(cli: CommandLine) -> None:
    """What a job prints may be public, even if the manifest holds a secret in clear text."""
    variables = "{PLAIN: a, KEY: {secureValue: hunter2hunter2}, Z: no}"
    manifest(
        cli,
        "name: web\ncontainers:\n- name: a\n  image: x:1\n  resources: {cpu: 1, memoryInGB: 1}\n"
        f"  environmentVariables: {variables}\n",
    )

    ran = cli("fmt", "--diff")

    assert "hunter2" not in ran.out
    assert '+  environmentVariables: {PLAIN: a, KEY: {secureValue: (secret)}, Z: "no"}' in ran.out
