"""The templates for GitLab and Azure Pipelines: the scripts of their jobs run as shell, with the variables of a job."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from e2e.processes import COMMAND, PROJECT
from git_host_server import TOKEN, git_host_server
from other_git_hosts import AzureServer, GitLabServer

if TYPE_CHECKING:
    from collections.abc import Mapping


pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
GROUP = "name: web\ncontainers: [{name: a, image: 'nginx:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
PACKAGE_INSTALLER = 'echo "pip is not to be called" >&2; exit 9'


@dataclass
class Machine:
    """What runs the scripts: a workspace with a project, and a machine on which the command is installed."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for name, content in {
            "shop/aci-reconcile.yaml": f"{PROJECT}environments: {{prod: {{}}}}\n",
            "shop/manifests/web.yaml": GROUP,
            "bin/aci-reconcile": f'#!/bin/sh\nenv >>{self.folder}/$1.seen\nexec {shlex.join(COMMAND)} "$@"\n',
            "bin/python3": f"#!/bin/sh\n{PACKAGE_INSTALLER}\n",
        }.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        for program in (self.folder / "bin").iterdir():
            program.chmod(0o755)
        self.environ |= {
            **os.environ,
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "ACI_RECONCILE_LOCAL": "1",
            "ACI_RECONCILE_STABLE_FOR": "0s",
            "ACI_RECONCILE_PROVISIONING": "0s",
        }

    def git(self, *words: str) -> str:
        """Run git in the workspace."""
        who = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        done = subprocess.run(
            ["git", "-C", str(self.folder), *words],
            env={**os.environ, **who, "GIT_CONFIG_GLOBAL": os.devnull},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()

    def pushed(self) -> str:
        """Commit, push it to main of the Git host, and return the commit."""
        if not (self.folder / ".git").exists():
            subprocess.run(["git", "init", "-q", "--bare", str(self.folder / "git_host.git")], check=True, timeout=60)
            self.git("init", "-q", "-b", "main")
            self.git("remote", "add", "origin", str(self.folder / "git_host.git"))
        self.git("add", "shop")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        self.git("push", "-q", "origin", "main")
        return self.git("rev-parse", "main")

    def told(self, command: str) -> str:
        """Return the variables that the processes of a command had."""
        return (self.folder / f"{command}.seen").read_text(encoding="utf-8")

    def shell(self, script: str, environ: Mapping[str, str]) -> tuple[int, str]:
        """Run a script; return its exit code and what it printed."""
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", script],
            cwd=self.folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout


def gitlab_jobs(**inputs: str) -> dict[str, Any]:
    """Return the jobs of GitLab's template for these inputs, ``extends`` resolved."""
    spec, template = (ROOT / "ci" / "gitlab.yml").read_text(encoding="utf-8").split("\n---\n")
    known = {
        name: (each or {}).get("default") for name, each in yaml.safe_load(spec)["spec"]["inputs"].items()
    } | inputs

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [filled(each) for each in value]
        if not isinstance(value, str):
            return value
        return re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda match: str(known[match[1]]), value)

    jobs = filled(yaml.safe_load(template))

    assert "$[[" not in str(jobs)
    return {name: {**jobs[job["extends"]], **job} for name, job in jobs.items() if "extends" in job}


