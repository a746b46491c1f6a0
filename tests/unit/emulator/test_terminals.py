"""exec and attach: a WebSocket and its password, and what comes over it."""

from __future__ import annotations

import re
import struct
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from unit.emulator.emulator_world import GROUPS, START, World, container, group
from web_client import WebClient

from aci_reconcile.emulator import Knobs, dial, serve
from aci_reconcile.emulator.aci.simulation.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Generator

WEB = f"{GROUPS}/web/containers/web"
PROMPT = "/ # "


class Asking(World):
    """A world whose requests name the host of a server."""

    def emulator_answer(self, url: str, what: str, body: Any) -> Any:
        """Return the answer to an exec or an attach."""
        return self.send("POST", f"{url}{WEB}/{what}", body or {}).json()


def asking(image: str = "nginx", knobs: Knobs | None = None, **more: Any) -> Asking:
    """Return the same with a group that runs."""
    made = Asking(knobs or Knobs())
    made.create("web", group(containers=[container("web", image, **more)]))
    return made


@contextmanager
def opened(made: Asking, what: str, body: Any = None) -> Generator[WebClient]:
    """Open a WebSocket as a client does: ask for it, connect, send the password; the first answer is empty."""
    with serve(made.emulator) as server:
        answer = made.emulator_answer(server.url, what, body)
        with WebClient(answer["webSocketUri"]) as client:
            client.send(answer["password"].encode())
            assert (101, (1, b"")) == (client.status, client.receive())
            yield client


@pytest.mark.parametrize(
    ("origin", "start"), [("http://localhost:8080", "ws://localhost:8080"), ("https://aci.test", "wss://aci.test")]
)
def test_exec_names_a_web_socket_and_a_password(origin: str, start: str) -> None:
    """As recorded, but for the host."""
    body = {"command": "ls", "terminalSize": {"rows": 24, "cols": 80}}
    answer = asking().send("POST", f"{origin}{WEB}/exec", body)

    assert (200, ["webSocketUri", "password"]) == (answer.status, list(answer.json()))
    assert "azure-asyncoperation" not in answer.headers
    address, _, query = answer.json()["webSocketUri"].partition("?")
    assert re.fullmatch(rf"{start}/execstream/sessionId/[0-9a-f-]{{36}}", address)
    assert "api-version=1.0&rows=24&cols=80" == query


def test_attach_names_another_one() -> None:
    """Recorded by Azure PowerShell's tests."""
    answer = asking().send("POST", f"http://localhost{WEB}/attach")

    assert re.fullmatch(
        r"ws://localhost/logstream/sessionId/[0-9a-f-]{36}\?api-version=1\.0", answer.json()["webSocketUri"]
    )


@pytest.mark.parametrize("what", ["exec", "attach"])
def test_what_is_not_there_cannot_be_entered(what: str) -> None:
    """A group, a container."""
    made = asking()

    assert (404, "ContainerNotFound") == made.code(made.send("POST", f"{GROUPS}/web/containers/other/{what}", {}))
    assert (404, "ResourceNotFound") == made.code(made.send("POST", f"{GROUPS}/nope/containers/web/{what}", {}))


def test_a_request_of_the_wrong_shape_is_refused() -> None:
    """By the deserialiser."""
    made = asking()

    assert (400, "InvalidRequestContent") == made.code(made.send("POST", f"{WEB}/exec", {"command": ["ls"]}))
    assert (400, "InvalidRequestContent") == made.code(
        made.send("POST", f"{WEB}/exec", {"command": "ls", "terminalSize": {"rows": "many"}})
    )


def test_a_shell_takes_lines_until_it_is_left() -> None:
    """Echo and output, prompts, and a close at the end: no exit status."""
    with opened(asking(), "exec", {"command": "/bin/sh"}) as client:
        assert PROMPT == client.read_until(PROMPT)
        client.send(b"echo hello\r", kind=2)
        assert f"echo hello\r\nhello\r\n{PROMPT}" == client.read_until(PROMPT)
        client.send(b"exit\r", kind=2)

        assert "exit\r\n" == client.read_until("(never)")


