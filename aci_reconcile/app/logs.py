"""Logs of containers: whose, without which secrets, and with which exit code."""

from __future__ import annotations

import random
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aci_reconcile.app.targets import choose_container, list_containers
from aci_reconcile.core.errors import InvalidManifestsError, SecretUnavailableError, UsageError
from aci_reconcile.core.normalize import secrets_in
from aci_reconcile.operate.container_runs import ContainerRun, read_run
from aci_reconcile.operate.log_events import LogLines, LogSource
from aci_reconcile.operate.log_lines import LogLine
from aci_reconcile.reconcile.log_context import LogContext
from aci_reconcile.reconcile.logs import follow_logs, read_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.operate.log_events import LogEvent


def make_log_context(backend: Backend, clock: Clock) -> LogContext:
    """Return how logs are read."""
    return LogContext(backend, clock, random.random)


def find_sources(groups: Iterable[Resource], containers: Sequence[str]) -> dict[LogSource, ContainerRun]:
    """Return the containers that are meant, each with its run as the group shows it.

    Args:
        groups: the groups.
        containers: names and patterns; where there are none, all containers but the init containers.

    Raises:
        UsageError: a group has no such container.
    """
    found: dict[LogSource, ContainerRun] = {}
    for live in groups:
        for name in _choose_names(live, containers):
            found[LogSource(live.id, name)] = read_run(live, name) or ContainerRun()
    return found


def _choose_names(live: Resource, wanted: Sequence[str]) -> Iterator[str]:
    plain, initial = list_containers(live)
    if not wanted:
        yield from plain
    for each in wanted:
        if not set(each) & set("*?["):
            yield choose_container(live, each)
            continue
        matching = [name for name in (*plain, *initial) if fnmatchcase(name.lower(), each.lower())]
        if not matching:
            raise UsageError(f"no container of {live.address} matches {each}", hint=f"it has {', '.join(plain)}")
        yield from matching


def show_logs(
    runs: Mapping[LogSource, ContainerRun], ctx: LogContext, redact: Callable[[str], str], *, follow: bool
) -> Iterator[LogEvent]:
    """Yield the logs of containers without secrets, and with ``follow`` what they print from now on."""
    events = follow_logs(tuple(runs), ctx) if follow else read_logs(runs, ctx)
    for event in events:
        if isinstance(event, LogLines):
            yield replace(event, lines=tuple(LogLine(redact(each.text), each.time) for each in event.lines))
        else:
            yield event


def find_all_secrets(sources: Sources, target: Target, run: Run) -> tuple[Secret, ...]:
    """Return every secret of the manifests, those of Key Vaults, too.

    Raises:
        InvalidManifestsError: the manifests have errors, so that they may name secrets that are not known.
        SecretUnavailableError: one is not available.
    """
    from aci_reconcile.app.manifests import make_request
    from aci_reconcile.app.vaults import load_with_vaults, make_fetch

    loaded = load_with_vaults(make_request(sources, run, resolve=True), make_fetch(target, run))
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    found = [(each.address, secret) for each in loaded.resources for secret in secrets_in(each).values()]
    missing = dict.fromkeys(f"{address} needs {each.source}: {each.missing}" for address, each in found if each.missing)
    if missing:
        raise SecretUnavailableError(
            f"not all secrets can be redacted: {'; '.join(missing)}", hint="set them, or leave --redact out"
        )
    return tuple(secret for _, secret in found)


def find_exit_code(runs: Iterable[ContainerRun | None]) -> int | None:
    """Return the exit code of containers that have ended: the highest of them; None if one has none."""
    codes = [each.exit_code if each is not None and each.over else None for each in runs]
    known = [each for each in codes if each is not None]
    return max(known, default=None) if len(known) == len(codes) else None
