"""The steps of action.yml as the runner runs them, on the embedded emulator: what can go wrong, and what is hostile."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from actions_runner import Job, Runner
from e2e.processes import COMMAND, PROJECT
from git_host_server import TOKEN, git_host_server

if TYPE_CHECKING:
    from collections.abc import Generator

    from git_host_server import GitHost

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
ACTION = f"example-org/aci-reconcile@{'0' * 40}"
GROUP = "name: {name}\ncontainers: [{{name: a, image: 'nginx:1', resources: {{cpu: {cpu}, memoryInGB: 1}}}}]\n"
REPORTS = {"json": "result.json", "markdown": "report.md", "github": "annotations.txt"}
EVENT = {"event_name": "pull_request", "event": {}, "ref": "refs/pull/1/merge", "sha": "unused"}


@dataclass
class Bench:
    """A workspace, and jobs of one step in it."""

    folder: Path
    runner: Runner
    git_host: GitHost

    def write(self, name: str, content: str) -> None:
        """Write a file of the workspace."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def job(self, event: dict[str, Any] | None = None, **given: str) -> Job:
        """Run a job with our action alone, in the workspace as it stands."""
        words = {key.replace("_", "-"): value for key, value in given.items()}
        step = {"uses": ACTION, "with": {"working-directory": str(self.folder), **words}}
        workflow = self.runner.repository / ".github" / "workflows" / "one.yml"
        workflow.parent.mkdir(parents=True, exist_ok=True)
        workflow.write_text(yaml.safe_dump({"jobs": {"one": {"steps": [step]}}}), encoding="utf-8")
        return self.runner.workflow("one.yml", event or EVENT)[1]["one"]


@pytest.fixture
def bench(tmp_path: Path) -> Generator[Bench]:
    """A project of one group, which is not there yet."""
    program = tmp_path / "aci reconcile"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with git_host_server() as git_host:
        environ = {
            "ACI_RECONCILE_LOCAL": "1",
            "ACI_RECONCILE_STABLE_FOR": "0s",
            "ACI_RECONCILE_PROVISIONING": "0s",
            "GITHUB_API_URL": git_host.url,
            "FORGE_TOKEN": TOKEN,
        }
        found = Bench(tmp_path / "shop", Runner(tmp_path / "r", tmp_path / "jobs", str(program), environ), git_host)
        found.write("aci-reconcile.yaml", PROJECT)
        found.write("manifests/web.yaml", GROUP.format(name="web", cpu=1))
        yield found


def test_one_comment_follows_the_pull_request(bench: Bench) -> None:
    """Made, then updated in place, also by a plan that fails; and a token that may not write fails nothing."""
    first = bench.job(command="plan")
    bench.write("manifests/web.yaml", "name: web\n")
    broken = bench.job(command="plan")
    bench.git_host.faults.append((403, {}, {"message": "Resource not accessible by integration"}))
    bench.write("manifests/web.yaml", GROUP.format(name="web", cpu=2))
    forked = bench.job(command="plan")

    assert ["success", "failure", "success"] == [each.result for each in (first, broken, forked)], first.log
    assert ["2", "1", "2"] == [each.outputs["exitcode"] for each in (first, broken, forked)]
    assert ("", "") == (broken.outputs["has_changes"], broken.outputs["plan_file"])
    assert 1 == len(bench.git_host.said(1))
    assert "No plan: 1 error in the manifests." in bench.git_host.said(1)[0]
    assert ("error", "manifests/web.yaml") in [
        (kind, said.partition("file=")[2].partition(",")[0]) for kind, said, _ in broken.commands
    ]
    assert "The pull request could not be commented on" in forked.commands[-1][2]
    assert "Plan: 1 to add" in forked.summary


def test_exactly_the_plan_of_the_run_is_applied(bench: Bench) -> None:
    """And refused with exit code 4 once something moved: here, because it was applied already."""
    push = {**EVENT, "event_name": "push", "ref": "refs/heads/main", "sha": "a" * 40}
    bench.git_host.refs["heads/main"] = "a" * 40
    bench.job(push, command="plan", key="shop")
    bench.runner.artifacts = {(number + 1, name): kept for (number, name), kept in bench.runner.artifacts.items()}
    applied = bench.job(push, command="apply", plan="run", key="shop")
    bench.runner.artifacts = {(number + 1, name): kept for (number, name), kept in bench.runner.artifacts.items()}
    stale = bench.job(push, command="apply", plan="run", key="shop")
    missing = bench.job(push, command="apply", plan="run", key="other")

    assert ["success", "failure", "failure"] == [each.result for each in (applied, stale, missing)], applied.log
    assert ("true", "1", "0") == tuple(applied.outputs[name] for name in ("has_changes", "add", "exitcode"))
    assert "4" == stale.outputs["exitcode"]
    assert "Artifact not found for name: aci-reconcile-plan-other" in missing.log
    assert {} == bench.git_host.comments


