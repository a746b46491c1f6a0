"""The store of the emulator: one SQLite table of JSON documents, safe for threads and processes."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from aci_reconcile.emulator.model import Json

_BUSY_SECONDS = 30.0
_FILE = "emulator.sqlite3"
_LAST = "\U0010ffff"

Kind = Literal[
    "deployment",
    "group",
    "history",
    "label",
    "neighbour",
    "operation",
    "profile",
    "provider",
    "resource_group",
    "subnet",
    "tags",
    "terminal",
]


class Session:
    """One transaction: reads are consistent, and writes are atomic."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, kind: Kind, key: str) -> Json | None:
        """Return the document under a key."""
        sql = "SELECT body FROM documents WHERE kind = ? AND key = ?"
        row: tuple[str] | None = self._connection.execute(sql, (kind, key)).fetchone()
        return None if row is None else _decode(row[0])

    def put(self, kind: Kind, key: str, body: Json) -> None:
        """Write a document, new or not."""
        sql = "INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body"
        self._connection.execute(sql, (kind, key, json.dumps(body, separators=(",", ":"))))

    def delete(self, kind: Kind, key: str) -> None:
        """Remove a document, if there is one."""
        self._connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def scan(self, kind: Kind, prefix: str, after: str = "") -> Iterator[tuple[str, Json]]:
        """Return the documents whose key starts with a prefix and sorts after another key, in order of their keys."""
        sql = "SELECT key, body FROM documents WHERE kind = ? AND key >= ? AND key < ? AND key > ? ORDER BY key"
        for key, body in self._connection.execute(sql, (kind, prefix, prefix + _LAST, after)):
            yield key, _decode(body)

    @contextmanager
    def undoing(self) -> Generator[None]:
        """Undo what is written inside if it fails: one of many requests in a transaction."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            raise
        finally:
            self._connection.execute("RELEASE part")

    def next_serial(self) -> int:
        """Return a unique number."""
        self._connection.execute("UPDATE counters SET value = value + 1")
        row: tuple[int] = self._connection.execute("SELECT value FROM counters").fetchone()
        return row[0]


class Store:
    """An open database. One connection behind a lock: SQLite has one writer anyway, and a lock cannot starve."""

    def __init__(self, database: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            database, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        # a store that was not closed closes itself: tests create in-memory stores by the hundred
        self._finalizer = weakref.finalize(self, self._connection.close)
        self._prepare()

    @contextmanager
    def transaction(self, *, write: bool = False) -> Generator[Session]:
        """Open a transaction; a writing one takes SQLite's write lock first, so that it never fails half-way."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield Session(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the database; closing twice is allowed."""
        with self._lock:
            self._finalizer()

    def _prepare(self) -> None:
        deadline = time.monotonic() + _BUSY_SECONDS
        while True:
            try:
                # The busy timeout does not cover the switch to WAL, so two processes that start together retry.
                self._connection.execute("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        with self.transaction(write=True):
            for statement in _SCHEMA:
                self._connection.execute(statement)


_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS counters (value INTEGER)",
    "INSERT INTO counters SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM counters)",
)


def open_store(path: Path | None) -> Store:
    """Open a store: in memory (None), in a folder, or in a file; missing folders are made.

    A path without a suffix is a folder.
    """
    if path is None:
        return Store(":memory:")
    file = path / _FILE if path.is_dir() or not path.suffix else path
    file.parent.mkdir(parents=True, exist_ok=True)
    return Store(str(file))


def _decode(text: str) -> Json:
    body: Json = json.loads(text)
    return body
