"""Each of the thirty sources of each kind: converted, valid, applied on the emulator, and then in sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from convert_sources import ALL, REGION, Source

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

_SECRETS = ("hunter2", "canary")
"""Words that only secrets have."""
_EVERY = 4
"""Each fourth source is applied in the suite; `make test-sweeps` applies all."""


def name(kind: str, source: Source) -> str:
    """Return the name of a case."""
    return f"{kind}-{source.name}"


def convert(source: Source, cli: CommandLine) -> Any:
    """Convert a source, and return the report."""
    for file, text in (source.files | source.beside).items():
        cli.write(file, text)
    converted = cli("convert", *source.files, "--out", "manifests", "--format", "json", *source.options)

    assert (0 if source.whole else 1) == converted.code, converted.out
    return converted.document


def fill(report: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set what the report says must be set, and return the options for the rest."""
    for each in report["to_set"]:
        monkeypatch.setenv(each["variable"], "Y2FuYXJ5")
    open_ones = [each["name"] for each in report["variables"] if each["required"]]
    values = [f"--var={each}={REGION if each == 'location' else 'value1'}" for each in open_ones]
    return [*values, *([] if any(each["resource_group"] for each in report["groups"]) else ["-g", "rg-shop"])]


@pytest.mark.parametrize(("kind", "source"), ALL, ids=[name(*each) for each in ALL])
def test_a_source_becomes_valid_manifests(
    kind: str, source: Source, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many groups as it has, no secret of it, and everything that was lost in the report."""
    report = convert(source, cli)

    assert source.groups == len(report["groups"])
    assert source.whole == (not [each for each in report["findings"] if each["kind"] == "lost"])
    written = "".join(each.read_text(encoding="utf-8") for each in cli.folder.glob("manifests/*"))
    written += (cli.folder / "aci-reconcile.yaml").read_text(encoding="utf-8")
    assert not [word for word in _SECRETS if word in written]

    validated = cli("validate", *fill(report, monkeypatch))

    assert 0 == validated.code, validated.out


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        pytest.param(*each, id=name(*each), marks=[] if index % _EVERY == 0 else [pytest.mark.sweep])
        for index, each in enumerate(ALL)
    ],
)
def test_a_source_becomes_running_groups(
    kind: str, source: Source, cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An apply on the emulator creates them, and the next plan is empty."""
    given = fill(convert(source, cli), monkeypatch)
    file = cli.folder / "aci-reconcile.yaml"
    cli.write(file.name, file.read_text(encoding="utf-8") + "createResourceGroups: true\n")
    applied = cli("apply", "--local", "-y", *given)

    assert 0 == applied.code, applied.out + applied.err
    planned = cli("plan", "--local", "--detailed-exitcode", *given)

    assert (0, "No changes.") == (planned.code, planned.out[:11]), planned.out
