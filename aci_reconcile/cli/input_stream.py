"""Standard input as bytes, read by a thread that can be woken."""

from __future__ import annotations

import os
import select
import socket
from typing import IO, Final

_PIECE: Final = 32 * 1024


class InputStream:
    """Reads a stream as it comes. On Windows, a waiting read can't be woken; it ends with the process."""

    def __init__(self, stream: IO[str] | None) -> None:
        self._file = _find_descriptor(stream)
        self._woken, self._waker = socket.socketpair()
        self._stopped = False

    def read(self) -> bytes:
        """Return the next bytes; b"" at the end, and once ``stop`` was called."""
        if self._file < 0 or self._stopped:
            return b""
        try:
            if os.name == "posix":
                ready, _, _ = select.select([self._file, self._woken.fileno()], [], [])
                if self._woken.fileno() in ready:
                    return b""
            return os.read(self._file, _PIECE)
        except (OSError, ValueError):  # the terminal is gone
            return b""

    def stop(self) -> None:
        """Wake the reader."""
        self._stopped = True
        self._waker.send(b"x")

    def close(self) -> None:
        """Close what wakes the reader; the stream itself stays open."""
        self._woken.close()
        self._waker.close()


def _find_descriptor(stream: IO[str] | None) -> int:
    """Return the number of a stream; -1 if it was closed, or is none of the system's."""
    try:
        return stream.fileno() if stream is not None else -1
    except (OSError, ValueError):
        return -1
