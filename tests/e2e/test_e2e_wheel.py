"""The wheel and the sdist: the same bytes whoever builds them, and nothing in them that is not for users."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[2]
MOMENT = 1_700_000_000
"""2023-11-14T22:13:20Z, which the zip format holds without rounding."""


def copied(folder: Path, umask: int, moment: int) -> Path:
    """Return a copy of what Git tracks, as a checkout with another umask at another time leaves it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout: what belongs to the project is not known")
    for name in listed.stdout.rstrip("\0").split("\0"):
        if name.startswith("tests/") or not (ROOT / name).is_file():
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
        target.chmod(((ROOT / name).stat().st_mode | 0o666) & ~umask)
        os.utime(target, (moment, moment))
    (folder / "tests").mkdir()
    (folder / "tests" / "test_nothing.py").write_text("", "utf-8")
    (folder / "aci_reconcile" / "__pycache__").mkdir()
    (folder / "aci_reconcile" / "__pycache__" / "errors.cpython-311.pyc").write_bytes(b"")
    return folder


def built(source: Path, target: Path, *formats: str, **environ: str) -> dict[str, bytes]:
    """Build a folder; return the files by their suffix."""
    words = [sys.executable, "-m", "hatchling", "build", "--directory", str(target)]
    words += [word for each in formats for word in ("--target", each)]
    known = {**os.environ, "SOURCE_DATE_EPOCH": str(MOMENT), **environ}
    done = subprocess.run(words, cwd=source, env=known, capture_output=True, text=True, check=False, timeout=120)

    assert 0 == done.returncode, done.stdout + done.stderr
    return {path.suffix: path.read_bytes() for path in target.iterdir()}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two checkouts of the same commit."""
    base = tmp_path_factory.mktemp("checkouts")
    return copied(base / "a", 0o022, MOMENT + 86_400), copied(base / "second one", 0o077, MOMENT - 86_400)


@pytest.fixture(scope="module")
def first(folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is built from the first."""
    target = tmp_path_factory.mktemp("first")
    built(folders[0], target, "sdist", "wheel", TZ="UTC", PYTHONHASHSEED="1")
    return target


def test_two_checkouts_give_the_same_bytes(folders: tuple[Path, Path], first: Path, tmp_path: Path) -> None:
    """With another folder, umask, time of the files, time zone and hash seed."""
    again = built(folders[1], tmp_path / "again", "sdist", "wheel", TZ="Pacific/Apia", PYTHONHASHSEED="2")

    assert {".whl", ".gz"} == set(again)
    assert {path.suffix: path.read_bytes() for path in first.iterdir()} == again


def test_the_sdist_gives_the_same_wheel(first: Path, tmp_path: Path) -> None:
    """So it holds all that the wheel needs."""
    with tarfile.open(next(first.glob("*.tar.gz"))) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    again = built(source, tmp_path / "again", "wheel")

    assert next(first.glob("*.whl")).read_bytes() == again[".whl"]


def test_another_time_is_another_file(folders: tuple[Path, Path], first: Path, tmp_path: Path) -> None:
    """The check itself is checked: the time comes from the variable, and from nowhere else."""
    later = built(folders[0], tmp_path / "later", "wheel", SOURCE_DATE_EPOCH=str(MOMENT + 2))

    assert next(first.glob("*.whl")).read_bytes() != later[".whl"]


def test_what_is_in_the_wheel(first: Path) -> None:
    """The package, typed, with its schemas; no test, no bytecode, and no plugin that loads by itself."""
    with zipfile.ZipFile(next(first.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
        (about,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
        entries = wheel.read(f"{about}/entry_points.txt").decode()
        metadata = HeaderParser().parsestr(wheel.read(f"{about}/METADATA").decode())
    schemas = {f"aci_reconcile/schemas/{path.name}" for path in (ROOT / "schemas").iterdir()}
    strange = {name for name in names if not name.startswith(("aci_reconcile/", f"{about}/"))}

    assert set() == strange
    assert {"aci_reconcile/py.typed", f"{about}/licenses/LICENSE", *schemas} <= names
    assert set() == {name for name in names if "/test_" in name or name.endswith(".pyc") or "__pycache__" in name}
    assert "[console_scripts]\naci-reconcile = aci_reconcile.__main__:main" == entries.strip()
    assert {"keyvault", "pytest"} <= set(metadata.get_all("Provides-Extra", []))
    assert "pytest" not in {each.split(">")[0] for each in metadata.get_all("Requires-Dist", []) if ";" not in each}


def test_what_is_in_the_sdist(first: Path) -> None:
    """What the wheel is built from, and no test, workflow or pin."""
    with tarfile.open(next(first.glob("*.tar.gz"))) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
        owners = {(each.uid, each.gid, each.uname, each.gname) for each in archive.getmembers()}
    kept = {"aci_reconcile", "examples", "schemas"}

    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"} <= names
    assert kept == {name.split("/")[0] for name in names if "/" in name}
    assert {(0, 0, "", "")} == owners
