"""Whether an existing file was written by this tool, in the same form: only then may it be replaced.

Only its beginning and its end are read: a plan of thousands of groups is large. An empty file may be replaced.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BEGINNING, _END = 256 * 1024, 4096
_OF_JSON = r'\s*\{\s*"format_version":\s*"\d{1,4}\.\d{1,4}",\s*'
_SEAL: Final = re.compile(r'"expires_at":\s*"[^"]{1,40}",\s*"digest":\s*"sha256:[0-9a-f]{64}"\s*\}\s*\Z')
_FIRST_LINES: Final = (
    r"aci-reconcile will perform|Azure (?:differs from|is not as)|Checked what|Nothing to check|No changes\.|"
    r"No drift\.|Drift: |Plan: \d|Valid\.|Error: |Held back: |Made at |Saved |"
    r"(?:Apply|Destroy)\b[^:]{0,40}(?:complete|incomplete|interrupted|failed)|"
    r"\d+ (?:errors?|warnings?|notices?|findings?|groups?|resources?)\b|"
    r"::(?:error|warning|notice|group)\b|[^:\n]+(?::\d+){0,2}: (?:error|warning|notice) ACI\d|"
    r"[-+~!=<>?*/]{1,3} +\S+ .*\["
)
"""How the first line of a plan, a report or a verdict begins."""

_MARKS: Final[Mapping[str, re.Pattern[str]]] = {
    "plan": re.compile(_OF_JSON + r'"tool_version"'),
    "json": re.compile(_OF_JSON + r'"(?:tool_version|valid)"|\{"type":\s*"(?:plan|error)"'),
    "markdown": re.compile(r"\s*### (?:\u2705|\u274c) "),
    "html": re.compile(r"<!doctype html>\s.*<footer>aci-reconcile [^<]{1,40}</footer>", re.DOTALL),
    "junit": re.compile(r'<\?xml [^>]*>\s*<testsuites name="aci-reconcile '),
    "sarif": re.compile(r'\s*\{\s*"\$schema":.*"name":\s*"aci-reconcile"', re.DOTALL),
    "text": re.compile(rf"\s*(?:{_FIRST_LINES})"),
    "github": re.compile(rf"\s*(?:{_FIRST_LINES})"),
    "metrics": re.compile(r"# HELP aci_reconcile_"),
}
"""How documents of each kind begin, or what they contain."""


def check_own(label: str, file: Path, kind: str) -> None:
    """Check that a file may be replaced.

    Args:
        label: the option and its value, for the message.
        file: the file.
        kind: ``plan``, ``metrics``, or the format of a report.

    Raises:
        UsageError: it holds something else, or cannot be read.
    """
    try:
        content = _read_ends(file)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{label}: {error.strerror or 'it cannot be read'}") from error
    if content.strip() and not is_own(content, kind):
        what = {"plan": "saved plan", "metrics": "metrics file"}.get(kind, f"report in the format {kind}")
        raise UsageError(
            f"{label}: the file exists and is not a {what} of aci-reconcile",
            hint="nothing was written; use another file, or move this one",
        )


def is_own(content: str, kind: str) -> bool:
    """Whether a text is a document of this kind that this tool wrote."""
    found = _MARKS[kind].match(content.removeprefix("\ufeff"))
    return found is not None and (kind != "plan" or _SEAL.search(content) is not None)


def _read_ends(file: Path) -> str:
    """Return the beginning and the end of a file, or all of a short one."""
    with file.open("rb") as stream:
        beginning = stream.read(_BEGINNING)
        size = stream.seek(0, 2)
        stream.seek(max(size - _END, len(beginning)))
        return (beginning + stream.read()).decode("utf-8", "replace")
