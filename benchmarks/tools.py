"""Who does the work: ours and the floor. A tool says how each work is run, as a command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from benchmarks import project
from benchmarks.results import FLOOR, KEYLESS, OURS, PLAIN, Work
from benchmarks.standin import PROVISIONING, Command, StandIn
from benchmarks.targets import FOLLOWING

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY: Final = "q0V7cJb1xTzXk2mN8sR4wYdG6hLpA3eF9uKiOoBvCtE"
"""A fingerprint key as ``aci-reconcile key`` makes one; it protects nothing but the benchmark's made-up secrets."""
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
    """The installed command: with a fingerprint key, without one, or on groups without secrets."""

    words: Sequence[str]
    name: str = OURS

    def keyless(self) -> Ours:
        """Return the same command of a team that has no key."""
        return replace(self, name=KEYLESS)

    def plain(self) -> Ours:
        """Return the same command at groups without secrets."""
        return replace(self, name=PLAIN)

    def environ(self, groups: int) -> dict[str, str]:
        """Return the variables that hold secrets, and the key."""
        if self.name == PLAIN:
            return {}
        return project.environ(groups) | ({} if self.name == KEYLESS else {"ACI_RECONCILE_FINGERPRINT_KEY": KEY})

    def project(self, folder: Path, groups: int, *, changed: bool = False) -> Path:
        """Write the manifests, and return their folder; ``changed`` changes every tenth of them."""
        made = folder / f"project-{groups}{'-plain' if self.name == PLAIN else ''}"
        project.write(made, groups, changed=changed, secrets=self.name != PLAIN)
        return made

    def command(self, where: StandIn, work: Work, groups: int) -> Command:
        """Write the manifests; ``change`` finds every tenth of them changed."""
        folder = self.project(where.world.folder, groups, changed=work == "change")
        apply = ("apply", "-y", "--wait", "provisioned")
        words, says = {
            "create": (apply, f"{groups} added, 0 changed, 0 destroyed"),
            "create, limited": (apply, f"{groups} added, 0 changed, 0 destroyed"),
            "create, healthy": (("apply", "-y"), f"{groups} added, 0 changed, 0 destroyed"),
            "plan": (("plan",), "No changes."),
            "change": (apply, f"0 added, {expected(work, groups)[0]} changed, 0 destroyed"),
            "restart": (("restart", f"{project.RESOURCE_GROUP}/*", "--wait", "provisioned"), f"{groups} restarted"),
            "follow": (("logs", f"{project.RESOURCE_GROUP}/*", "-f"), "Using subscription"),
            "delete": (("destroy", "-y"), f"{groups} destroyed"),
        }[work]
        writes, deletes = expected(work, groups)
        name = f"{self.name}: {work} {groups}"
        environ = where.environ(**self.environ(groups))
        # Nothing ends by itself here: the reader goes away, and following ends with it.
        first = ("sh", "-c", f'"$@" | timeout {FOLLOWING} cat; true', "sh") if work == "follow" else ()
        return Command(name, [*first, *self.words, *words], folder, environ, says, writes, deletes)


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
