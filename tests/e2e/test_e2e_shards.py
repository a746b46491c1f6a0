"""The pipelines of ci/shards: their steps run as shell, on the emulator; a shard that is lost is red at the end."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from actions_runner import Runner
from e2e.processes import COMMAND, SUBSCRIPTION, azure

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from e2e.processes import Azure

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
REGIONS = ("westeurope", "northeurope", "eastus")
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "init.defaultBranch=main")


@dataclass
class Site:
    """A repository with a project in three regions, and a machine with the command."""

    folder: Path
    cloud: Azure

    @property
    def repository(self) -> Path:
        """Where the project is."""
        return self.folder / "repository"

    @property
    def environ(self) -> dict[str, str]:
        """What every job has."""
        return {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "ACI_RECONCILE_ARM_ENDPOINT": self.cloud.url,
            "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION,
            "ACI_RECONCILE_STABLE_FOR": "0s",
        }

    def write(self, number: int, image: str) -> None:
        """Declare a group, and commit it."""
        container = f"{{name: c, image: '{image}', resources: {{cpu: 1, memoryInGB: 1}}}}"
        text = f"name: g{number}\nlocation: {REGIONS[number]}\nosType: Linux\ncontainers: [{container}]\n"
        (self.repository / f"manifests/g{number}.yaml").write_text(text, encoding="utf-8")

    def commit(self) -> str:
        """Commit everything, and return the commit."""
        for words in (("init", "-q"), ("add", "."), ("commit", "-q", "--allow-empty", "-m", "one")):
            subprocess.run([*GIT, *words], cwd=self.repository, check=True, timeout=60)
        config = ("config", "uploadpack.allowAnySHA1InWant", "true")
        subprocess.run([*GIT, *config], cwd=self.repository, check=True, timeout=60)
        done = subprocess.run(
            [*GIT, "rev-parse", "HEAD"], cwd=self.repository, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def shell(self, script: str, environ: Mapping[str, str], folder: Path | None = None) -> tuple[int, str]:
        """Run a script as an engine does."""
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=folder or self.repository,
            env={**os.environ, **self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def site(tmp_path: Path) -> Generator[Site]:
    """A committed project, and an empty Azure with its resource group."""
    with azure(tmp_path, "--pace", "instant") as cloud:
        found = Site(tmp_path, cloud)
        (found.repository / "manifests").mkdir(parents=True)
        (found.repository / "aci-reconcile.yaml").write_text("name: shop\nresourceGroup: rg-shop\n", encoding="utf-8")
        for number in range(len(REGIONS)):
            found.write(number, "nginx:1")
        (tmp_path / "bin").mkdir()
        for name, text in {"aci-reconcile": f'exec {shlex.join(COMMAND)} "$@"', "pipx": "exit 0"}.items():
            (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
            (tmp_path / "bin" / name).chmod(0o755)
        cloud.ask("PUT", "", {"location": "westeurope"})
        yield found


def test_github(site: Site) -> None:
    """The matrix is what is cut; a cell that fails has a result, one that leaves none is named."""
    workflows = site.repository / ".github" / "workflows"
    workflows.mkdir(parents=True)
    shutil.copy(ROOT / "ci" / "shards" / "github.yml", workflows / "shards.yml")
    event = {"event_name": "workflow_dispatch", "event": {}, "ref": "refs/heads/main"}
    runner = Runner(site.repository, site.folder / "jobs", "", site.environ)

    _, applied = runner.workflow("shards.yml", {**event, "sha": site.commit()})
    site.write(1, "failing:1")
    lost = site.folder / "bin" / "aci-reconcile"
    lost.write_text(
        lost.read_text("utf-8").replace("exec", '[ "$2$4" != --auto-approve3/3 ] || kill -9 $$\nexec'), "utf-8"
    )
    _, torn = runner.workflow("shards.yml", {**event, "sha": site.commit()})

    cells = {name for name in applied if name.startswith("apply")}
    assert {"success"} == {each.result for each in applied.values()}, applied
    assert 3 == len(cells)
    assert "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." in applied["merge"].log
    assert "Apply complete!" in applied["merge"].summary
    assert "failure" == torn["merge"].result
    assert "of 3 shards of shop there is no result of 3" in torn["merge"].log
    assert "" == torn["merge"].summary


def test_gitlab(site: Site) -> None:
    """Each job has its number from ``parallel``; the artifacts of all lie in one folder."""
    pipeline: Any = yaml.safe_load((ROOT / "ci" / "shards" / "gitlab.yml").read_text(encoding="utf-8"))
    job, last = pipeline["apply"], pipeline["merge"]
    before = "\n".join(pipeline["default"]["before_script"])
    commit, total = site.commit(), job["parallel"]

    def run(script: list[str], **environ: str) -> tuple[int, str]:
        here = {"GITLAB_CI": "true", "CI_COMMIT_SHA": commit, "AZURE_ID_TOKEN": "", **environ}
        return site.shell("\n".join((before, *script)), here)

    ran = [run(job["script"], CI_NODE_INDEX=str(each), CI_NODE_TOTAL=str(total)) for each in range(1, total + 1)]
    merged = run(last["script"])
    (site.repository / "results" / "5.json").unlink()
    (site.repository / "all.md").unlink()
    torn = run(last["script"])

    assert [0] * total == [code for code, _ in ran], ran
    assert ("always", "none") == (last["when"], last["variables"]["GIT_STRATEGY"])
    assert (0, 1) == (merged[0], torn[0]), merged
    assert "Apply complete! Resources: 3 added, 0 changed, 0 destroyed." in merged[1]
    assert "of 8 shards of shop there is no result of 5" in torn[1]
    assert [True, False] == [(site.repository / each).exists() for each in ("all.xml", "all.md")]


def test_azure_pipelines(site: Site) -> None:
    """Of a job that was run again, the last result counts; what is printed is no command for the agent."""
    pipeline: Any = yaml.safe_load((ROOT / "ci" / "shards" / "azure-pipelines.yml").read_text(encoding="utf-8"))
    job, last = pipeline["jobs"]
    (script,) = [each["inputs"]["inlineScript"] for each in job["steps"] if "inputs" in each]
    (merge,) = [each["bash"] for each in last["steps"] if "bash" in each]
    site.commit()
    workspace, total = site.folder / "workspace", int(job["strategy"]["parallel"])

    def run(number: int, attempt: int = 1) -> int:
        staging = site.folder / f"staging-{number}-{attempt}"
        here = {"SYSTEM_JOBPOSITIONINPHASE": str(number), "SYSTEM_TOTALJOBSINPHASE": str(total)}
        code, _ = site.shell(script, {"TF_BUILD": "True", "BUILD_ARTIFACTSTAGINGDIRECTORY": str(staging), **here})
        shutil.copytree(staging / "results", workspace / f"result-{number}-{attempt}")
        return code

    def merge_all() -> tuple[int, str]:
        here = {"TF_BUILD": "True", "PIPELINE_WORKSPACE": str(workspace), "AGENT_TEMPDIRECTORY": str(site.folder)}
        return site.shell(merge, here, site.folder)

    codes = [run(each) for each in range(1, total + 1)]
    first = workspace / "result-2-1" / "2.json"
    (document,) = (json.loads(line) for line in first.read_text("utf-8").splitlines()[-1:])
    document["result"] |= {"exit_code": 5}
    first.write_text(json.dumps(document), encoding="utf-8")
    failed = merge_all()
    codes.append(run(2, attempt=2))
    merged = merge_all()
    shutil.rmtree(workspace / "result-4-1")
    torn = merge_all()

    assert [0] * (total + 1) == codes
    assert [5, 0, 1] == [failed[0], merged[0], torn[0]], (failed, merged, torn)
    assert f"##vso[task.uploadsummary]{site.folder}/all.md" in merged[1]
    assert "of 8 shards of shop there is no result of 4" in torn[1]
    assert "always()" == last["condition"]
