"""Lines of a log: those of an answer, and those of a stream."""

from __future__ import annotations

import pytest

from aci_reconcile.operate.log_lines import LineSplitter, LogLine, parse_snapshot, since, to_seconds

TIME = "2026-11-29T10:00:00.123456789Z"


@pytest.mark.parametrize(
    "time",
    [TIME, "2026-11-29T10:00:00Z", "2026-11-29T10:00:00.5Z", "2026-11-29T12:00:00.123+02:00", "2026-11-29t10:00:00z"],
)
def test_a_line_with_its_time(time: str) -> None:
    """In any precision and zone; the text keeps its spaces, and a time of its own."""
    assert (LogLine(f" a  {TIME} b", time),) == parse_snapshot(f"{time}  a  {TIME} b\n").lines


def test_lines_without_times() -> None:
    """A service that gives none is no error, and empty lines are lines."""
    assert (LogLine("a"), LogLine(""), LogLine("b")) == parse_snapshot("a\n\nb\n").lines
    assert (LogLine("", TIME), LogLine("", TIME)) == parse_snapshot(f"{TIME} \n{TIME}\n").lines


def test_an_answer_that_begins_and_ends_within_a_line() -> None:
    """The first line lacks its beginning, the last one its end; only line feeds end lines."""
    answer = parse_snapshot(f"0:00.5Z cut\r\n{TIME} a\rb\x0bc\u2028d\n{TIME} open")

    assert (True, True) == (answer.beheaded, answer.open_end)
    assert ("cut\r", "a\rb\x0bc\u2028d", "open") == tuple(each.text for each in answer.lines)
    assert ("cut\r", "a\rb\x0bc\u2028d") == tuple(each.text for each in answer.without_open_end().lines)


@pytest.mark.parametrize(
    ("content", "ended", "cut"),
    [
        ("x\n" * 999, True, False),
        ("x\n" * 1000, True, True),
        ("x\n" * 1000, False, False),
        ("x" * 16_000 + "\n", True, True),
        (f"{TIME} {'x' * 4_000_000}\n", False, True),
    ],
)
def test_an_answer_as_long_as_the_service_keeps_one(content: str, ended: bool, cut: bool) -> None:
    """4 MB of a container that runs; 16 KB or 1,000 lines of one that has ended."""
    assert cut is parse_snapshot(content).may_be_cut(ended=ended)


def test_a_stream_is_cut_anywhere() -> None:
    """Within a character, within CR LF, within a line."""
    data = "äö\r\n\r\nc\rd\r\nrest".encode()
    for size in range(1, len(data) + 1):
        splitter = LineSplitter()
        lines = [line.text for at in range(0, len(data), size) for line in splitter.feed(data[at : at + size])]

        assert ["äö", "", "c\rd"] == lines
        assert [LogLine("rest")] == splitter.finish()
        assert [] == splitter.finish()


def test_both_ways_of_a_line_that_is_no_text() -> None:
    """The service replaces bytes that are no UTF-8 one by one, the stream's decoder several at once."""
    (streamed,) = LineSplitter().feed(b"a\xe2\x82z\r\n")

    assert LogLine("a\ufffd\ufffdz\r").key == streamed.key


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    """A million characters of it are kept."""
    splitter = LineSplitter()
    for _ in range(30):
        splitter.feed(b"x" * 100_000)

    assert 1_000_000 == len(splitter.feed(b"y\n")[0].text)


def test_times_in_seconds() -> None:
    """With their fraction, and their zone."""
    assert to_seconds("2026-11-29T10:00:00Z") == to_seconds("2026-11-29T12:00:00+02:00")
    assert 0.25 == (to_seconds("2026-11-29T10:00:00.250000000Z") or 0) - (to_seconds("2026-11-29T10:00:00Z") or 0)
    assert 0.25 == (to_seconds("2026-11-29T12:00:00.25+02:00") or 0) - (to_seconds("2026-11-29T10:00:00Z") or 0)
    assert None is to_seconds("")
    assert None is to_seconds("2026-13-29T10:00:00Z")


def test_lines_since_a_time() -> None:
    """From the first line on that is not older."""
    lines = [LogLine("a", "2026-11-29T10:00:00Z"), LogLine("b"), LogLine("c", "2026-11-29T10:00:02Z"), LogLine("d")]
    begin = to_seconds("2026-11-29T10:00:00Z") or 0

    assert ["a", "b", "c", "d"] == [each.text for each in since(lines, begin)]
    assert ["c", "d"] == [each.text for each in since(lines, begin + 1)]
    assert () == since(lines, begin + 3)
