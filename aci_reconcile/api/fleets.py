"""The projects of a fleet, and one result out of many."""

from __future__ import annotations

import os
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import to_path
from aci_reconcile.app import fleet
from aci_reconcile.app import result_sets as sets
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.requests import Sources, Target
from aci_reconcile.app.results import find_result_files, read_results
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.core.errors import UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aci_reconcile.app.results import Result
    from aci_reconcile.core.errors import ExitCode
    from aci_reconcile.manifest.fleet import FleetProject


@dataclass(frozen=True, slots=True)
class MergedRun:
    """One of the runs whose results were merged."""

    file: str
    """The file of its result."""
    project: str
    """With ``/environment`` if one is chosen; empty for a run that failed before it was known."""
    shard: str
    """Which of how many, as ``2/4``; empty for the whole project."""
    exit_code: int
    failed: bool
    """Whether an error ended it."""
    verdict: str
    """In one line."""


@dataclass(frozen=True, slots=True)
class MergedResult:
    """The result of all."""

    command: str
    """``plan``, ``apply`` or ``drift``."""
    commit: str
    """The commit of the manifests; empty outside of a repository."""
    exit_code: ExitCode
    """The worst of all."""
    verdict: str
    counts: Mapping[str, int]
    """The numbers of groups, by the words of the report."""
    runs: tuple[MergedRun, ...]


def load_fleet(
    file: str | Path, *, environ: Mapping[str, str] | None = None, cwd: str | Path | None = None
) -> tuple[FleetProject, ...]:
    """Return the projects that a fleet file lists, in their order, for ``load``.

    Args:
        file: the fleet file.
        environ: where the subscription of a project that names none is looked for, as ``connect`` does; by default
            the process's environment.
        cwd: where relative paths start; by default the current folder. Paths of projects are relative to it, too.

    Raises:
        InvalidManifestsError: the file has mistakes, or two projects lead to the same place.
        UsageError: it is a folder.
    """
    run = ScriptRun(os.environ if environ is None else environ, to_path(cwd) or Path.cwd(), SystemClock())
    projects = fleet.load_fleet(Path(file), run)
    fleet.check_places(projects, Sources(), Target(), run)
    return projects


def merge_results(paths: str | Path | Iterable[str | Path], *, count: int | None = None) -> MergedResult:
    """Return one result out of those that runs wrote with ``--report json=FILE``, as ``merge`` does.

    Args:
        paths: the files, or folders with such files (``*.json``); or one of them.
        count: how many results there must be; by default only their shards tell.

    Raises:
        UsageError: there is none, or one is missing, torn, there twice, or of another command or commit: nothing is
            known then.
    """
    # A text is many texts to Python, and a path none.
    given = (paths,) if isinstance(paths, str | PathLike) else paths
    results = read_results(find_result_files(map(Path, given)))
    if not results:
        raise UsageError("there is no result to merge", hint="give the files that plan, apply or drift wrote")
    sets.check_results(results, count)
    page, origin = sets.merge_results(results), results[0].origin
    return MergedResult(
        origin.command,
        origin.commit,
        sets.choose_exit_code(results),
        sanitize(page.verdict),
        dict(page.counts),
        tuple(map(_describe_run, results)),
    )


def _describe_run(result: Result) -> MergedRun:
    end = result.end
    return MergedRun(
        result.file,
        result.project,
        str(result.origin.shard or ""),
        end.exit_code,
        end.failed,
        sanitize(end.page.verdict),
    )
