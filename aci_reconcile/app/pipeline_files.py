"""The pipeline files of a project: those of the example, with its own environments and folder.

docs/ci.md shows the same files, and the tests run them.
"""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTS: Final = ("github", "gitlab", "azure", "none")
_WORKFLOWS: Final = ("plan.yml", "apply.yml", "drift.yml")
_GITHUB: Final = ".github/workflows"
_GITLAB: Final = ".gitlab-ci.yml"
_AZURE: Final = "azure-pipelines.yml"
_SECRET_OF_EXAMPLE: Final = re.compile(r"^ *(?:DB_PASSWORD|secrets): .*\n", re.MULTILINE)
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NOT_PLAIN: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NOT_IN_JOBS: Final = re.compile(r"[^A-Za-z0-9_-]")


def make_pipeline_files(host: str, environments: Sequence[str], folder: str = "") -> dict[str, str]:
    """Return the files, by their path in the repository.

    Args:
        host: one of the ``HOSTS``.
        environments: those of the project, in the order of their applies; at least one.
        folder: the project's folder in the repository; empty if it is the repository's own.
    """
    if host == "github":
        return {f"{_GITHUB}/{each}": _make_workflow(each, environments, folder) for each in _WORKFLOWS}
    if host == "gitlab":
        return {_GITLAB: _make_gitlab(environments, folder)}
    if host == "azure":
        return {_AZURE: _make_azure(environments, folder)}
    return {}


def _read_example(name: str) -> str:
    package = Path(__file__).resolve().parent.parent
    for root in (package / "pipelines", package.parent / "examples" / "gitops"):  # in the wheel, and in a checkout
        file = root / name
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise UsageError(f"the example {name} is missing from this installation", hint="reinstall the package")


def _make_workflow(name: str, environments: Sequence[str], folder: str) -> str:
    text = _SECRET_OF_EXAMPLE.sub("", _read_example(f"{_GITHUB}/{name}"))
    text = text.replace("[dev, prod]", f"[{', '.join(map(_quote, environments))}]")
    head, has_jobs, jobs = text.partition("\n  dev:\n")
    if has_jobs:
        first, _, later = jobs.partition("\n  prod:\n")
        blocks = [_make_job("dev", first.rstrip("\n"), environments[0], "")]
        for before, each in pairwise(environments):
            blocks.append(_make_job("prod", later.rstrip("\n"), each, before))
        text = "\n".join((head.rstrip("\n"), *blocks)) + "\n"
    else:
        text = text.replace("environment: prod\n", f"environment: {_quote(environments[-1])}\n")
    if folder:
        text = re.sub(
            r"^( +)command: .*\n", rf"\g<0>\1working-directory: {_escape(folder)}\n", text, flags=re.MULTILINE
        )
    return text


def _make_job(stands_for: str, block: str, environment: str, before: str) -> str:
    """Return the job that applies to an environment, after the one of the environment before."""
    block = block.replace("needs: [plan, dev]", f"needs: [plan, {_name_job(before)}]")
    block = block.replace(f"environment: {stands_for}", f"environment: {_quote(environment)}")
    block = block.replace(f"group: aci-reconcile-{stands_for}", f"group: aci-reconcile-{environment}")
    return f"\n  {_name_job(environment)}:\n{block}"


def _name_job(environment: str) -> str:
    """Return the id of a job: letters, digits, `-` and `_`, first a letter or `_`; `plan` is taken."""
    if _PLAIN.fullmatch(environment) and environment != "plan":
        return _quote(environment)
    return f"apply-{_NOT_IN_JOBS.sub('-', environment)}"


def _make_gitlab(environments: Sequence[str], folder: str) -> str:
    head, _, items = _read_example(_GITLAB).partition("include:\n")
    item = items.partition("    inputs: ")[0]
    more = f", folder: {_quote(folder)}" if folder else ""
    inputs = [f"{item}    inputs: {{environment: {_quote(each)}{more}}}\n" for each in environments]
    return f"{head}include:\n{''.join(inputs)}"


def _make_azure(environments: Sequence[str], folder: str) -> str:
    text = _SECRET_OF_EXAMPLE.sub("", _read_example(_AZURE))
    head, _, stage = text.partition("stages:\n")
    stages: list[str] = []
    for each in environments:
        own = stage.replace("environment: prod\n", f"environment: {_quote(each)}\n").replace(
            "azure-prod", f"azure-{each}"
        )
        stages.append(own + (f"      folder: {_quote(folder)}\n" if folder else ""))
    return f"{head}stages:\n{''.join(stages)}"


def _quote(text: str) -> str:
    """Return a text that YAML 1.1 and 1.2 read as this text."""
    return text if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN else json.dumps(text, ensure_ascii=False)


def _escape(text: str) -> str:
    return _quote(text).replace("\\", "\\\\")
