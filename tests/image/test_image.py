"""The Containerfile, built on a base of Debian packages that has no shell; `make test-image` selects this.

Buildah builds and runs it without a daemon. What is installed comes from this machine's package indexes, whatever they
are: pip fetches it beforehand, and the build has no index.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator


def _can_mount() -> bool:
    """Whether a build may have mounts of its own, which a container without that right has not."""
    if shutil.which("unshare") is None:
        return False
    mounting = ("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt")
    return subprocess.run(mounting, capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.image,
    pytest.mark.skipif(
        not (shutil.which("buildah") and shutil.which("mmdebstrap") and os.geteuid() == 0),
        reason="needs root, buildah and mmdebstrap: apt-get install buildah mmdebstrap",
    ),
    pytest.mark.skipif(not _can_mount(), reason="nothing may be mounted here, which a build needs"),
]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600
ADMIN_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
"""mmdebstrap calls dpkg, which asks for programs that only an administrator has on the path."""
UNWANTED = ("bash", "dash", "sh")
SETTINGS = ("--name", "shop", "-g", "rg-shop", "--location", "westeurope")


def run(*words: str, cwd: Path = ROOT) -> str:
    """Run a program to its end; return what it printed."""
    done = subprocess.run(
        words,
        cwd=cwd,
        env={**os.environ, "PATH": ADMIN_PATH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )

    assert 0 == done.returncode, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Builder:
    """Buildah, with its images in a folder of the test's own."""

    folder: Path

    @property
    def words(self) -> tuple[str, ...]:
        """How it is called."""
        return ("buildah", "--storage-driver=vfs", f"--root={self.folder}/images", f"--runroot={self.folder}/run")

    def build(self, file: Path, context: Path, name: str, *options: str) -> str:
        """Build an image; return its name."""
        run(
            *self.words,
            "build",
            "--quiet",
            "--isolation=chroot",
            f"--file={file}",
            f"--tag={name}",
            *options,
            str(context),
        )
        return name

    def settings(self, image: str) -> dict[str, Any]:
        """Return what an image says of itself."""
        found: dict[str, Any] = json.loads(run(*self.words, "inspect", "--type=image", image))["OCIv1"]["config"]
        return found

    @contextmanager
    def container(self, image: str, user: str = "", volume: Path | None = None) -> Generator[tuple[str, ...]]:
        """Give the words that start an image's program, with the user that it names unless another one is given."""
        name, settings = run(*self.words, "from", image), self.settings(image)
        options = [f"--user={user or settings['User']}"]
        options += [f"--volume={volume}:{settings['WorkingDir']}"] if volume else []
        try:
            yield (*self.words, "run", "--isolation=chroot", *options, name, "--", *settings["Entrypoint"])
        finally:
            run(*self.words, "rm", name)


@pytest.fixture(scope="module")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    """With the three images built."""
    folder = tmp_path_factory.mktemp("builder")
    _make_base(Builder(folder), folder / "base")
    run(
        *(sys.executable, "-m", "pip", "download", "--quiet", f"--dest={folder}/wheels", "--only-binary=:all:"),
        *("--python-version=3.11", "--require-hashes", "--requirement=requirements/run.txt"),
    )
    options = ["--build-arg=BASE=localhost/base", "--build-arg=PIP_NO_INDEX=1", "--build-arg=PIP_FIND_LINKS=/wheels"]
    options += [f"--volume={folder}/wheels:/wheels:ro", f"--ignorefile={ROOT}/.dockerignore"]
    Builder(folder).build(ROOT / "Containerfile", ROOT, "localhost/command", *options)
    (folder / "Containerfile").write_text(_emulator_stage(), encoding="utf-8")
    Builder(folder).build(folder / "Containerfile", folder / "base", "localhost/emulator")
    return Builder(folder)


def _emulator_stage() -> str:
    """Return that stage on top of what was built: without it, all would be built twice."""
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    return "FROM localhost/command\n" + text.partition("FROM command AS emulator\n")[2].partition("FROM ")[0]


def _make_base(builder: Builder, folder: Path) -> None:
    """Make an image of Debian's Python: the packages are laid out, and nothing in them is run."""
    folder.mkdir()
    packages = "--include=base-files,base-passwd,ca-certificates,python3-venv,tzdata"
    without = [f"--dpkgopt=path-exclude=/usr/share/{each}/*" for each in ("doc", "locale", "man")]
    without += [f"--dpkgopt=path-exclude={place}/{each}" for each in UNWANTED for place in ("/bin", "/usr/bin")]
    run("mmdebstrap", "--quiet", "--variant=extract", packages, *without, "bookworm", str(folder / "base.tar"))
    (folder / "Containerfile").write_text("FROM scratch\nADD base.tar /\n", encoding="utf-8")
    builder.build(folder / "Containerfile", folder, "localhost/base")


def test_it_is_nobody_and_has_no_shell(builder: Builder) -> None:
    """The user has a number, which Kubernetes can see to be none of root's; nothing needed a shell to build it."""
    settings = builder.settings("localhost/command")
    with builder.container("localhost/command") as started:
        (start,) = {index for index, word in enumerate(started) if word == "--"}
        shell = (*started[: start + 1], "/bin/sh", "-c", "true")
        done = subprocess.run(shell, capture_output=True, text=True, check=False, timeout=PATIENCE)

    assert ("65532:65532", "/work") == (settings["User"], settings["WorkingDir"])
    assert ["/opt/aci-reconcile/bin/aci-reconcile"] == settings["Entrypoint"]
    assert not settings.get("Cmd")
    assert 0 != done.returncode
    assert "/bin/sh" in done.stderr


@pytest.mark.parametrize("user", ["", "4711:4711"], ids=["its user", "any user"])
def test_a_project_is_begun_and_applied_in_it(builder: Builder, tmp_path: Path, user: str) -> None:
    """The current folder is mounted, as docs/container.md says; nothing is written elsewhere."""
    tmp_path.chmod(0o777)
    with builder.container("localhost/command", user, tmp_path) as started:
        run(*started, "init", *SETTINGS, "-s", "00000000-0000-0000-0000-000000000000")
        run(*started, "apply", "--local", "--auto-approve")
        planned = run(*started, "plan", "--local", "--detailed-exitcode")

    assert "No changes" in planned
    assert (tmp_path / ".aci-reconcile").is_dir()


def test_the_emulator_serves(builder: Builder) -> None:
    """From an image of its own, since a service container has no arguments."""
    assert {"10810/tcp": {}} == builder.settings("localhost/emulator")["ExposedPorts"]
    with builder.container("localhost/emulator") as started:
        server = subprocess.Popen([*started, "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1].replace("0.0.0.0", "127.0.0.1")
            with urllib.request.urlopen(f"{url}/emulator/health", timeout=30) as answer:
                assert 200 == answer.status
        finally:
            server.terminate()
            server.communicate(timeout=30)


def test_the_base_is_pinned() -> None:
    """By its digest, with the tag beside it for people."""
    first, *_ = [
        line for line in (ROOT / "Containerfile").read_text("utf-8").splitlines() if line.startswith("ARG BASE")
    ]

    assert first.startswith("ARG BASE=docker.io/library/python:3.")
    assert 64 == len(first.rpartition("@sha256:")[2])
