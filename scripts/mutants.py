"""Break the pure core in thousands of small ways, one at a time, and see that a test notices each of them.

What nothing notices is compared with tests/mutants/survivors.txt, which says of every survivor that is known why no
test can notice it. mutmut makes the mutants and runs the tests: what it breaks, and with which tests, stands in
pyproject.toml. It leaves decorated functions alone (properties, above all), and what runs on import (tables).

Words on the command line are names of mutants, with wildcards: ``make mutants ONLY="aci_reconcile.core.tags*"``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
SURVIVORS = ROOT / "tests" / "mutants" / "survivors.txt"
COVERAGE = ROOT / "mutants" / "mutmut-stats.json"
"""Where mutmut keeps which tests run what. It looks at new tests alone then, but old ones may run something else."""
LEAST = 0.95
"""The share that must be killed; what survives must be listed all the same."""
_DEAD = frozenset({"killed", "timeout", "caught by type check"})
_UNTRIED = "not checked"


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """A mutant by what it changes, so that it keeps its name when others come and go beside it."""

    function: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((self.function, *(f"- {line}" for line in self.before), *(f"+ {line}" for line in self.after)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mutants: how many met which end, the edits that live, and the modules not wholly tried."""

    counts: Counter[str]
    alive: frozenset[Edit]
    partly: frozenset[str] = frozenset()

    @property
    def killed(self) -> float:
        """The share of those that were tried."""
        tried = self.counts.total() - self.counts[_UNTRIED]
        return sum(self.counts[end] for end in _DEAD) / tried if tried else 0


def main(names: list[str]) -> int:
    """Run the mutants, or some of them; return 0 where all that live are known."""
    environment = {**os.environ, "HYPOTHESIS_PROFILE": "mutants"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # each mutant would compile the tests again
    COVERAGE.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("mutmut")), "run", *names]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:  # noqa: S603
        return 1
    outcome, known = found(), parse(SURVIVORS.read_text(encoding="utf-8"))
    lines = list(told(outcome, known))
    print("\n".join(lines))
    return 0 if outcome.killed >= LEAST and outcome.alive <= known.keys() else 1


def told(outcome: Outcome, known: dict[Edit, str]) -> Iterator[str]:
    """Yield what is to be said: what lives and is not listed, what is listed and does not live, and the sum."""
    for edit in sorted(outcome.alive - known.keys()):
        yield f"\nsurvives, and is not in {SURVIVORS.name}:\n{edit}"
    for edit in sorted(known.keys() - outcome.alive):
        if edit.function.rpartition(".")[0] not in outcome.partly:
            yield f"\nstands in {SURVIVORS.name}, and is killed or gone:\n{edit}"
    ends = ", ".join(f"{count} {end}" for end, count in outcome.counts.most_common())
    yield f"\n{outcome.killed:.1%} killed ({ends}); at least {LEAST:.0%} must be"


def parse(text: str) -> dict[Edit, str]:
    """Return the listed survivors, each with the reason why it is one.

    An entry is a function, the lines that go (``-``), the lines that come (``+``), and the reason (``=``); entries are
    separated by blank lines, and lines that begin with ``#`` are remarks.

    Raises:
        ValueError: an entry has no reason, or changes nothing.
    """
    listed: dict[Edit, str] = {}
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if not lines:
            continue
        function, *rest = lines
        before, after, why = (tuple(line[2:] for line in rest if line[:1] == sign) for sign in "-+=")
        if not why or before == after:
            raise ValueError(f"{function}: an entry needs what changes, and why no test can notice it")
        listed[Edit(function, before, after)] = " ".join(why)
    return listed


def found() -> Outcome:
    """Return what became of the mutants of the last run."""
    from mutmut.mutation.data import SourceFileMutationData  # noqa: PLC0415  installed for this alone
    from mutmut.stats import status_by_exit_code  # noqa: PLC0415
    from mutmut.utils.file_utils import walk_mutatable_files  # noqa: PLC0415

    os.chdir(ROOT)  # mutmut looks for everything where it stands
    counts, alive, partly = Counter[str](), set[Edit](), set[str]()
    for path in walk_mutatable_files():
        mutants = SourceFileMutationData(path=path)
        mutants.load()
        for name, code in mutants.exit_code_by_key.items():
            end = status_by_exit_code[code]
            counts[end] += 1
            if end == _UNTRIED:
                partly.add(_module(path))
            elif end not in _DEAD:
                alive.add(_edit(name, path))
    return Outcome(counts, frozenset(alive), frozenset(partly))


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts)


def _edit(name: str, path: Path) -> Edit:
    """Name a mutant by its function (``module.function``, ``module.Class.method`` as ``module.Class:method``)."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant  # noqa: PLC0415
    from mutmut.utils.format_utils import orig_function_and_class_names_from_key  # noqa: PLC0415

    function, owner = orig_function_and_class_names_from_key(name)
    function = function.rpartition(".")[2]
    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    before, after = (tuple(_of(lines, sign)) for sign in "-+")
    return Edit(f"{_module(path)}.{f'{owner}:{function}' if owner else function}", before, after)


def _of(lines: Iterable[str], sign: str) -> Iterator[str]:
    return (line[1:].strip() for line in lines if line[:1] == sign)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