MISSING = (
    "rpc error: code = 2 desc = oci runtime error: exec failed: container_linux.go:247: starting container process "
    'caused "exec: \\"{}\\": executable file not found in $PATH"\r\n'
)


@pytest.mark.parametrize(
    ("arguments", "command", "output"),
    [
        ("split", "echo 'two words'", "two words\r\n"),
        ("split", "sh -c 'echo $NAME; exit 3'", "of the container\r\n"),
        ("split", "nginx -v", MISSING.format("nginx")),
        ("one word", "/bin/echo", "\r\n"),
        ("one word", "echo two", MISSING.format("echo two")),
    ],
)
def test_a_command_runs_and_ends(arguments: Any, command: str, output: str) -> None:
    """With its arguments; or, by a knob, as the name of one program."""
    env = [{"name": "NAME", "value": "of the container"}]
    with opened(
        asking(knobs=Knobs(exec_arguments=arguments), environmentVariables=env), "exec", {"command": command}
    ) as client:
        assert output == client.read_until("(never)")


def test_no_command_is_a_shell() -> None:
    """As with the documented default of azure-cli."""
    with opened(asking(), "exec", {"command": ""}) as client:
        assert PROMPT == client.read_until(PROMPT)


def test_an_image_without_a_shell_has_no_program() -> None:
    """The message is that of ACI's runtime, as a user saw it."""
    with opened(asking("sim/scratch"), "exec", {"command": "/bin/sh"}) as client:
        assert MISSING.format("/bin/sh") == client.read_until("(never)")


def test_the_output_of_a_container_is_attached_to_until_it_ends() -> None:
    """Line by line, as the logs have it."""
    made = asking("busybox", command=["sh", "-c", "echo one; sleep 300; echo two; sleep 900"])
    with opened(made, "attach") as client:
        assert "one\r\n" == client.read_until("one\r\n")
        made.now = START + 400
        assert "two\r\n" == client.read_until("two\r\n")


def test_attach_may_begin_with_what_comes_from_then_on() -> None:
    """A knob, because nobody has recorded it."""
    made = asking(
        "busybox", knobs=Knobs(attach_start="now"), command=["sh", "-c", "echo one; sleep 100; echo two; sleep 60"]
    )
    with opened(made, "attach") as client:
        made.now = START + 150
        assert "two\r\n" == client.read_until("two\r\n")


LINES = "for i in 1 2 3; do sleep 1; echo $i; done; exit 1"


@pytest.mark.parametrize(("ends", "output"), [("run", "1\r\n2\r\n3\r\n"), ("group", "1\r\n2\r\n3\r\n" * 3)])
def test_attach_ends_with_the_run_or_goes_on_over_restarts(ends: Any, output: str) -> None:
    """Each line comes once, also the last ones of a run that ended between two looks; the knob is for the unknown."""
    made = asking("busybox", knobs=Knobs(attach_end=ends), command=["sh", "-c", LINES])
    answer = made.emulator_answer("http://localhost", "attach", None)
    client = dial(made.emulator, answer["webSocketUri"])
    client.send(answer["password"])
    shown, moment = "", 0.0
    try:
        while len(shown) < len(output) or ends == "run":
            more = client.receive(0.2)
            shown += (more or b"").decode()
            moment += 0.0 if more else 0.9
            made.now = START + moment
    except EOFError:
        pass
    client.close()

    assert output == shown[: len(output)]
    assert ends == "group" or output == shown


@pytest.mark.parametrize(("size", "seen"), [(0, ""), (7, "one\r\ntw")])
def test_a_connection_may_break_in_the_midst_of_the_output(size: int, seen: str) -> None:
    """Without a farewell; the next one is whole."""
    made = asking("busybox", command=["sh", "-c", "echo one; echo two; sleep 900"])
    made.send("POST", "/emulator/faults", {"kind": "drop", "bytes": size})
    with opened(made, "attach") as client:
        shown = client.receive()[1] if size else b""
        with pytest.raises(ConnectionResetError):
            client.receive()
    with opened(made, "attach") as client:
        whole = client.read_until("two\r\n")

    assert (seen, "one\r\ntwo\r\n") == (shown.decode(), whole)


