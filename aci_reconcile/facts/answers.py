"""``facts.json``: what a subscription answered to the probes, written and read.

The file goes from hand to hand, so everything in it is checked: a value that the register does not know would make the
emulator behave as no subscription does.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.emulator.knobs import Knobs, read_knob, write_knob
from aci_reconcile.facts.lookup import suggest
from aci_reconcile.facts.register import get_row
from aci_reconcile.manifest.schemas import find_violation
from aci_reconcile.manifest.source.diagnostics import Diagnostics, quote
from aci_reconcile.manifest.source.json_reader import read_documents
from aci_reconcile.manifest.source.nodes import ListNode, MapNode, describe
from aci_reconcile.render.escape import sanitize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aci_reconcile.core.errors import Where
    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.register import Row
    from aci_reconcile.manifest.source.nodes import Source

FORMAT_VERSION: Final = "1.0"
MOST_BYTES: Final = 1_000_000
"""The longest file that is read: a finding for each fact takes a hundredth of it."""
_LONGEST: Final = 200
_READABLE: Final = re.compile(r"1\.[0-9]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a subscription answered to one question."""

    fact: str
    value: str
    """In the spelling of the register, which is that of the emulator's knobs."""
    how: str = ""
    """How it showed: the answer that decided."""
    api_version: str = ""
    region: str = ""
    date: str = ""
    """The day: ``2026-11-29``."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The findings of a file. ``name`` is the file's, for messages."""

    name: str
    findings: tuple[Finding, ...]


def write_answers(findings: Iterable[Finding]) -> str:
    """Return the text of ``facts.json``; facts are in the order of their ids, so that two files can be compared."""
    document = {
        "format_version": FORMAT_VERSION,
        "facts": [_emit(each) for each in sorted(findings, key=lambda each: each.fact)],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _emit(finding: Finding) -> dict[str, str]:
    said = {
        "how": finding.how,
        "api_version": finding.api_version,
        "region": finding.region,
        "date": finding.date,
    }
    return {"id": finding.fact, "value": finding.value} | {key: text for key, text in said.items() if text}


def read_answers(text: str, name: str) -> Answers:
    """Return what a file says.

    Args:
        text: the content of the file.
        name: what it is called, for messages.

    Raises:
        UsageError: it is not such a file; the message begins with the place of the first mistake.
    """
    if len(text) >= MOST_BYTES:
        raise UsageError(f"{name}: too large for what `facts probe` writes", hint=_HINT)
    root, document = _parse(text.removeprefix("\ufeff"), name)
    _check_version(document, root)
    if found := find_violation(document, "facts"):
        path, message = found
        raise UsageError(f"{_locate(root, path)}: {sanitize(message[:_LONGEST])}", hint=_HINT)
    findings: list[Finding] = []
    for at, each in enumerate(map(as_object, as_list(document["facts"]))):
        place = ("facts", at)
        row = _find_row(as_text(each["id"]), _locate(root, (*place, "id")))
        if row.id in {one.fact for one in findings}:
            raise UsageError(f"{_locate(root, place)}: there is a second answer for {row.id}", hint="keep one of them")
        findings.append(_read_finding(each, row, _locate(root, (*place, "value"))))
    return Answers(name, tuple(findings))


_HINT: Final = "schemas/facts.schema.json describes the file; `aci-reconcile schema facts` prints it"


def _parse(text: str, name: str) -> tuple[Source, Body]:
    diagnostics = Diagnostics()
    root = next(read_documents(text, name, diagnostics), None)
    for each in diagnostics.collect():
        raise UsageError(f"{each.where}: {each.message}", hint="if it is torn, copy the file once more")
    if root is None:
        raise UsageError(f"{name}: the file is empty", hint=_HINT)
    try:
        document: Json = json.loads(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}", hint=_HINT) from error
    if not isinstance(document, dict):
        raise UsageError(f"{root.where}: expected a map, found {describe(root)}", hint=_HINT)
    return root, document


def _check_version(document: Body, root: Source) -> None:
    version: Json = document.get("format_version")
    if isinstance(version, str) and not _READABLE.fullmatch(version):
        message = f"format version {quote(version)} is not one of 1.x, which this version reads"
        raise UsageError(f"{_locate(root, ('format_version',))}: {message}", hint="use the version that wrote the file")


def _find_row(name: str, where: Where) -> Row:
    try:
        return get_row(name)
    except LookupError:
        hint = f"{suggest(name)}`aci-reconcile facts show` lists all ids; a later version may know more"
        raise UsageError(f"{where}: there is no fact {quote(name)}", hint=hint) from None


def _read_finding(body: Body, row: Row, where: Where) -> Finding:
    value = as_text(body["value"])
    try:
        value = write_knob(read_knob(Knobs, row.knob, value)) if row.knob else value
        known = not row.values or value in row.values
    except ValueError:
        known = False
    if not known:
        hint = f"it is one of {', '.join(row.values)}" if row.values else f"{row.default} is what is believed"
        raise UsageError(f"{where}: {quote(value)} cannot be the answer to {row.id}", hint=hint)
    more = (as_text(body.get(key)) for key in ("how", "api_version", "region", "date"))
    return Finding(row.id, value, *more)


def _locate(node: Source, path: Sequence[str | int]) -> Where:
    """Return the place of a value, or of the nearest around it that there is."""
    for step in path:
        if isinstance(node, MapNode) and isinstance(step, str) and (inner := node.get(step)) is not None:
            node = inner
        elif isinstance(node, ListNode) and isinstance(step, int):
            node = node.items[step]
    return node.where
