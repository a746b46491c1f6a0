"""What ``make mutants`` says of what it found, and the list that it compares with."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from script_modules import load_script

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def mutants() -> Any:
    """The script, as a module."""
    return load_script("mutants")


LISTED = """# Survivors.

aci_reconcile.core.tags.get
- if key == name:
+ if key == name and True:
= nothing changes
= at all

aci_reconcile.core.tags.merge
- here = 1
- there = 2
+ here = 2
= nobody looks
"""


def test_the_list_is_read(mutants: Any) -> None:
    """Each entry by what it changes, with its reason."""
    get = mutants.Edit("aci_reconcile.core.tags.get", ("if key == name:",), ("if key == name and True:",))
    merge = mutants.Edit("aci_reconcile.core.tags.merge", ("here = 1", "there = 2"), ("here = 2",))

    assert {get: "nothing changes at all", merge: "nobody looks"} == mutants.parse(LISTED)


@pytest.mark.parametrize("text", ["aci_reconcile.core.tags.get\n- a\n+ b", "aci_reconcile.core.tags.get\n= it is so"])
def test_an_entry_without_a_reason_or_a_change_is_refused(mutants: Any, text: str) -> None:
    """It says whose it is."""
    with pytest.raises(ValueError, match=r"^aci_reconcile\.core\.tags\.get: an entry needs what changes, and why"):
        mutants.parse(text)


def test_what_is_new_and_what_is_gone_is_told(mutants: Any) -> None:
    """In the form of the list, so that it can be put there; what was not wholly tried is not called gone."""
    known = mutants.parse(LISTED)
    new = mutants.Edit("aci_reconcile.core.tags.get", ("a",), ("b",))
    counts = Counter({"killed": 18, "timeout": 1, "survived": 1, "not checked": 5})
    listed = LISTED.split("\n\n")
    bare = ["\n".join(line for line in each.splitlines() if line[:1] != "=") for each in listed[1:]]

    assert [
        "\nsurvives, and is not in survivors.txt:\naci_reconcile.core.tags.get\n- a\n+ b",
        f"\nstands in survivors.txt, and is killed or gone:\n{bare[0]}",
        f"\nstands in survivors.txt, and is killed or gone:\n{bare[1]}",
        "\n95.0% killed (18 killed, 5 not checked, 1 timeout, 1 survived); at least 95% must be",
    ] == list(mutants.told(mutants.Outcome(counts, frozenset({new})), known))
    assert (
        []
        == list(mutants.told(mutants.Outcome(counts, frozenset(), frozenset({"aci_reconcile.core.tags"})), known))[:-1]
    )


def test_the_list_of_the_project_can_be_read(mutants: Any) -> None:
    """Every entry has its reason, and is of a module that is there."""
    modules = {each.function.rpartition(".")[0] for each in mutants.parse(mutants.SURVIVORS.read_text("utf-8"))}

    assert [] == [each for each in modules if not (ROOT / f"{each.replace('.', '/')}.py").is_file()]
