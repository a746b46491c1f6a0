"""What an import tells: the files, the secrets to set, and the command that comes next."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aci_reconcile.app.allow import UNNAMED
from aci_reconcile.core import tags
from aci_reconcile.core.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.cli.founding import Founded
    from aci_reconcile.cli.given import Given
    from aci_reconcile.core.model import Resource
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.manifest.export.manifests import SharedSettings, WrittenManifest

FORMAT_VERSION = "1.1"

_PLACES = ("environment", "var_file", "subscription", "local", "arm_endpoint", "cloud")
"""The options that the next command needs as well."""


@dataclass(frozen=True, slots=True)
class Found:
    """The groups to import, and why others are not."""

    groups: tuple[Resource, ...]
    skipped: Mapping[str, str]
    """Reasons, by address."""
    shared: SharedSettings
    owner: str
    """Whose the groups become."""
    owns: Callable[[str], bool]
    """Whether a group with this owner tag is its already."""
    founded: Founded | None = None
    """The project whose file is written, where there is none."""


def next_step(found: Found, given: Given, project: Path | None, cwd: Path) -> str:
    """Return the command that shows what an apply would do to the groups, as it can be pasted.

    Args:
        found: what was imported.
        given: the options, those of which are repeated that say where.
        project: the project file, where it is not the one that the current folder belongs to.
        cwd: the current folder.
    """
    owners = {owner for owner in map(tags.owner, found.groups) if not found.owns(owner)}
    words = ["aci-reconcile", "plan", *(["--adopt"] if "" in owners else [])]
    for owner in sorted(filter(str.isprintable, owners - {""})):
        words += ["--take-over", owner]
    file = found.founded.file if found.founded else project
    if file is not None and (project is not None or file.parent != cwd):
        words += ["--project", str(file.relative_to(cwd) if file.is_relative_to(cwd) else file)]
    return shlex.join((*words, *_places(found, given)))


def _places(found: Found, given: Given) -> Iterator[str]:
    for name in _PLACES:
        written = name == "subscription" and found.founded is not None and found.founded.subscription
        value = given.values.get(name)
        if name not in given.typed or written or not value:
            continue
        values = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
        for each in values:
            yield f"--{name.replace('_', '-')}"
            yield from () if each is True else (str(each),)


def tell(
    written: tuple[WrittenManifest, ...], files: Mapping[str, str], found: Found, step: str, console: Console
) -> None:
    """Tell a person: the manifests or the list of their files as the result, the rest beside it."""
    from aci_reconcile.render.escape import sanitize

    if not written:
        console.info("Nothing to import.")
    elif files:
        width = max(len(each.resource.address) for each in written)
        lines = (f"{each.resource.address:{width}}  {files[each.resource.address]}" for each in written)
        console.result(sanitize("\n".join(lines), keep="\n"))
    else:
        console.result("---\n".join(each.text for each in written).removesuffix("\n"))
    if found.founded is not None:
        console.info(sanitize(f"Wrote {found.founded.file.name} for the new project {found.founded.name}."))
    for each in written:
        if each.unknown:
            listed = sanitize(", ".join(each.unknown))
            console.warn(f"{each.resource.address}: left out fields that this version does not know: {listed}")
    console.plain("info", sanitize("\n".join(_to_set(written)), keep="\n"))
    if files and found.owner.partition("/")[0] == UNNAMED:
        console.warn(f"the project file has no name, so these groups would belong to {found.owner}; add `name:` first")
    if step:
        console.info(f"Next, check the plan. It changes only tags:\n  {sanitize(step)}")


def told(
    written: tuple[WrittenManifest, ...], files: Mapping[str, str], found: Found, step: str
) -> Mapping[str, object]:
    """Return the same for programs."""
    groups = [
        {
            "address": each.resource.address,
            "file": files.get(each.resource.address),
            "manifest": each.text,
            "to_set": [{"variable": needed.variable, "path": needed.path} for needed in each.needed],
            "unknown": list(each.unknown),
        }
        for each in written
    ]
    reasons = [{"address": address, "reason": reason} for address, reason in found.skipped.items()]
    begun = {"name": found.founded.name, "file": str(found.founded.file)} if found.founded else None
    return {
        "format_version": FORMAT_VERSION,
        "groups": groups,
        "skipped": reasons,
        "project": begun,
        "next": step or None,
    }


def amiss(written: tuple[WrittenManifest, ...], loaded: Loaded, console: Console) -> bool:
    """Say what keeps the files that were written from being planned; returns whether there is anything.

    Args:
        written: what was written.
        loaded: the project, read again with it.
        console: where it is said.
    """
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.text.diagnostics import render_diagnostics_text

    errors = [each for each in loaded.diagnostics if each.severity is Severity.ERROR]
    console.plain("warning", render_diagnostics_text(errors, console.notes) if errors else "")
    declared = {each.id.key for each in loaded.resources}
    missing = [each.resource.address for each in written if each.resource.id.key not in declared]
    if missing and not errors:
        listed, file = ", ".join(missing), loaded.project.file
        console.warn(sanitize(f"{listed}: outside the project's manifests; add their folder to `manifests:` in {file}"))
    return bool(errors or missing)


def _to_set(written: tuple[WrittenManifest, ...]) -> Iterator[str]:
    needed = [each for group in written for each in group.needed]
    if needed:
        yield "Set these variables before an apply has to write them. Azure does not return their values:"
    width = max((len(each.variable) for each in needed), default=0)
    for variable in dict.fromkeys(each.variable for each in needed):
        places = [f"{each.address} {each.path}" for each in needed if each.variable == variable]
        yield f"  {variable:{width}}  {', '.join(places)}"
        yield from dict.fromkeys(f"    {each.note}" for each in needed if each.variable == variable and each.note)