def test_a_connection_may_break_in_process_too() -> None:
    """The same faults, without a socket."""
    made = asking("busybox", command=["sh", "-c", "echo one; sleep 900"])
    faults: list[dict[str, Any]] = [{"kind": "drop", "bytes": 2}, {"kind": "error", "status": 503}, {"kind": "reset"}]
    made.send("POST", "/emulator/faults", {"faults": [{**each, "path": "/logstream/"} for each in faults]})
    uris = [made.emulator_answer("http://localhost", "attach", None) for _ in faults]
    client = dial(made.emulator, uris[0]["webSocketUri"])
    client.send(uris[0]["password"])
    seen = [client.receive(5), client.receive(5)]
    with pytest.raises(ConnectionAbortedError):
        client.receive(5)
    client.close()
    for answer in uris[1:]:
        with pytest.raises(ConnectionRefusedError):
            dial(made.emulator, answer["webSocketUri"])

    assert [b"", b"on"] == seen


def test_a_handshake_may_be_refused_or_reset_or_kept_waiting() -> None:
    """As any other request."""
    made = asking()
    with serve(made.emulator) as server:
        uris = [made.emulator_answer(server.url, "exec", {})["webSocketUri"] for _ in range(4)]
        made.send("POST", "/emulator/faults", {"kind": "error", "status": 503, "path": "/execstream/"})
        refused = connect(uris[0])
        for kind in ("reset", "reset-after"):
            made.send("POST", "/emulator/faults", {"kind": kind, "path": "/execstream/"})
            with pytest.raises((ConnectionResetError, IndexError)):
                connect(uris[1])
        made.send("POST", "/emulator/faults", {"kind": "slow", "seconds": 0.3, "path": "/execstream/"})
        began = time.monotonic()
        late = connect(uris[2])
        counted = {(row["path"], row["status"]) for row in made.send("GET", "/emulator/requests").json()["requests"]}

    assert (503, 101) == (refused, late)
    assert time.monotonic() - began >= 0.3
    assert {("(stream)", 503), ("(stream)", 0), ("(stream)", 101)} <= counted


def test_attach_ends_with_the_group() -> None:
    """A deleted one prints no more."""
    made = asking()
    with serve(made.emulator) as server:
        answer = made.emulator_answer(server.url, "attach", None)
        made.send("DELETE", f"{GROUPS}/web")
        with WebClient(answer["webSocketUri"]) as client:
            client.send(answer["password"].encode())

            assert [(1, b""), (8, struct.pack("!H", 1000))] == [client.receive(), client.receive()]


def test_without_the_password_nothing_comes() -> None:
    """The connection is closed as against the rules."""
    made = asking()
    with serve(made.emulator) as server:
        answer = made.emulator_answer(server.url, "exec", {"command": "sh"})
        with WebClient(answer["webSocketUri"]) as client:
            client.send(b"guess")

            assert (8, struct.pack("!H", 1008)) == client.receive()


def test_an_address_is_good_once_and_for_a_minute() -> None:
    """And only for what it was made for."""
    made = asking()
    with serve(made.emulator) as server:
        uris = [made.emulator_answer(server.url, "exec", {})["webSocketUri"] for _ in range(3)]
        statuses = [connect(uris[0]), connect(uris[0]), connect(uris[1].replace("execstream", "logstream"))]
        made.now += 61
        late = connect(uris[2])
        made.emulator_answer(server.url, "exec", {})
        with made.store.transaction() as session:
            kept = len(list(session.scan("terminal", "")))

    assert ([101, 404, 404], 404, 1) == (statuses, late, kept)


