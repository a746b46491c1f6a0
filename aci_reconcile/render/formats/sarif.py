"""Diagnostics about manifests as SARIF 2.1.0, for code scanning: each is an alert at its line.

GitHub documents what it needs at docs.github.com ("SARIF support for code scanning"): rule ids that stay, paths from
the repository's root, and a fingerprint that identifies an alert when its line moves.
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
"""The base of all paths; the reader knows where its checkout is."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}


def render_sarif(
    diagnostics: Sequence[Diagnostic],
    titles: Mapping[str, tuple[str, str]],
    checkout: Checkout = NOWHERE,
    *,
    tool_version: str,
) -> str:
    """Return the diagnostics as a SARIF log, without a final line break.

    Args:
        diagnostics: the diagnostics.
        titles: the title and the meaning of each code that may occur.
        checkout: where the repository is; paths are relative to its root.
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


def _make_rule(code: str, described: tuple[str, str]) -> dict[str, object]:
    title, meaning = described
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
    lines = [each.message, each.hint, f"At {each.path}." if each.path else ""]
    return {
        "ruleId": sanitize(each.code),
        "ruleIndex": rules[each.code],
        "level": _LEVELS[each.severity],
        "message": {"text": sanitize("\n".join(text for text in lines if text), keep="\n")},
        "locations": [{"physicalLocation": _make_location(each, checkout)}],
        "partialFingerprints": {"primaryLocationLineHash": _make_fingerprint(each, checkout, seen)},
    }


def _make_location(each: Diagnostic, checkout: Checkout) -> dict[str, object]:
    path = checkout.path(each.where.file)
    uri = quote(path.encode("utf-8", "replace"), safe="/")
    # A path outside the repository has no base that a reader could resolve.
    outside = posixpath.isabs(path) or path.startswith("..")
    artifact = {"uri": f"file://{uri}" if posixpath.isabs(path) else uri} | ({} if outside else {"uriBaseId": ROOT})
    region = {"startLine": max(each.where.line, 1)}
    if each.where.line and each.where.column:
        region["startColumn"] = each.where.column
    return {"artifactLocation": artifact, "region": region}


def _make_fingerprint(each: Diagnostic, checkout: Checkout, seen: Counter[str]) -> str:
    """Return what stays the same when lines move; a number distinguishes equal diagnostics."""
    text = "\0".join((each.code, checkout.path(each.where.file), each.path, each.message))
    mark = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    # Neither line nor hint is part of it: lines move, and hints are rewritten between versions.
    seen[mark] += 1
    return f"{mark}:{seen[mark]}"
