"""Many diagnostics of one kind take few lines, and hints cost no more than they are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Where
from aci_reconcile.manifest import CODES
from aci_reconcile.manifest.source.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

HEAD = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"


def make_diagnostics(code: str, count: int, file: str = "a.yaml") -> Diagnostics:
    """Return as many complaints of one kind."""
    diagnostics = Diagnostics()
    for number in range(count):
        diagnostics.add(CODES[code], Where(file, number + 1, 1), f"message {number}")
    return diagnostics


def test_three_slips_of_spelling_are_displayed_one_by_one() -> None:
    """Each has its place."""
    diagnostics = [each.message for each in make_diagnostics("ACI111", 3).collect()]

    assert ["message 0", "message 1", "message 2"] == diagnostics


def test_forty_slips_of_spelling_are_one_line() -> None:
    """It stands at the first, and names the lines of some others."""
    diagnostics = [str(each.where) + " " + each.message for each in make_diagnostics("ACI111", 40).collect()]

    assert ["a.yaml:1:1 message 0; 39 more of this kind in lines 2, 3, 4, 5, 6, 7, 8, 9 …"] == diagnostics


def test_each_file_has_a_line_of_its_own() -> None:
    """Whoever mends one file sees it."""
    diagnostics = make_diagnostics("ACI111", 4)
    diagnostics.take(make_diagnostics("ACI111", 4, "b.yaml"))

    assert ["a.yaml", "b.yaml"] == [each.where.file for each in diagnostics.collect()]


def test_snake_case_is_one_line_from_the_second_on() -> None:
    """An export is full of it."""
    diagnostics = [each.message for each in make_diagnostics("ACI220", 2).collect()]

    assert ["message 0; 1 more of this kind in line 2"] == diagnostics


def test_thousands_of_errors_are_told_a_hundred_times() -> None:
    """The last one displayed counts the rest, and it is an error still."""
    diagnostics = make_diagnostics("ACI110", 45_000).collect()

    assert 100 == len(diagnostics)
    assert (
        "message 99; 44,900 more of this kind in lines 101, 102, 103, 104, 105, 106, 107, 108 …"
        == diagnostics[-1].message
    )
    assert {"error"} == {each.severity.value for each in diagnostics}


def test_words_are_compared_a_limited_number_of_times() -> None:
    """Beyond it there are no hints, be there ever so many slips."""
    diagnostics = Diagnostics()
    known = [f"word{number}" for number in range(1_000)]
    hints = [diagnostics.suggest("wort1", known) for _ in range(150)]

    assert [True] * 100 + [False] * 50 == [bool(hint) for hint in hints]


def test_a_word_that_is_too_long_is_like_no_other() -> None:
    """No name of a property has a thousand letters."""
    assert not Diagnostics().suggest("containers" * 100, ["containers"])


def test_a_file_of_nothing_but_unknown_keys_is_read(load_text: Loader) -> None:
    """Tens of thousands of them, in the time of reading them."""
    loaded = load_text(HEAD + "".join(f"unknownKey{number}: 1\n" for number in range(40_000)))

    assert ["ACI110"] * 100 == [each.code for each in loaded.diagnostics]
