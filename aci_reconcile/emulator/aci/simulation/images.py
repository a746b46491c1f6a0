"""The declared table of simulated images. Nothing is pulled and nothing runs: an image is a row here.

An image is looked up by its repository, without registry, tag and digest, so that `reg.example/sim/crash:1` is
`sim/crash`. An image without a row is a server that runs forever.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.aci.simulation.program import Attempt, Program, repeat
from aci_reconcile.emulator.aci.simulation.shell import simulate
from aci_reconcile.emulator.evidence import rests_on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_REFERENCE = re.compile(
    r"(?:(?P<registry>localhost|[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+)/)?"
    r"(?P<repository>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_STAND_IN = re.compile(r"[a-z][a-z0-9]*(?:[A-Z][a-z0-9]*)+")
_BRIEF = 1.0
_OUT_OF_MEMORY = 137
_SERVER_PERIOD = 30.0


@dataclass(frozen=True, slots=True)
class Reference:
    """An image name, taken apart."""

    registry: str
    repository: str
    tag: str
    digest: str

    def by_digest(self) -> str:
        """Return how events name the image since 2021: by digest. Ours is made from the name, so a tag never moves."""
        name = f"{self.registry}/{self.repository}" if self.registry else self.repository
        made = hashlib.sha256(f"{name}:{self.tag}".encode()).hexdigest()
        return f"{name}@{self.digest or 'sha256:' + made}"


@dataclass(frozen=True, slots=True)
class Image:
    """A row of the table: what the image does when no command says otherwise."""

    does: str
    """Its description in the documentation."""
    run: Callable[[str, Mapping[str, str]], Program]
    """From the tag and the plain environment variables to the program."""
    accessible: bool = True
    limited: bool = False
    """Whether its registry currently refuses pulls."""
    takes_command: bool = True
    """Whether a command the simulated shell understands replaces the program."""
    bare: bool = False
    """The image has a shell and no program of its own; any command it is given keeps it running."""
    has_shell: bool = True
    """Whether exec finds a shell and programs in it."""


def parse_reference(image: str) -> Reference | None:
    """Return an image name in parts; None if no registry could have such an image."""
    found = _REFERENCE.fullmatch(image)
    if found is None:
        return None
    repository = found["repository"].removeprefix("library/")
    return Reference(found["registry"] or "", repository, found["tag"] or "latest", found["digest"] or "")


@rests_on("image-stand-in")
def find_image(image: str) -> Image:
    """Return the row of an image; one word in camel case stands for an image that somebody has."""
    reference = parse_reference(image)
    if _STAND_IN.fullmatch(image):
        return SERVER
    return _UNREADABLE if reference is None else IMAGES.get(reference.repository, SERVER)


def make_program(image: str, command: Sequence[str], env: Mapping[str, str]) -> Program:
    """Return the program of a container with this image, command and environment variables."""
    row, reference = find_image(image), parse_reference(image)
    tag = reference.tag if reference else ""
    if command and row.takes_command:
        attempt = simulate(command, env)
        if attempt is not None:
            return repeat(attempt, row.run(tag, env).pull_seconds)
        if row.bare:
            return _run_server(tag, env)
    return row.run(tag, env)


def _run_server(_tag: str, _env: Mapping[str, str]) -> Program:
    started = ((0.0, "[emulator] simulated server: started"), (0.0, "[emulator] listening"))
    access = ('10.92.0.1 - - "GET / HTTP/1.1" 200 1663 "-" "simulated-probe"',)
    return repeat(Attempt(None, lines=started, period=_SERVER_PERIOD, repeated=access))


def _run_shell(_tag: str, _env: Mapping[str, str]) -> Program:
    return repeat(Attempt(_BRIEF))


def _run_exit(tag: str, _env: Mapping[str, str]) -> Program:
    code = _parse_number(tag, 0) % 256
    return repeat(Attempt(_BRIEF, code, ((0.0, f"[emulator] exiting with code {code}"),)))


def _run_crash(tag: str, _env: Mapping[str, str]) -> Program:
    code = _parse_number(tag, 1) % 256 or 1
    lines = ((0.0, "[emulator] starting"), (_BRIEF, f"[emulator] fatal: simulated crash, exit code {code}"))
    return repeat(Attempt(_BRIEF, code, lines))


def _run_flaky(tag: str, env: Mapping[str, str]) -> Program:
    return Program(_run_crash(tag, env).first, _run_server(tag, env).then)


def _run_slow(tag: str, env: Mapping[str, str]) -> Program:
    return repeat(_run_server(tag, env).first, pull_seconds=float(_parse_number(tag, 20)))


def _run_out_of_memory(_tag: str, _env: Mapping[str, str]) -> Program:
    return repeat(Attempt(_BRIEF, _OUT_OF_MEMORY, ((0.0, "[emulator] allocating"),), detail="OOMKilled"))


def _run_task(_tag: str, _env: Mapping[str, str]) -> Program:
    return repeat(Attempt(_BRIEF, 0, ((0.0, "[emulator] task started"), (_BRIEF, "[emulator] task done"))))


def _run_wordcount(_tag: str, env: Mapping[str, str]) -> Program:
    words = count_words(_parse_number(env.get("NumWords", ""), 10), _parse_number(env.get("MinLength", ""), 0))
    return repeat(Attempt(_BRIEF, 0, ((_BRIEF, repr(words)),)))


def _parse_number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default


SERVER = Image("runs for ever and logs an access line every 30 s", _run_server)
_UNREADABLE = Image("cannot be pulled: no registry has such a name", _run_server, accessible=False)
_SHELL = Image(
    "a shell without a terminal: ends at once with code 0, unless a command keeps it running", _run_shell, bare=True
)

IMAGES: Mapping[str, Image] = {
    "alpine": _SHELL,
    "busybox": _SHELL,
    "debian": _SHELL,
    "ubuntu": _SHELL,
    "aks/e2e/library-busybox": _SHELL,
    "cbl-mariner/busybox": _SHELL,
    "azuredocs/aci-wordcount": Image(
        "a task: logs the `NumWords` most frequent words of at least `MinLength` letters of a little text, ends with 0",
        _run_wordcount,
        takes_command=False,
    ),
    "sim/task": Image("a task: ends with code 0 after a second", _run_task, takes_command=False),
    "sim/exit": Image("`sim/exit:N` ends with code N after a second", _run_exit, takes_command=False),
    "sim/crash": Image("`sim/crash:N` ends with code N (1) a second after each start", _run_crash, takes_command=False),
    "sim/flaky": Image("crashes once, then runs for ever", _run_flaky, takes_command=False),
    "sim/oom": Image(
        "is killed for its memory after a second: code 137, OOMKilled", _run_out_of_memory, takes_command=False
    ),
    "sim/slow": Image("`sim/slow:N` takes N (20) seconds to pull, then runs for ever", _run_slow),
    "sim/scratch": Image("a server without a shell: exec finds no program in it", _run_server, has_shell=False),
    "sim/limited": Image("cannot be pulled for now: `RegistryErrorResponse`", _run_server, limited=True),
    "sim/missing": Image("cannot be pulled: `InaccessibleImage`", _run_server, accessible=False),
}


_TEXT = """
A container group is a little harbour. Containers arrive, containers depart, and the harbour keeps a register of
every container, every departure and every arrival. The harbourmaster declares what the harbour should hold tonight;
the reconciler compares the register with the declaration, and moves only what is different. Nothing different,
nothing moved: the containers sleep, the harbour sleeps, and the register stays as it was. When a container founders,
the harbourmaster wants to know which container, which departure, and what the container shouted before it went down.
A declaration without a register is a wish. A register without a declaration is a memory. Reconciler, harbourmaster
and register together are a harbour where the containers are always what somebody declared, somewhere, in writing.
"""


def count_words(how_many: int, shortest: int) -> list[tuple[str, int]]:
    """Return the most frequent words of at least so many letters, the longer first among equals."""
    words = Counter(word for word in re.findall(r"[A-Z]+", _TEXT.upper()) if len(word) >= shortest)
    ranked = sorted(words.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    return ranked[:how_many]
