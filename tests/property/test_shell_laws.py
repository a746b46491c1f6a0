"""Laws of one program in a container's shell: whatever the terminal adds, and however its bytes are cut."""

from __future__ import annotations

import re
import shlex
import subprocess
from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.operate.shell_script import encode_input, make_first_line, make_last_line, make_script
from aci_reconcile.operate.shell_session import LineEnds, Phase, ShellSession

if TYPE_CHECKING:
    from collections.abc import Sequence

NONCE = "0123456789abcdef" * 2

_words = st.text(st.characters(exclude_characters="\0", codec="utf-8"))
_pieces = st.sampled_from(
    [
        b"\r",
        b"\n",
        b"\r\n",
        b"",
        NONCE.encode(),
        NONCE[:16].encode(),
        NONCE[:31].encode(),
        b"e0;",
        b"e;x",
        b"r0",
        b"\x1b[",
    ]
)
_output = st.lists(_pieces | st.binary(max_size=20), max_size=12).map(b"".join)


def _is_free_of_marks(output: bytes) -> bool:
    return re.search(NONCE.encode() + rb"(?:[rbexk][0-9]{0,3}|g);", output) is None


def _cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut the data into pieces of these sizes; the rest is the last one."""
    pieces, at = list[bytes](), 0
    for size in sizes:
        pieces.append(data[at : at + size])
        at += size
    return [*pieces, data[at:]]


def _converse(session: ShellSession, parts: Sequence[bytes], sizes: Sequence[int]) -> bytes:
    """Let the far end say its parts, cut into pieces; return what is shown."""
    shown = b""
    session.begin()
    for data in _cut(b"".join(parts), sizes):
        shown += session.receive(data).output
    return shown


def _mark(kind: str, number: int | str = "") -> bytes:
    return f"{NONCE}{kind}{number};".encode()


@settings(max_examples=up_to(300))
@given(
    output=_output.filter(_is_free_of_marks),
    code=st.integers(0, 255),
    prompt=st.sampled_from([b"", b"# ", b"\x1b[?2004h/ $ ", b"\r\nroot@web:/# \x1b[6n"]),
    late=st.none() | st.integers(-1, 8),
    sizes=st.lists(st.integers(1, 40), max_size=40),
    rest=st.sampled_from([b"", b"\r\n", b"# "]),
)
@example(output=NONCE.encode(), code=0, prompt=b"", late=-1, sizes=[1] * 40, rest=b"")
@example(output=b"\r", code=3, prompt=b"", late=None, sizes=[], rest=b"")
@example(output=b"one\n", code=3, prompt=b"", late=2, sizes=[1] * 200, rest=b"")
def test_the_output_and_the_code_are_those_of_the_program(
    output: bytes, code: int, prompt: bytes, late: int | None, sizes: list[int], rest: bytes
) -> None:
    """Not a byte more or less: no prompt, no echo, no mark, no CR of the terminal; whatever the program prints.

    There may be an echo, and that of the last line may come late, after so many bytes of the output (-1: before it).
    """
    echo = late is not None
    session = ShellSession(["true"], NONCE)
    first = make_first_line(NONCE)
    script = make_script(["true"], NONCE, "captured", stdin=False)
    parts = [prompt, first.replace(b"\n", b"\r\n") if echo else b"", _mark("r", 1 if echo else 0)]
    parts += [script.replace(b"\n", b"\r\n") if echo else b"", _mark("k")]
    last = make_last_line(NONCE).replace(b"\n", b"\r\n") if echo else b""
    shown = output.replace(b"\n", b"\r\n")
    at = late or 0
    parts += [last, _mark("b"), shown] if at < 0 else [_mark("b"), shown[:at], last, shown[at:]]
    parts += [_mark("e", code), rest]

    assert output == _converse(session, parts, sizes)
    assert (Phase.ENDED, code, echo) == (session.phase, session.exit_code, session.echoes)


@given(output=_output.filter(_is_free_of_marks), sizes=st.lists(st.integers(1, 40), max_size=20))
def test_a_connection_that_ends_early_gives_all_output_and_no_code(output: bytes, sizes: list[int]) -> None:
    """What was held back is shown, too."""
    session = ShellSession(["true"], NONCE, mode="raw")
    shown = _converse(session, [_mark("r", 0), _mark("b"), output], sizes) + session.end()

    assert output == shown
    assert session.exit_code is None


@given(noise=_output.filter(_is_free_of_marks), kind=st.sampled_from("be"), code=st.integers(0, 255))
def test_marks_out_of_order_are_nothing(noise: bytes, kind: str, code: int) -> None:
    """A code counts only after a beginning, and a beginning only after the shell was ready."""
    session = ShellSession(["true"], NONCE)

    assert b"" == _converse(session, [noise, _mark(kind, code), noise], [])
    assert (Phase.ASKED, None) == (session.phase, session.exit_code)


@given(data=st.binary(max_size=400), sizes=st.lists(st.integers(1, 9), max_size=60))
def test_line_ends_are_undone_exactly(data: bytes, sizes: list[int]) -> None:
    """A terminal puts one CR before each LF; taking one away again gives the bytes of the program."""
    lines = LineEnds()
    found = b"".join(lines.undo(piece) for piece in _cut(data.replace(b"\n", b"\r\n"), sizes)) + lines.end()

    assert data == found


@given(st.lists(_words, min_size=1, max_size=4), st.booleans(), st.sampled_from(["captured", "raw", "terminal"]))
def test_a_script_is_plain_lines(command: list[str], stdin: bool, mode: str) -> None:
    """Nothing that a terminal obeys, nothing longer than it takes, and the nonce in no line in one piece."""
    script = make_first_line(NONCE) + make_script(command, NONCE, mode, stdin=stdin)  # type: ignore[arg-type]

    assert re.fullmatch(rb"([ -~]{1,1000}\n)+", script)
    if not any(NONCE in each for each in command):
        assert NONCE.encode() not in script


@given(data=st.binary(max_size=3000), blocks=st.booleans())
def test_input_is_plain_lines(data: bytes, blocks: bool) -> None:
    """As the script; so that no byte of it is a key."""
    assert re.fullmatch(rb"([ -~]{1,3001}\n)*", encode_input(data, blocks=blocks))


@settings(max_examples=up_to(15), deadline=None)
@given(st.lists(_words, min_size=1, max_size=5))
def test_a_shell_reads_the_arguments_as_they_are(arguments: list[str]) -> None:
    """Every character but NUL, in a real shell that gets the script through a pipe."""
    command = ["printf", "%s\\n|", *arguments]
    first = shlex.split(make_first_line(NONCE).decode())  # exec /bin/sh -c ...
    script = make_script(command, NONCE, "captured", stdin=False)
    script += make_last_line(NONCE)
    done = subprocess.run(first[1:], input=script, capture_output=True, check=False, timeout=60)
    session = ShellSession(command, NONCE, mode="raw")
    session.begin()

    output = session.receive(done.stdout).output

    assert "".join(f"{each}\n|" for each in arguments).encode() == output
    assert session.exit_code == 0
