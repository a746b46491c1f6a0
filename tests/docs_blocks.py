"""The fenced blocks of the documentation: which page, which kind, which text."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
)
GENERATED: Final = frozenset({"docs/diagnostics.md"})
"""Its blocks are fragments that are wrong on purpose, from the table of codes."""

_FENCE = re.compile(r"(?:^<!-- block: ([a-z-]+) -->\n)?(^```)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block. ``kind`` is what a comment above the fence says, or else what stands behind it; of YAML, its keys tell.

    It is a comment, since Git hosts show a block with two words behind its fence, and Python-Markdown loses it.
    """

    page: str
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(*kinds: str) -> list[Block]:
    """Return the blocks of some kinds, or all."""
    return [each for each in _all() if not kinds or each.kind in kinds]


@functools.cache
def _all() -> tuple[Block, ...]:
    return tuple(_read_pages())


def _read_pages() -> Iterator[Block]:
    for page in PAGES:
        name, text = page.relative_to(ROOT).as_posix(), page.read_text(encoding="utf-8")
        if name in GENERATED:
            continue
        for match in _FENCE.finditer(text):
            kind = match[1] or (_told(match[4]) if match[3] == "yaml" else match[3])
            yield Block(name, text.count("\n", 0, match.start(2)) + 1, kind, match[4])


def _told(text: str) -> str:
    """Return what a YAML block is, by its keys."""
    if text.lstrip().startswith("- address") or "accepted-drift" in text:
        return "accepted"
    keys = set(re.findall(r"^([A-Za-z-]+):", text, re.MULTILINE))
    if keys & {"containers", "properties"}:
        return "manifest"
    if keys & {"on", "jobs", "permissions", "concurrency", "env"}:
        return "workflow" if "jobs" in keys else "part of a workflow"
    return "steps" if text.lstrip().startswith(("- uses", "- run", "- name")) else "project"


def workflow(block: Block) -> str:
    """Return a workflow that holds what a block shows."""
    if block.kind == "workflow":
        return block.text
    if block.kind == "steps":
        steps = "".join(f"      {line}\n" for line in block.text.splitlines())
        return f"on: push\njobs:\n  shown:\n    runs-on: ubuntu-24.04\n    steps:\n{steps}"
    return f"on: push\n{block.text}jobs:\n  shown:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: 'true'\n"
