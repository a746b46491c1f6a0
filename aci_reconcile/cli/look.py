"""``status`` and ``logs``: a look at what is live; manifests are not needed for it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aci_reconcile.app.view import View
from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.cli.given import sources_of, target_of
from aci_reconcile.cli.session import started
from aci_reconcile.core.errors import ExitCode, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.core.resource_types import assess_health

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import click

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.core.model import Resource


@dataclass(frozen=True, slots=True)
class LookOptions:
    """What is to be looked at."""

    sources: Sources
    target: Target
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, given: Given) -> LookOptions:
        """Read the options."""
        return cls(
            sources_of(given),
            target_of(given),
            given.texts("addresses") or tuple(filter(None, [given.text("address")])),
        )


@contextmanager
def _view(asked: LookOptions, session: Session) -> Generator[View]:
    """Connect; what the project file and the manifests say about places is used even if they have errors.

    Their secrets are used, too, as far as they are at hand: a container may print its own.
    """
    from aci_reconcile.app.allow import make_owner_policy
    from aci_reconcile.app.manifests import find_secrets, locate, make_request
    from aci_reconcile.app.orphans import make_leftover_filter, make_search
    from aci_reconcile.app.workspace import connect, list_scopes
    from aci_reconcile.manifest import load

    loaded = load(make_request(asked.sources, session, resolve=True))
    secrets = find_secrets(loaded)
    if loaded.errors:  # a variable that is not set is no reason to know less of places
        loaded = load(make_request(asked.sources, session, resolve=False))
    project = locate(loaded, asked.target, session.environ).project
    if asked.sources.resource_group:
        project = replace(project, resource_groups=(asked.sources.resource_group,))
    with connect(project, asked.target, session) as connection:
        connection.backend.remember(secrets)
        search = make_search(project, make_leftover_filter(make_owner_policy(project)), session.console, needed=True)
        view = View(connection.backend, list_scopes(project), project.subscription, asked.target.concurrency)
        chosen = project.environment or asked.sources.resource_group
        yield replace(view, search=search, environments=() if chosen else project.environments)


def _status(ctx: click.Context) -> ExitCode:
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.json.status import render_status_json
    from aci_reconcile.render.text.status import render_group_text, render_status_text, render_unread

    session, given = started(ctx)
    console = session.console
    asked = LookOptions.of(given)
    with _view(asked, session) as view:
        if not (view.scopes or view.search.subscriptions or asked.addresses):
            raise UsageError("no resource group is given", hint="use -g, or run this where the manifests are")
        seen = view.read_named(asked.addresses) if asked.addresses else view.read_all()
    now = session.clock.now()
    judged = tuple((each, assess_health(each, now=now)) for each in seen.groups)
    if console.json:
        console.result(render_status_json(judged, seen.unread))
    elif not asked.addresses:
        console.result(render_status_text(judged, console.style, seen.unread, width=_room(session)))
        if view.environments and not (judged or seen.unread):
            names = sanitize(", ".join(view.environments))
            console.info(f"Each environment has its own groups. Choose one with -e: {names}.")
    else:
        details = [render_group_text(live, health, console.style) for live, health in judged]
        console.result("\n\n".join((*details, *render_unread(seen.unread, console.style))))
    return ExitCode.ERROR if seen.unread else ExitCode.OK


def _room(session: Session) -> int:
    """Return the width of a table; a pipe takes whole lines, which scripts read, unless it is said how wide it is."""
    console = session.console
    return console.width if is_terminal(console.out) or session.environ.get("COLUMNS") else 0


def _logs(ctx: click.Context) -> ExitCode:
    from aci_reconcile.render.escape import sanitize

    session, given = started(ctx)
    asked = LookOptions.of(given)
    with _view(asked, session) as view:
        live = view.find(asked.addresses[0])
        container = _container(live, given.text("container"))
        text = view.backend.logs(live.id, container, tail=given.limit("tail"))
    if session.console.json:
        session.console.line({"address": live.address, "container": container, "text": text})
    else:
        session.console.result(sanitize(text.removesuffix("\n"), keep="\n\t"))
    return ExitCode.OK


def _container(live: Resource, wanted: str) -> str:
    """Return the container whose logs are wanted.

    Raises:
        UsageError: there is none of this name, or it must be said which.
    """
    lists = (as_list(live.properties.get(name)) for name in ("containers", "initContainers"))
    plain, initial = ([as_text(as_object(each).get("name")) for each in found] for found in lists)
    if wanted:
        found = next((name for name in (*plain, *initial) if name.lower() == wanted.lower()), "")
        if not found:
            raise UsageError(f"{live.address} has no container {wanted}", hint=f"it has {_listed(plain, initial)}")
        return found
    if len(plain) != 1:
        hint = f"choose one with -c: {_listed(plain, initial)}"
        raise UsageError(f"{live.address} has several containers", hint=hint)
    return plain[0]


def _listed(plain: Sequence[str], initial: Sequence[str]) -> str:
    return ", ".join((*plain, *(f"{name} (init)" for name in initial)))


STATUS = Command(
    "status",
    _status,
    [*options.addresses(), *options.common()],
    help="List groups and their state, or show some in detail.",
    examples=(
        "aci-reconcile status              the project's resource groups and groups",
        "aci-reconcile status -g rg-shop   one resource group",
        "aci-reconcile status rg-shop/web  one group in detail",
    ),
)

LOGS = Command(
    "logs",
    _logs,
    [
        *options.address(),
        Option(
            "-c",
            "--container",
            section=options.OUTPUT,
            metavar="NAME",
            default="",
            help="Container to read, if the group has several.",
        ),
        Option(
            "--tail",
            section=options.OUTPUT,
            type=options.count(),
            metavar="N",
            help="Print only the last N lines (default: all).",
        ),
        *options.common(),
    ],
    help="Print the logs of a container.",
    examples=(
        "aci-reconcile logs web                           the only container of web",
        "aci-reconcile logs rg-shop/web -c app --tail 50  one of several",
    ),
)
