"""Files that are written: what the system refuses is told before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.files import check_target
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_name_that_no_file_can_have(tmp_path: Path) -> None:
    """The option is named, and the system's reason."""
    with pytest.raises(UsageError, match=r"^--out x: File name too long$"):
        check_target("--out x", tmp_path / ("x" * 300))


def test_links_and_folders_are_refused(tmp_path: Path) -> None:
    """A link could lead anywhere."""
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for name in ("link", "."):
        with pytest.raises(UsageError, match="not a regular file"):
            check_target("--out x", tmp_path / name)


def test_new_files_and_old_ones_may_be_written(tmp_path: Path) -> None:
    """What is there is replaced."""
    (tmp_path / "old").touch()

    check_target("--out x", tmp_path / "old")
    check_target("--out x", tmp_path / "new")
