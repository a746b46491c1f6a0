"""`facts.json` and `recording.json`: what a run of probes leaves in a folder, without what tells whose it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.files import check_target, write_whole
from aci_reconcile.core.errors import UsageError
from aci_reconcile.facts.answers import Finding, write_answers
from aci_reconcile.facts.probes import Seen
from aci_reconcile.facts.recording import Scrubber, write_recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from aci_reconcile.app.laboratory import Laboratory
    from aci_reconcile.facts.inquiry import Answered
    from aci_reconcile.facts.probes.lab import Lab

FACTS, RECORDING = "facts.json", "recording.json"
_LONGEST_HOW: Final = 300
"""Characters: messages of Azure's can be long, and the recording has them whole."""


def check_folder(folder: Path) -> None:
    """Make the folder, and check that both files can be written there.

    Raises:
        UsageError: they cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder}: the folder cannot be made: {error}", hint="name another folder") from error
    for name in (FACTS, RECORDING):
        check_target(f"--out {folder}", folder / name)


def write_files(folder: Path, answers: Sequence[Answered], laboratory: Laboratory, now: float) -> None:
    """Write both files.

    Args:
        folder: where they go.
        answers: what was found out.
        laboratory: what was asked and answered.
        now: seconds since the epoch.

    Raises:
        UsageError: one cannot be written.
    """
    lab, exchanges = laboratory.lab, tuple(laboratory.exchanges)
    scrubber = Scrubber(exchanges, (lab.scope.subscription, lab.scope.resource_group, lab.run))
    day = datetime.fromtimestamp(now, UTC).date().isoformat()
    try:
        write_whole(folder / FACTS, write_answers(_list_findings(answers, lab, scrubber, day)))
        write_whole(folder / RECORDING, write_recording(scrubber.scrub(each) for each in exchanges))
    except OSError as error:
        raise UsageError(f"--out {folder}: the files cannot be written: {error}", hint="name another folder") from error


def _list_findings(answers: Sequence[Answered], lab: Lab, scrubber: Scrubber, day: str) -> Iterator[Finding]:
    for answered in answers:
        for verdict in answered.verdicts:
            if isinstance(verdict, Seen):
                how = scrubber.scrub_text(verdict.how)[:_LONGEST_HOW]
                yield Finding(verdict.fact, verdict.value, how, lab.api_version, lab.location, day)
