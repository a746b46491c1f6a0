"""Loading manifests for a command: options in, resources out, diagnostics reported."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.origin import add_project_id
from aci_reconcile.app.pull_request import find_base
from aci_reconcile.app.shards import read_shard
from aci_reconcile.app.subscription import choose_subscription
from aci_reconcile.app.vaults import load_with_vaults
from aci_reconcile.core.errors import InvalidManifestsError, Severity, UsageError
from aci_reconcile.core.normalize import secrets_in
from aci_reconcile.manifest import Loaded, Request, find_project_file, load, read_variable_file
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.diagnostics import render_diagnostics_text
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from aci_reconcile.app.requests import Sources, Target
    from aci_reconcile.app.run import Run
    from aci_reconcile.app.vaults import Fetch
    from aci_reconcile.core.model import Resource
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.manifest.project.changed_groups import ChangedGroups


_LARGEST: Final = 1024 * 1024
_MOST_ERRORS: Final = 10
"""How many errors of one file a message has."""
_CODE_OF_MISSING = "ACI151"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""The form of a subscription in an address; Azure says whether it exists."""


def make_request(sources: Sources, run: Run, *, resolve: bool) -> Request:
    """Make the request for the loader.

    Raises:
        UsageError: a file with values cannot be read, or Git does not know what changed.
    """
    shard = read_shard(sources.shard, sources.shards, run.environ)
    request = Request(
        paths=sources.paths,
        project=sources.project,
        environment=sources.environment,
        variables=read_variables(sources, run.cwd),
        subscription=sources.subscription,
        resource_group=sources.resource_group,
        location=sources.location,
        task=sources.task,
        only=sources.only,
        addresses=sources.addresses,
        shard=None if shard is None else replace(shard, whole=sources.whole, cut=_find_cut(sources)),
        environ=run.environ,
        cwd=run.cwd,
        resolve=resolve,
    )
    # Only where values become visible does it matter what a pull request may reveal.
    if resolve:
        request = replace(request, base=find_base(find_project_file(request), run.environ))
    if not sources.changed_since:
        return request
    shared = tuple(run.cwd / each for each in sources.variable_files)
    return with_changes(request, sources.changed_since, run.environ, shared)


def _find_cut(sources: Sources) -> str:
    """Return which cut a shard is of, where the manifests do not tell; the plans of all shards have one id."""
    return sources.whole.id if sources.whole is not None else sources.cut


def with_changes(request: Request, commit: str, environ: Mapping[str, str], shared: Iterable[Path] = ()) -> Request:
    """Return a request for the groups that the changes since a commit affect.

    Args:
        request: what is asked for.
        commit: how Git knows the commit.
        environ: the environment that Git runs in.
        shared: files that every group depends on, besides the project's own.

    Raises:
        UsageError: Git does not know what changed.
    """
    from aci_reconcile.app.git_changes import find_changes

    file = find_project_file(request)
    folder = file.parent if file else request.cwd
    return replace(request, changes=find_changes(commit, folder, environ, tuple(shared)))


def load_valid(sources: Sources, run: Run, fetch: Fetch | None = None, *, resolve: bool = True) -> Loaded:
    """Load manifests, report warnings and notices, and raise on errors.

    A missing secret is not reported here: the plan says where it is needed and why it is missing.

    Args:
        sources: which manifests.
        run: the environment, time and messages.
        fetch: what fetches secrets of Key Vaults; without it they are not asked for.
        resolve: whether references to secrets are replaced.

    Raises:
        InvalidManifestsError: there is an error among them.
        UsageError: the options name something that does not exist, or nothing is declared.
    """
    request = make_request(sources, run, resolve=resolve)
    loaded = load_with_vaults(request, fetch) if fetch else load(request)
    if loaded.errors:
        raise InvalidManifestsError(loaded.diagnostics)
    # A missing secret is part of the plan: it matters only if a write needs it.
    least = (Severity.WARNING, Severity.NOTICE) if run.console.verbose else (Severity.WARNING,)
    reported = [each for each in loaded.diagnostics if each.severity in least and each.code != _CODE_OF_MISSING]
    if reported:
        run.console.plain("warning", f"{render_diagnostics_text(reported, run.console.notes)}\n")
    if loaded.changed is not None:
        run.console.info(_render_narrowing(sources.changed_since, loaded, loaded.changed))
    return loaded


