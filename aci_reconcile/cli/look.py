"""``status`` and ``logs``: a look at what is live; manifests are not needed for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command, Option
from aci_reconcile.cli.console import is_terminal
from aci_reconcile.cli.given import Sources, Target
from aci_reconcile.cli.session import started
from aci_reconcile.errors import ExitCode, NotFoundError, UsageError
from aci_reconcile.health import assess
from aci_reconcile.model import ResourceId, as_list, as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    import click

    from aci_reconcile.backend import Backend
    from aci_reconcile.cli.given import Given
    from aci_reconcile.cli.session import Session
    from aci_reconcile.model import Resource, Scope


K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LookOptions:
    """What is to be looked at."""

    sources: Sources
    target: Target
    addresses: tuple[str, ...]
    container: str = ""
    tail: int | None = None

    @classmethod
    def of(cls, given: Given) -> LookOptions:
        """Read the options."""
        return cls(
            Sources.of(given),
            Target.of(given),
            given.texts("addresses") or tuple(filter(None, [given.text("address")])),
            given.text("container"),
            given.limit("tail"),
        )


@dataclass(frozen=True, slots=True)
class View:
    """The way to Azure, and the resource groups that are looked into."""

    backend: Backend
    scopes: tuple[Scope, ...]
    subscription: str
    concurrency: int

    def listed(self) -> tuple[Resource, ...]:
        """Read every group, with its run state; one that vanishes meanwhile is left out."""
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix="aci-reconcile") as pool:
            groups = [each for found in pool.map(*_here(self.backend.list, self.scopes)) for each in found]
            reads = pool.map(*_here(self.backend.get, [each.id for each in groups]))
            return tuple(sorted((each for each in reads if each is not None), key=lambda each: each.id.key))

    def found(self, address: str) -> Resource:
        """Read one group; a name alone will do where only one of the resource groups has it.

        Raises:
            NotFoundError: there is none.
            UsageError: the name alone does not say which.
        """
        group, slash, name = address.rpartition("/")
        if not name or (slash and not group) or "/" in group:
            raise UsageError(f"{address!r} is not an address", hint="write resourceGroup/name, or the name alone")
        scopes = self.scopes
        if slash:
            ids = [ResourceId(self.subscription, group, name)]
        else:
            ids = [ResourceId(self.subscription, scope.resource_group, name) for scope in scopes]
        if not ids:
            raise UsageError(
                f"the resource group of {name} is not known", hint=f"write resourceGroup/{name}, or give -g"
            )
        found = [live for live in map(self.backend.get, ids) if live is not None]
        if len(found) > 1:
            raise UsageError(f"{name} is in several resource groups", hint=f"write {found[0].address}")
        if not found:
            raise NotFoundError(f"there is no container group {ids[0].address if len(ids) == 1 else name}")
        return found[0]


def _here(ask: Callable[[K], T], keys: Sequence[K]) -> tuple[Callable[[Context, K], T], list[Context], Sequence[K]]:
    """Return what a pool maps, so that what is current here, such as a span, is current in each request as well."""
    return (lambda context, key: context.run(ask, key)), [copy_context() for _ in keys], keys


@contextmanager
def _view(asked: LookOptions, session: Session) -> Generator[View]:
    """Connect; what the project file and the manifests say about places is used even if they have errors."""
    from aci_reconcile.cli.manifests import placed, request_for
    from aci_reconcile.cli.work import opened, scopes_of
    from aci_reconcile.manifest import load

    loaded = load(request_for(asked.sources, session, resolve=False))
    project = placed(loaded, asked.target, session.environ).project
    if asked.sources.resource_group:
        project = replace(project, resource_groups=(asked.sources.resource_group,))
    with opened(project, asked.target, session) as connection:
        yield View(connection.backend, scopes_of(project), project.subscription, asked.target.concurrency)


def _status(ctx: click.Context) -> ExitCode:
    from aci_reconcile.report import status_detail_text, status_json, status_text

    session, given = started(ctx)
    console = session.console
    asked = LookOptions.of(given)
    with _view(asked, session) as view:
        if not view.scopes and not asked.addresses:
            raise UsageError("no resource group is named", hint="give -g, or run it where the manifests are")
        groups = tuple(map(view.found, asked.addresses)) if asked.addresses else view.listed()
    now = session.clock.now()
    judged = tuple((each, assess(each.body, now=now)) for each in groups)
    if console.json:
        console.result(status_json(judged))
    elif asked.addresses:
        console.result("\n\n".join(status_detail_text(live, health, console.style) for live, health in judged))
    else:
        console.result(status_text(judged, console.style, width=_room(session)))
    return ExitCode.OK


def _room(session: Session) -> int:
    """Return the width of a table; a pipe takes whole lines, which scripts read, unless it is said how wide it is."""
    console = session.console
    return console.width if is_terminal(console.out) or session.environ.get("COLUMNS") else 0


def _logs(ctx: click.Context) -> ExitCode:
    from aci_reconcile.report import sanitize

    session, given = started(ctx)
    asked = LookOptions.of(given)
    with _view(asked, session) as view:
        live = view.found(asked.addresses[0])
        container = _container(live, asked.container)
        text = view.backend.logs(live.id, container, tail=asked.tail)
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
        hint = f"give one of them with -c: {_listed(plain, initial)}"
        raise UsageError(f"{live.address} has several containers", hint=hint)
    return plain[0]


def _listed(plain: Sequence[str], initial: Sequence[str]) -> str:
    return ", ".join((*plain, *(f"{name} (init)" for name in initial)))


STATUS = Command(
    "status",
    _status,
    [*options.addresses(), *options.common()],
    help="List the groups and how they are, or show one in detail.",
    examples=(
        "aci-reconcile status                 the resource groups of the project",
        "aci-reconcile status -g rg-shop      one resource group",
        "aci-reconcile status rg-shop/web     one group in detail",
    ),
)

LOGS = Command(
    "logs",
    _logs,
    [
        *options.address(),
        Option("-c", "--container", section=options.OUTPUT, metavar="NAME", default="", help="One of several."),
        Option("--tail", section=options.OUTPUT, type=options.count(), metavar="N", help="Only the last N lines."),
        *options.common(),
    ],
    help="Print what a container has printed.",
    examples=(
        "aci-reconcile logs web                        its only container",
        "aci-reconcile logs rg-shop/web -c app --tail 50",
    ),
)
