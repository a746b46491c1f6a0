"""A flat folder, in which plans and reports lie beside the manifests: no later command takes them for groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from unit.cli.command_line import CommandLine

GROUP = "name: web\nlocation: westeurope\nresourceGroup: rg\ncontainers: [{name: web, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}]\n"  # noqa: E501  one line is the manifest
APPLY = "apply -y --create-resource-groups"
COMMANDS = (APPLY, "status", "drift --history history.json", "verify", "validate", "config show", "plan")


def test_what_is_written_into_the_folder_is_skipped(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A saved plan, its report, the events of an apply, and whatever else the commands say in JSON."""
    monkeypatch.setenv("ACI_RECONCILE_LOCAL", "1")
    cli.write("web.yaml", GROUP)
    assert 0 == cli("plan", "--out", "plan.json", "--report", "json=result.json").code
    for number, command in enumerate(COMMANDS):
        said = cli(*command.split(), "--format", "json")
        (tmp_path / f"{number}.json").write_text(said.out, encoding="utf-8")

    found = cli("validate")
    files = sorted(each.name for each in tmp_path.glob("*.json"))

    assert 0 == found.code
    assert files == [line.partition(":")[0] for line in f"{found.out}{found.err}".splitlines() if "ACI224" in line]
    assert 0 == cli("plan", "--detailed-exitcode").code
