"""``facts probe``: asks Azure what the register believes, with groups that it creates and deletes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.cli import options
from aci_reconcile.cli.command import Command
from aci_reconcile.cli.option import Option, declare, include
from aci_reconcile.cli.options import AzureOptions, OutputOptions
from aci_reconcile.core.errors import AciReconcileError, ExitCode, UsageError
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from aci_reconcile.app.laboratory import Laboratory
    from aci_reconcile.cli.session import Session
    from aci_reconcile.facts.inquiry import Answered
    from aci_reconcile.facts.probes import Probe

PROBES: Final = "Probes"
"""A section of the help page."""
APPROVE: Final = Option(
    "-y", "--auto-approve", "--yes", section=options.SAFETY, safety=True, is_flag=True, help="Do not ask for approval."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeOptions:
    """The options of ``facts probe``."""

    location: str = declare(
        Option(
            "-l", "--location", section=options.AZURE, metavar="REGION", default="", help="Region, such as westeurope."
        )
    )
    only: tuple[str, ...] = declare(
        Option(
            "--only",
            section=PROBES,
            setting="facts_only",
            multiple=True,
            metavar="ID",
            help="Ask only this probe, or what answers this fact. Repeatable.",
        )
    )
    deep: bool = declare(
        Option(
            "--deep",
            section=PROBES,
            setting="facts_deep",
            is_flag=True,
            help="Also ask what takes half an hour, or 30 groups at once.",
        )
    )
    network: bool = declare(
        Option(
            "--network",
            section=PROBES,
            setting="facts_network",
            is_flag=True,
            help="Also ask about virtual networks: some are made, and deleted again.",
        )
    )
    budget: float = declare(
        Option(
            "--budget",
            section=options.SAFETY,
            safety=True,
            type=click.FloatRange(min=0),
            default=1.0,
            metavar="USD",
            help="Refuse what is estimated to cost more (default: 1.00).",
        )
    )
    auto_approve: bool = declare(APPROVE)
    out: Path = declare(
        Option(
            "--out",
            section=options.OUTPUT,
            setting="facts_out",
            type=options.FILE,
            metavar="DIR",
            default=Path(),
            help="Write facts.json and recording.json there (default: the current folder).",
        )
    )
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions)


def probe_facts(session: Session, asked: ProbeOptions) -> ExitCode:
    """Say what will be created, ask, ask Azure, delete everything, and show what was found out."""
    from aci_reconcile.app.laboratory import LaboratoryRequest, open_laboratory
    from aci_reconcile.app.probe_files import FACTS, RECORDING, check_folder, write_files
    from aci_reconcile.cli.approval import ask
    from aci_reconcile.facts import report
    from aci_reconcile.facts.selection import check_budget, choose_probes, estimate

    folder = session.cwd / asked.out
    probes = choose_probes(asked.only, deep=asked.deep, network=asked.network)
    expected = estimate(probes)
    check_budget(expected, asked.budget)
    if not asked.location:
        raise UsageError("no region is given", hint="name one with -l, such as -l westeurope")
    console, place = session.console, asked.azure.place
    request = LaboratoryRequest(asked.azure.target, place.subscription, place.resource_group, asked.location)
    with open_laboratory(request, session, session.interruption.has_come) as laboratory:
        found = laboratory.inspect()
        if found.others:
            shown = ", ".join(each.rpartition("/")[2] for each in found.others[:3])
            hint = "name one that does not exist, or is empty: probes never work beside what others made"
            raise UsageError(f"the resource group {place.resource_group} is not empty: {shown}", hint=hint)
        console.plain("info", report.render_intent(probes, expected, laboratory.lab, found, width=console.width))
        ask(session, "create these groups", approved=asked.auto_approve)
        check_folder(folder)
        answers, left = _ask_all(laboratory, probes, session)
        write_files(folder, answers, laboratory, session.clock.now())
        console.info(f"Wrote {FACTS} and {RECORDING} into {sanitize(str(folder))}; look at them before you send them.")
        if console.json:
            console.result(report.render_answers_json(answers, laboratory.lab))
        else:
            console.result(report.render_answers_text(answers, console.style, width=console.width))
    if session.interruption.has_come():
        return session.interruption.exit_code
    return ExitCode.ERROR if left else ExitCode.OK


def _ask_all(laboratory: Laboratory, probes: tuple[Probe, ...], session: Session) -> tuple[list[Answered], bool]:
    """Ask the probes, and delete what they made, whatever comes in between; return whether something is left."""
    from aci_reconcile.facts.inquiry import ask_probes

    answers: list[Answered] = []
    left = False
    last_words = " `aci-reconcile facts clean` deletes what is left."
    with session.interruption.protect(lambda: last_words):
        try:
            laboratory.move_in(laboratory.inspect())
            session.console.info("Asking. After Ctrl-C, too, everything is deleted.")
            for answered in ask_probes(probes, laboratory.lab, laboratory.world):
                answers.append(answered)
                session.console.info(f"{answered.probe.id}: answered ({len(answers)} of {len(probes)}).")
        finally:
            try:
                laboratory.move_out()
            except AciReconcileError as error:
                left = True
                session.console.warn(f"{error.message}\n  {error.hint or last_words.strip()}")
    return answers, left


PROBE = Command(
    "probe",
    probe_facts,
    ProbeOptions,
    help="Ask Azure what is believed about it, with small groups that are deleted again.",
    examples=(
        "aci-reconcile facts probe -g rg-probe -l westeurope                  says what it costs, asks first",
        "aci-reconcile facts probe -g rg-probe -l westeurope --only echo-empty  one probe",
        "aci-reconcile facts probe -g rg-probe -l westeurope --local -y         ask the embedded emulator",
    ),
)