def test_gitlab_from_the_merge_request_to_the_drift(tmp_path: Path) -> None:
    """The plan as a note, where that may be, and as an artifact; the apply of that; a drift that fails its job."""
    jobs = gitlab_jobs(environment="prod", folder="shop")
    machine = Machine(tmp_path)

    def run(name: str, environ: Mapping[str, str]) -> tuple[int, str]:
        job = jobs[name]
        variables = {key: str(value) for key, value in job["variables"].items()}
        return machine.shell("\n".join((*job["before_script"], *job["script"])), {**variables, **environ})

    with git_host_server(GitLabServer()) as server:
        assert isinstance(server, GitLabServer)
        tokens = {
            f"CI_{name}": f"job-{name}" for name in ("JOB_TOKEN", "JOB_JWT_V2", "REGISTRY_PASSWORD", "REPOSITORY_URL")
        }
        planned = run("plan prod", {**server.environ, **tokens, "AZURE_ID_TOKEN": "job-id-token"})
        server.faults.append((403, {}, {}))
        refused = run("plan prod", server.environ)
    here = {"GITLAB_CI": "true", "AZURE_ID_TOKEN": "", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_SHA": machine.pushed()}
    applied = run("apply prod", here)
    machine.pushed()
    again = run("apply prod", here)
    calm = run("drift prod", {"AZURE_ID_TOKEN": ""})
    (tmp_path / "shop" / "manifests" / "web.yaml").write_text(GROUP.replace("nginx:1", "nginx:2"), encoding="utf-8")
    drifted = run("drift prod", {"AZURE_ID_TOKEN": ""})

    codes = [code for code, _ in (planned, refused, applied, again, calm, drifted)]
    assert [0, 0, 0, 4, 0, 2] == codes, (planned, applied, again)
    assert f"and this plan is of {here['CI_COMMIT_SHA']}; nothing was written." in again[1]
    assert "The merge request could not be commented on." in refused[1]
    assert 1 == len(server.texts())
    assert server.texts()[0].startswith("<!-- aci-reconcile-comment: plan-prod -->\n")
    outputs = (tmp_path / "shop" / "outputs.env").read_text(encoding="utf-8").splitlines()
    assert ["has_changes=true", "add=1", "exitcode=2"] == [outputs[0], outputs[1], outputs[-1]]
    assert all(re.fullmatch(r"[a-z_]+=[\w:]*", line) for line in outputs)
    kept = [path.replace("shop/", "") for path in jobs["plan prod"]["artifacts"]["paths"]]
    assert [] == [name for name in kept if not (tmp_path / "shop" / name).is_file()]
    assert "job-" not in planned[1] + machine.told("plan") + machine.told("comment") + machine.told("outputs")
    assert (False, True) == (TOKEN in machine.told("plan") + machine.told("outputs"), TOKEN in machine.told("comment"))


def azure_steps(stage: str, **parameters: str) -> list[dict[str, Any]]:
    """Return the steps of a stage of Azure Pipelines' template that have a script, parameters put in."""
    template = yaml.safe_load((ROOT / "ci" / "azure-pipelines.yml").read_text(encoding="utf-8"))
    known = {each["name"]: each.get("default") for each in template["parameters"]} | parameters

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {filled(key): filled(each) for key, each in value.items() if key != "${{ insert }}"}
        if isinstance(value, list):
            return [filled(each) for each in value]
        text = re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda match: str(known[match[1]]), str(value))

        assert "${{" not in text
        return text

    job = next(filled(each) for each in template["stages"] if filled(each["stage"]) == stage)["jobs"][0]
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    scripts = [each for each in template["stages"] for step in _steps(each) if "${{" in step]

    assert [] == scripts, "a parameter in a script is an injection"
    return [each for each in steps if "task" in each]


def _steps(stage: dict[str, Any]) -> list[str]:
    job = stage["jobs"][0]
    steps = job.get("steps") or job["strategy"]["runOnce"]["deploy"]["steps"]
    return [each["inputs"]["inlineScript"] for each in steps if "inputs" in each]