def _render_narrowing(ref: str, loaded: Loaded, changed: ChangedGroups) -> str:
    """Return the message that says which groups a change affects."""
    total = count(len(loaded.resources), "group")
    if changed.addresses is None:
        return f"Changed since {ref}: all of {total}, because {sanitize(changed.because)}."
    names = ", ".join(sorted(changed.addresses))
    return f"Changed since {ref}: {len(changed.addresses)} of {total}{f' ({sanitize(names)})' if names else ''}."


def locate(loaded: Loaded, target: Target, environ: Mapping[str, str]) -> Loaded:
    """Return the resources with a subscription, and the project with its id.

    The subscription is that of the options or the project, else the environment's or az's default account.

    Raises:
        UsageError: nothing names one, or what an option or a saved plan names can be none.
    """
    loaded = add_project_id(loaded, environ)
    subscription = loaded.project.subscription
    if subscription and not _ID.fullmatch(subscription):
        plain = sanitize(subscription)
        raise UsageError(f"`{plain}` is not a subscription ID", hint="it is a GUID; az account list shows yours")
    if subscription:
        return loaded
    chosen = choose_subscription(target, environ)
    if isinstance(chosen, str):
        return with_subscription(loaded, chosen)
    located = with_subscription(loaded, chosen.subscription)
    return replace(located, project=replace(located.project, account=chosen))


def find_secrets(loaded: Loaded) -> tuple[Secret, ...]:
    """Return every secret that the manifests declare, for redaction of what Azure and the containers say."""
    groups = (*loaded.resources, *(each.resource for each in loaded.tasks))
    return tuple(secret for each in groups for secret in secrets_in(each).values() if secret.available)


def with_subscription(loaded: Loaded, subscription: str) -> Loaded:
    """Return the same resources in a subscription."""
    resources = tuple(_place(each, subscription) for each in loaded.resources)
    tasks = tuple(
        replace(
            each,
            resource=_place(each.resource, subscription),
            declared=each.declared and _place(each.declared, subscription),
        )
        for each in loaded.tasks
    )
    selected = loaded.selected
    if selected is not None:
        selected = frozenset((subscription.lower(), *key[1:]) for key in selected)
    project = replace(loaded.project, subscription=subscription)
    return replace(loaded, project=project, resources=resources, selected=selected, tasks=tasks)


def _place(resource: Resource, subscription: str) -> Resource:
    return replace(resource, id=replace(resource.id, subscription=subscription))


def read_variables(sources: Sources, cwd: Path) -> dict[str, str]:
    """Return the values; a later file wins over an earlier one, and ``--var`` over files.

    Raises:
        UsageError: a file cannot be read, or holds something else than values.
    """
    values: dict[str, str] = {}
    for file in sources.variable_files:
        values.update(_read_file(cwd / file, str(file)))
    values.update(sources.variables)
    return values


def _read_file(path: Path, name: str) -> Mapping[str, str]:
    try:
        with path.open("rb") as stream:  # a pipe, such as <(sops -d prod.env), has no size beforehand
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"--var-file {name}: {error.strerror or 'cannot be read'}") from error
    if len(content) > _LARGEST:
        raise UsageError(f"--var-file {name}: larger than 1 MiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"--var-file {name}: not UTF-8") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    values, diagnostics = read_variable_file(text, name)
    wrong = [each for each in diagnostics if each.severity is Severity.ERROR]
    if wrong:
        lines = [f"{each.where}: {each.message}" for each in wrong[:_MOST_ERRORS]]
        lines += [f"and {len(wrong) - _MOST_ERRORS} more"] * (len(wrong) > _MOST_ERRORS)
        complaints = "\n  ".join(lines)
        raise UsageError(f"--var-file {name} has errors:\n  {complaints}", hint=wrong[0].hint)
    return values
