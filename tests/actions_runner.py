"""A stand-in for the runner of GitHub Actions: it reads our workflows and our action, and runs their steps as shell.

Jobs run one after the other in the order of their ``needs``, the cells of a matrix at the same time. Of other people's
actions it knows cache, checkout, upload-artifact and download-artifact, by the commits that are pinned. Written from
https://docs.github.com/actions/reference.
"""

from __future__ import annotations

import fnmatch
import itertools
import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from actions_expressions import condition, filled, text

ROOT: Final = Path(__file__).resolve().parent.parent
PINNED: Final = {
    "actions/cache": "0057852bfaa89a56745cba8c7296529d2fc39830",
    "actions/checkout": "08c6903cd8c0fde910a37f88322edcfb5dd907a8",
    "actions/upload-artifact": "ea165f8d65b6e75b540449e92b4886f43607fa02",
    "actions/download-artifact": "d3f86a106a0bac45b974a628896c90dbdf5c8093",
}
OURS: Final = re.compile(r"example-org/aci-reconcile@([0-9a-f]{40}|v\d+\.\d+\.\d+)")
COMMAND: Final = re.compile(r"^\s*::([\w-]+)( [^:]*)?::(.*)$")
PATIENCE: Final = 120


def document(file: Path) -> dict[str, Any]:
    """Return a workflow or an action."""
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # texts, as they stand
    return found


@dataclass(slots=True)
class Job:
    """What became of a job."""

    name: str
    result: str
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    """Of its last step that has an id, and of our action."""

    @property
    def commands(self) -> list[tuple[str, str, str]]:
        """The lines that the runner would take for commands, those between stop-commands and its token left out."""
        found: list[tuple[str, str, str]] = []
        token = ""
        for line in self.log.splitlines():
            match = COMMAND.match(line)
            if match and (not token or match[1] == token):
                token = match[3] if match[1] == "stop-commands" else "" if token else token
                found.append((match[1], (match[2] or "").strip(), match[3]))
        return [each for each in found if each[0] in {"error", "warning", "notice", "add-mask", "set-output", "debug"}]


@dataclass
class Runner:
    """Runs workflows of one repository. ``artifacts`` are those of all runs, by run and name."""

    repository: Path
    temporary: Path
    executable: str
    environ: dict[str, str]
    """What every job has besides."""
    inputs: dict[str, str] = field(default_factory=dict[str, str])
    """Inputs of our action that the tests say."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    artifacts: dict[tuple[int, str], Path] = field(default_factory=dict[tuple[int, str], Path])
    caches: dict[str, Path] = field(default_factory=dict[str, Path])
    """What jobs have kept for later ones, by key."""
    runs: itertools.count[int] = field(default_factory=lambda: itertools.count(101))

    def workflow(self, name: str, github: dict[str, Any]) -> tuple[int, dict[str, Job]]:
        """Run a workflow for an event; return the run's number and its jobs, each cell of a matrix by itself."""
        run = next(self.runs)
        github = {"run_id": run, "token": self.environ.get("FORGE_TOKEN", "t"), "repository": "shop/infra", **github}
        jobs = document(self.repository / ".github" / "workflows" / name)["jobs"]
        results: dict[str, str] = {}
        outputs: dict[str, dict[str, str]] = {}
        done: dict[str, Job] = {}
        while len(results) < len(jobs):
            name = next(each for each in jobs if each not in results and set(_needs(jobs[each])) <= set(results))
            cells = self._job(name, jobs[name], github, results, outputs)
            outputs[name] = {key: each for cell in cells for key, each in cell.outputs.items()}
            done |= {cell.name: cell for cell in cells}
            results[name] = next((each.result for each in cells if each.result != "success"), "success")
        return run, done

    def _job(
        self,
        name: str,
        job: dict[str, Any],
        github: dict[str, Any],
        results: dict[str, str],
        outputs: dict[str, dict[str, str]],
    ) -> list[Job]:
        needed = [results[each] for each in _needs(job)]
        context: dict[str, Any] = {
            "github": github,
            "vars": self.variables,
            "secrets": self.secrets,
            "needs": {each: {"result": results[each], "outputs": outputs[each]} for each in _needs(job)},
            "always()": lambda: True,
            "cancelled()": lambda: False,
            "failure()": lambda: "failure" in needed,
        }
        holds = condition(job["if"], context) if "if" in job else True
        if not holds or (not _runs_anyway(job) and any(each != "success" for each in needed)):
            return [Job(name, "skipped")]
        cells = _list_cells(filled(job.get("strategy", {}).get("matrix", {}), context))
        each = [{**context, "matrix": cell, "strategy": {"job-index": at}} for at, cell in enumerate(cells)]
        with ThreadPoolExecutor() as pool:
            return list(pool.map(lambda cell: self._cell(name, job, cell), each))

    def _cell(self, name: str, job: dict[str, Any], context: dict[str, Any]) -> Job:
        label = " ".join((name, *map(str, context["matrix"].values())))
        folder = self.temporary / f"{context['github']['run_id']}-{re.sub('[ /]', '-', label)}"
        (folder / "temp").mkdir(parents=True)
        environ = {key: text(filled(value, context)) for key, value in job.get("env", {}).items()}
        return _Steps(self, folder, {**self.environ, **environ}, context).run(label, job)


