"""The pipeline files of a project are those of the example, which the end-to-end tests run, with its own names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from aci_reconcile.app.pipeline_files import make_pipeline_files

EXAMPLE = Path(__file__).resolve().parent.parent.parent.parent / "examples" / "gitops"
FILES = {
    "github": [".github/workflows/plan.yml", ".github/workflows/apply.yml", ".github/workflows/drift.yml"],
    "gitlab": [".gitlab-ci.yml"],
    "azure": ["azure-pipelines.yml"],
    "none": [],
}


def load(files: dict[str, str], name: str) -> Any:
    """Return a file as YAML."""
    return yaml.safe_load(files[name])


@pytest.mark.parametrize("host", FILES)
def test_each_host_has_its_files(host: str) -> None:
    """Where it looks for them."""
    assert FILES[host] == list(make_pipeline_files(host, ("prod",)))


@pytest.mark.parametrize("name", FILES["github"])
def test_with_the_names_of_the_example_they_are_the_example(name: str) -> None:
    """But for the secret of its manifests."""
    text = (EXAMPLE / name).read_text(encoding="utf-8")
    expected = re.sub("      DB_PASSWORD: .*\n", "", text)

    assert expected == make_pipeline_files("github", ("dev", "prod"))[name]


def test_no_name_of_the_example_is_left() -> None:
    """In a project with other environments."""
    for host in FILES:
        for name, text in make_pipeline_files(host, ("test", "live"), "apps/shop").items():
            names = [each for each in re.findall(r"\b(?:dev|prod|DB_PASSWORD)\b", text) if each]
            assert [] == names, name


def test_applies_follow_each_other() -> None:
    """In the order of the environments; ids of jobs are valid and their own."""
    jobs = load(make_pipeline_files("github", ("plan", "1.10", "on")), ".github/workflows/apply.yml")["jobs"]

    assert ["plan", "apply-plan", "apply-1-10", "on"] == list(jobs)
    assert [["plan"], ["plan", "apply-plan"], ["plan", "apply-1-10"]] == [
        jobs[each]["needs"] for each in list(jobs)[1:]
    ]
    assert ["plan", "1.10", "on"] == [each["environment"] for each in list(jobs.values())[1:]]
    assert ["plan", "1.10", "on"] == jobs["plan"]["strategy"]["matrix"]["environment"]


def test_every_step_works_in_the_folder() -> None:
    """Of the project, which may have any name."""
    folder = "a b/\\1: #"
    github = make_pipeline_files("github", ("prod",), folder)
    steps = [
        step["with"]
        for name in github
        for job in load(github, name)["jobs"].values()
        for step in job["steps"]
        if "command" in step.get("with", {})
    ]

    assert 5 == len(steps)
    assert {folder} == {each["working-directory"] for each in steps}
    gitlab = load(make_pipeline_files("gitlab", ("dev", "prod"), folder), ".gitlab-ci.yml")
    assert [{"environment": each, "folder": folder} for each in ("dev", "prod")] == [
        each["inputs"] for each in gitlab["include"]
    ]
    azure = load(make_pipeline_files("azure", ("dev", "prod"), folder), "azure-pipelines.yml")
    assert [("dev", "azure-dev", folder), ("prod", "azure-prod", folder)] == [
        (each["parameters"]["environment"], each["parameters"]["applyConnection"], each["parameters"]["folder"])
        for each in azure["stages"]
    ]
