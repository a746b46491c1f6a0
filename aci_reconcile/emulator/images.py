"""The declared table of simulated images. Nothing is pulled and nothing runs: an image is a row here.

An image is looked up by its repository, without registry, tag and digest, so that `reg.example/sim/crash:1` is
`sim/crash`. An image that stands in no row is a server that runs for ever.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.emulator.program import Attempt, Program, always
from aci_reconcile.emulator.shell import simulate
from aci_reconcile.emulator.wordcount import count_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_REFERENCE = re.compile(
    r"(?:(?P<registry>localhost|[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w-]+:\d+)/)?"
    r"(?P<repository>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
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
    """The words that the documentation has for it."""
    run: Callable[[str, Mapping[str, str]], Program]
    """From the tag and the plain environment variables to the program."""
    accessible: bool = True
    limited: bool = False
    """Whether its registry refuses to hand it out for now."""
    takes_command: bool = True
    """Whether a command the simulated shell understands replaces the program."""
    bare: bool = False
    """The image has a shell and no program of its own; any command it is given keeps it running."""


def parse_reference(image: str) -> Reference | None:
    """Return an image name in parts; None where no registry could have such an image."""
    found = _REFERENCE.fullmatch(image)
    if found is None:
        return None
    repository = found["repository"].removeprefix("library/")
    return Reference(found["registry"] or "", repository, found["tag"] or "latest", found["digest"] or "")


def lookup(image: str) -> Image:
    """Return the row of an image."""
    reference = parse_reference(image)
    return _UNREADABLE if reference is None else IMAGES.get(reference.repository, SERVER)


def program(image: str, command: Sequence[str], env: Mapping[str, str]) -> Program:
    """Return what a container of this image does, with this command and these environment variables."""
    row, reference = lookup(image), parse_reference(image)
    tag = reference.tag if reference else ""
    if command and row.takes_command:
        attempt = simulate(command)
        if attempt is not None:
            return always(attempt, row.run(tag, env).pull_seconds)
        if row.bare:
            return _serve(tag, env)
    return row.run(tag, env)


def _serve(_tag: str, _env: Mapping[str, str]) -> Program:
    started = ((0.0, "[emulator] simulated server: started"), (0.0, "[emulator] listening"))
    access = ('10.92.0.1 - - "GET / HTTP/1.1" 200 1663 "-" "simulated-probe"',)
    return always(Attempt(None, lines=started, period=_SERVER_PERIOD, repeated=access))


def _shell(_tag: str, _env: Mapping[str, str]) -> Program:
    return always(Attempt(_BRIEF))


def _exit(tag: str, _env: Mapping[str, str]) -> Program:
    code = _number(tag, 0) % 256
    return always(Attempt(_BRIEF, code, ((0.0, f"[emulator] exiting with code {code}"),)))


def _crash(tag: str, _env: Mapping[str, str]) -> Program:
    code = _number(tag, 1) % 256 or 1
    lines = ((0.0, "[emulator] starting"), (_BRIEF, f"[emulator] fatal: simulated crash, exit code {code}"))
    return always(Attempt(_BRIEF, code, lines))


def _flaky(tag: str, env: Mapping[str, str]) -> Program:
    return Program(_crash(tag, env).first, _serve(tag, env).then)


def _slow(tag: str, env: Mapping[str, str]) -> Program:
    return always(_serve(tag, env).first, pull_seconds=float(_number(tag, 20)))


def _oom(_tag: str, _env: Mapping[str, str]) -> Program:
    return always(Attempt(_BRIEF, _OUT_OF_MEMORY, ((0.0, "[emulator] allocating"),), detail="OOMKilled"))


def _task(_tag: str, _env: Mapping[str, str]) -> Program:
    return always(Attempt(_BRIEF, 0, ((0.0, "[emulator] task started"), (_BRIEF, "[emulator] task done"))))


def _wordcount(_tag: str, env: Mapping[str, str]) -> Program:
    words = count_words(_number(env.get("NumWords", ""), 10), _number(env.get("MinLength", ""), 0))
    return always(Attempt(_BRIEF, 0, ((_BRIEF, repr(words)),)))


def _number(text: str, default: int) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else default


SERVER = Image("runs for ever and logs an access line every 30 s", _serve)
_UNREADABLE = Image("cannot be pulled: no registry has such a name", _serve, accessible=False)
_SHELL = Image(
    "a shell without a terminal: ends at once with code 0, unless a command keeps it running", _shell, bare=True
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
        _wordcount,
        takes_command=False,
    ),
    "sim/task": Image("a task: ends with code 0 after a second", _task, takes_command=False),
    "sim/exit": Image("`sim/exit:N` ends with code N after a second", _exit, takes_command=False),
    "sim/crash": Image("`sim/crash:N` ends with code N (1) a second after each start", _crash, takes_command=False),
    "sim/flaky": Image("crashes once, then runs for ever", _flaky, takes_command=False),
    "sim/oom": Image("is killed for its memory after a second: code 137, OOMKilled", _oom, takes_command=False),
    "sim/slow": Image("`sim/slow:N` takes N (20) seconds to pull, then runs for ever", _slow),
    "sim/limited": Image("cannot be pulled for now: `RegistryErrorResponse`", _serve, limited=True),
    "sim/missing": Image("cannot be pulled: `InaccessibleImage`", _serve, accessible=False),
}