class _Steps:
    """The steps of one job, and of the action in it."""

    def __init__(self, runner: Runner, folder: Path, environ: dict[str, str], context: dict[str, Any]) -> None:
        self.runner = runner
        self.folder = folder
        self.workspace = folder / "workspace"
        self.context: dict[str, Any] = {**context, "runner": {"temp": str(folder / "temp")}, "env": environ}
        github = context["github"]
        self.environ = environ | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": str(github["event_name"]),
            "GITHUB_REF": str(github.get("ref", "")),
            "GITHUB_HEAD_REF": str(github.get("head_ref", "")),
            "GITHUB_SHA": str(github.get("sha", "")),
            "GITHUB_REPOSITORY": str(github["repository"]),
            "GITHUB_RUN_ID": str(github["run_id"]),
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        }
        self.log = ""
        self.numbers = itertools.count()
        self.to_keep: dict[str, Path] = {}
        self.last: dict[str, Any] = {}
        """The context after the steps."""

    def run(self, name: str, job: dict[str, Any]) -> Job:
        """Run the steps of a job; of its outputs, those that it says, or all of them."""
        result, outputs = self._all(job["steps"], {})
        if "outputs" in job:
            outputs = {key: text(filled(value, {**self.context, **self.last})) for key, value in job["outputs"].items()}
        for key, kept in self.to_keep.items():
            if result == "success" and kept.is_dir():
                self.runner.caches[key] = shutil.copytree(kept, self.folder / "cache")
        summary = self.folder / "summary.md"
        told = summary.read_text(encoding="utf-8") if summary.exists() else ""
        return Job(name, result, self.log, told, outputs)

    def _all(self, steps: list[dict[str, Any]], more: dict[str, Any]) -> tuple[str, dict[str, str]]:
        context: dict[str, Any] = {**self.context, **more, "steps": {}}
        last: dict[str, str] = {}
        result = "success"
        for step in steps:
            if ("if" in step and not condition(step["if"], context)) or (
                result == "failure" and not _runs_anyway(step)
            ):
                continue
            code, outputs = self._one(step, context)
            if "id" in step:
                context["steps"][step["id"]] = {"outputs": outputs}
            last = {**last, **outputs}
            result = "failure" if code else result
        self.last = {"steps": context["steps"]}
        return result, last

    def _one(self, step: dict[str, Any], context: dict[str, Any]) -> tuple[int, dict[str, str]]:
        given = {key: text(filled(value, context)) for key, value in step.get("with", {}).items()}
        if "run" in step:
            assert "${{" not in step["run"], "an expression in a script is an injection"
            return self._shell(
                step, {key: text(filled(value, context)) for key, value in step.get("env", {}).items()}, context
            )
        uses = step["uses"]
        if OURS.fullmatch(uses):
            return self._action(given)
        action, _, commit = uses.partition("@")

        assert PINNED[action] == commit, uses
        known = {
            "cache": self._cache,
            "checkout": self._checkout,
            "upload-artifact": self._upload,
            "download-artifact": self._download,
        }
        return known[action.rpartition("/")[2]](given)

    def _action(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        action = document(ROOT / "action.yml")
        unknown = set(given) - set(action["inputs"])

        assert not unknown, unknown
        defaults = {key: text(filled(each.get("default", ""), self.context)) for key, each in action["inputs"].items()}
        inputs = {**defaults, "executable": self.runner.executable, **self.runner.inputs, **given}
        result, outputs = self._all(action["runs"]["steps"], {"inputs": inputs})
        known = {key: outputs.get(key, "") for key in action["outputs"]}
        return int(result != "success"), known

    def _shell(
        self, step: dict[str, Any], environ: dict[str, str], context: dict[str, Any]
    ) -> tuple[int, dict[str, str]]:
        number = next(self.numbers)
        script, output = self.folder / f"{number}.sh", self.folder / f"{number}.out"
        script.write_text(step["run"], encoding="utf-8")
        output.touch()
        where = self.workspace / text(filled(step.get("working-directory", "."), context))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=where if where.exists() else self.folder,
            env={
                **os.environ,
                **self.environ,
                **environ,
                "GITHUB_OUTPUT": str(output),
                "GITHUB_ACTION_PATH": str(ROOT),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        self.log += done.stdout
        return done.returncode, outputs_of(output.read_text(encoding="utf-8"))

    def _cache(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Bring what an earlier job kept, or keep it once this one has succeeded."""
        found, target = self.runner.caches.get(given["key"]), Path(given["path"])
        if found is None:
            self.to_keep[given["key"]] = target
        else:
            shutil.copytree(found, target)
        return 0, {"cache-hit": str(found is not None).lower()}

    def _checkout(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Check out what the event is about, as deep as it is asked for."""
        depth = [] if given.get("fetch-depth") == "0" else ["--depth", given.get("fetch-depth", "1")]
        source = f"file://{self.runner.repository}"
        git = ["git", "-c", "advice.detachedHead=false"]
        subprocess.run([*git, "init", "-q", str(self.workspace)], check=True, timeout=PATIENCE)
        here = [*git, "-C", str(self.workspace)]
        subprocess.run([*here, "fetch", "-q", *depth, source, str(self.context["github"]["sha"])], check=True)
        subprocess.run([*here, "checkout", "-q", "FETCH_HEAD"], check=True, timeout=PATIENCE)
        return 0, {}

    def _upload(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        kept, source = self.folder / "artifacts" / given["name"], self.workspace / given["path"]
        kept.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, kept, dirs_exist_ok=True)
        else:
            shutil.copy(source, kept)
        self.runner.artifacts[self.context["github"]["run_id"], given["name"]] = kept
        return 0, {}

    def _download(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        if given.get("merge-multiple") == "true":
            return self._download_all(given)
        found = self.runner.artifacts.get((int(given["run-id"]), given["name"]))
        if found is None:
            self.log += f"Artifact not found for name: {given['name']}\n"
            return 1, {}
        shutil.copytree(found, given["path"], dirs_exist_ok=True)
        return 0, {}

    def _download_all(self, given: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Bring every artifact of this run whose name fits into one folder; none is no error."""
        for (run, name), kept in self.runner.artifacts.items():
            if run == self.context["github"]["run_id"] and fnmatch.fnmatch(name, given["pattern"]):
                shutil.copytree(kept, self.folder / given["path"], dirs_exist_ok=True)
        return 0, {}


def outputs_of(content: str) -> dict[str, str]:
    """Return what stands in the file of ``GITHUB_OUTPUT``."""
    found: dict[str, str] = {}
    lines = iter(content.splitlines())
    for line in lines:
        name, separator, rest = re.split(r"(<<|=)", line, maxsplit=1)
        if separator == "=":
            found[name] = rest
        else:
            found[name] = "\n".join(iter(lambda: next(lines), rest))
    return found


def _runs_anyway(of: dict[str, Any]) -> bool:
    """Whether a job or a step runs although something before it failed."""
    return any(each in str(of.get("if")) for each in ("always()", "cancelled()"))


def _list_cells(matrix: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells of a matrix: all combinations, or those that it lists."""
    if "include" in matrix:
        return list(matrix["include"])
    return [dict(zip(matrix, values, strict=True)) for values in itertools.product(*matrix.values())]


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs", [])
    return needs if isinstance(needs, list) else [needs]
