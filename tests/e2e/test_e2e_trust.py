"""A stranger's pull request to the worked example: whatever it tries, no token and no secret is printed anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from e2e.test_e2e_gitops import CANARY, PULL_REQUEST, Shop, shop
from git_host_server import REPOSITORY, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from actions_runner import Job

pytestmark = [pytest.mark.e2e, pytest.mark.long]

__all__ = ["shop"]  # the fixture

RUNTIME, SIGN_IN, LABEL = "canary-runtime-token", "canary-sign-in-token", "canary-unreviewed"
NEEDLES = (TOKEN, CANARY, RUNTIME, SIGN_IN, LABEL)
GROUP = """\
name: stranger
containers:
  - name: stranger
    image: nginx:1
    resources: {{cpu: 1, memoryInGB: 1}}
    environmentVariables: {{SHOWN: {shown}, HIDDEN: {{secureValue: {hidden}}}}}
tags: {{shown: {shown}}}
"""
NOTHING = '"x"'


def of_everything(names: str) -> str:
    """Return a text with references to several variables, each with a default."""
    return '"' + "-".join(f"${{env:{name}:-${{env:{name}}}}}" for name in names.split()) + '"'


WAYS = {
    "token of the Git host": ("FORGE_TOKEN, GITHUB_TOKEN", of_everything("FORGE_TOKEN GITHUB_TOKEN"), NOTHING),
    "token to sign in": (
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN, ACTIONS_RUNTIME_TOKEN",
        of_everything("ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_RUNTIME_TOKEN"),
        of_everything("ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ),
    "secret of the pipeline": ("DB_PASSWORD, dbPassword", of_everything("DB_PASSWORD"), of_everything("DB_PASSWORD")),
    "name that nobody reviewed": ("BUILD_NUMBER, BUILD_LABEL", of_everything("BUILD_LABEL"), NOTHING),
    "files": ("BUILD_NUMBER", '"${file:link}"', '"${file:.git/config}${file:/proc/self/environ}${file:link}"'),
    "what is shared": ("BUILD_NUMBER", '"${var:stolen}"', '"${var:stolen}"'),
}


def offered(shop: Shop, public: str, manifest: str) -> dict[str, Job]:
    """Open a pull request from a fork, and run its workflow on the merge that the Git host makes of it."""
    shop.git("checkout", "-q", "-B", "stranger", "main")
    project = shop.repository / "aci-reconcile.yaml"
    text = project.read_text(encoding="utf-8").replace("publicEnv: [BUILD_NUMBER]", f"publicEnv: [{public}]")
    stolen = 'variables:\n  stolen: {default: "${env:FORGE_TOKEN}"}\n'
    project.write_text(text.replace("variables:\n", stolen, 1) if "var:stolen" in manifest else text, encoding="utf-8")
    (shop.repository / "manifests" / "stranger.yaml").write_text(manifest, encoding="utf-8")
    if "link" in manifest:
        (shop.repository / "link").symlink_to("/proc/self/environ")
    shop.git("add", ".")
    shop.git("commit", "-q", "-m", "stranger")
    shop.git("checkout", "-q", "--detach", "main")
    shop.git("merge", "-q", "--no-ff", "-m", "merge", "stranger")
    merge = shop.git("rev-parse", "HEAD")
    shop.git("checkout", "-q", "main")
    event = {"pull_request": {"number": PULL_REQUEST, "head": {"repo": {"full_name": REPOSITORY}}}}
    github = {"event_name": "pull_request", "event": event, "ref": f"refs/pull/{PULL_REQUEST}/merge", "sha": merge}
    return shop.runner.workflow("plan.yml", github)[1]


def seen(shop: Shop, jobs: dict[str, Job], folder: Path) -> list[tuple[str, str]]:
    """Return where a token or a secret can be found: logs, summaries, comments, and every file that a job left."""
    texts = {f"log of {name}": job.log for name, job in jobs.items()}
    texts |= {f"summary of {name}": job.summary for name, job in jobs.items()}
    texts |= {"comment": "\n".join(shop.hub.said(PULL_REQUEST))}
    texts |= {str(file): file.read_bytes().decode("latin-1") for file in folder.rglob("*") if file.is_file()}
    return [(place, needle) for place, text in texts.items() for needle in NEEDLES if needle in text]


@pytest.fixture
def fork(shop: Shop) -> Shop:
    """The example with a variable that everybody may see, and a pipeline with tokens and secrets."""
    project = shop.repository / "aci-reconcile.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("variables:\n", "publicEnv: [BUILD_NUMBER]\nvariables:\n", 1), encoding="utf-8")
    shop.git("commit", "-qam", "what was reviewed")
    shop.runner.environ |= {
        "GITHUB_TOKEN": TOKEN,
        "ACTIONS_RUNTIME_TOKEN": RUNTIME,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": SIGN_IN,
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://127.0.0.1:9/token",
        "BUILD_LABEL": LABEL,
        "BUILD_NUMBER": "visible-4711",
    }
    shop.runner.inputs["arguments"] = "--verbose\n--report\nhtml=plan.html\n"
    return shop


@pytest.mark.parametrize("way", WAYS)
def test_a_stranger_gets_nothing(fork: Shop, tmp_path: Path, way: str) -> None:
    """The plan fails with an error at the place that tries it, or shows that something is secret."""
    public, shown, hidden = WAYS[way]
    jobs = offered(fork, public, GROUP.format(shown=shown, hidden=hidden))

    assert [] == seen(fork, jobs, tmp_path / "jobs")
    assert {"failure"} == {job.result for name, job in jobs.items() if name.startswith("plan")}, jobs["plan dev"].log
    assert "manifests/stranger.yaml:" in jobs["plan dev"].log


def test_what_was_reviewed_is_shown(fork: Shop, tmp_path: Path) -> None:
    """By the same road: log, page, plan and artifact hold it, so that the search above would find something."""
    jobs = offered(fork, "BUILD_NUMBER", GROUP.format(shown='"${env:BUILD_NUMBER}"', hidden='"${env:DB_PASSWORD}"'))
    kept = [file.read_text(encoding="utf-8") for file in (tmp_path / "jobs").rglob("plan.*") if file.is_file()]

    assert {"success"} == {job.result for job in jobs.values()}, jobs["plan dev"].log
    assert [] == seen(fork, jobs, tmp_path / "jobs")
    assert "visible-4711" in jobs["plan dev"].log
    assert 6 == sum("visible-4711" in each for each in kept)
