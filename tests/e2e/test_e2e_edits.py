"""``set`` and ``fmt`` on real files: a process that dies leaves the old file or the new one."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.e2e, pytest.mark.long]

LONG = """\
# the shop
name: {name}
containers:
- image: shop/web:1   # bumped
  name: a
  properties:
    resources: &size {{requests: {{memoryInGB: 1, cpu: 1}}}}
"""
DYING = """\
import os, signal
moment = os.environ["DIES_AT"]
real = {"open": os.open, "fsync": os.fsync, "replace": os.replace}

def hook(name):
    def call(*words, **more):
        edits = name != "open" or ".web.yaml." in str(words[0])
        if edits and moment == f"before {name}":
            os.kill(os.getpid(), signal.SIGKILL)
        found = real[name](*words, **more)
        if edits and moment == f"after {name}":
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    return call

for each in real:
    setattr(os, each, hook(each))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two groups in their long forms, and a Git repository around it."""
    place = tmp_path / "shop"
    (place / "manifests").mkdir(parents=True)
    (place / ".git").mkdir()
    (place / "aci-reconcile.yaml").write_text(PROJECT, encoding="utf-8")
    for name in ("api", "web"):
        (place / f"manifests/{name}.yaml").write_text(LONG.format(name=name), encoding="utf-8")
    return place


def read(folder: Path) -> dict[str, bytes]:
    """Return the manifests."""
    return {each.name: each.read_bytes() for each in folder.glob("manifests/*.yaml")}


@pytest.mark.parametrize(
    ("words", "moments"),
    [
        (("set", "web", "image=shop/web:2"), {"after open": "old", "before replace": "old"}),
        (("fmt", "manifests/web.yaml"), {"before fsync": "old", "after replace": "new"}),
    ],
)
def test_a_kill_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, folder: Path, words: tuple[str, ...], moments: dict[str, str]
) -> None:
    """Whenever it comes; what is left of the attempt is not read, and the next run does what was asked."""
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks/sitecustomize.py").write_text(DYING, encoding="utf-8")
    run, old = Commands(folder), read(folder)
    for moment, wanted in moments.items():
        killed = run(*words, PYTHONPATH=str(tmp_path / "hooks"), DIES_AT=moment)
        left = read(folder)
        again = run(*words)
        new = read(folder)

        assert (-9, 0) == (killed.code, again.code), (moment, killed.err, again.err)
        assert (old["api.yaml"], True) == (new["api.yaml"], old != new)
        assert left == {"old": old, "new": new}[wanted], moment
        (folder / "manifests/web.yaml").write_bytes(old["web.yaml"])


def test_what_a_file_is_stays(folder: Path) -> None:
    """Permissions, a byte order mark, line endings, several documents, anchors; `set` leaves a missing line break."""
    file = folder / "manifests/web.yaml"
    other = LONG.format(name="jobs").replace("&size", "&jobs").removesuffix("\n")
    text = f"\ufeff{LONG.format(name='web')}---\n{other}".replace("\n", "\r\n")
    file.write_bytes(text.encode())
    file.chmod(0o640)
    run = Commands(folder)

    assert 0 == run("set", "jobs", "image=shop/web:2").code
    assert text.encode()[: text.index("---")] == file.read_bytes()[: text.index("---")]
    assert text.replace("shop/web:1", "shop/web:2").encode()[-60:] == file.read_bytes()[-60:]
    assert 0 == run("fmt").code
    assert 0o640 == stat.S_IMODE(file.stat().st_mode)
    short = file.read_bytes().decode()
    assert ("\ufeff# the shop\r\n", "\r\n", short.count("\n")) == (short[:13], short[-2:], short.count("\r\n"))
    assert (2, 2, 2) == (short.count("# bumped"), short.count("&"), short.count("# the shop"))
    assert (0, "Nothing to change in 2 files.\n") == ((ran := run("fmt", "--check")).code, ran.out)


@pytest.mark.parametrize("link", ["manifests/web.yaml", "manifests"])
def test_what_leads_out_of_the_repository_is_not_edited(tmp_path: Path, folder: Path, link: str) -> None:
    """Neither a link to a file nor one to a folder, which a pull request may bring; what it leads to stays."""
    outside = tmp_path / "outside"
    (folder / "manifests").rename(outside)
    (outside / ".git").mkdir()
    (folder / link).parent.mkdir(exist_ok=True)
    (folder / link).symlink_to(outside / "web.yaml" if link.endswith("yaml") else outside)
    run = Commands(folder)
    before = {each.name: each.read_bytes() for each in outside.glob("*.yaml")}
    for words in (("set", "web", "image=x:2"), ("fmt",)):
        ran = run(*words)

        assert (1, True) == (ran.code, "Traceback" not in ran.err and "out of the repository" in ran.err), ran
    assert before == {each.name: each.read_bytes() for each in outside.iterdir() if each.is_file()}


def test_an_invalid_file_and_a_path_that_is_not_there(folder: Path) -> None:
    """Each is told with its place; nothing is written, and the exit code is not that of a difference."""
    before = read(folder)
    run = Commands(folder)
    missing = run("set", "web", "containers[a].ports[80].protocol=UDP")
    unknown = run("set", "web", "containers[a].imag=x")
    (folder / "manifests/bad.yaml").write_text("name: bad\ncontainers: [}\n", encoding="utf-8")
    bad = [run(*words) for words in (("fmt", "--check"), ("fmt", "--diff"), ("fmt",), ("set", "web", "image=x:2"))]

    assert (1, True) == (missing.code, "manifests/web.yaml:7:5 has no ports" in missing.err), missing.err
    assert (1, True) == (unknown.code, "did you mean containers.image?" in unknown.err), unknown.err
    for each in bad:
        assert (1, True) == (each.code, "manifests/bad.yaml:2:14: error ACI004" in each.err), each
    assert before == {name: text for name, text in read(folder).items() if name != "bad.yaml"}
