"""What ``import`` prints: the files, the secrets to set, and the command that comes next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from aci_reconcile.app.policy import UNNAMED
from aci_reconcile.core import tags
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.diagnostics import render_diagnostics_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.app.import_groups import Imported
    from aci_reconcile.cli.console import Console
    from aci_reconcile.manifest.export.manifests import WrittenManifest

FORMAT_VERSION = "1.1"


def render_next_step(imported: Imported, places: tuple[str, ...], project: Path | None, cwd: Path) -> str:
    """Return the command that shows what an apply would do to the groups, ready to be pasted.

    Args:
        imported: what was imported.
        places: the options that name the place of the groups, to be repeated.
        project: the project file, if it is not the one that the current folder belongs to.
        cwd: the current folder.
    """
    selection = imported.selection
    owners = {owner for owner in map(tags.owner, selection.groups) if not selection.owns(owner)}
    words = ["aci-reconcile", "plan", *(["--adopt"] if "" in owners else [])]
    for owner in sorted(filter(str.isprintable, owners - {""})):
        words += ["--take-over", owner]
    file = selection.project.file if selection.project else project
    if file is not None and (project is not None or file.parent != cwd):
        words += ["--project", str(file.relative_to(cwd) if file.is_relative_to(cwd) else file)]
    return shlex.join((*words, *places))


def report(imported: Imported, step: str, console: Console) -> None:
    """Report to a person: the manifests or the list of their files as the result, the rest on stderr."""
    manifests, files, project = imported.manifests, imported.files, imported.selection.project
    if not manifests:
        console.info("Nothing to import.")
    elif files:
        width = max(len(each.resource.address) for each in manifests)
        lines = (f"{each.resource.address:{width}}  {files[each.resource.address]}" for each in manifests)
        console.result(sanitize("\n".join(lines), keep="\n"))
    else:
        console.result("---\n".join(each.text for each in manifests).removesuffix("\n"))
    if project is not None:
        console.info(sanitize(f"Wrote {project.file.name} for the new project {project.name}."))
    for each in manifests:
        if each.unknown:
            listed = sanitize(", ".join(each.unknown))
            console.warn(f"{each.resource.address}: left out fields that this version does not know: {listed}")
    console.plain("info", sanitize("\n".join(_list_variables(manifests)), keep="\n"))
    owner = imported.selection.owner
    if files and owner.partition("/")[0] == UNNAMED:
        console.warn(f"the project file has no name, so these groups would belong to {owner}; add `name:` first")
    if step:
        console.info(f"Next, check the plan. It changes only tags:\n  {sanitize(step)}")


def report_json(imported: Imported, step: str) -> Mapping[str, object]:
    """Return the report for programs."""
    groups = [
        {
            "address": each.resource.address,
            "file": imported.files.get(each.resource.address),
            "manifest": each.text,
            "to_set": [{"variable": needed.variable, "path": needed.path} for needed in each.needed],
            "unknown": list(each.unknown),
        }
        for each in imported.manifests
    ]
    selection = imported.selection
    reasons = [{"address": address, "reason": reason} for address, reason in selection.skipped.items()]
    new = {"name": selection.project.name, "file": str(selection.project.file)} if selection.project else None
    return {
        "format_version": FORMAT_VERSION,
        "groups": groups,
        "skipped": reasons,
        "project": new,
        "next": step or None,
    }


def report_problems(imported: Imported, console: Console) -> None:
    """Report what keeps the files that were written from being planned."""
    errors = imported.diagnostics
    console.plain("warning", render_diagnostics_text(errors, console.notes) if errors else "")
    if imported.outside and not errors:
        listed, file = ", ".join(imported.outside), imported.project_file
        console.warn(sanitize(f"{listed}: outside the project's manifests; add their folder to `manifests:` in {file}"))


def _list_variables(manifests: tuple[WrittenManifest, ...]) -> Iterator[str]:
    needed = [each for group in manifests for each in group.needed]
    if needed:
        yield "Set these variables before an apply has to write them. Azure does not return their values:"
    width = max((len(each.variable) for each in needed), default=0)
    for variable in dict.fromkeys(each.variable for each in needed):
        places = [f"{each.address} {each.path}" for each in needed if each.variable == variable]
        yield f"  {variable:{width}}  {', '.join(places)}"
        yield from dict.fromkeys(f"    {each.note}" for each in needed if each.variable == variable and each.note)