def test_what_a_plan_was_allowed_is_said_at_the_apply_too(bench: Bench) -> None:
    """The same arguments at both; without them nothing is written, and the log says which are missing."""
    push = {**EVENT, "event_name": "push", "ref": "refs/heads/main", "sha": "a" * 40}
    bench.git_host.refs["heads/main"] = "a" * 40
    bench.job(push, command="apply", plan="none")
    bench.write("manifests/web.yaml", GROUP.format(name="web", cpu=2))
    words = "--allow-replace=1\n--override-freeze\na reason of 'two words'\n"
    jobs: list[Job] = []
    for given in (
        {"command": "plan", "arguments": words},
        {"command": "apply"},
        {"command": "apply", "arguments": words},
    ):
        jobs.append(bench.job(push, plan="run", **given))
        kept = bench.runner.artifacts
        bench.runner.artifacts = {(number + 1, name): folder for (number, name), folder in kept.items()}

    assert ["success", "failure", "success"] == [each.result for each in jobs], jobs
    assert ["2", "4", "0"] == [each.outputs["exitcode"] for each in jobs]
    assert (
        "plan.json was made with options that this apply does not repeat:\n  --allow-replace=1 --override-freeze"
        in jobs[1].log
    )


def test_what_is_held_back_fails_the_job_unless_it_may(bench: Bench) -> None:
    """The plan is shown and kept all the same; arguments release it."""
    bench.job({**EVENT, "event_name": "push"}, command="apply", plan="none")
    bench.write("manifests/web.yaml", GROUP.format(name="web", cpu=2))
    held = bench.job(command="plan")
    seen = bench.job(command="plan", fail_on="")
    released = bench.job(command="plan", arguments="--allow-replace=1\n--override-freeze\na reason of 'two words'\n")

    assert ["failure", "success", "success"] == [each.result for each in (held, seen, released)], held.log
    assert [("true", "1", "3"), ("true", "1", "3"), ("false", "1", "2")] == [
        tuple(each.outputs[name] for name in ("blocked", "replace", "exitcode")) for each in (held, seen, released)
    ]
    assert "aci-reconcile-plan-default" in {name for _, name in bench.runner.artifacts}


def test_what_is_printed_is_no_command(bench: Bench) -> None:
    """Names of files and texts in manifests come from whoever opened the pull request."""
    for prefix in ("::add-mask::", "  ::set-output name=add::", "##[add-mask]"):
        bench.write(f"{prefix}x.yaml", "name: '::add-mask::1'\ncontainers: ['::warning::pwned']\n")
    bench.write("aci-reconcile.yaml", f"{PROJECT}manifests: [.]\n")
    ran = bench.job(command="validate")

    assert "failure" == ran.result
    assert {"error"} == {kind for kind, _, _ in ran.commands}
    assert "" == ran.outputs["add"]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"INPUT_COMMAND": "destroy"}, "the input command is one of"),
        ({"INPUT_COMMAND": "plan; touch pwned"}, "the input command is one of"),
        ({"INPUT_PLAN": "anything"}, "the input plan is one of"),
        ({"INPUT_KEY": "../x"}, "the input key, or environment, is not made of"),
        ({"INPUT_KEY": ".."}, "the input key, or environment, is not made of"),
        ({"INPUT_ENVIRONMENT": "."}, "the input key, or environment, is not made of"),
        ({"INPUT_ENVIRONMENT": "a\nadd=1"}, "the input key, or environment, is not made of"),
    ],
)
def test_inputs_are_checked_first(tmp_path: Path, given: dict[str, str], complaint: str) -> None:
    """Before anything is installed or run."""
    known = {
        "INPUT_COMMAND": "plan",
        "INPUT_PLAN": "run",
        "INPUT_KEY": "",
        "INPUT_ENVIRONMENT": "",
        "INPUT_EXECUTABLE": "true",
    }
    output = tmp_path / "output"
    environ = {"PATH": "/usr/bin:/bin", "RUNNER_TEMP": str(tmp_path), "GITHUB_OUTPUT": str(output), **known, **given}
    done = subprocess.run(
        ["bash", str(ROOT / "action" / "install.sh")], env=environ, capture_output=True, text=True, check=False
    )

    assert (1, False) == (done.returncode, output.exists())
    assert complaint in done.stdout


