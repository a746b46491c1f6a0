"""Complaints about manifests as SARIF 2.1.0, for code scanning: each is an alert at its line.

What GitHub makes of SARIF is documented at docs.github.com ("SARIF support for code scanning"): a rule id that stays,
paths from the repository's root, and a fingerprint by which an alert is found again when its line moves.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import dump, sanitize
from aci_reconcile.render.formats.checkout import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.render.formats.checkout import Checkout

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
"""What paths count from; the reader knows where its checkout is."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render_sarif(
    diagnostics: Sequence[Diagnostic],
    titles: Mapping[str, tuple[str, str]],
    checkout: Checkout = NOWHERE,
    *,
    tool_version: str,
) -> str:
    """Return the complaints as a SARIF log, without a final line break.

    Args:
        diagnostics: the complaints.
        titles: of each code that may occur: its title, and what it means.
        checkout: where the repository is, from whose root paths count.
        tool_version: the version of this tool.
    """
    found = sorted(diagnostics)
    rules = {code: at for at, code in enumerate(sorted({each.code for each in found}))}
    driver = {
        "name": "aci-reconcile",
        "version": tool_version,
        "rules": [_make_rule(code, titles.get(code, (code, ""))) for code in rules],
    }
    seen: Counter[str] = Counter()
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [_make_result(each, rules, checkout, seen) for each in found],
    }
    return dump({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _make_rule(code: str, told: tuple[str, str]) -> dict[str, object]:
    title, meaning = told
    text = sanitize(meaning or title) or code
    return {
        "id": sanitize(code),
        "shortDescription": {"text": sanitize(title) or code},
        "fullDescription": {"text": text},
        "help": {"text": text},
    }


def _make_result(
    each: Diagnostic, rules: Mapping[str, int], checkout: Checkout, seen: Counter[str]
) -> dict[str, object]:
    told = [each.message, each.hint, f"At {each.path}." if each.path else ""]
    return {
        "ruleId": sanitize(each.code),
        "ruleIndex": rules[each.code],
        "level": _LEVELS[each.severity],
        "message": {"text": sanitize("\n".join(text for text in told if text), keep="\n")},
        "locations": [{"physicalLocation": _make_location(each, checkout)}],
        "partialFingerprints": {"primaryLocationLineHash": _make_fingerprint(each, checkout, seen)},
    }


def _make_location(each: Diagnostic, checkout: Checkout) -> dict[str, object]:
    path = checkout.path(each.where.file)
    uri = quote(path.encode("utf-8", "replace"), safe="/")
    outside = posixpath.isabs(path) or path.startswith("..")
    artifact = {"uri": f"file://{uri}" if posixpath.isabs(path) else uri} | ({} if outside else {"uriBaseId": ROOT})
    region = {"startLine": max(each.where.line, 1)}
    if each.where.line and each.where.column:
        region["startColumn"] = each.where.column
    return {"artifactLocation": artifact, "region": region}


def _make_fingerprint(each: Diagnostic, checkout: Checkout, seen: Counter[str]) -> str:
    """Return what stays the same when lines are put in above; a number tells equal complaints apart."""
    text = "\0".join((each.code, checkout.path(each.where.file), each.path, each.message))
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    seen[mark] += 1
    return f"{mark}:{seen[mark]}"
