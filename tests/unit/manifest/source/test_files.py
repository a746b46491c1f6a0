"""Which files are read, and what is done about those that can't be."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
import yaml

from aci_reconcile.manifest import Request, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

GROUP = "name: NAME\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"


JSON_GROUP = """
{"name": "c", "containers": [{"name": "a", "image": "x:1", "resources": {"cpu": 1, "memoryInGB": 1}}]}
"""


def group(name: str) -> str:
    """Return a manifest that has nothing wrong."""
    return GROUP.replace("NAME", name)


def test_folders_are_read_in_order(load_text: Loader) -> None:
    """YAML and JSON files of all folders, no hidden ones, no project file, nothing else."""
    files = {
        "z.yaml": group("z"),
        "a/b.YML": group("b"),
        "a/c.json": JSON_GROUP,
        "a/.hidden.yaml": "wrong",
        ".git2/x.yaml": "wrong",
        "README.md": "wrong",
    }

    loaded = load_text(files)

    assert ("a/b.YML", "a/c.json", "z.yaml") == loaded.files
    assert () == loaded.diagnostics
    assert ["b", "c", "z"] == [each.id.name for each in loaded.resources]


def test_one_bad_file_does_not_hide_the_others(load_text: Loader, tmp_path: Path) -> None:
    """Each is complained of, and the good one is there."""
    (tmp_path / "latin.yaml").write_bytes(b"name: \xe9\n")

    loaded = load_text({"bad.yaml": "name: [\n", "good.yaml": group("good")})

    assert ["good"] == [each.id.name for each in loaded.resources]
    assert ["bad.yaml", "latin.yaml"] == [each.where.file for each in loaded.diagnostics]


def test_a_byte_order_mark_is_no_harm(load_text: Loader, tmp_path: Path) -> None:
    """Nor are the line ends of Windows."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbf" + group("web").replace("\n", "\r\n").encode())

    loaded = load_text({})

    assert [("web", "a.yaml:1:1")] == [(each.id.name, str(each.where)) for each in loaded.resources]
    assert () == loaded.diagnostics


def test_huge_files_are_not_read(load_text: Loader) -> None:
    """One MiB is the limit."""
    loaded = load_text({"a.yaml": f"# {'x' * 1024 * 1024}\n", "b.yaml": group("b")})

    assert [("ACI002", "a.yaml")] == [(each.code, each.where.file) for each in loaded.diagnostics]


def test_links_may_not_leave_the_repository(load_text: Loader, tmp_path: Path) -> None:
    """Neither a file nor a folder; a link inside is followed to the file, and a folder is read where it is."""
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    outer.mkdir()
    (outer / "x.yaml").write_text(group("x"))
    inner.mkdir()
    (inner / "out.yaml").symlink_to(outer / "x.yaml")
    (inner / "folder").symlink_to(outer)
    (inner / "real.yaml").write_text(group("real"))
    (inner / "again").symlink_to(inner)

    loaded = load(Request(cwd=inner, resource_group="rg", location="westeurope"))

    assert [("ACI140", "folder"), ("ACI140", "out.yaml")] == [(e.code, e.where.file) for e in loaded.diagnostics]
    assert ("real.yaml",) == loaded.files


def test_what_is_gone_is_an_error(load_text: Loader, tmp_path: Path) -> None:
    """A file that can't be read is no empty file."""
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nowhere.yaml")

    loaded = load_text({"good.yaml": group("good")})

    assert [("ACI001", "gone.yaml")] == [(each.code, each.where.file) for each in loaded.diagnostics]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_in_the_repository_is_not_waited_for(load_text: Loader, tmp_path: Path) -> None:
    """Nobody may ever write to it: as a manifest, behind a link, and as a file that a manifest refers to."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "key")
    refers = group("web").replace("image:", "environmentVariables: [{name: A, value: '${file:key}'}], image:")

    loaded = load_text({"web.yaml": refers})

    found = [(each.code, each.where.file) for each in loaded.diagnostics]
    assert [("ACI001", "link.yaml"), ("ACI001", "pipe.yaml"), ("ACI156", "web.yaml")] == found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_from_elsewhere_is_read(tmp_path: Path) -> None:
    """As a shell makes one of ``<(…)``."""
    (tmp_path / "cwd").mkdir()
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(group("web"),))
    writer.start()

    loaded = load(Request(paths=(pipe,), cwd=tmp_path / "cwd", resource_group="rg", location="westeurope"))
    writer.join()

    assert ["web"] == [each.id.name for each in loaded.resources]


def test_files_elsewhere_are_shown_whole(tmp_path: Path) -> None:
    """What is not below the current folder has its full path."""
    (tmp_path / "cwd").mkdir()
    file = tmp_path / "web.yaml"
    file.write_text("name: web\nfoo: 1\n")

    loaded = load(Request(paths=(file,), cwd=tmp_path / "cwd", resource_group="rg", location="we"))

    assert {str(file)} == {each.where.file for each in loaded.diagnostics}


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n"])
def test_deep_nesting_is_cheap(load_text: Loader, opening: str) -> None:
    """A megabyte of brackets is refused at once."""
    text = opening * (900_000 // len(opening)) if opening != "a:\n" else "".join(" " * n + "a:\n" for n in range(1000))
    started = time.monotonic()

    loaded = load_text(text)

    assert {"ACI009"} == {each.code for each in loaded.diagnostics}
    assert time.monotonic() - started < 5


def test_the_slow_parser_says_the_same(load_text: Loader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where PyYAML has no C library, resources, places and codes are the same."""
    text = f"{group('web')}tags: {{a: no, 'b': 'x'}}\n---\n{group('api')}tags: &t {{x: 1.10}}\nzones: [*t, 1]\n"
    fast = load_text(text)

    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert fast == load_text(text)


def test_aliases_are_bounded(load_text: Loader) -> None:
    """Nine levels of ten aliases would be a billion values."""
    lines = [f"k{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 10)}]" for n in range(9)]

    loaded = load_text("\n".join(lines))

    assert ["ACI008"] == [each.code for each in loaded.diagnostics]


def test_json_is_read_with_places_and_comments(load_text: Loader) -> None:
    """Comments are taken with a warning; places are those of the file."""
    loaded = load_text({"a.json": '{\n  // web\n  "name": "web",\n  "colour": 1\n}'})

    assert [("ACI139", 2, 3), ("ACI110", 4, 3)] == [
        (each.code, each.where.line, each.where.column)
        for each in sorted(loaded.diagnostics)
        if each.code in {"ACI139", "ACI110"}
    ]
