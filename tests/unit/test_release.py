"""What a release needs: a changelog that says what is in it, an SBOM that says which wheel it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from script_modules import load_script

from aci_reconcile.version import VERSION

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
RELEASED = (
    "# Changelog\n\n## Unreleased\n\n## 1.10.0 - 2026-02-01\n\n### Added\n\n- b\n\n## 1.9.0 - 2026-01-31\n\n- a\n"
)
WORKFLOWS = {
    path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / ".github" / "workflows").iterdir()
}


release_notes = load_script("release_notes")
build_sbom = load_script("build_sbom")


def test_the_changelog_is_one() -> None:
    """And no version in it is newer than the code."""
    sections = release_notes.parse(CHANGELOG)
    released = [each.numbers for each in sections if each.day]

    assert sections
    assert [] == [each for each in released if each > tuple(map(int, VERSION.split(".")))]


def test_the_notes_of_a_version_are_its_section() -> None:
    """Without its heading, which the release has as its title."""
    assert "### Added\n\n- b" == release_notes.notes(RELEASED, "1.10.0", "v1.10.0")


@pytest.mark.parametrize(
    ("text", "version", "tag", "reason"),
    [
        (RELEASED, "1.10.0", "1.10.0", "the tag must be v1.10.0"),
        (RELEASED, "1.10.1", "v1.10.0", "version.py says 1.10.1"),
        (RELEASED, "1.11.0", "v1.11.0", "give `## Unreleased` this name"),
        (RELEASED.replace("### Added\n\n- b\n", ""), "1.10.0", "v1.10.0", "says nothing under 1.10.0"),
        (RELEASED.replace("Added", "News"), "1.10.0", "v1.10.0", "### News is no kind of change"),
        (RELEASED.replace("- b", "- b\n\n### Added"), "1.10.0", "v1.10.0", "### Added is no kind of change, or stands"),
        (RELEASED.replace("2026-02-01", "2026-02-30"), "1.10.0", "v1.10.0", "2026-02-30 is no day"),
        (RELEASED.replace("1.9.0", "1.11.0"), "1.10.0", "v1.10.0", "1.10.0 (2026-02-01) stands above 1.11.0"),
        (RELEASED.replace("2026-01-31", "2026-03-01"), "1.10.0", "v1.10.0", "stands above 1.9.0 (2026-03-01)"),
        (RELEASED.replace("1.9.0 - ", "1.9 "), "1.10.0", "v1.10.0", "looks like `1.2.3 - 2026-01-31`"),
        (f"{RELEASED}\n## Unreleased\n", "1.10.0", "v1.10.0", "## Unreleased: a version looks like"),
    ],
)
def test_what_cannot_be_released_is_refused(text: str, version: str, tag: str, reason: str) -> None:
    """With what is wrong."""
    with pytest.raises(ValueError, match=re.escape(reason)):
        release_notes.notes(text, version, tag)


def test_an_sbom_says_which_wheel_it_is_about() -> None:
    """Which cyclonedx-py cannot know: it reads pyproject.toml, and the version stands in the code."""
    found = build_sbom.complete(
        {"components": [1], "metadata": {"component": {"name": "a"}, "tools": 2}},
        "aci_reconcile-1.2.3-py3-none-any.whl",
        "ff",
    )

    assert {
        "components": [1],
        "metadata": {
            "component": {
                "name": "a",
                "version": "1.2.3",
                "purl": "pkg:pypi/aci-reconcile@1.2.3",
                "hashes": [{"alg": "SHA-256", "content": "ff"}],
            },
            "tools": 2,
        },
    } == found


def test_without_a_wheel_there_is_nothing_to_describe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says so, and writes nothing."""
    assert 1 == build_sbom.main(tmp_path)
    assert "holds 0 wheels" in capsys.readouterr().err
    assert [] == list(tmp_path.iterdir())


def test_what_the_wheel_needs_is_what_is_tested() -> None:
    """The pins of the image and of the SBOM are those of every other environment."""
    wheel, run = (
        set(
            re.findall(
                r"^([\w.-]+==[^\s;\\]+)", (ROOT / "requirements" / f"{name}.txt").read_text("utf-8"), re.MULTILINE
            )
        )
        for name in ("wheel", "run")
    )

    assert wheel < run
    assert {"hatchling"} <= {each.split("==")[0] for each in run - wheel}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_ask_for_as_little_as_they_can(name: str) -> None:
    """Actions by their full commit, no token kept in the checkout, and nothing writable for the whole workflow."""
    workflow = WORKFLOWS[name]
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    kept = [step for step in steps if "checkout@" in step.get("uses", "")]

    assert [] == [each for each in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", each)]
    assert {False} == {step["with"]["persist-credentials"] for step in kept}
    assert set() == {*workflow["permissions"].values()} - {"read"}
    assert [] == [step["run"] for step in steps if "${{" in step.get("run", "")]


def test_only_what_publishes_may_publish() -> None:
    """Each right is with the one job that needs it, and none of them builds anything."""
    jobs = WORKFLOWS["release.yml"]["jobs"]
    rights = {name: {k for k, v in job.get("permissions", {}).items() if v == "write"} for name, job in jobs.items()}

    assert {} == WORKFLOWS["release.yml"]["permissions"]
    assert {"id-token"} == rights["pypi"]
    assert {"id-token", "attestations"} == rights["attest"]
    assert {"contents"} == rights["release"]
    assert set() == set().union(*(found for name, found in rights.items() if name not in {"pypi", "attest", "release"}))
    for name in ("pypi", "attest", "release"):
        assert "build" in jobs[name]["needs"]
        assert not any("make" in step.get("run", "") for step in jobs[name]["steps"])
