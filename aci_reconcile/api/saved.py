"""Saving a plan, and making it again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aci_reconcile.api.access import load_request, to_path
from aci_reconcile.api.plans import check_and_place, make_proposal
from aci_reconcile.app.expected_plan import expect_saved, parse_digest
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.manifests import make_request
from aci_reconcile.app.policy import Allow
from aci_reconcile.app.requests import Sources
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.saved_inputs import Inputs, releases_to_json
from aci_reconcile.app.saved_plan import Basis, check_plan_file, make_content, read_plan, save_content
from aci_reconcile.app.workspace import make_run_header
from aci_reconcile.reconcile import Reader, Refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.app.expected_plan import Expected
    from aci_reconcile.azure import CloudName, Credential
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded, Request
    from aci_reconcile.planning.values import Plan
    from aci_reconcile.render.header import Header


def save_plan(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    loaded: Loaded,
    backend: Backend,
    file: str | Path,
    *,
    allow: Allow | None = None,
    lifetime: float = 7 * 24 * 3600,
    refresh: str = "auto",
    concurrency: int = 32,
) -> Plan:
    """Plan as ``plan`` does, save the plan as ``plan --out`` does, and return it. Nothing is written to Azure.

    Args:
        loaded: what is declared, from ``load``. Its arguments are saved with the plan.
        backend: where, from ``connect``.
        file: the file; one that holds a saved plan is replaced, anything else is not.
        allow: what may be done beyond what is harmless; ``load_plan`` needs the same again.
        lifetime: seconds that the plan is valid.
        refresh: ``auto``, or ``get`` to read every group by itself.
        concurrency: how many requests may be in flight at once.

    Raises:
        InvalidManifestsError: the manifests have errors.
        UsageError: the file cannot be written, nothing is declared, or no subscription is named.
        AzureError: Azure says no.
    """
    path, request = Path(file), loaded.request
    check_plan_file(path, str(path))
    sources = Sources(
        paths=request.paths,
        project=request.project,
        environment=request.environment,
        variables=tuple(request.variables.items()),
        only=request.only,
        subscription=request.subscription,
        resource_group=request.resource_group,
        addresses=request.addresses,
    )
    reader = Reader(backend, SystemClock(), concurrency, Refresh(refresh))
    placed, inputs = check_and_place(loaded, backend), Inputs(sources, allow or Allow())
    proposal = make_proposal(placed, inputs.allow, reader)
    content = make_content(
        proposal, Basis(inputs, placed, _make_header(placed, backend), request.cwd, reader.hash_cost)
    )
    save_content(content, path, now=reader.clock.now(), lifetime=lifetime, label=str(path))
    return proposal


def load_plan(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    file: str | Path,
    backend: Backend,
    *,
    allow: Allow | None = None,
    variables: Mapping[str, str] | None = None,
    subscription: str = "",
    checksum: str = "",
    environ: Mapping[str, str] | None = None,
    cwd: str | Path | None = None,
    credential: Credential | None = None,
    cloud: CloudName = "public",
    refresh: str = "auto",
    concurrency: int = 32,
) -> Plan:
    """Make a saved plan again, as ``apply --plan`` does, and return it if it is still the same. ``apply`` takes it.

    The saved plan says which groups it is about. ``allow`` and ``variables`` must be those that it was made with:
    a file cannot release a safety limit by itself.

    Args:
        file: a plan that ``save_plan`` or ``plan --out`` saved.
        backend: where, from ``connect``.
        allow: what the plan was allowed.
        variables: values for ``${var:NAME}``.
        subscription: the subscription; by default that of the saved plan.
        checksum: a digest that the plan must have as well; empty for any.
        environ: what ``${env:NAME}`` reads; by default nothing.
        cwd: where relative paths start.
        credential: gives tokens for Key Vaults; without one, their secrets are missing.
        cloud: the cloud of the vaults.
        refresh: ``auto``, or ``get`` to read every group by itself.
        concurrency: how many requests may be in flight at once.

    Raises:
        StalePlanError: the plan is not the same, has expired, was changed, or an argument does not repeat it.
        BlockedError: it was blocked when it was made.
        UsageError: the file cannot be read, or an argument contradicts it.
        InvalidManifestsError: the manifests have errors.
        SecretUnavailableError: a secret that a write needs is missing.
        AzureError: Azure says no.
    """
    sources = Sources(variables=tuple((variables or {}).items()), subscription=subscription)
    # What a script passes is explicit, as on the command line: a contradiction is its mistake.
    own = Inputs(sources, allow or Allow(), typed=frozenset({"var", *releases_to_json(Allow())}))
    reader, folder = Reader(backend, SystemClock(), concurrency, Refresh(refresh)), to_path(cwd) or Path.cwd()
    digest = parse_digest(checksum) if checksum else ""
    expected = expect_saved(read_plan(Path(file)), str(file), own, cwd=folder, now=reader.clock.now(), digest=digest)
    run = ScriptRun(environ or {}, folder, reader.clock)
    return _plan_again(expected, reader, run, partial(load_request, credential=credential, cloud=cloud))


def _plan_again(expected: Expected, reader: Reader, run: ScriptRun, load: Callable[[Request], Loaded]) -> Plan:
    """Make the plan, and check that it is the expected one."""
    with expected.explain_usage():
        loaded = check_and_place(load(make_request(expected.inputs.sources, run, resolve=True)), reader.backend)
        header = _make_header(loaded, reader.backend)
        expected.check_target(header, loaded.project.api_version)
        proposal = make_proposal(loaded, expected.inputs.allow, reader)
        expected.check_plan(
            expected.undo_siblings(proposal, reader.backend),
            Basis(expected.inputs, loaded, header, run.cwd, reader.hash_cost),
        )
    return proposal


def _make_header(loaded: Loaded, backend: Backend) -> Header:
    return make_run_header(loaded, getattr(backend, "place", ""))