def test_azure_from_the_pull_request_to_the_drift(tmp_path: Path) -> None:
    """The plan as a thread, as output variables and as an artifact; the apply of that; and a drift."""
    machine = Machine(tmp_path)
    staging, temporary = tmp_path / "staging", tmp_path / "temporary"
    for folder in (staging, temporary):
        folder.mkdir()
    agent = {
        "BUILD_ARTIFACTSTAGINGDIRECTORY": str(staging),
        "AGENT_TEMPDIRECTORY": str(temporary),
        "PIPELINE_WORKSPACE": str(tmp_path),
    }

    def run(stage: str, environ: Mapping[str, str]) -> tuple[int, str]:
        names = {"environment": "prod", "planConnection": "reader", "applyConnection": "writer", "folder": "shop"}
        (step,) = azure_steps(f"{stage}_prod", **names)
        given = {key: value for key, value in step["env"].items() if key != "SYSTEM_ACCESSTOKEN"}
        return machine.shell(step["inputs"]["inlineScript"], {**agent, **given, **environ})

    hostile = tmp_path / "shop" / "manifests" / "##vso[task.setvariable variable=exitcode]0.yaml"
    with git_host_server(AzureServer()) as server:
        assert isinstance(server, AzureServer)
        hostile.write_text("name: '##VSO[task.complete]'\n", encoding="utf-8")
        refused = run("plan", server.environ)
        hostile.unlink()
        planned = run("plan", server.environ)
    (staging / "plan").rename(tmp_path / "aci-reconcile-plan-prod")
    here = {
        "TF_BUILD": "True",
        "BUILD_REPOSITORY_URI": str(tmp_path / "git_host.git"),
        "BUILD_SOURCEBRANCH": "refs/heads/main",
        "BUILD_SOURCEVERSION": machine.pushed(),
    }
    applied = run("apply", here)
    machine.pushed()
    again = run("apply", here)
    drifted = run("drift", {"TF_BUILD": "True"})

    codes = [code for code, _ in (refused, planned, applied, again, drifted)]
    assert [1, 0, 0, 4, 0] == codes, (planned, applied, again)
    assert f"and this plan is of {here['BUILD_SOURCEVERSION']}; nothing was written." in again[1]
    commands = re.findall(r"##vso\[[a-z.]+ variable=exitcode.*", refused[1], re.IGNORECASE)
    assert ["##vso[task.setvariable variable=exitcode;isOutput=true]1"] == commands
    assert "##VSO[" not in refused[1]
    assert server.texts()[0].startswith("<!-- aci-reconcile-comment: plan-prod -->\n")
    assert "##vso[task.setvariable variable=has_changes;isOutput=true]true\n" in planned[1]
    assert "##vso[task.setvariable variable=exitcode;isOutput=true]2\n" in planned[1]
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in applied[1]
    assert "No drift." in drifted[1]
    assert (False, True) == (TOKEN in machine.told("plan") + machine.told("outputs"), TOKEN in machine.told("comment"))


WORDS = "--allow-replace=1\n\n--override-freeze\na reason of 'two words'\n"


def test_arguments_stand_at_plan_and_at_apply(tmp_path: Path) -> None:
    """A line each, in both templates: without them at the apply, a plan that was allowed more is refused."""
    machine = Machine(tmp_path)
    freeze = "policy: {freeze: [{from: 2020-01-01, to: 2099-01-01, reason: sale}]}\n"
    project = tmp_path / "shop" / "aci-reconcile.yaml"
    project.write_text(f"{project.read_text(encoding='utf-8')}{freeze}", encoding="utf-8")
    where = {
        "CI_COMMIT_BRANCH": "main",
        "CI_COMMIT_SHA": machine.pushed(),
        "AZURE_ID_TOKEN": "",
        "CI_MERGE_REQUEST_IID": "",
    }

    def gitlab(name: str, arguments: str) -> tuple[int, str]:
        job = gitlab_jobs(environment="prod", folder="shop", arguments=arguments)[name]
        variables = {key: str(value) for key, value in job["variables"].items()}
        return machine.shell("\n".join((*job["before_script"], *job["script"])), {**variables, **where})

    planned, unsaid = gitlab("plan prod", WORDS), gitlab("apply prod", "")
    applied = gitlab("apply prod", WORDS)

    assert [0, 4, 0] == [code for code, _ in (planned, unsaid, applied)], (planned, unsaid, applied)
    assert (
        """does not repeat:\n  --allow-replace=1 --override-freeze 'a reason of '"'"'two words'"'"''\n""" in unsaid[1]
    )
    for stage in ("plan", "apply"):
        (step,) = azure_steps(f"{stage}_prod", environment="prod", arguments=WORDS)

        assert WORDS == step["env"]["ARGUMENTS"]
        read = step["inputs"]["inlineScript"].partition("readarray")[2].partition("\n")[0]
        told = machine.shell(f'readarray{read}\nprintf "<%s>" "${{words[@]}}"', {"ARGUMENTS": WORDS})
        assert (0, "<--allow-replace=1><--override-freeze><a reason of 'two words'>") == told
