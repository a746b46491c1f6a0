"""A group that was lost in vain: what it was is kept as a manifest, with the command that brings it back.

It was deleted to be created again, or for its DNS label, and the group that was to come then failed. The files hold
what Azure shows of a group, and references in the places of secrets.
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

    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Json
    from aci_reconcile.manifest import Project
    from aci_reconcile.planning.values import Change
    from aci_reconcile.reconcile.events import Event

_REFERENCE: Final = re.compile(r"(env|keyvault):[^\s,]+")
_PLACES: Final = (("arm_endpoint", "--arm-endpoint"), ("cloud", "--cloud"))


def keeping(events: Iterable[Event], project: Project, given: Given, session: Session) -> Iterator[Event]:
    """Pass the events on; one that tells of a lost group gets the command that brings its former self back.

    A group is lost, too, that was deleted for its DNS label where the group that was to have it then failed.
    """
    deleted: dict[str, Change] = {}
    for event in events:
        if isinstance(event, Succeeded) and event.change.action is Action.DELETE:
            deleted[event.change.address] = event.change
        lost = _lost(event, deleted) if isinstance(event, Failed) and not given.flag("local") else None
        if isinstance(event, Failed) and lost is not None:
            yield replace(event, former=_kept(lost, event.change, project, given, session))
        else:
            yield event


def _lost(event: Failed, deleted: Mapping[str, Change]) -> Change | None:
    """Return what a failure has cost: the group itself, or the one whose label it was to have."""
    if event.gone:
        return event.change
    return next((deleted[each] for each in event.change.follows if each in deleted), None)


def _kept(change: Change, failed: Change, project: Project, given: Given, session: Session) -> str:
    """Write the former group down; returns the command, nothing where there was no group or no room for it.

    ``failed`` is the change that was to replace it: its manifest says where the secrets came from.
    """
    from aci_reconcile.app.connection import STATE
    from aci_reconcile.app.new_files import choose_names, write_new
    from aci_reconcile.core.errors import AciReconcileError
    from aci_reconcile.manifest.write import Shared, dumped, write

    if change.before is None:
        return ""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(session.clock.now()))
    name = choose_names([change.id])[change.id]
    folder = project.root / STATE / "former" / f"{stamp}-{Path(name).stem}"
    (written,) = write([change.before], Shared(change.id.resource_group), _references(failed))
    try:
        write_new({folder / "aci-reconcile.yaml": dumped(_project(change, project)), folder / name: written.text})
    except AciReconcileError as error:
        session.console.warn(f"could not save the former {change.address}: {error.message}")
        return ""
    return _command(folder / "aci-reconcile.yaml", change, project, given, session)


def _project(change: Change, project: Project) -> dict[str, Json]:
    """Return a project of the same owner with this group alone: its others are not declared here, and stay."""
    said: dict[str, Json] = {
        "name": project.name,
        **({"id": project.id} if project.id else {}),
        "subscription": project.subscription,
        "resourceGroup": change.id.resource_group,
        "policy": {"prune": False, "maxDeletes": 0},
    }
    nothing: dict[str, Json] = {}
    return said | ({"environments": {project.environment: nothing}} if project.environment else nothing)


def _references(change: Change) -> dict[str, str]:
    """Return by the paths of secrets the references that the manifest has there and that are the whole secret."""
    from aci_reconcile.core.normalize import secrets_of

    secrets = secrets_of(change.after.body) if change.after else {}
    whole = {path: each.source for path, each in secrets.items() if not each.joined}
    return {path: f"${{{source}}}" for path, source in whole.items() if _REFERENCE.fullmatch(source)}


def _command(file: Path, change: Change, project: Project, given: Given, session: Session) -> str:
    shown = file.relative_to(session.cwd) if file.is_relative_to(session.cwd) else file
    words = ["aci-reconcile", "apply", "--project", str(shown), "--only", change.address]
    words += ["-e", project.environment] if project.environment else []
    for name, flag in _PLACES:
        words += [flag, given.text(name)] if name in given.typed else []
    return shlex.join(words)
