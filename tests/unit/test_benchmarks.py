"""The pure parts of benchmarks/: what follows from the numbers, the tables, the plot, the page."""

# ruff: noqa: RUF001  tables have multiplication signs and dashes
from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import page, project
from benchmarks.plot import Series, svg
from benchmarks.results import FLOOR, KEYLESS, OURS, Results, Row, Run, Work, cpu_per_group, extrapolate, ratio
from benchmarks.tables import tables
from benchmarks.targets import pages, verdicts
from benchmarks.tools import expected

ROOT = Path(__file__).resolve().parent.parent.parent
SVG = "{http://www.w3.org/2000/svg}"


def row(work: Work, tool: str, groups: int, *walls: float, calls: int = 0, cpu: float = 0.0) -> Row:
    """Return a row with one run for each time."""
    return Row(work, tool, groups, tuple(Run(wall, cpu, 64e6, calls, 2, 0.1) for wall in walls))


def some() -> Results:
    """Return what might have been measured: everything is well but the creation."""
    return Results(
        2,
        "3.11.7",
        (
            Row("start", OURS, 1, (Run(0.08),), what="--version"),
            row("create", FLOOR, 200, 3.0, calls=203),
            row("create", OURS, 200, 5.0, 4.8, 5.5, calls=407),
            row("create", "az", 1, 3.0, calls=6),
            extrapolate(row("create", "az", 20, 60.0, calls=120), 200),
            row("plan", OURS, 1, 0.6, calls=1, cpu=0.4),
            row("plan", FLOOR, 200, 0.4, calls=2, cpu=0.3),
            row("plan", OURS, 200, 0.8, calls=2, cpu=0.5),
        ),
    )


def test_the_median_counts_and_the_span_is_told() -> None:
    """One slow run changes nothing but the span."""
    held = row("create", OURS, 200, 9.0, 1.0, 2.0)

    assert (2.0, (1.0, 9.0)) == (held.wall, held.span)


def test_extrapolating_multiplies_time_and_calls_but_not_memory() -> None:
    """One after another: ten times the groups take ten times as long, in the same process."""
    more = extrapolate(row("create", "az", 20, 60.0, calls=120, cpu=8.0), 200)

    assert (600.0, 80.0, 1200, 64.0) == (more.wall, more.cpu, more.calls, more.memory)
    assert (True, 20) == (more.extrapolated, more.measured)


def test_what_was_measured_is_preferred() -> None:
    """A row of more groups that was only multiplied gives way, and is in no plot."""
    measured = row("create", "az", 200, 550.0)
    results = Results(2, "3.11.7", (extrapolate(row("create", "az", 20, 60.0), 200), measured))

    assert measured is results.find("create", "az", 200)
    assert (measured,) == results.measured("create", "az")
    assert None is results.find("delete", "az", 200)


def test_cpu_per_group_leaves_start_up_out() -> None:
    """Half a second for one group, 0.7 s for 201: a millisecond each."""
    one, many = row("plan", OURS, 1, 1.0, cpu=0.5), row("plan", OURS, 201, 1.0, cpu=0.7)

    assert pytest.approx(1.0) == cpu_per_group(many, one)
    assert 2.0 == ratio(row("plan", OURS, 1, 3.0), row("plan", FLOOR, 1, 1.5))


def test_what_was_measured_beside_it_counts_as_start_up() -> None:
    """The machine was twice as slow when the many were planned."""
    many = Row("plan", OURS, 201, tuple(Run(1, cpu=cpu, beside=cpu - 0.2) for cpu in (1.0, 1.4, 2.2)))
    one = Row("plan", OURS, 1, (Run(1, cpu=0.4),))

    assert pytest.approx(1.0) == cpu_per_group(many, one)


@pytest.mark.parametrize(("groups", "count"), [(0, 1), (1, 1), (100, 1), (101, 2), (10_000, 100)])
def test_pages(groups: int, count: int) -> None:
    """An empty list is a page, too."""
    assert count == pages(groups)