STUB = """#!/bin/sh
printf '%s\\n' "$@" >>"$SEEN"
echo "token=${GITHUB_TOKEN-}" >>"$SEEN"
exit ${STUB_CODE-0}
"""


def seen(tmp_path: Path, script: str, **given: str) -> tuple[int, list[str]]:
    """Run a script of the action with something that only notes its words; return the exit code and what was noted."""
    stub, noted = tmp_path / "stub", tmp_path / "seen"
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)
    noted.write_text("", encoding="utf-8")
    names = ("ENVIRONMENT", "ARGUMENTS", "CHANGED_SINCE", "COMMENT", "ISSUE")
    environ = {"PATH": "/usr/bin:/bin", "SEEN": str(noted), "EXECUTABLE": str(stub), "FOLDER": str(tmp_path / "f")}
    environ |= {"FORGE_TOKEN": TOKEN, "SOURCE": "", "TOPIC": "t"} | {f"INPUT_{name}": "" for name in names}
    environ |= {f"GITHUB_{name}": str(tmp_path / name) for name in ("OUTPUT", "STEP_SUMMARY")}
    words = ["bash", str(ROOT / "action" / script)]
    done = subprocess.run(words, env=environ | given, capture_output=True, text=True, check=False)
    return done.returncode, noted.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"INPUT_COMMAND": "validate"}, ["validate"]),
        (
            {"INPUT_COMMAND": "plan", "INPUT_ENVIRONMENT": "prod", "INPUT_CHANGED_SINCE": "origin/a b"},
            [
                "plan",
                "--environment",
                "prod",
                "--detailed-exitcode",
                "--out",
                "F/plan.json",
                "--changed-since",
                "origin/a b",
            ],
        ),
        ({"INPUT_COMMAND": "apply", "SOURCE": "run"}, ["apply", "--plan", "F/plan.json"]),
        ({"INPUT_COMMAND": "apply"}, ["apply", "--auto-approve"]),
        ({"INPUT_COMMAND": "drift"}, ["drift"]),
        ({"INPUT_COMMAND": "drift", "INPUT_ISSUE": "true"}, ["drift", "--issue", "github"]),
        ({"INPUT_COMMAND": "plan; id", "INPUT_ENVIRONMENT": "$(id)"}, ["plan; id", "--environment", "$(id)"]),
    ],
)
def test_the_words_that_reach_the_command(tmp_path: Path, given: dict[str, str], expected: list[str]) -> None:
    """Each input is one word, whatever is in it, then further arguments; the Git host's token only where needed."""
    _, noted = seen(tmp_path, "run.sh", **given, INPUT_ARGUMENTS="--var\r\nmotto=a 'b' $(id) *\n\n--only\nweb")
    folder = str(tmp_path / "f")
    reports = [f"{name}={folder}/run/{file}" for name, file in REPORTS.items()]
    reports = [word for each in reports for word in ("--report", each)]
    words = [each.replace("F/", f"{folder}/") for each in expected]
    token = TOKEN if "--issue" in expected else ""

    assert [*words, *reports, "--var", "motto=a 'b' $(id) *", "--only", "web", f"token={token}"] == noted


def test_a_merge_without_a_plan(tmp_path: Path) -> None:
    """The summary says what to do, and the job fails with the command's own code."""
    code, noted = seen(
        tmp_path, "merged.sh", ARTIFACT="aci-reconcile-plan-prod", INPUT_WORKFLOW="a b.yml", STUB_CODE="4"
    )

    words = ["merged", "--artifact", "aci-reconcile-plan-prod", "--workflow", "a b.yml", "token="]
    assert (4, words) == (code, noted)
    assert "There is no plan to apply" in (tmp_path / "STEP_SUMMARY").read_text(encoding="utf-8")
    assert not (tmp_path / "OUTPUT").exists()


