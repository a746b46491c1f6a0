"""Loading manifests for a command: options in, resources out, complaints told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.cli.origin import identified
from aci_reconcile.cli.pull_request import base_of
from aci_reconcile.cli.variables import variables_of
from aci_reconcile.cli.vaults import loaded_with
from aci_reconcile.errors import InvalidManifestsError, Severity, UsageError
from aci_reconcile.manifest import Loaded, Request, load, project_file
from aci_reconcile.normalize import secrets_in
from aci_reconcile.report import diagnostics_text, sanitize
from aci_reconcile.report.words import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.cli.given import Sources, Target
    from aci_reconcile.cli.session import Session
    from aci_reconcile.cli.vaults import Fetch
    from aci_reconcile.manifest.touched import Touched
    from aci_reconcile.secret import Secret

_NOT_AT_HAND = "ACI151"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""What may stand in an address as a subscription; whether it is one, Azure says."""
LOCAL_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""What stands for the subscription where there is none: on the emulator, and on a server on this machine."""


def request_for(sources: Sources, session: Session, *, resolve: bool) -> Request:
    """Return what the loader is asked for.

    Raises:
        UsageError: a file with values can't be read, or what changed can't be told.
    """
    request = Request(
        paths=sources.paths,
        project=sources.project,
        environment=sources.environment,
        variables=variables_of(sources, session.cwd),
        subscription=sources.subscription,
        resource_group=sources.resource_group,
        only=sources.only,
        addresses=sources.addresses,
        environ=session.environ,
        cwd=session.cwd,
        resolve=resolve,
    )
    if resolve:
        request = replace(request, base=base_of(project_file(request), session.environ))
    if not sources.changed_since:
        return request
    from aci_reconcile.cli.changes import changed_since

    file = project_file(request)
    shared = tuple(session.cwd / each for each in sources.variable_files)
    folder = file.parent if file else session.cwd
    return replace(request, changes=changed_since(sources.changed_since, folder, session.environ, shared))


def valid(sources: Sources, session: Session, fetch: Fetch | None = None, *, resolve: bool = True) -> Loaded:
    """Load manifests of which something is to be made; warnings and notices are told.

    A secret that is not at hand is none of them: whoever plans tells of it where it is wanted, and why it is not there.

    Args:
        sources: which manifests.
        session: the run.
        fetch: what fetches secrets of Key Vaults; without it they are not asked for.
        resolve: whether references to secrets are replaced.

    Raises:
        InvalidManifestsError: there is an error among them.
        UsageError: the options name something that does not exist, or nothing is declared.
    """
    request = request_for(sources, session, resolve=resolve)
    loaded = loaded_with(request, fetch) if fetch else load(request)
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    least = (Severity.WARNING, Severity.NOTICE) if session.console.verbose else (Severity.WARNING,)
    told = [each for each in loaded.diagnostics if each.severity in least and each.code != _NOT_AT_HAND]
    if told:
        session.console.plain("warning", f"{diagnostics_text(told, session.console.notes)}\n")
    if loaded.touched is not None:
        session.console.info(_narrowed(sources.changed_since, loaded, loaded.touched))
    return loaded


def _narrowed(ref: str, loaded: Loaded, touched: Touched) -> str:
    """Say which groups a change touches."""
    whole = count(len(loaded.resources), "group")
    if touched.addresses is None:
        return f"Changed since {ref}: all of {whole}, because {sanitize(touched.because)}."
    names = ", ".join(sorted(touched.addresses))
    return f"Changed since {ref}: {len(touched.addresses)} of {whole}{f' ({sanitize(names)})' if names else ''}."


def placed(loaded: Loaded, target: Target, environ: Mapping[str, str]) -> Loaded:
    """Return the resources with a subscription, and the project with its id.

    The subscription is that of the options or the project, else the environment's.

    Raises:
        UsageError: nothing names one, or what an option or a saved plan names can be none.
    """
    loaded = identified(loaded, environ)
    subscription = loaded.project.subscription
    if subscription and not _ID.fullmatch(subscription):
        shown = sanitize(subscription)
        raise UsageError(f"`{shown}` is not a subscription ID", hint="it is a GUID; az account list shows yours")
    if subscription:
        return loaded
    return with_subscription(loaded, fallback_subscription(target, environ))


def fallback_subscription(target: Target, environ: Mapping[str, str]) -> str:
    """Return the subscription that counts where neither options nor the project name one.

    Raises:
        UsageError: nothing names one.
    """
    if target.local:
        return LOCAL_SUBSCRIPTION
    from aci_reconcile.arm import custom, subscription_from

    found = subscription_from(environ)
    if found:
        return found[0]
    if target.endpoint and not custom(target.endpoint).needs_token:
        return LOCAL_SUBSCRIPTION
    raise UsageError(
        "no subscription is given",
        hint="use --subscription, set AZURE_SUBSCRIPTION_ID, write it into aci-reconcile.yaml, or try --local",
    )


def declared_secrets(loaded: Loaded) -> tuple[Secret, ...]:
    """Return every secret that the manifests declare, to be taken out of what Azure and the containers say."""
    return tuple(secret for each in loaded.resources for secret in secrets_in(each).values() if secret.available)


def with_subscription(loaded: Loaded, subscription: str) -> Loaded:
    """Return the same resources in a subscription."""
    resources = tuple(replace(each, id=replace(each.id, subscription=subscription)) for each in loaded.resources)
    selected = loaded.selected
    if selected is not None:
        selected = frozenset((subscription.lower(), *key[1:]) for key in selected)
    project = replace(loaded.project, subscription=subscription)
    return replace(loaded, project=project, resources=resources, selected=selected)