def test_verdicts() -> None:
    """Each target about which something is known, and no other."""
    told = {verdict.what: verdict.met for verdict in verdicts(some())}

    assert {
        "plan of 200 unchanged groups, beside the floor": False,
        "create 200, beside the floor": False,
        "plan of 200 unchanged groups": True,
        "plan of 200 unchanged groups: ARM calls": True,
        "plan of 200 unchanged groups: CPU per group": True,
        "peak memory at 200 groups": True,
        "`--version`": True,
        "plan of one group": True,
    } == told


def test_targets_without_a_key() -> None:
    """A slow hash for each group, shared by the cores, on top of what a run with a key takes; none for a deletion."""
    rows = (
        row("plan", OURS, 200, 1.0),
        row("plan", KEYLESS, 200, 5.3),
        row("delete", OURS, 200, 1.0),
        row("delete", KEYLESS, 200, 1.1),
    )
    told = {verdict.what: (verdict.target, verdict.met) for verdict in verdicts(Results(2, "3.11.7", rows, "", 0.04))}

    assert ("≤ 4.00 s of hashes + 1.2 × with a key = 5.20 s", False) == told["plan of 200 unchanged groups, no key"]
    assert ("≤ 0.00 s of hashes + 1.2 × with a key = 1.20 s", True) == told["delete 200, no key"]
    assert ("≤ 130 MB", True) == told["peak memory at 200 groups, no key"]


def test_the_groups_hold_what_real_ones_hold(tmp_path: Path) -> None:
    """A password of its own each, one registry's for all, the key of a share in every tenth; or nothing of it."""
    project.write(tmp_path / "with", 11)
    project.write(tmp_path / "without", 11, secrets=False)
    texts = [file.read_text(encoding="utf-8") for file in sorted((tmp_path / "with" / "manifests").iterdir())]
    plain = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "without" / "manifests").iterdir())

    assert [0, 10] == [number for number, text in enumerate(texts) if "storageAccountKey" in text]
    assert 11 == len({found for text in texts for found in re.findall(r"env:DB_PASSWORD_\d+", text)})
    assert 11 == sum("${env:REGISTRY_PASSWORD}" in text for text in texts)
    assert "env:" not in plain
    assert 13 == len(set(project.environ(11).values()))


def test_tables() -> None:
    """Targets and the comparison, word for word; what was not measured is a dash or not there."""
    text = tables(some(), ("az", "never measured"))
    lines = text.splitlines()

    assert "| create 200, beside the floor | ≤ 1.25 × floor | 5.00 s (4.80–5.50) = 1.67 × 3.00 s | **no** |" in lines
    assert "| plan of one group | ≤ 0.5 s + 3 requests × 50 ms = 0.65 s | 0.60 s | yes |" in lines
    assert [
        "| work | floor | aci-reconcile | az |",
        "| --- | --- | --- | --- |",
        "| create 200 | 3.00 s, 203 calls | 5.00 s (4.80–5.50), 407 calls, **1.67 × floor** | ~600 s, ~1,200 calls, **~120 × ours** |",  # noqa: E501
        "| run again, nothing changed | 0.40 s, 2 calls | 0.80 s, 2 calls, **2.00 × floor** | – |",
    ] == text.partition("### Next to other tools\n\n")[2].partition("\n\n")[0].splitlines()


def test_what_lies_below_the_noise_is_not_told_as_a_number() -> None:
    """Least of all as less than nothing."""
    rows = (row("plan", FLOOR, 1, 0.4, cpu=0.32), row("plan", FLOOR, 200, 0.4, cpu=0.31))
    text = tables(replace(some(), rows=(*some().rows[:-2], *rows)), ())

    assert "| floor | less than 0.1 ms | 200 | 64 MB |" in text.splitlines()


