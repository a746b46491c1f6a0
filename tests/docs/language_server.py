"""An editor, as far as a YAML language server can tell: it opens files, and is told what is wrong with them."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

PATIENCE = 60


class Editor:
    """A session with the server. Requests and notifications are JSON-RPC over its standard streams."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._server = subprocess.Popen(
            ["node", str(program), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0
        root = folder.as_uri()
        self._ask("initialize", {"processId": None, "rootUri": root, "capabilities": {}, "workspaceFolders": None})
        self._tell("initialized", {})
        settings = {"yaml": {"validate": True, "schemaStore": {"enable": False, "url": ""}}}
        self._tell("workspace/didChangeConfiguration", {"settings": settings})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.kill()
        self._server.communicate()

    def complaints(self, path: Path, text: str) -> list[str]:
        """Open a file with this text, and return what the server has against it."""
        uri = path.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while True:
            message = self._read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return [each["message"] for each in message["params"]["diagnostics"]]

    def _ask(self, method: str, params: Any) -> Any:
        self._number += 1
        self._write({"id": self._number, "method": method, "params": params})
        while True:
            message = self._read()
            if message.get("id") == self._number and "method" not in message:
                return message.get("result")

    def _tell(self, method: str, params: Any) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: dict[str, Any]) -> None:
        content = json.dumps({"jsonrpc": "2.0", **message}).encode()

        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(content), content))
        self._server.stdin.flush()

    def _read(self) -> Any:
        """Read a message; a question of the server's own is answered with what an editor without settings says."""
        assert self._server.stdout is not None
        length = 0
        while (line := self._server.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        message = json.loads(self._server.stdout.read(length))
        if "id" in message and "method" in message:
            items = message.get("params", {}).get("items")
            self._write({"id": message["id"], "result": [None for _ in items] if items else None})
        return message
