"""The worked example from the pull request to the repair: workflows, action, command, emulator and Git host."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from actions_runner import Job, Runner
from e2e.processes import API, COMMAND, SUBSCRIPTION, azure
from git_host_server import REPOSITORY, TOKEN, GitHost, git_host_server

if TYPE_CHECKING:
    from collections.abc import Generator

    from e2e.processes import Azure
    from git_host_server import Said

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
PULL_REQUEST = 1
CANARY = "canary-db-password"
WHO = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@dataclass
class Hub(GitHost):
    """The Git host, with its pull request, its runs and their artifacts."""

    head: str = ""
    branch: str = ""
    merge: str = ""
    main: str = ""
    artifacts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, target: str, body: bytes) -> Said:
        """Answer one request after the other."""
        with self.lock:
            return self._answer(method, target, body)

    def _answer(self, method: str, target: str, body: bytes) -> Said:
        """Answer what the plan of a merged pull request is found by; all else as before."""
        path, _, query = target.removeprefix(f"/repos/{REPOSITORY}").partition("?")
        if path == f"/commits/{self.merge}/pulls":
            merged = {"number": PULL_REQUEST, "merged_at": "x", "merge_commit_sha": self.merge, "base": {"ref": "main"}}
            return 200, [{**merged, "head": {"sha": self.head, "ref": self.branch}}], {}
        if path == "/actions/artifacts":
            name = query.partition("name=")[2].partition("&")[0]
            return 200, {"artifacts": [each for each in self.artifacts if each["name"] == name]}, {}
        if path.startswith("/actions/runs/"):
            told = {"event": "pull_request", "conclusion": "success", "path": ".github/workflows/plan.yml"}
            return 200, {**told, "head_branch": self.branch, "pull_requests": []}, {}
        if path == "/git/ref/heads/main":
            return 200, {"object": {"sha": self.main}}, {}
        if path == "/pulls":
            return 200, [], {}
        return super().answer(method, target, body)


@dataclass
class Shop:
    """The example's repository, everything around it, and what people do to it."""

    repository: Path
    runner: Runner
    hub: Hub
    cloud: Azure

    def git(self, *words: str) -> str:
        """Run git in the repository."""
        environ = {**os.environ, **WHO, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", "-C", str(self.repository), *words],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()

    def pull_request(self, branch: str) -> dict[str, Job]:
        """Push a branch: the workflow runs on what a merge would make."""
        self.hub.head, self.hub.branch = self.git("rev-parse", branch), branch
        repo = {"repo": {"full_name": REPOSITORY}}
        event = {"pull_request": {"number": PULL_REQUEST, "title": "`touch pwned` $(touch pwned)", "head": repo}}
        run, jobs = self.runner.workflow(
            "plan.yml",
            {
                "event_name": "pull_request",
                "event": event,
                "ref": f"refs/pull/{PULL_REQUEST}/merge",
                "head_ref": "$(touch${IFS}pwned)",
                "sha": self.hub.head,
            },
        )
        whose = {"id": run, "repository_id": 1, "head_repository_id": 1, "head_sha": self.hub.head}
        self.hub.artifacts += [
            {"name": name, "expired": False, "created_at": str(number), "workflow_run": whose}
            for number, name in self.runner.artifacts
            if number == run
        ]
        return jobs

    def merged(self, branch: str) -> dict[str, Job]:
        """Merge a branch: the workflow runs on the commit that this makes."""
        self.git("merge", "-q", "--no-ff", "--no-edit", branch)
        self.hub.merge = self.git("rev-parse", "main")
        return self.run("apply.yml", "push")

    def run(self, workflow: str, event: str, of: str = "") -> dict[str, Job]:
        """Run a workflow on main, or once more for a commit that was its last one."""
        self.hub.main = self.git("rev-parse", "main")
        sha = of or self.hub.main
        return self.runner.workflow(workflow, {"event_name": event, "event": {}, "ref": "refs/heads/main", "sha": sha})[
            1
        ]

    def api(self, environment: str, body: Any = None) -> Any:
        """Read the group ``api`` from the emulator, or write it by hand."""
        path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-shop-{environment}{self.cloud.group('api')}"
        data = None if body is None else json.dumps(body).encode()
        address = f"{self.cloud.url}{path}?api-version={API}"
        request = urllib.request.Request(
            address, data, {"content-type": "application/json"}, method="PUT" if data else "GET"
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())


@pytest.fixture
def shop(tmp_path: Path) -> Generator[Shop]:
    """The example, committed to main, with an empty Azure and a Git host without issues."""
    repository = tmp_path / "repository"
    shutil.copytree(ROOT / "examples" / "gitops", repository)
    program = tmp_path / "aci-reconcile"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with azure(tmp_path) as cloud, git_host_server(Hub()) as hub:
        assert isinstance(hub, Hub)
        environ = {
            "ACI_RECONCILE_ARM_ENDPOINT": cloud.url,
            "ACI_RECONCILE_STABLE_FOR": "0s",
            "GITHUB_API_URL": hub.url,
            "FORGE_TOKEN": TOKEN,
        }
        variables = {"AZURE_CLIENT_ID": "a", "AZURE_PLAN_CLIENT_ID": "b", "AZURE_TENANT_ID": "c"}
        variables["AZURE_SUBSCRIPTION_ID"] = SUBSCRIPTION
        runner = Runner(repository, tmp_path / "jobs", str(program), environ, {}, variables, {"DB_PASSWORD": CANARY})
        found = Shop(repository, runner, hub, cloud)
        found.git("init", "-q", "-b", "main")
        found.git("config", "uploadpack.allowAnySHA1InWant", "true")
        found.git("add", ".")
        found.git("commit", "-q", "-m", "empty")
        yield found


def results(jobs: dict[str, Job]) -> dict[str, str]:
    """Return the result of each job."""
    return {name: job.result for name, job in jobs.items()}


def test_from_the_pull_request_to_the_repair(shop: Shop, tmp_path: Path) -> None:
    """Plan, comment, merge, apply, drift, issue, repair, issue closed; and nothing but what was planned is written."""
    shop.git("checkout", "-q", "-b", "feature")
    shop.git("commit", "-q", "--allow-empty", "-m", "first")
    planned = shop.pull_request("feature")

    assert {"validate": "success", "plan dev": "success", "plan prod": "success"} == results(planned), planned
    wanted = {
        "has_changes": "true",
        "add": "2",
        "change": "0",
        "replace": "0",
        "destroy": "0",
        "blocked": "false",
        "exitcode": "2",
    }
    assert wanted == {name: planned["plan prod"].outputs[name] for name in wanted}
    comments = shop.hub.said(PULL_REQUEST)
    by_topic = {each.partition("\n")[0]: each for each in comments}
    prod = by_topic["<!-- aci-reconcile-comment: plan-prod -->"]
    assert ["<!-- aci-reconcile-comment: plan-dev -->", "<!-- aci-reconcile-comment: plan-prod -->"] == sorted(by_topic)
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in prod
    assert planned["plan prod"].outputs["plan_digest"] in prod

    shop.git("checkout", "-q", "main")
    applied = shop.merged("feature")

    assert {"plan": "skipped", "dev": "success", "prod": "success"} == results(applied), [
        each.log for each in applied.values()
    ]
    assert "Apply complete! Resources: 2 added, 0 changed, 0 destroyed." in applied["prod"].summary
    live = shop.api("prod")
    assert 2 == live["properties"]["containers"][0]["properties"]["resources"]["requests"]["cpu"]

    live["properties"]["containers"][0]["properties"]["environmentVariables"] = [{"name": "DEBUG", "value": "1"}]
    shop.api("prod", live)
    drifted = shop.run("drift.yml", "schedule")

    assert {"drift dev": "success", "drift prod": "success"} == results(drifted), drifted
    assert ("false", "true") == (drifted["drift dev"].outputs["drift"], drifted["drift prod"].outputs["drift"])
    assert [("open", True)] == [(each["state"], "shop/prod" in each["title"]) for each in shop.hub.issues.values()]

    repaired = shop.run("apply.yml", "workflow_dispatch")
    calm = shop.run("drift.yml", "schedule")

    shop.git("commit", "-q", "--allow-empty", "-m", "somebody else's")
    shop.hub.main = shop.git("rev-parse", "main")
    again = shop.run("apply.yml", "push", of=shop.hub.merge)

    assert {"plan dev": "success", "plan prod": "success", "dev": "success", "prod": "success"} == results(repaired)
    assert {"plan": "skipped", "dev": "failure", "prod": "skipped"} == results(again)
    assert f"but this run is about {shop.hub.merge[:12]}" in again["dev"].log
    assert "This is not the branch's last commit" in again["dev"].summary
    assert "1 changed" in repaired["prod"].summary
    assert ("false", "false") == (calm["drift dev"].outputs["drift"], calm["drift prod"].outputs["drift"])
    assert ["closed"] == [each["state"] for each in shop.hub.issues.values()]
    assert [] == [
        each for each in tmp_path.rglob("*") if each.name == "pwned" or (each.is_file() and CANARY in _text(each))
    ]


def _text(file: Path) -> str:
    return file.read_bytes().decode("latin-1")
