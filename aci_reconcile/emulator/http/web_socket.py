"""The server's end of a WebSocket (RFC 6455), as far as exec and attach need it: no extensions, no fragments."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

_GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
_PING: Final = 9
_PONG: Final = 10
NORMAL: Final = 1000
WRONG_FRAME: Final = 1002
REFUSED: Final = 1008
_TOO_LARGE: Final = 1009
_LARGEST: Final = 65536
_SHORT: Final = 126
_LONG: Final = 127


def make_accept(key: str) -> str:
    """Return the answer to the key of a handshake."""
    digest = hashlib.sha1(f"{key}{_GUID}".encode("ascii", "replace"), usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


@dataclass(slots=True)
class WebSocket:
    """Messages over a connection that has been upgraded."""

    connection: socket.socket
    closed: bool = False
    _bytes: bytearray = field(default_factory=bytearray)

    def send(self, data: bytes, kind: int = BINARY) -> None:
        """Send one message. Raises OSError if the client is gone."""
        head = bytes([0x80 | kind])
        if len(data) < _SHORT:
            head += bytes([len(data)])
        elif len(data) < _LARGEST:
            head += struct.pack("!BH", _SHORT, len(data))
        else:
            head += struct.pack("!BQ", _LONG, len(data))
        self.connection.sendall(head + data)

    def close(self, code: int = NORMAL) -> None:
        """Say good-bye, once."""
        if not self.closed:
            self.closed = True
            self.send(struct.pack("!H", code), CLOSE)

    def receive(self, seconds: float) -> bytes | None:
        """Return the next message; none if none came in that time, or none will come. Raises OSError."""
        self.connection.settimeout(seconds)
        while not self.closed:
            frame = self._take_frame()
            if frame is None:
                try:
                    more = self.connection.recv(4096)
                except TimeoutError:
                    return None
                self.closed = not more
                self._bytes += more
                continue
            kind, data = frame
            if kind in {TEXT, BINARY}:
                return data
            if kind == _PING:
                self.send(data, _PONG)
            elif kind != _PONG:
                self.close(NORMAL if kind == CLOSE else WRONG_FRAME)
        return None

    def _take_frame(self) -> tuple[int, bytes] | None:
        """Return the first whole frame of what has come, unmasked; none if there is none yet."""
        if len(self._bytes) < len("hm"):
            return None
        final, kind, length = self._bytes[0] & 0x80, self._bytes[0] & 0x0F, self._bytes[1] & 0x7F
        if not final or not self._bytes[1] & 0x80:
            self.close(WRONG_FRAME)
            return None
        start = 2
        if length >= _SHORT:
            start = 4
            if length == _LONG:
                self.close(_TOO_LARGE)
                return None
            if len(self._bytes) < start:
                return None
            (length,) = struct.unpack("!H", self._bytes[2:4])
        end = start + 4 + length
        if len(self._bytes) < end:
            return None
        mask, masked = self._bytes[start : start + 4], self._bytes[start + 4 : end]
        data = bytes(byte ^ key for byte, key in zip(masked, cycle(mask), strict=False))
        del self._bytes[:end]
        return kind, data
