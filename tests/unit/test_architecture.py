"""Rules of the house that a linter does not know."""

from __future__ import annotations

import ast
import pkgutil
import re
import subprocess
import sys
import tomllib
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cases import naming

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "aci_reconcile"
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE = 350
LONGEST_FUNCTION = 50
OPENS_SECRETS = {
    "core/secret.py": "where it is defined",
    "azure/body.py": "writes the request to Azure",
    "azure/auth/credentials.py": "hands a client secret to the identity library",
}
MUTABLE = {
    "ShellSession": "what came of one program's terminal so far",
    "LineEnds": "a CR that waits for what follows",
    "Conversation": "threads, and what they hand over",
    "Patience": "what was told of waits",
    "Quota": "how many queries are left",
    "PipedEnd": "half a character that waits for the rest",
    "CapturedEnd": "the output so far",
    "TerminalEnd": "a key that may become two",
    "Kernel": "the processes of one simulated terminal",
    "Process": "a simulated process",
    "Pipe": "what is in a simulated pipe",
    "Memory": "a simulated file",
    "Null": "a simulated file, compared by what it is",
    "Tty": "what was typed and shown on a simulated terminal",
    "Program": "a simulated program, which may be replaced by another",
    "State": "the variables of a simulated shell",
    "Shell": "a simulated shell",
    "Workers": "counts its threads, and those that are busy",
    "Listener": "a loop that runs, and what ends it",
    "ReadSchedule": "counts up while one group is waited for",
    "Backoff": "counts up while one process waits",
    "LineSplitter": "holds the beginning of a line until its end has come",
    "LogFollower": "what is known of one container whose log is followed",
    "LogJoiner": "remembers the last lines of a log",
    "LogStream": "holds what a stream has brought until its place is known",
    "Pace": "counts requests",
    "TimedRequest": "one request, as long as it is on its way",
    "Redactor": "remembers what was opened, to keep it out of messages",
    "Watchdog": "the requests on their way, and when each must be done",
    "Interruption": "set by a signal handler",
    "RecreationChecks": "asked once for all replacements of a run",
    "Schedule": "what one run of the loop has before it",
    "RunningProcess": "a process on its way",
    "SleepingProcess": "a process that sleeps",
    "DeploymentRun": "what a deployment in the emulator has begun so far",
    "Deadline": "moves with what Azure's rate limits take",
    "HashCost": "counts the slow hashes of one run",
    "Limits": "what one run learns of Azure's rate limits",
    "TokenBucket": "what one run learns of one of ARM's limits",
    "RegionalQuota": "what one run learns of one of the provider's limits",
    "Line": "who waits for a limit changes all the time",
    "Watch": "what the groups of one resource group share while they are waited for",
    "EventTable": "remembers the day of the last event that it wrote",
    "WatchPace": "counts up while one watch waits",
    "StatusScreen": "what one watch has shown",
    "AliveClock": "when it was last looked at",
    "ChangedMessages": "what the round before has shown",
    "Controller": "how one watch stands",
    "Course": "what a watch carries from round to round",
    "Decisions": "what a watch decided the last time",
    "KeptVaults": "values of vaults, for an hour",
    "LedgerFile": "what the file held when it was last read or written",
    "Link": "the connection of a watch, once it is open",
    "Made": "what a round has done so far",
    "Manifests": "what a watch read the last time",
    "RunStates": "what a watch saw of its groups, and when",
    "WatchLog": "what was printed of a watch",
    "Places": "filled while one document is walked",
    "TaskReader": "the documents of one run, until all are read",
    "Follower": "follows one group until it has ended",
    "Log": "what was printed of one log",
    "Slots": "counts how many groups may still begin",
    "Session": "what one run of the command has opened and must close",
}
OWN_ABSOLUTE = re.compile(r"(?<![\w.:/])/(work|root|farm|home)/")


def name_of(module: Path) -> str:
    """Return a module's path below the package."""
    return module.relative_to(PACKAGE).as_posix()


@pytest.fixture(scope="module", name="texts")
def _texts() -> dict[Path, str]:
    """Read each module once."""
    return {module: module.read_text(encoding="utf-8") for module in MODULES}


@pytest.fixture(scope="module", name="trees")
def _trees(texts: dict[Path, str]) -> dict[Path, ast.Module]:
    """Parse each module once for all rules that look at it."""
    return {module: ast.parse(text) for module, text in texts.items()}


def test_only_arm_opens_a_secret(texts: dict[Path, str], trees: dict[Path, ast.Module]) -> None:
    """``reveal`` is called where the request is written, and nowhere else."""
    callers = {
        name_of(module)
        for module, tree in trees.items()
        if "reveal" in texts[module]
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "reveal"
    }

    assert set(OPENS_SECRETS) == callers


