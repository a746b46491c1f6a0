"""Azure with real shells: the emulator answers for the groups, and exec opens a shell of this machine on a terminal.

It speaks the protocol of exec as `aci_reconcile.azure.stream` tells it: a password, an empty message, raw bytes.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import shlex
import shutil
import signal
import struct
import termios
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from aci_reconcile.emulator import Emulator, Knobs, Request, open_store

if TYPE_CHECKING:
    from collections.abc import Generator

SHELLS = ("dash", "bash", "busybox", "mksh", "ksh", "zsh")
"""What `/bin/sh` is in images; those that are installed here are tried."""
_PASSWORD = "canary-exec-password"


@dataclass
class RealShells:
    """What was opened, and how it is opened. ``shell`` is the path that stands for every shell."""

    emulator: Emulator
    shell: str = "/bin/sh"
    environ: dict[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"], "TERM": "xterm"})
    url: str = ""
    sockets: str = ""
    opened: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pids: list[int] = field(default_factory=list[int])
    cut_after: int = -1
    """After how many bytes of output the connection is cut without a word; -1: never."""
    ended: threading.Event = field(default_factory=threading.Event)
    """Set whenever a terminal has been cleaned up."""

    def converse(self, web: ServerConnection) -> None:
        """Serve one terminal to its end."""
        if web.recv() != _PASSWORD:
            web.close(1008)
            return
        web.send("")
        assert web.request is not None
        size = parse_qs(urlsplit(web.request.path).query)
        words = [self.shell if word == "/bin/sh" else word for word in shlex.split(size["command"][0])]
        pid, far = pty.fork()
        if pid == 0:
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and programs inherit that
            try:
                os.execvpe(words[0], words, self.environ)
            finally:
                os._exit(127)
        self.pids.append(pid)
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", int(size["rows"][0]), int(size["cols"][0]), 0, 0))
        typist = threading.Thread(target=_type, args=(web, far), daemon=True)
        typist.start()
        try:
            self._show(web, far)
        finally:
            with suppress(OSError):
                os.killpg(pid, signal.SIGHUP)
            web.close()
            typist.join()
            os.close(far)
            _reap(pid)
            self.ended.set()

    def _show(self, web: ServerConnection, far: int) -> None:
        sent = 0
        while True:
            ready, _, _ = select.select([far], [], [], 0.05)
            if not ready:
                if web.close_code is not None or web.state.name != "OPEN":
                    return
                continue
            try:
                data = os.read(far, 4096)
            except OSError:  # the other side of the terminal is closed
                return
            if not data:
                return
            sent += len(data)
            try:
                web.send(data)
            except ConnectionClosed:
                return
            if 0 <= self.cut_after <= sent:
                web.socket.shutdown(2)
                return


def _type(web: ServerConnection, far: int) -> None:
    """Pass on what is typed; a terminal that takes no more makes the sender wait."""
    with suppress(ConnectionClosed, OSError):
        while True:
            message = web.recv()
            data = message.encode() if isinstance(message, str) else message
            while data:
                _, ready, _ = select.select([], [far], [], 0.05)
                if ready:
                    data = data[os.write(far, data[:512]) :]
                elif web.state.name != "OPEN":
                    return


def _reap(pid: int) -> None:
    for number in (signal.SIGHUP, signal.SIGKILL):
        with suppress(OSError):
            os.kill(pid, number)
    with suppress(OSError):
        os.waitpid(pid, 0)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        shells = cast("_Server", self.server).shells
        if self.command == "POST" and urlsplit(self.path).path.endswith("/exec"):
            asked = json.loads(body)
            shells.opened.append(asked)
            size = asked["terminalSize"]
            query = urlencode({"rows": size["rows"], "cols": size["cols"], "command": asked["command"]})
            offer = {"webSocketUri": f"{shells.sockets}/exec?{query}", "password": _PASSWORD}
            self._write(200, {}, json.dumps(offer).encode())
            return
        answer = shells.emulator.handle(Request(self.command, self.path, dict(self.headers.items()), body))
        self._write(answer.status, answer.headers, answer.body)

    def _write(self, status: int, headers: Any, body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = _answer  # noqa: N815  the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        pass


class _Server(ThreadingHTTPServer):
    block_on_close = False
    daemon_threads = True

    def __init__(self, shells: RealShells) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shells = shells


@contextmanager
def real_shells(shell: str = "/bin/sh") -> Generator[RealShells]:
    """Serve an empty Azure whose containers have a real shell."""
    shells = RealShells(Emulator(open_store(None), knobs=Knobs(provisioning_seconds=0)), shell)
    with (
        _Server(shells) as server,
        serve(shells.converse, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=1) as sockets,
    ):
        shells.url = f"http://127.0.0.1:{server.server_address[1]}"
        shells.sockets = f"ws://127.0.0.1:{sockets.socket.getsockname()[1]}"
        threads = [
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}),
            threading.Thread(target=sockets.serve_forever),
        ]
        for thread in threads:
            thread.start()
        try:
            yield shells
        finally:
            server.shutdown()
            sockets.shutdown()
            for thread in threads:
                thread.join()


def find_shell(name: str, folder: Path) -> str:
    """Return the path of a shell called ``sh``, as images have it; empty if it is not installed."""
    found = shutil.which(name)
    if found is None:
        return ""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    link = place / "sh"
    if not link.is_symlink():
        link.symlink_to(found)
    return str(link)


def make_poor_path(folder: Path, *names: str) -> str:
    """Return a folder for ``PATH`` with these programs only."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found is not None
        Path(folder, name).symlink_to(found)
    return str(folder)
