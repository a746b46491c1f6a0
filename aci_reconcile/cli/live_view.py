"""The connection of commands that only read; they need no manifests."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.app.view import Declared, View
from aci_reconcile.cli.console import has_reader, is_terminal
from aci_reconcile.core.errors import InvalidManifestsError, Severity
from aci_reconcile.reconcile.reader import Search

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from aci_reconcile.app.begun import Begun
    from aci_reconcile.app.pace import WatchPace
    from aci_reconcile.app.prefetch import Listed, Prefetched
    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Loaded


@contextmanager
def open_view(
    sources: Sources,
    target: Target,
    session: Session,
    words: Sequence[str] = (),
    index: Mapping[tuple[str, str], Listed] | None = None,
    begun: Begun | None = None,
) -> Generator[View]:
    """Connect. The project file and the manifests say where to look, even if they have errors.

    Their secrets are redacted in what Azure returns, as far as they are available: a container may print its own.

    Args:
        sources: which manifests.
        target: where to connect to.
        session: the environment, time and messages.
        words: the addresses, names and patterns to look for; if there are none, everything is listed.
        index: lists that are at hand already, by the keys of their scopes.
        begun: what was begun before.
    """
    from aci_reconcile.app.prefetch import load_settings, prefetch
    from aci_reconcile.app.targets import is_pattern
    from aci_reconcile.app.workspace import take_lock

    with ExitStack() as stack:
        announced = load_settings(sources, target, session)
        lock = take_lock(announced, sources, target, session, stack)
        listed = index is None and (not words or any(map(is_pattern, words)))
        # The sign-in and the lists take as long as the manifests, so both go on at the same time.
        prefetched = begun.take(stack) if begun is not None else None
        prefetched = prefetched or prefetch(announced, sources, target, session, stack, paced=False, lists=listed)
        view = _make_view(sources, target, session, prefetched, stack, lock)
        yield view if index is None else replace(view, begun=index)


def _make_view(
    sources: Sources,
    target: Target,
    session: Session,
    prefetched: Prefetched | None,
    stack: ExitStack,
    lock: HeldLock | None,
) -> View:
    from aci_reconcile.app.manifests import find_secrets, locate, make_request
    from aci_reconcile.app.orphans import make_leftover_filter, make_search
    from aci_reconcile.app.patience import Patience
    from aci_reconcile.app.policy import make_action_policy
    from aci_reconcile.app.workspace import choose_connection, guard, list_scopes, require_lock
    from aci_reconcile.manifest import load

    loaded = load(make_request(sources, session, resolve=True))
    if loaded.errors and sources.shard:  # without all of the manifests, nobody knows the cut
        raise InvalidManifestsError(loaded.diagnostics)
    secrets, broken = find_secrets(loaded), bool(loaded.errors)
    if broken:  # without an unset variable, the places are known all the same
        loaded = load(make_request(sources, session, resolve=False))
    located = locate(loaded, target, session.environ)
    project = located.project
    require_lock(lock, project, sources, target, session)
    declared = Declared(located.resources, broken, tuple(_find_settings_errors(loaded, session)))
    if sources.resource_group:
        project = replace(project, resource_groups=(sources.resource_group,))
    connection, begun = choose_connection(prefetched, project, target, session, stack, paced=False)
    connection = guard(connection, lock)
    connection.backend.remember(secrets)
    policy = make_action_policy(project, session.clock.now())
    search = make_search(project, make_leftover_filter(policy), session.console, needed=True)
    view = View(connection.backend, list_scopes(project), project.subscription, target.concurrency)
    chosen = project.environment or sources.resource_group
    known = replace(view, search=search, policy=policy, declared=declared, endpoint=connection.endpoint)
    known = replace(known, only=sources.only, redact=connection.backend.redact, begun=begun, lock=lock)
    known = replace(known, ask=Patience.of(session.clock, session.console, target.timeout).ask)
    known = replace(known, environments=() if chosen else project.environments)
    return _narrow_to_shard(known, located) if sources.shard else known


def _narrow_to_shard(view: View, located: Loaded) -> View:
    """Return the view of a shard: it is about declared groups, and what nobody declares is in no shard."""
    keys = located.selected or frozenset()
    own = [each.id for each in located.resources if each.id.key in keys]
    scopes = {each.scope.key: each.scope for each in own}
    return replace(view, shard=frozenset(each.key for each in own), scopes=tuple(scopes.values()), search=Search())


def _find_settings_errors(loaded: Loaded, session: Session) -> Iterator[Diagnostic]:
    file = loaded.project.file
    for each in loaded.diagnostics:
        there = (session.cwd / each.where.file).resolve()
        if file is not None and each.severity is Severity.ERROR and there == file.resolve():
            yield each


def measure_room(session: Session) -> int:
    """Return the width of a table; 0 for a pipe of unknown width, because scripts read whole lines."""
    console = session.console
    return console.width if is_terminal(console.out) or session.environ.get("COLUMNS") else 0


def make_pace(session: Session) -> WatchPace:
    """Return the pace of a watch, which ends when nobody reads what it prints (``| head``)."""
    from aci_reconcile.app.pace import WatchPace

    out = session.console.out
    return WatchPace(session.clock, session.console, lambda: not has_reader(out))