def test_modules_and_functions_are_small(texts: dict[Path, str], trees: dict[Path, ast.Module]) -> None:
    """A file that outgrew its one-line purpose is split."""
    long = [
        f"{name_of(module)}: {node.name}"
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert [] == long
    assert [] == [name_of(module) for module, text in texts.items() if text.count("\n") > LONGEST_MODULE]


def test_dataclasses_are_frozen_but_for_those_named_here(texts: dict[Path, str], trees: dict[Path, ast.Module]) -> None:
    """Values are values; what changes has a reason, or is private to one module."""
    mutable = {
        node.name
        for module, tree in trees.items()
        if "dataclass" in texts[module]
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for decorator in map(ast.unparse, node.decorator_list)
        if "dataclass" in decorator and "frozen=True" not in decorator
    }

    assert {name for name in mutable if not name.startswith("_")} <= set(MUTABLE)


def test_no_path_of_a_machine_is_in_the_tree() -> None:
    """What is committed is about the project alone."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("needs a Git checkout")
    texts = {
        name: (ROOT / name).read_text(encoding="utf-8", errors="replace") for name in tracked if (ROOT / name).is_file()
    }

    assert [] == [name for name, text in texts.items() if OWN_ABSOLUTE.search(text)]


QUICK = {
    "aci_reconcile": ("azure", "deepdiff", "jsonschema", "rich", "yaml", "click", "aci_reconcile.emulator"),
    "aci_reconcile.planning": ("azure", "deepdiff", "jsonschema", "rich", "yaml", "click", "aci_reconcile.emulator"),
    # All that a plan, an apply or a drift may print; jinja2 and prometheus_client come with the one format of theirs.
    "aci_reconcile.render.page.apply, aci_reconcile.render.page.drift, aci_reconcile.render.json.drift": (
        "azure",
        "deepdiff",
        "jinja2",
        "jsonschema",
        "rich",
        "yaml",
        "click",
        "aci_reconcile.emulator",
    ),
    "aci_reconcile.manifest": ("azure", "deepdiff", "jsonschema", "rich", "click", "aci_reconcile.emulator"),
    "aci_reconcile.azure": ("azure", "deepdiff", "jsonschema", "rich", "yaml", "aci_reconcile.emulator"),
    "aci_reconcile.emulator": ("aiohttp", "asyncio", "trustme"),
}


@pytest.mark.parametrize("module", QUICK)
def test_imports_are_cheap(module: str) -> None:
    """Nothing heavy is imported before it is needed."""
    code = f"import sys, {module}; print(sorted(set(sys.modules) & {set(QUICK[module])!r}))"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "[]" == told.strip()


def _imported(tree: ast.Module, names: Mapping[str, Path]) -> set[str]:
    """Return the modules of ours that a module imports, be it late or for its types alone."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            below = (f"{node.module}.{each.name}" for each in node.names)
            found.update(name if name in names else node.module for name in below)
        elif isinstance(node, ast.Import):
            found.update(each.name for each in node.names)
    return found & names.keys()


def test_no_two_files_need_each_other(trees: dict[Path, ast.Module]) -> None:
    """A circle, even of types alone, means that something stands in the wrong file."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in MODULES}
    graph = {name: _imported(trees[path], names) - {name} for name, path in names.items()}

    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]


def test_the_map_of_the_documentation_is_the_one_that_is_checked() -> None:
    """Row for row; only the entry point and the version stand for themselves."""
    layers = SETTINGS["importlinter"]["contracts"][0]["layers"]
    rows = [{name.strip() for name in row.split("  ")[0].split("|")} for row in MAP.splitlines()]

    assert [{name.strip() for name in row.split("|")} for row in layers if row not in {"__main__", "version"}] == rows


PAGES = (ROOT / "docs" / "architecture.md", *sorted((ROOT / "docs" / "contributing").glob("*.md")))
NAMED = [
    (page.stem, f"aci_reconcile.{name}")
    for page in PAGES
    for name in re.findall(r"`(?:aci_reconcile\.)?([a-z_]+(?:\.\w+)+)`", page.read_text(encoding="utf-8"))
    if (PACKAGE / name.partition(".")[0]).is_dir()
]


def test_what_the_guides_name_is_there() -> None:
    """A module, or what stands in one: a guide that leads nowhere is worse than none."""
    for page, name in NAMED:
        with naming(f"{name} in {page}"):
            assert pkgutil.resolve_name(name) is not None


MUTATED = sorted(path for pattern in SETTINGS["mutmut"]["only_mutate"] for path in ROOT.glob(pattern))
NOT_MUTATED = {
    "core/backend.py": "protocols without logic",
    "core/ci.py": "a table",
    "core/default_account.py": "a record without logic",
    "core/errors.py": "classes without logic",
    "core/exit_codes.py": "a table",
    "core/lock.py": "two patterns, and a record without logic",
    "core/key_strength.py": "a part of what `secret` knows",
    "core/secret.py": "keeps to its own laws and frozen vectors",
}


def test_the_pure_core_is_mutated() -> None:
    """``make mutants`` breaks all that decides, but for what is named here, tables and what only redacts."""
    deciding = {name_of(path) for folder in ("core", "planning") for path in (PACKAGE / folder).glob("*.py")}
    broken = {name_of(path) for path in MUTATED}

    assert deciding - NOT_MUTATED.keys() - {"core/__init__.py"} <= broken
    assert set() == broken & NOT_MUTATED.keys()


def test_a_module_of_the_pure_core_has_tests_of_its_name() -> None:
    """Among those that ``make mutants`` runs: whoever changes it knows where they are."""
    chosen = [ROOT / each for each in SETTINGS["mutmut"]["pytest_add_cli_args_test_selection"]]
    modules = [each for each in MUTATED if each.stem != "__init__"]
    tests = [ROOT / "tests" / "unit" / Path(name_of(each)).parent / f"test_{each.name}" for each in modules]

    assert [] == [each for each in tests if not each.is_file()]
    assert [] == [each for each in tests if not {each, *each.parents} & {*chosen}]
