"""The results of runs, from the files that ``--report json=FILE`` wrote.

They come from other jobs, so anything may be in them: a file is taken only if its schema allows it, and its texts are
shown as those of Azure are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from aci_reconcile.core.errors import Severity, UsageError, Where
from aci_reconcile.core.health import Health, State
from aci_reconcile.core.shards import ShardNumber, Whole
from aci_reconcile.findings import Acceptance, Finding, Kind, Seen, parse_group
from aci_reconcile.manifest import find_large_violation
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.formats.page_reading import read_page, read_where
from aci_reconcile.render.formats.result import RunEnd, RunOrigin
from aci_reconcile.render.header import FORMAT_VERSION, Header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LARGEST: Final = 256 * 1024 * 1024
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST: Final = 200
"""The most characters that a message quotes."""
_HINT: Final = "take the file that plan, apply or drift wrote with --report json=FILE, as a whole"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a drift check found: what the metrics and the issue are made from."""

    findings: tuple[Finding, ...]
    health: tuple[tuple[str, Health], ...]
    summary: Mapping[str, int]
    header: Header | None = None
    """Where drift was looked for; None if the result does not say, nor what was seen there."""
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one run."""

    file: str
    origin: RunOrigin
    end: RunEnd
    checked: Checked | None = None
    """Of ``drift``; None for a check that failed."""

    @property
    def project(self) -> str:
        """The project, with its environment, in one line; empty for a run that failed before it was known."""
        return sanitize(self.end.page.subject)


def find_result_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files, and of a folder each of its files whose name ends in ``.json``, in the order of the names.

    Raises:
        UsageError: a folder has none, or cannot be read.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        try:
            found = sorted(each for each in path.iterdir() if each.suffix == ".json")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or 'cannot be read'}") from error
        if not found:
            raise UsageError(f"{path}: there is no result in this folder", hint=_HINT)
        yield from found


def read_results(files: Iterable[Path]) -> tuple[Result, ...]:
    """Return the results in the files.

    Raises:
        UsageError: one of them is none; the message has a line for each such file.
    """
    found: list[Result] = []
    problems: list[str] = []
    for file in files:
        try:
            found.append(read_result(file))
        except UsageError as error:
            # In one line: the names of files come from other jobs, too, and a job obeys lines such as `::error::`.
            problems.append(sanitize(error.message))
    if problems:
        raise UsageError("\n  ".join(problems), hint=f"nothing was written; {_HINT}")
    return tuple(found)


def read_result(file: Path) -> Result:
    """Return the result in a file.

    Raises:
        UsageError: there is none, or not all of it.
    """
    document = _parse(_read_text(file), file)
    _check_version(document, file)
    if found := find_large_violation(document, "result"):
        path, message = found
        at = "".join(f"[{each}]" if isinstance(each, int) else f".{each}" for each in path).lstrip(".")
        raise UsageError(f"{file}: {sanitize(at[:_LONGEST])}: {sanitize(message[:_LONGEST])}")
    try:
        return _make_result(document, sanitize(str(file)))
    except ValueError as error:
        raise UsageError(f"{file}: {sanitize(str(error)[:_LONGEST])}") from error


def _read_text(file: Path) -> str:
    """Return the text of a file; a pipe would be waited for, and a device has no end."""
    try:
        if not file.is_file():
            raise UsageError(f"{file}: {'it is no file' if file.exists() else 'there is no such file'}")
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or 'cannot be read'}") from error
    if len(content) > LARGEST:
        raise UsageError(f"{file}: it is larger than {LARGEST // 1024 // 1024} MiB")
    try:
        return content.decode("utf-8-sig")
    except ValueError as error:
        raise UsageError(f"{file}: it is damaged, or no report in JSON") from error


def _parse(text: str, file: Path) -> Mapping[str, Any]:
    """Return the document of a report, or the last of its lines."""
    last = text if text.startswith(("{\n", "{\r\n")) else text.rstrip().rpartition("\n")[2]
    try:
        document: object = json.loads(last)
        if _SURROGATE.search(last):
            json.dumps(document, ensure_ascii=False).encode()  # half of a pair is no text
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: it is torn, or no report in JSON") from error
    if not isinstance(document, dict):
        raise UsageError(f"{file}: it is no report of aci-reconcile")
    return cast("dict[str, Any]", document)


def _check_version(document: Mapping[str, Any], file: Path) -> None:
    result: object = document.get("result")
    if not isinstance(result, dict):
        raise UsageError(f"{file}: it has no result of plan, apply or drift, or lacks its end")
    version = cast("dict[str, object]", result).get("format_version")
    if isinstance(version, str) and version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        text = sanitize(version[:_LONGEST])
        raise UsageError(f"{file}: it has the format {text}, and this version reads {FORMAT_VERSION}")


def _make_result(document: Mapping[str, Any], file: str) -> Result:
    result = document["result"]
    command, number = result["command"], result["shard"]
    shard = None if number is None else _read_shard(number)
    if shard is not None and shard.number > shard.count:
        raise ValueError(f"there is no shard {shard}")
    page = read_page(command, result["page"])
    known = command == "drift" and all(each in document for each in ("findings", "health", "summary"))
    checked = _read_checked(document) if known else None
    end = RunEnd(result["exit_code"], page, failed=result["failed"])
    return Result(file, RunOrigin(command, shard, result["commit"]), end, checked)


def _read_shard(found: Mapping[str, Any]) -> ShardNumber:
    plan = found.get("plan", "")
    return ShardNumber(found["number"], found["count"], Whole(plan, 0) if plan else None)


def _read_checked(document: Mapping[str, Any]) -> Checked:
    return Checked(
        tuple(map(_read_finding, document["findings"])),
        tuple((each["address"], Health(State(each["state"]))) for each in document["health"]),
        document["summary"],
        *_read_seen(document["result"].get("checked")),
    )


def _read_seen(found: Mapping[str, Any] | None) -> tuple[Header | None, Seen | None]:
    if found is None:
        return None, None
    header = Header(found["project"], found["subscription"], found["endpoint"], found["environment"])
    groups = {key.lower(): parse_group(each) for key, each in found["groups"].items()}
    scopes = frozenset(each.lower() for each in found["resource_groups"])
    return header, Seen(found["looked_at"], groups, scopes, found["searched_all"])


def _read_finding(found: Mapping[str, Any]) -> Finding:
    # Of an acceptance only that there is one matters here: the page says the rest.
    accepted = Acceptance("", date.max, Where("")) if found["accepted"] is not None else None
    return Finding(
        Kind(found["kind"]),
        found["address"],
        found["path"],
        found["text"],
        Severity(found["severity"]),
        read_where(found["where"]),
        found["since"],
        accepted,
    )
