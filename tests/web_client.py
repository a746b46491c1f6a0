"""A client of WebSockets for tests: the least that exec and attach need, over plain TCP."""

from __future__ import annotations

import base64
import os
import socket
import struct
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass
class WebClient:
    """One WebSocket, after its handshake, of which `status` is the outcome."""

    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        self.connection = socket.create_connection((parts.hostname or "", parts.port or 80), timeout=10)
        self.file = self.connection.makefile("rb")
        self.key = base64.b64encode(os.urandom(16)).decode()
        lines = {
            "Host": parts.netloc,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": self.key,
            "Sec-WebSocket-Version": "13",
            **self.headers,
        }
        try:
            head = f"GET {parts.path}?{parts.query} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
            self.connection.sendall(f"{head}\r\n".encode())
            answer: list[bytes] = []
            while (line := self.file.readline()) not in {b"\r\n", b""}:
                answer.append(line)
            self.status = int(answer[0].split()[1])
            self.answer = {
                name.strip().lower(): value.strip()
                for name, _, value in (line.decode().partition(":") for line in answer[1:])
            }
        except BaseException:
            self.file.close()
            self.connection.close()
            raise

    def send(self, data: bytes, kind: int = 1, *, masked: bool = True) -> None:
        """Send one frame."""
        mask = os.urandom(4) if masked else b""
        size = len(data)
        head = bytes([0x80 | kind]) + (
            bytes([(0x80 if masked else 0) | size]) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        )
        payload = bytes(byte ^ mask[number % 4] for number, byte in enumerate(data)) if masked else data
        self.connection.sendall(head + mask + payload)

    def receive(self) -> tuple[int, bytes]:
        """Return kind and data of the next frame; a close without data at the end of the connection."""
        head = self.file.read(2)
        if len(head) < 2:
            return 8, b""
        size = head[1] & 0x7F
        if size == 126:
            (size,) = struct.unpack("!H", self.file.read(2))
        return head[0] & 0x0F, self.file.read(size)

    def read_until(self, text: str) -> str:
        """Return what comes, until it ends in a text or the other end closes."""
        seen = ""
        while not seen.endswith(text):
            kind, data = self.receive()
            if kind == 8:
                return seen
            seen += data.decode()
        return seen

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.connection.close()
