"""`facts diff`, `facts submit` and `emulator --facts`: what becomes of the files of a run."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING

import pytest
from unit.cli.command_line import PROJECT

from aci_reconcile.facts.answers import Finding, write_answers

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

MINE = (
    Finding("update-status", "200", "PUT answered 200 | `x`", "2025-09-01", "westeurope", "2026-11-29"),
    Finding("capitals", "accept"),
    Finding("page-size", "50"),
)
OTHER = (Finding("update-status", "201"), Finding("capitals", "accept"), Finding("small-groups", "refuse"))


@pytest.fixture(name="files")
def _files(cli: CommandLine) -> None:
    cli.write("mine.json", write_answers(MINE))
    cli.write("other.json", write_answers(OTHER))


@pytest.mark.usefixtures("files")
def test_two_files_are_compared(cli: CommandLine) -> None:
    """What only one of them has is no difference."""
    ran = cli("facts", "diff", "mine.json", "other.json")
    document = cli("facts", "diff", "mine.json", "other.json", "--format", "json").document

    assert (2, "") == (ran.code, ran.err)
    assert "1 difference, 1 fact alike.\nOnly in mine.json: page-size.\nOnly in other.json: small-groups.\n" in ran.out
    assert ["update-status", "200", "201", "update_status"] == list(document["differences"][0].values())[:4]
    assert (1, ["page-size"], ["small-groups"]) == (document["same"], document["only_left"], document["only_right"])


@pytest.mark.usefixtures("files")
def test_one_file_is_compared_with_what_is_believed(cli: CommandLine) -> None:
    """Each fact of it."""
    ran = cli("facts", "diff", "mine.json")

    assert 2 == ran.code
    assert ["page-size", "update-status"] == [
        line.split()[0] for line in ran.out.splitlines()[1:] if "  50" in line or "  200" in line
    ]
    assert "2 differences, 1 fact alike." in ran.out
    assert (0, "0 differences, 1 fact alike.\n") == _compare_believed(cli)


def _compare_believed(cli: CommandLine) -> tuple[int, str]:
    cli.write("believed.json", write_answers([Finding("update-status", "201")]))
    ran = cli("facts", "diff", "believed.json")
    return ran.code, ran.out


@pytest.mark.usefixtures("files")
def test_an_issue_is_printed(cli: CommandLine) -> None:
    """With what differs first, and the files to attach; texts of Azure do nothing in it."""
    cli.write("facts.json", write_answers(MINE))
    alone = cli("facts", "submit")
    cli.write("recording.json", "[]")
    both = cli("facts", "submit", "mine.json")
    document = cli("facts", "submit", "--format", "json").document

    assert (0, "", 0, "") == (alone.code, alone.err, both.code, both.err)
    assert alone.out.startswith("Title: Facts about Azure: 2 of 3 not as believed\n")
    assert "| `update-status` | 200 | 201 | PUT answered 200 &#124; &#96;x&#96; |" in alone.out
    assert "asked a subscription in westeurope, 2026-11-29." in alone.out
    assert "recording.json" not in alone.out
    assert "Nothing was sent. Read mine.json and recording.json, file an issue" in both.out
    assert ["facts.json", "recording.json"] == document["files"]


@pytest.mark.parametrize("words", [("facts", "diff"), ("facts", "submit"), ("emulator", "--port", "0", "--facts")])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "bad.json cannot be read: No such file or directory"),
        (write_answers(MINE)[:50], "bad.json:"),
        ('{"format_version": "1.0", "facts": [{"id": "nix", "value": "1"}]}', "bad.json:1:44: there is no fact `nix`"),
        ('{"format_version": "9.0", "facts": []}', "bad.json:1:20: format version `9.0`"),
    ],
)
def test_a_bad_file_is_refused(cli: CommandLine, words: tuple[str, ...], text: str | None, told: str) -> None:
    """With its place, and nothing else is done."""
    if text is not None:
        cli.write("bad.json", text)
    ran = cli(*words, "bad.json")

    assert (1, "") == (ran.code, ran.out)
    assert ran.err.startswith(f"Error: {told}")


@pytest.mark.parametrize(("knobs", "status"), [((), 200), (("--knob", "update_status=201"), 201)])
def test_the_emulator_answers_as_the_file_says(cli: CommandLine, knobs: tuple[str, ...], status: int) -> None:
    """A knob wins over it, and what has no knob is named."""
    cli.write("facts.json", write_answers([*MINE, Finding("name-as-sent", "true")]))
    command = [
        sys.executable,
        "-m",
        "aci_reconcile",
        "emulator",
        "--port",
        "0",
        "--pace",
        "instant",
        "--format",
        "json",
    ]
    process = subprocess.Popen(
        [*command, "--facts", "facts.json", *knobs],
        cwd=cli.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    try:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
        aci = f"{group}/providers/Microsoft.ContainerInstance/containerGroups/web"
        resources = {"requests": {"cpu": 1, "memoryInGB": 1}}
        container = {"name": "web", "properties": {"image": "nginx", "resources": resources}}
        body = {"location": "westeurope", "properties": {"osType": "Linux", "containers": [container]}}
        made = [
            _put(f"{url}{group}?api-version=2021-04-01", {"location": "westeurope"}),
            _put(f"{url}{aci}?api-version=2023-05-01", body),
            _put(f"{url}{aci}?api-version=2023-05-01", body),
        ]
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)

    assert [201, 201, status] == made
    assert "facts.json: the emulator has no switch for name-as-sent, and does there what it always does." in told


def _put(url: str, body: object) -> int:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"}, method="PUT")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return int(answer.status)


def test_local_runs_answer_as_the_file_of_the_project_says(cli: CommandLine) -> None:
    """A name that this subscription refused is refused; what has no knob is named."""
    cli.write("aci-reconcile.yaml", f"{PROJECT}local:\n  facts: azure/facts.json\n")
    cli.write("azure/facts.json", write_answers([Finding("capitals", "refuse"), Finding("name-as-sent", "true")]))
    manifest = cli.group("web")
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("name: web", "name: Web", 1), encoding="utf-8")
    ran = cli("apply", "--local", "-y", "--stable-for", "0")

    assert 5 == ran.code
    assert "azure/facts.json: the emulator has no switch for name-as-sent" in ran.err
    (cli.folder / "aci-reconcile.yaml").write_text(PROJECT, encoding="utf-8")
    assert 0 == cli("apply", "--local", "-y", "--stable-for", "0").code


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../facts.json", "is not inside the repository"),
        ("/etc/passwd", "is not inside the repository"),
        ("missing.json", "`missing.json` can't be read"),
        ("[]", "expected"),
    ],
)
def test_the_project_file_names_a_file_of_the_repository(cli: CommandLine, name: str, told: str) -> None:
    """No other one is read."""
    cli.write("aci-reconcile.yaml", f"{PROJECT}local:\n  facts: {name}\n")
    cli.group("web")
    ran = cli("plan", "--local")

    assert 1 == ran.code
    assert told in ran.err
    assert "aci-reconcile.yaml:6" in ran.err


def test_a_bad_file_of_the_project_is_refused_at_its_place(cli: CommandLine) -> None:
    """Where it is used."""
    cli.write("aci-reconcile.yaml", f"{PROJECT}local:\n  facts: facts.json\n")
    cli.write("facts.json", '{"format_version": "1.0",\n "facts": [{"id": "capitals", "value": "perhaps"}]}')
    cli.group("web")
    ran = cli("plan", "--local")

    assert 1 == ran.code
    assert "facts.json:2:40: `perhaps` cannot be the answer to capitals" in ran.err
    assert 0 == cli("validate").code
