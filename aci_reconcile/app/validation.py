"""Validating the manifests of one project, or of each project that the named files belong to.

If no environment is chosen, they are read without one, and for each environment of the project.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.manifests import make_request
from aci_reconcile.core.errors import Severity, UsageError, Where
from aci_reconcile.manifest import CODES, find_project_file, list_environments, load, warn_of_nothing_to_check

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aci_reconcile.app.requests import Sources
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Loaded, Request

_EMPTY: Final = "ACI138"
"""Says already that there is no manifest in a file or a folder."""


def validate_manifests(sources: Sources, run: Run, fatal: Iterable[str] = ()) -> Loaded:
    """Read manifests, offline, and return those of all projects as one.

    Args:
        sources: which manifests. They may belong to several projects: pre-commit lists the files that changed.
        run: the environment and the folder.
        fatal: codes of warnings and notices that count as errors.

    Raises:
        UsageError: the options name something that does not exist.
    """
    codes = _check_codes(fatal)
    requests = [make_request(each, run, resolve=False) for each in _split_by_project(sources, run)]
    found = [_load_all_environments(request) for request in requests]
    resources = tuple(resource for each in found for resource in each.resources)
    diagnostics = [each for one in found for each in one.diagnostics]
    # A mistyped path would otherwise be valid.
    if not resources and not any(each.severity is Severity.ERROR or each.code == _EMPTY for each in diagnostics):
        diagnostics.append(warn_of_nothing_to_check(Where(str(sources.paths[0]) if sources.paths else ".")))
    return replace(
        found[0],
        resources=resources,
        diagnostics=tuple(sorted({_raise_severity(each, codes) for each in diagnostics})),
        files=tuple(file for each in found for file in each.files),
    )


def _load_all_environments(request: Request) -> Loaded:
    """Read a project. If no environment is chosen, read it for each one, too; their own problems have their names."""
    loaded = load(request)
    file = loaded.project.file
    if request.environment or file is None:
        return loaded
    known = frozenset(loaded.diagnostics)
    places: dict[Diagnostic, list[str]] = {}
    for name in list_environments(request.cwd, file):
        complete = replace(request, environment=name, project=file, paths=(), only=())
        for diagnostic in load(complete).diagnostics:
            if diagnostic not in known:
                places.setdefault(diagnostic, []).append(name)
    more = (_name_environments(diagnostic, names) for diagnostic, names in places.items())
    return replace(loaded, diagnostics=(*loaded.diagnostics, *more))


def _name_environments(diagnostic: Diagnostic, names: list[str]) -> Diagnostic:
    """Return a diagnostic with the names of the environments that have it."""
    listed = ", ".join(f"`{name}`" for name in names)
    return replace(diagnostic, message=f"in the environment{'s' * (len(names) > 1)} {listed}: {diagnostic.message}")


def _split_by_project(sources: Sources, run: Run) -> list[Sources]:
    if sources.project is not None or len(sources.paths) <= 1:
        return [sources]
    projects: dict[Path | None, list[Path]] = {}
    for path in sources.paths:
        file = find_project_file(make_request(replace(sources, paths=(path,)), run, resolve=False))
        projects.setdefault(file, []).append(path)
    return [replace(sources, paths=tuple(paths)) for paths in projects.values()]


def _check_codes(fatal: Iterable[str]) -> frozenset[str]:
    codes = frozenset(code.upper() for code in fatal)
    unknown = sorted(codes - set(CODES))
    if unknown:
        raise UsageError(f"--fail-on {unknown[0]}: there is no such code", hint="see docs/diagnostics.md")
    return codes


def _raise_severity(diagnostic: Diagnostic, codes: frozenset[str]) -> Diagnostic:
    return replace(diagnostic, severity=Severity.ERROR) if diagnostic.code in codes else diagnostic
