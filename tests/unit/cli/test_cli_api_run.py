"""``run_task`` in Python: what the command does, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import aci_reconcile
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine


def test_a_task_is_run_from_python(project: CommandLine) -> None:
    """It returns the code and leaves nothing; secrets are taken out of what is printed."""
    lines: list[str] = []
    loaded = aci_reconcile.load(environ={"TOKEN": "s3cr3t-t0k3n"})
    with aci_reconcile.connect(loaded, local=project.folder / ".aci-reconcile") as backend:
        report = aci_reconcile.run_task(
            loaded,
            backend,
            "web",
            command=("sh", "-c", "echo s3cr3t-t0k3n; exit 4"),
            env={"TOKEN": None},
            print_line=lines.append,
        )
        left = list(backend.list(report.run.change.id.scope))

    assert (4, 4, "") == (report.ending.code, report.ending.exit_code, report.remains)
    assert 1 == len(lines)
    assert "s3cr3t-t0k3n" not in lines[0]
    assert [] == left


def test_one_task_is_run_at_a_time(project: CommandLine) -> None:
    """Nothing, and several, are mistakes of the caller."""
    project.group("job")
    loaded = aci_reconcile.load()
    with aci_reconcile.connect(loaded, local=project.folder / ".aci-reconcile") as backend:
        with pytest.raises(UsageError, match="nothing to run"):
            aci_reconcile.run_task(loaded, backend)
        with pytest.raises(UsageError, match="2 groups are to run"):
            aci_reconcile.run_task(loaded, backend, "*")
