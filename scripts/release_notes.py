"""Print what CHANGELOG.md says of a version, for its release; refuse a tag that is not the version of the code.

The form is that of Keep a Changelog: ``## Unreleased``, then ``## 1.2.3 - 2026-01-31``, the newest first, each with
its changes under ``### Added`` and the like.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from aci_reconcile.version import VERSION

CHANGELOG = Path(__file__).resolve().parent.parent / "CHANGELOG.md"
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
_RELEASE = re.compile(r"(\d+)\.(\d+)\.(\d+) - (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Section:
    """What changed in one version; the first one's name may be ``Unreleased``, without a day."""

    name: str
    day: str
    text: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The parts of the version."""
        return tuple(int(each) for each in self.name.split("."))


def parse(text: str) -> tuple[Section, ...]:
    """Return the sections as they stand; raise ValueError with the first line that is not as it should be."""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    sections = tuple(_section(part, number) for number, part in enumerate(parts))
    released = [each for each in sections if each.day]
    for newer, older in itertools.pairwise(released):
        if newer.numbers <= older.numbers or newer.day < older.day:
            raise ValueError(f"{newer.name} ({newer.day}) stands above {older.name} ({older.day})")
    return sections


def _section(part: str, number: int) -> Section:
    title, _, text = part.partition("\n")
    kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
    if strange := [each for each in kinds if each not in KINDS] or [each for each in KINDS if kinds.count(each) > 1]:
        raise ValueError(f"## {title}: ### {strange[0]} is no kind of change, or stands there twice")
    if title == "Unreleased" and number == 0:
        return Section(title, "", text.strip())
    match = _RELEASE.fullmatch(title)
    if match is None:
        raise ValueError(f"## {title}: a version looks like `1.2.3 - 2026-01-31`")
    try:
        dt.date.fromisoformat(match[4])
    except ValueError:
        raise ValueError(f"## {title}: {match[4]} is no day") from None
    return Section(".".join(match.group(1, 2, 3)), match[4], text.strip())


def notes(text: str, version: str, tag: str) -> str:
    """Return the changes of the version that a tag names; raise ValueError where they cannot be released."""
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and aci_reconcile/version.py says {version}: the tag must be v{version}")
    found = next((each for each in parse(text) if each.name == version), None)
    if found is None:
        raise ValueError(f"CHANGELOG.md has no `## {version} - YYYY-MM-DD`: give `## Unreleased` this name")
    if not found.text:
        raise ValueError(f"CHANGELOG.md says nothing under {version}")
    return found.text


def main(words: list[str]) -> int:
    """Print the notes of a tag; returns the exit code of the process."""
    if len(words) != 1:
        print("usage: python scripts/release_notes.py v1.2.3", file=sys.stderr)
        return 1
    try:
        print(notes(CHANGELOG.read_text(encoding="utf-8"), VERSION, words[0]))
    except ValueError as error:
        print(f"release_notes: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
