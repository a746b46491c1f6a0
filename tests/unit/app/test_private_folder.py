"""A private folder, and what killed processes have left of theirs."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.private_folder import open_private_folder
from aci_reconcile.core.errors import AciReconcileError

if TYPE_CHECKING:
    from pathlib import Path

HOLD = """
import sys, time
from aci_reconcile.app.private_folder import open_private_folder
with open_private_folder("mine-") as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_the_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def age(folder: Path) -> None:
    """Make a folder older than what is being made just now."""
    os.utime(folder, (0, 0))


def fail_in_it() -> None:
    """Use a folder, and fail."""
    with open_private_folder("mine-") as folder:
        assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
        (folder / "file").write_text("x")
        raise KeyError


def test_it_is_private_and_goes(tmp_path: Path) -> None:
    """Also where the block ends with an error."""
    with pytest.raises(KeyError):
        fail_in_it()

    assert [] == list(tmp_path.iterdir())


def test_what_a_killed_process_left_goes_with_the_next_one(tmp_path: Path) -> None:
    """That of a process that lives stays."""
    held = subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True)
    assert held.stdout is not None
    name = held.stdout.readline().strip()
    left = tmp_path / name
    age(left)
    try:
        with open_private_folder("mine-"):
            assert (left / "file").exists()
    finally:
        held.send_signal(signal.SIGKILL)
        held.wait()
        held.stdout.close()
    with open_private_folder("mine-") as folder:
        assert [folder] == list(tmp_path.iterdir())


def test_what_is_not_ours_or_new_stays(tmp_path: Path) -> None:
    """Files, links, other names, and folders that somebody is making just now."""
    kept = tmp_path / "kept"
    kept.mkdir()
    age(kept)
    (tmp_path / "mine-link").symlink_to(kept)
    (tmp_path / "mine-file").write_text("x")
    (tmp_path / "mine-new").mkdir()
    (tmp_path / "mine-old").mkdir()
    age(tmp_path / "mine-old")
    with open_private_folder("mine-") as folder:
        assert {folder.name, "kept", "mine-link", "mine-file", "mine-new"} == {each.name for each in tmp_path.iterdir()}


def test_where_no_folder_can_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error says why."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(AciReconcileError, match="temporary folder"), open_private_folder("mine-"):
        pass
