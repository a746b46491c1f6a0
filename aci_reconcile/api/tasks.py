"""Running a task to its end."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from aci_reconcile.api.access import load_request
from aci_reconcile.api.locks import guard
from aci_reconcile.api.plans import check_and_place
from aci_reconcile.app.connection import Connection
from aci_reconcile.app.interruption import SystemClock
from aci_reconcile.app.policy import Allow, make_policy
from aci_reconcile.app.requests import Sources, Target
from aci_reconcile.app.run import ScriptRun
from aci_reconcile.app.tasks import TaskOptions, make_run_context, plan_runs
from aci_reconcile.app.workspace import Workspace
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest import Image
from aci_reconcile.operate.log_events import LogLines
from aci_reconcile.reconcile.tasks import RunReport, run_once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.azure import ArmBackend, CloudName, Credential
    from aci_reconcile.azure.lock.lease import HeldLock
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded
    from aci_reconcile.operate.log_events import LogEvent
    from aci_reconcile.reconcile.tasks import Run


class _Listener:
    """Passes lines on, and keeps the end."""

    def __init__(self, backend: ArmBackend, print_line: Callable[[str], None]) -> None:
        self._redact = backend.redact
        self._print = print_line
        self.report: RunReport | None = None

    def print_log(self, run: Run, event: LogEvent) -> None:
        """Pass lines on, without secrets."""
        del run
        for each in event.lines if isinstance(event, LogLines) else ():
            self._print(self._redact(each.text))

    def end(self, report: RunReport) -> None:
        """Keep the end."""
        self.report = report


def run_task(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    loaded: Loaded,
    backend: Backend,
    target: str = "",
    *,
    image: str = "",
    command: tuple[str, ...] = (),
    env: Mapping[str, str | None] | None = None,
    container: str = "",
    name: str = "",
    keep: bool = False,
    timeout: float = 1800,
    print_line: Callable[[str], None] = lambda _line: None,
    stopped: Callable[[], bool] = lambda: False,
    credential: Credential | None = None,
    cloud: CloudName = "public",
    lock: HeldLock | None = None,
) -> RunReport:
    """Run a task to its end, and delete what that made.

    Args:
        loaded: the project.
        backend: where.
        target: a manifest, or the address of a declared group.
        image: an image to run instead.
        command: words in place of the container's command.
        env: variables to set; None takes the value from ``environ`` of ``load``, as a secret.
        container: which container command and variables are for, and whose end is the run's.
        name: of the group that is made.
        keep: whether it stays.
        timeout: seconds that the run may take.
        print_line: gets each line that the containers print, without secrets. It must not raise.
        stopped: asked again and again; once true, the group is deleted.
        credential: gives tokens for Key Vaults, as for ``load``.
        cloud: the cloud of the vaults.
        lock: what ``hold_lock`` gave: no write begins once it is lost, not even a retry.

    Raises:
        InvalidManifestsError: a manifest has errors.
        UsageError: arguments contradict each other, or name no group or several.
        BlockedError: a freeze, the project's rules or the state of the declared group forbid it.
        SecretUnavailableError: a secret is missing.
        AzureError: Azure says no, before anything is made.
    """
    targets, variables = (target,) if target else (), tuple((env or {}).items())
    wanted = Image(image) if image else None
    options = TaskOptions(targets, wanted, command, variables, container, name, keep, timeout)
    task = options.add_to(Sources(), loaded.request.cwd).task
    placed = check_and_place(load_request(replace(loaded.request, task=task), credential, cloud), backend)
    return _carry_out(placed, _connect(backend, lock), options, print_line, stopped)


def _connect(backend: Backend, lock: HeldLock | None) -> Connection:
    """Return the connection to a backend, which has to be one that ``connect`` gives.

    Raises:
        UsageError: it is another one.
    """
    if not hasattr(backend, "redact"):
        raise UsageError("this backend cannot run a task", hint="use the one that connect() gives you")
    guard(backend, lock)
    known = cast("ArmBackend", backend)
    return Connection(known, known.place, "", lock=lock)


def _carry_out(
    placed: Loaded,
    connection: Connection,
    options: TaskOptions,
    print_line: Callable[[str], None],
    stopped: Callable[[], bool],
) -> RunReport:
    if len(placed.tasks) != 1:
        raise UsageError(f"{len(placed.tasks)} groups are to run", hint="run them one by one")
    listener = _Listener(connection.backend, print_line)
    run = ScriptRun(os.environ, placed.request.cwd, SystemClock())
    policy = make_policy(placed, Allow(), placed.request.environ, now=run.clock.now())
    workspace = Workspace(placed, policy, connection)
    target = Target(timeout=options.timeout)
    planned = plan_runs(workspace, options, target, run, os.urandom)
    context = make_run_context(workspace, planned, run)
    for _ in run_once(
        planned.runs, planned.plan, context, listener, parallel=1, concurrency=target.concurrency, stopped=stopped
    ):
        pass
    if listener.report is None:
        raise RuntimeError("a run ends with a report")
    return listener.report