def test_no_web_page_reaches_a_terminal() -> None:
    """Browsers let any page open a WebSocket to this machine; the Origin tells."""
    made = asking()
    with serve(made.emulator) as server:
        uri = made.emulator_answer(server.url, "exec", {})["webSocketUri"]

        assert 403 == connect(uri, Origin="https://example.com")
        assert 101 == connect(uri, Origin=server.url)


def connect(uri: str, **headers: str) -> int:
    """Return the status of a handshake."""
    with WebClient(uri, headers) as client:
        return client.status


def test_pings_are_answered_and_a_close_is_too() -> None:
    """In the midst of a command."""
    with opened(asking(), "exec", {"command": "sh"}) as client:
        client.read_until(PROMPT)
        client.send(b"there?", kind=9)
        pong = client.receive()
        client.send(struct.pack("!H", 1000), kind=8)

        assert ((10, b"there?"), (8, struct.pack("!H", 1000))) == (pong, client.receive())


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\xc1\x80abcd", 1002), (b"\x83\x80abcd", 1002), (b"\x81\xff\0\0\0\0\0\1\0\1abcd", 1009)],
)
def test_frames_against_the_protocol_end_the_connection(frame: bytes, code: int) -> None:
    """A compressed frame that nobody agreed on; a kind that does not exist; more than 64 KiB."""
    with opened(asking(), "exec", {"command": "sh"}) as client:
        client.read_until(PROMPT)
        client.connection.sendall(frame)

        assert (8, struct.pack("!H", code)) == client.receive()


def test_a_long_message_is_typed_whole() -> None:
    """Its length takes two bytes more."""
    line = "echo " + "x" * 300
    with opened(asking(), "exec", {"command": "sh"}) as client:
        client.read_until(PROMPT)
        client.send(f"{line}\r".encode())

        assert f"{line}\r\n{'x' * 300}\r\n{PROMPT}" == client.read_until(PROMPT)


def show(terminal: Terminal, *typed: bytes) -> str:
    """Return what a terminal shows when something is typed, and its program has done what it can."""
    shown = b""
    for text in (*typed, None):
        wait = 0.0
        while not wait:
            more, wait = terminal.advance()
            shown += more
        if text is not None:
            terminal.type(text)
    return shown.decode()


@pytest.mark.parametrize(
    ("typed", "shown", "ended"),
    [
        ("\r", f"\r\n{PROMPT}", False),
        ("ab\x7f\x7f\x7f", "ab\b \b\b \b", False),
        ("ab\x15", "ab\b \b\b \b", False),
        ("aé\x7f\r", f"aé\b \b\r\nsh: a: not found\r\n{PROMPT}", False),
        ("ab\x03", f"ab^C\r\n{PROMPT}", False),
        ("a\x04", "a", False),
        ("\x04", "", True),
        ("\x1b\x00", "^[^@", False),
        ("ps -l\r", f"ps -l\r\nsh: ps: not found\r\n{PROMPT}", False),
        ("exit 3\rmore", "exit 3\r\nmore", True),
        ("echo 'a\rb'\r", f"echo 'a\r\n> b'\r\na\r\nb\r\n{PROMPT}", False),
        ("cat\rx\r\x04", f"cat\r\nx\r\nx\r\n{PROMPT}", False),
        ("stty -echo\r", f"stty -echo\r\n{PROMPT}", False),
        ("stty size; tty\r", f"stty size; tty\r\n50 132\r\nsh: tty: not found\r\n{PROMPT}", False),
        ("(exit 4); echo $?\r", f"(exit 4); echo $?\r\n4\r\n{PROMPT}", False),
        ("if\r;\r", f'if\r\n> ;\r\nsh: syntax error: unexpected ";"\r\n{PROMPT}', False),
        ("[ -t 0 ] && echo yes; echo | [ -t 0 ] || echo no\r", None, False),
    ],
)
def test_keys_of_a_terminal(typed: str, shown: str | None, ended: bool) -> None:
    """Return, rubbing out, Ctrl-C, Ctrl-D; what comes before a program reads it waits."""
    terminal = Terminal(["sh"], {}, lambda: 0.0, size=(50, 132))
    keys = [key.encode() for key in typed]
    found = show(terminal, *keys).removeprefix(PROMPT)
    expected = f"{typed[:-1]}\r\nyes\r\nno\r\n{PROMPT}" if shown is None else shown

    assert (expected, ended) == (found, terminal.ended)
    terminal.close()