def test_rows_of_others_may_be_of_an_earlier_measurement() -> None:
    """Which is said."""
    now = Results(2, "3.11.7", (row("plan", OURS, 200, 0.7),), "Busy.")
    told = now.beside(some(), ("az",))

    assert [(OURS, "plan")] + [("az", "create")] * 2 == [(each.tool, each.work) for each in told.rows]
    assert "Busy. The rows of other people's tools are those of an earlier measurement" in told.note
    assert now == now.beside(some(), ())


def test_results_survive_being_written() -> None:
    """The file holds every run."""
    assert some() == Results.load(some().dump())


def test_the_page_is_filled_between_its_markers() -> None:
    """Again and again, and the prose stays."""
    begin, end = "<!-- measured: python -m benchmarks --write-docs -->", "<!-- end of what was measured -->"
    empty = f"# Title\n\n{begin}\n{end}\n\nProse \\1\n"
    once = page.filled(empty, some())

    assert once == page.filled(once, some())
    assert once.startswith(f"# Title\n\n{begin}\n\nMeasured on 2 cores")
    assert once.endswith(f"\n\n{end}\n\nProse \\1\n")
    with pytest.raises(ValueError, match="the page needs the lines"):
        page.filled("# Title\n", some())


def test_the_plot_is_a_picture_with_words() -> None:
    """Well-formed, with a title and a description, and names that do not cover each other."""
    lines = (Series("a <b>", ((1, 1.0), (100, 10.0))), Series("c", ((1, 2.0), (100, 10.1))))
    picture = ET.fromstring(svg([("Panel", lines)], ("a <b>", "c")))
    labels = {each.text: float(each.attrib["y"]) for each in picture.iter(f"{SVG}text") if each.text in {"a <b>", "c"}}

    assert ["title", "desc"] == [each.attrib["id"] for each in picture if "id" in each.attrib]
    assert "Panel: a <b> from 1 s for 1 to 10 s for 100" in str(picture.findtext(f"{SVG}desc"))
    assert abs(labels["a <b>"] - labels["c"]) >= 14
    assert 2 == len([each for each in picture.iter(f"{SVG}path") if each.attrib.get("fill") == "none"])


@pytest.mark.parametrize(
    ("work", "done"), [("create", (25, 0)), ("plan", (0, 0)), ("change", (3, 0)), ("delete", (0, 25))]
)
def test_what_a_work_writes_and_deletes(work: Work, done: tuple[int, int]) -> None:
    """Every run is held against it."""
    assert done == expected(work, 25)


def test_a_change_changes_every_tenth_manifest(tmp_path: Path) -> None:
    """Ours gets in its files what the others get in their bodies."""
    project.write(tmp_path, 11, changed=True)

    files = sorted((tmp_path / "manifests").iterdir())
    assert [0, 10] == [number for number, file in enumerate(files) if "debug" in file.read_text(encoding="utf-8")]
    assert [0, 10] == [number for number in range(11) if project.body(number) != project.body(number, changed=True)]


def test_the_documentation_is_what_was_measured() -> None:
    """docs/performance.md and its plot come from benchmarks/results.json, which tells nothing of the machine's own."""
    text = (ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8")
    results, written = Results.load(text), (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")

    assert page.filled(written, results) == written
    assert page.plot(results) == (ROOT / "docs" / "performance.svg").read_text(encoding="utf-8")
    assert [] == re.findall(r"/(?:home|root|tmp|work|usr)\b|localhost", text)


def test_following_logs_may_take_a_little_more_memory_than_a_plan_of_one() -> None:
    """Twenty megabytes, however many groups there are."""
    small, large = ((*some().rows, replace(row("follow", OURS, 50, 6.0), runs=(Run(6, 1, at),))) for at in (84e6, 85e6))
    met = [{each.what: each.met for each in verdicts(replace(some(), rows=rows))} for rows in (small, large)]

    assert [True, False] == [each["`logs -f` of 50 groups: peak memory"] for each in met]
    assert "`logs -f` of 50, for 6 s" in tables(replace(some(), rows=small), ())
