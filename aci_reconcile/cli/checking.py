"""What ``validate`` reads: the manifests of one project, or of each project that the named files belong to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.cli.manifests import request_for
from aci_reconcile.errors import Diagnostic, Severity, UsageError
from aci_reconcile.manifest import CODES, load, project_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aci_reconcile.cli.given import Sources
    from aci_reconcile.cli.session import Session
    from aci_reconcile.manifest import Loaded


def checked(sources: Sources, session: Session, fatal: Iterable[str] = ()) -> Loaded:
    """Read manifests, offline; those of several projects are put together, for all that is said about them.

    Args:
        sources: which manifests; whoever lists changed files, as pre-commit does, knows of no projects.
        session: the run.
        fatal: codes of warnings and notices that count as errors.

    Raises:
        UsageError: the options name something that does not exist.
    """
    codes = _known(fatal)
    found = [load(request_for(each, session, resolve=False)) for each in _by_project(sources, session)]
    return replace(
        found[0],
        resources=tuple(resource for each in found for resource in each.resources),
        diagnostics=tuple(sorted({_judged(said, codes) for each in found for said in each.diagnostics})),
        files=tuple(file for each in found for file in each.files),
    )


def _by_project(sources: Sources, session: Session) -> list[Sources]:
    if sources.project is not None or len(sources.paths) <= 1:
        return [sources]
    projects: dict[Path | None, list[Path]] = {}
    for path in sources.paths:
        file = project_file(request_for(replace(sources, paths=(path,)), session, resolve=False))
        projects.setdefault(file, []).append(path)
    return [replace(sources, paths=tuple(paths)) for paths in projects.values()]


def _known(fatal: Iterable[str]) -> frozenset[str]:
    codes = frozenset(code.upper() for code in fatal)
    unknown = sorted(codes - set(CODES))
    if unknown:
        raise UsageError(f"--fail-on {unknown[0]}: there is no such code", hint="see docs/diagnostics.md")
    return codes


def _judged(said: Diagnostic, codes: frozenset[str]) -> Diagnostic:
    return replace(said, severity=Severity.ERROR) if said.code in codes else said
