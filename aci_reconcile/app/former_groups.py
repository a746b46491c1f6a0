"""A group that was deleted and could not be created again: its former state is saved, with a command to restore it.

It was deleted to be created again, or to free its DNS label, and then the new group failed. The files hold what Azure
shows of a group, and references in the places of secrets.
"""

from __future__ import annotations

import re
import shlex
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aci_reconcile.planning.values import Action
from aci_reconcile.reconcile.events import Failed, Succeeded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aci_reconcile.app.run import Run
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest import Project
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event

_REFERENCE: Final = re.compile(r"(env|keyvault):[^\s,]+")


def save_former_groups(
    events: Iterable[Event], project: Project, run: Run, place_words: tuple[str, ...]
) -> Iterator[Event]:
    """Pass the events on. One about a lost group gets the command that brings back what the group was before.

    Args:
        events: what an apply yields.
        project: the project.
        run: the folder, the time and the messages.
        place_words: options that the command must have to work in the same place.
    """
    deleted: dict[str, Change] = {}
    for event in events:
        if isinstance(event, Succeeded) and event.change.action is Action.DELETE:
            deleted[event.change.address] = event.change
        lost = _find_lost(event, deleted) if isinstance(event, Failed) else None
        if isinstance(event, Failed) and lost is not None:
            file = _save_group(lost, event.change, project, run)
            yield replace(event, former=_make_command(file, lost, project, run, place_words) if file else "")
        else:
            yield event


def _find_lost(event: Failed, deleted: Mapping[str, Change]) -> Change | None:
    """Return what a failure has cost: the group itself, or the one that was deleted to free its DNS label."""
    if event.gone:
        return event.change
    return next((deleted[each] for each in event.change.follows if each in deleted), None)


def _save_group(change: Change, failed: Change, project: Project, run: Run) -> Path | None:
    """Write what the group was before, and return its project file; None if there was no group or no room.

    ``failed`` is the change that was to replace it: its manifest says where the secrets came from.
    """
    from aci_reconcile.app.connection import STATE
    from aci_reconcile.app.files import choose_names, write_new
    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.manifest.export.manifests import SharedSettings, dump_yaml, write_manifests

    if change.before is None:
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(run.clock.now()))
    name = choose_names([change.id])[change.id]
    folder = project.root / STATE / "former" / f"{stamp}-{Path(name).stem}"
    file = folder / "aci-reconcile.yaml"
    (written,) = write_manifests([change.before], SharedSettings(change.id.resource_group), _find_references(failed))
    try:
        write_new({file: dump_yaml(_describe_project(change, project)), folder / name: written.text})
    except AciReconcileError as error:
        run.console.warn(f"could not save the former {change.address}: {error.message}")
        return None
    return file


def _describe_project(change: Change, project: Project) -> dict[str, Json]:
    """Return a project file of the same owner for this group alone. Nothing is pruned: the other groups must stay."""
    # The file is applied in a hurry, after a failure, so its policy lets it delete nothing.
    settings: dict[str, Json] = {
        "name": project.name,
        **({"id": project.id} if project.id else {}),
        "subscription": project.subscription,
        "resourceGroup": change.id.resource_group,
        "policy": {"prune": False, "maxDeletes": 0},
    }
    nothing: dict[str, Json] = {}
    return settings | ({"environments": {project.environment: nothing}} if project.environment else nothing)


def _find_references(change: Change) -> dict[str, str]:
    """Return references by the path of the secret. One that is only a part of a secret would not restore it."""
    from aci_reconcile.core.normalize import secrets_of

    secrets = secrets_of(change.after.body) if change.after else {}
    references = {path: each.source for path, each in secrets.items() if not each.joined}
    return {path: f"${{{source}}}" for path, source in references.items() if _REFERENCE.fullmatch(source)}


def _make_command(file: Path, change: Change, project: Project, run: Run, place_words: tuple[str, ...]) -> str:
    path = file.relative_to(run.cwd) if file.is_relative_to(run.cwd) else file
    words = ["aci-reconcile", "apply", "--project", str(path), "--only", change.address]
    words += ["-e", project.environment] if project.environment else []
    return shlex.join((*words, *place_words))
