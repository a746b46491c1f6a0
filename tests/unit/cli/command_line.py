"""A command line for tests: run it, and see its exit code and what it wrote to either stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from aci_reconcile.cli.boundary import run
from aci_reconcile.cli.command import Group
from aci_reconcile.cli.root import make_root

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PROJECT = """\
name: shop
resourceGroup: rg-shop
location: westeurope
createResourceGroups: true
"""


def list_commands(group: Group | None = None, before: str = "") -> dict[str, tuple[click.Command, str]]:
    """Return all commands by the words that call them, those in groups too, each with its module."""
    group = group or make_root()
    found: dict[str, tuple[click.Command, str]] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)

        assert command is not None
        found[f"{before}{name}"] = command, group.find_module(name)
        if isinstance(command, Group):
            found |= list_commands(command, f"{before}{name} ")
    return found


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a command."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document."""
        return json.loads(self.out)

    @property
    def documents(self) -> list[Any]:
        """Standard output as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Served:
    """An emulator over HTTP, and the requests that it got."""

    url: str
    asked: list[tuple[str, str]]

    @property
    def writes(self) -> list[tuple[str, str]]:
        """The requests that were no reads."""
        return [each for each in self.asked if each[0] not in {"GET", "HEAD"}]


@dataclass(frozen=True, slots=True)
class CommandLine:
    """Runs commands in a folder."""

    folder: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Ran:
        """Run a command."""
        self.capsys.readouterr()
        code = run(words)
        out, err = self.capsys.readouterr()
        return Ran(code, out, err)

    def write(self, name: str, text: str) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def group(self, name: str, image: str = "nginx:1", more: str = "") -> Path:
        """Write the manifest of a group with one container, which has the group's name."""
        text = f"name: {name}\nosType: Linux\n{more}containers:\n  - name: {name}\n    image: {image}\n"
        return self.write(f"manifests/{name}.yaml", f"{text}    resources: {{cpu: 1, memoryInGB: 1}}\n")