def test_what_is_typed_is_not_shown_after_it_was_switched_off() -> None:
    """Output still is, and `stty -g` brings the echo back."""
    terminal = Terminal(["sh"], {}, lambda: 0.0)
    show(terminal, b"s=$(stty -g); stty -echo\r")
    quiet = show(terminal, b"echo secret\r")
    loud = show(terminal, b'stty "$s"\r', b"echo seen\r")
    terminal.close()

    assert f"secret\r\n{PROMPT}" == quiet
    assert f"{PROMPT}echo seen\r\nseen\r\n{PROMPT}" == loud


def test_a_line_is_cut_as_linux_cuts_it() -> None:
    """A terminal keeps 4095 bytes of a line."""
    terminal = Terminal(["sh"], {}, lambda: 0.0)
    show(terminal, b"stty -echo\r")
    shown = show(terminal, b"echo " + b"x" * 5000 + b"\r")
    terminal.close()

    assert f"{'x' * (4095 - len('echo '))}\r\n{PROMPT}" == shown


def test_ctrl_c_ends_programs_and_not_the_shell_of_the_terminal() -> None:
    """A script that traps it goes on; its program does not."""
    now = [0.0]
    terminal = Terminal(["sh"], {}, lambda: now[0])
    first = show(terminal, b"sleep 100; echo not\r", b"\x03", b"echo $?\r")
    second = show(terminal, b"sh -c 'trap : INT; sleep 100; echo $?'\r", b"\x03")
    third = show(terminal, b"while :; do sleep 1; done | cat\r", b"\x03")
    terminal.close()

    assert f"{PROMPT}sleep 100; echo not\r\n^C\r\n{PROMPT}echo $?\r\n130\r\n{PROMPT}" == first
    assert f"sh -c 'trap : INT; sleep 100; echo $?'\r\n^C130\r\n{PROMPT}" == second
    assert third.endswith(f"^C\r\n{PROMPT}")


def test_a_program_takes_its_time() -> None:
    """By the clock of the session."""
    now = [100.0]
    terminal = Terminal(["sh", "-c", "echo one; sleep 5; date +%s"], {}, lambda: now[0])
    first, wait = terminal.advance()
    again, rest = terminal.advance()
    now[0] += 5
    last = show(terminal)

    assert (b"one\r\n", 0.0, b"", 5.0) == (first, wait, again, rest)
    assert ("105\r\n", True) == (last, terminal.ended)


def test_a_program_without_an_end_is_bounded() -> None:
    """Output waits for its reader, and Ctrl-C comes through; a loop that waits for nothing leaves time to look."""
    terminal = Terminal(["sh", "-c", "yes"], {}, lambda: 0.0)
    sizes = [len(terminal.advance()[0]) for _ in range(5)]
    terminal.type(b"\x03")
    terminal.advance()
    endless = Terminal(["sh", "-c", "while :; do :; done"], {}, lambda: 0.0)
    shown, wait = endless.advance()
    endless.type(b"\x03")
    endless.advance()

    assert 0 < max(sizes) < 1_000_000
    assert (b"", 0.0) == (shown, wait)
    assert terminal.ended
    assert endless.ended


@pytest.mark.parametrize(
    "script", ["f() { f; }; f", ":(){ : | : & }; :", "x=x; while :; do x=$x$x; done", "while :; do sh -c true & done"]
)
def test_no_script_takes_more_than_its_share(script: str) -> None:
    """Neither memory nor processes without end: such a script dies, or goes on in small steps."""
    terminal = Terminal(["sh", "-c", script], {}, lambda: 0.0)
    for _ in range(20):
        terminal.advance()
    terminal.close()
