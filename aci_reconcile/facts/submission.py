"""The text of an issue that reports what a subscription answered. It is printed; nothing is sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.redaction import veil
from aci_reconcile.facts.register import get_row
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from aci_reconcile.facts.answers import Answers, Finding

FORMAT_VERSION: Final = "1.0"
_LONGEST: Final = 300
_ENTITIES: Final = {ord(char): f"&#{ord(char)};" for char in "&\\`*_[]<>|@#!"}
"""What Markdown, HTML and Git hosts would make something of."""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue to file."""

    title: str
    body: str


def write_issue(answers: Answers, recording: str, version: str) -> Issue:
    """Write the issue.

    Args:
        answers: what was found out.
        recording: the name of the file with the exchanges; empty if there is none.
        version: that of this tool.
    """
    news = [each for each in answers.findings if each.value != get_row(each.fact).default]
    regions = sorted({each.region for each in answers.findings} - {""})
    dates = sorted({each.date for each in answers.findings} - {""})
    where = f" in {', '.join(map(_plain, regions))}" if regions else ""
    when = f", {_plain(dates[0])}" if dates else ""
    return Issue(
        f"Facts about Azure: {len(news)} of {len(answers.findings)} not as believed",
        "\n".join(
            (
                f"`aci-reconcile facts probe` {version} asked a subscription{where}{when}.",
                "",
                *_make_table("Not as believed", news),
                *_make_table("As believed", [each for each in answers.findings if each not in news]),
                f"Attached: `{answers.name}` ({count(len(answers.findings), 'fact')})"
                + (
                    f" and `{recording}` (requests and answers, without ids, names, addresses and secrets)."
                    if recording
                    else "."
                ),
            )
        ),
    )


def _make_table(title: str, findings: list[Finding]) -> list[str]:
    if not findings:
        return []
    rows = (
        f"| `{each.fact}` | {_plain(each.value)} | {_plain(get_row(each.fact).default)} | {_plain(each.how)} |"
        for each in findings
    )
    return [f"### {title}", "", "| Fact | Azure | Believed | How it showed |", "|---|---|---|---|", *rows, ""]


def _plain(text: str) -> str:
    """Return a text that Markdown shows as it is: it comes from Azure, through a file that anybody may have written."""
    return sanitize(veil(text))[:_LONGEST].translate(_ENTITIES)


def render_issue_text(issue: Issue, files: list[str]) -> str:
    """Return the issue, and what to do with it."""
    named, them = " and ".join(files), "them" if len(files) > 1 else "it"
    return (
        f"Title: {issue.title}\n\n{issue.body}\n\n"
        f"Nothing was sent. Read {named}, file an issue with this text, and attach {them}."
    )


def render_issue_json(issue: Issue, files: list[str]) -> str:
    """Return a document with the issue and the names of its files."""
    document = {"format_version": FORMAT_VERSION, "title": issue.title, "body": issue.body, "files": files}
    return json.dumps(document, indent=2, ensure_ascii=False)
