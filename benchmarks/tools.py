"""Who does the work: ours and the floor. A tool says how each work is run, as a command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from benchmarks import project
from benchmarks.results import FLOOR, OURS, Work
from benchmarks.standin import PROVISIONING, Command, StandIn

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAMS: Final = Path(__file__).with_name("programs")


class Tool(Protocol):
    """Knows how to do each work on so many groups, as one process."""

    @property
    def name(self) -> str:
        """How tables call it."""
        ...

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Prepare the files that the work needs, and return what is to be run."""
        ...


@dataclass(frozen=True, slots=True)
class Ours:
    """The installed command."""

    words: Sequence[str]
    name: str = OURS

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Write the manifests; ``change`` finds every tenth of them changed."""
        folder = where.world.folder / f"project-{groups}"
        project.write(folder, groups, changed=work == "change")
        apply = ("apply", "-y", "--wait", "provisioned")
        words, says = {
            "create": (apply, f"{groups} added, 0 changed, 0 destroyed"),
            "create, limited": (apply, f"{groups} added, 0 changed, 0 destroyed"),
            "create, healthy": (("apply", "-y"), f"{groups} added, 0 changed, 0 destroyed"),
            "plan": (("plan",), "No changes."),
            "change": (apply, f"0 added, {expected(work, groups)[0]} changed, 0 destroyed"),
            "delete": (("destroy", "-y"), f"{groups} destroyed"),
        }[work]
        writes, deletes = expected(work, groups)
        name = f"{self.name}: {work} {groups}"
        return Command(name, [*self.words, *words], folder, where.environ(), says, writes, deletes)


@dataclass(frozen=True, slots=True)
class Floor:
    """A raw asynchronous client that knows everything beforehand."""

    python: str
    provisioning: float = PROVISIONING
    name: str = FLOOR

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Write the bodies that it sends."""
        words = [
            self.python,
            str(PROGRAMS / "floor.py"),
            work.partition(",")[0],
            str(bodies(where, groups)),
            str(self.provisioning),
        ]
        writes, deletes = expected(work, groups)
        name = f"{self.name}: {work} {groups}"
        return Command(name, words, where.world.folder, where.environ(), "", writes, deletes)


def bodies(where: StandIn, groups: int) -> Path:
    """Return the file with the bodies that programs send, which is written once."""
    file = where.world.folder / f"bodies-{groups}.json"
    if not file.exists():
        project.write_bodies(file, groups)
    return file


def expected(work: Work, groups: int) -> tuple[int, int]:
    """Return how many groups a work writes and deletes."""
    match work:
        case "create" | "create, healthy" | "create, limited":
            return groups, 0
        case "change":
            return -(-groups // project.STEP), 0
        case "delete":
            return 0, groups
        case _:
            return 0, 0
