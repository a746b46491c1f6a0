"""``run``: a task to its end, in a group that is deleted afterwards, with the container's exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import candidates, options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, Words, declare, include
from aci_reconcile.cli.option_types import Line
from aci_reconcile.cli.options import AzureOptions, OutputOptions, SourceOptions
from aci_reconcile.cli.safety_options import CREATE_RESOURCE_GROUPS, OVERRIDE_FREEZE, LockOptions
from aci_reconcile.core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aci_reconcile.app.tasks import TaskOptions
    from aci_reconcile.cli.run_output import RunOutput
    from aci_reconcile.cli.session import Session
    from aci_reconcile.reconcile.events import Event

_TASK: Final = "Task"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of ``run``."""

    targets: tuple[str, ...] = declare(
        click.Argument(
            ["targets"], nargs=-1, metavar="[MANIFEST|ADDRESS]...", shell_complete=candidates.complete_groups
        )
    )
    command: tuple[str, ...] = declare(Words("command", "[-- COMMAND ...]"))
    image: str = declare(
        Option(
            "--image",
            section=_TASK,
            setting="run_image",
            metavar="IMAGE",
            default="",
            help="Run this image, instead of a manifest. Credentials of a registry need a manifest.",
        )
    )
    env: tuple[str, ...] = declare(
        Option(
            "--env",
            section=_TASK,
            setting="run_env",
            type=Line(),
            multiple=True,
            metavar="K[=V]",
            help="Set the variable K; without V, to its value here, as a secret. V may have references. Repeatable.",
        )
    )
    container: str = declare(
        Option(
            "-c",
            "--container",
            section=_TASK,
            setting="run_container",
            metavar="NAME",
            default="",
            help="Container that the command is for, and whose end is the end of the run.",
        )
    )
    cpu: str = declare(
        Option(
            "--cpu", section=_TASK, setting="run_cpu", metavar="N", default="", help="Cores, with --image (default: 1)."
        )
    )
    memory: str = declare(
        Option(
            "--memory",
            section=_TASK,
            setting="run_memory",
            metavar="GB",
            default="",
            help="GB, with --image (default: 1.5).",
        )
    )
    location: str = declare(
        Option(
            "-l",
            "--location",
            section=_TASK,
            setting="run_location",
            metavar="NAME",
            default="",
            help="Region of a group whose manifest names none (default: the project's).",
        )
    )
    name: str = declare(
        Option(
            "--name",
            section=_TASK,
            setting="run_name",
            metavar="NAME",
            default="",
            help="Name of the group that is made (default: the manifest's, with the run's id).",
        )
    )
    keep: bool = declare(
        Option(
            "--keep/--rm",
            section=_TASK,
            setting="run_keep",
            default=False,
            help="Keep the group that is made, or delete it at the end (default: --rm).",
        )
    )
    parallel: int = declare(
        Option(
            "--parallel",
            section=_TASK,
            setting="run_parallel",
            type=options.COUNT,
            metavar="N",
            default=1,
            help="How many of several tasks run at once (default: 1).",
        )
    )
    create_resource_groups: bool = declare(CREATE_RESOURCE_GROUPS)
    override_freeze: str | None = declare(OVERRIDE_FREEZE)
    lock: LockOptions = include(LockOptions)
    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = options.include_output(options.PAGES)
    report: tuple[tuple[str, str], ...] = declare(options.make_report_option(options.PAGES))

    @property
    def task(self) -> TaskOptions:
        """What to run, and how.

        Raises:
            UsageError: options contradict each other.
        """
        from aci_reconcile.app.tasks import TaskOptions, parse_variables
        from aci_reconcile.manifest import Image

        if (self.cpu or self.memory) and not self.image:
            raise UsageError("--cpu and --memory belong to --image", hint="a manifest says what its containers get")
        defaults = Image("")
        image = Image(self.image, self.cpu or defaults.cpu, self.memory or defaults.memory) if self.image else None
        return TaskOptions(
            targets=(*self.targets, *self.sources.only),
            image=image,
            command=self.command,
            env=parse_variables(self.env),
            container=self.container,
            name=self.name,
            keep=self.keep,
            timeout=self.azure.timeout,
        )


def run_tasks(session: Session, asked: RunOptions) -> int:
    """Run what is asked for, show what it prints, and return its exit code."""
    import os
    from dataclasses import replace

    from aci_reconcile.app.policy import Allow
    from aci_reconcile.app.tasks import make_run_context, plan_runs
    from aci_reconcile.app.workspace import prepare
    from aci_reconcile.cli.progress import complete_hints
    from aci_reconcile.cli.reports import open_reports
    from aci_reconcile.cli.run_output import RunOutput
    from aci_reconcile.reconcile.task_end import combine
    from aci_reconcile.reconcile.tasks import run_once
    from aci_reconcile.render.escape import sanitize

    console, task = session.console, asked.task
    target = replace(asked.azure.target, unattended="run", lock=asked.lock.make_request("run"))
    with open_reports("run", session, asked.report, environment=asked.sources.environment) as reports:
        sources = replace(asked.sources.make_sources(asked.azure.place), only=(), location=asked.location)
        sources = task.add_to(sources, session.cwd)
        allow = Allow(create_resource_groups=asked.create_resource_groups, override_freeze=asked.override_freeze)
        with prepare(sources, target, allow, session) as workspace:
            planned = plan_runs(workspace, task, target, session, os.urandom)
            for note in planned.notes:
                console.info(f"{sanitize(note)}.")
            context = make_run_context(workspace, planned, session)
            output = RunOutput(planned.runs, console, session.clock, workspace.connection.backend.redact)
            events = run_once(
                planned.runs,
                planned.plan,
                context,
                output,
                parallel=asked.parallel,
                concurrency=target.concurrency,
                stopped=session.interruption.has_come,
            )
            with session.interruption.protect(lambda: output.describe_remaining(tuple(context.in_flight))):
                _show(complete_hints(events, session.place), output, session)
            output.finish()
            reports.publish(lambda each: output.render_report(each, workspace.header, reports), streamed=True)
            if session.interruption.has_come():
                return session.interruption.exit_code
            return combine(each.ending for each in output.reports)


def _show(events: Iterable[Event], output: RunOutput, session: Session) -> None:
    """Show what happens to groups; what becomes of each run, the output itself is told."""
    from aci_reconcile.app.messages import report_event
    from aci_reconcile.reconcile.events import Finished
    from aci_reconcile.render.json.apply import render_event_json

    for event in events:
        if isinstance(event, Finished):
            continue
        if session.console.json:
            output.show(render_event_json(event, timestamp=session.clock.now()))
        else:
            report_event(event, session.console)


RUN = Command(
    "run",
    run_tasks,
    RunOptions,
    help="Run a task to its end, delete what that made, and exit with the container's code.",
    examples=(
        "aci-reconcile run migrate                       a declared job, once",
        "aci-reconcile run web -- python manage.py check  another command, as web is declared",
        "aci-reconcile run tasks/ --parallel 4           every manifest of a folder",
        "aci-reconcile run --image alpine -- echo hello  an image",
    ),
    failure=ExitCode.NO_RESULT,
)