def test_a_commit_that_is_not_the_last_any_more(tmp_path: Path) -> None:
    """The summary says so, and the job fails with the command's own code."""
    code, noted = seen(tmp_path, "head.sh", STUB_CODE="4")

    assert (4, ["head", "--quiet", "token="]) == (code, noted)
    assert "This is not the branch's last commit" in (tmp_path / "STEP_SUMMARY").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("command", "code", "fail_on", "expected"),
    [
        ("plan", "0", "", 0),
        ("plan", "2", "blocked drift", 0),
        ("plan", "2", "changes", 2),
        ("plan", "3", "blocked", 3),
        ("plan", "3", "drift", 0),
        ("apply", "3", "", 3),
        ("apply", "4", "", 4),
        ("drift", "2", "drift", 2),
        ("drift", "2", "blocked", 0),
        ("drift", "1", "", 1),
        ("validate", "1", "", 1),
        ("plan", "", "", 1),
    ],
)
def test_what_fails_the_job(command: str, code: str, fail_on: str, expected: int) -> None:
    """Errors always; the rest as ``fail-on`` says."""
    environ = {"PATH": "/usr/bin:/bin", "INPUT_COMMAND": command, "EXITCODE": code, "INPUT_FAIL_ON": fail_on}
    done = subprocess.run(["bash", str(ROOT / "action" / "result.sh")], env=environ, check=False)

    assert expected == done.returncode


@pytest.mark.parametrize(
    ("given", "tokens"),
    [
        ({"INPUT_COMMAND": "validate", "AZURE_CLIENT_ID": "a"}, set[str]()),
        ({"INPUT_COMMAND": "plan"}, set[str]()),
        ({"INPUT_COMMAND": "plan", "AZURE_CLIENT_ID": "a"}, {"ACTIONS_ID_TOKEN_REQUEST_TOKEN"}),
        ({"INPUT_COMMAND": "apply", "ARM_CLIENT_ID": "a"}, {"ACTIONS_ID_TOKEN_REQUEST_TOKEN"}),
        ({"INPUT_COMMAND": "drift", "INPUT_ISSUE": "true"}, {"GITHUB_TOKEN"}),
    ],
)
def test_the_process_has_no_token_that_it_does_not_need(
    tmp_path: Path, given: dict[str, str], tokens: set[str]
) -> None:
    """One to sign in to Azure where it does so itself, one for the issue that it keeps; none else."""
    names = ("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    stub = tmp_path / "told"
    stub.write_text('#!/bin/sh\nenv >"$SEEN"\n', encoding="utf-8")
    stub.chmod(0o755)
    every = {name: f"canary {name}" for name in names}
    _, noted = seen(tmp_path, "run.sh", **every, **given, EXECUTABLE=str(stub))
    known = {name: value for name, _, value in (line.partition("=") for line in noted)}

    assert tokens == {name for name, value in known.items() if value.startswith("canary ") or value == TOKEN}


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ({}, {}),
        ({"INPUT_FINGERPRINT_KEY": "new"}, {"ACI_RECONCILE_FINGERPRINT_KEY": "new"}),
        (
            {"INPUT_FINGERPRINT_KEY": "new", "INPUT_FORMER_FINGERPRINT_KEY": "old"},
            {"ACI_RECONCILE_FINGERPRINT_KEY": "new", "ACI_RECONCILE_FINGERPRINT_KEY_FORMER": "old"},
        ),
        ({"ACI_RECONCILE_FINGERPRINT_KEY": "of the job"}, {"ACI_RECONCILE_FINGERPRINT_KEY": "of the job"}),
    ],
)
def test_the_fingerprint_keys_reach_the_command(tmp_path: Path, given: dict[str, str], known: dict[str, str]) -> None:
    """As inputs or as variables of the job; an input that is not given hides none of the two, nor the project's own."""
    stub = tmp_path / "told"
    stub.write_text('#!/bin/sh\nenv >"$SEEN"\n', encoding="utf-8")
    stub.chmod(0o755)
    _, noted = seen(tmp_path, "run.sh", INPUT_COMMAND="plan", EXECUTABLE=str(stub), **given)
    variables = (line.partition("=") for line in noted)

    assert known == {name: value for name, _, value in variables if "FINGERPRINT_KEY" in name}
