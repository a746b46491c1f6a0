"""A saved plan as people read it: the plan itself, and facts about the file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aci_reconcile.core.errors import Severity
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.missing_secrets import merge_missing_secrets
from aci_reconcile.render.page.page import Remark
from aci_reconcile.render.page.plan import make_plan_page
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.saved.conversion import read_header, revive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aci_reconcile.render.page.page import Page
    from aci_reconcile.render.text.style import Style
    from aci_reconcile.saved.canonical import Document


def render_saved_text(
    document: Document, style: Style, *, problems: Sequence[str], width: int = 100, verbose: bool = False
) -> str:
    """Return a saved plan for a terminal of this width, without a final line break.

    Args:
        document: the saved plan.
        style: the colours.
        problems: why it cannot be applied as it is, one a line.
        width: where long values are cut.
        verbose: cut nothing, and name groups that do not change.
    """
    plan = render_plan_text(revive(document), read_header(document), style, width=width, verbose=verbose)
    sections = (
        plan,
        "\n".join(_render_missing(document, style)),
        "\n".join(_render_facts(document)),
        *_render_problems(problems, style),
    )
    return "\n\n".join(section for section in sections if section)


def make_saved_page(document: Document, *, problems: Sequence[str]) -> Page:
    """Return a saved plan as a page, with facts about the file.

    Args:
        document: the saved plan.
        problems: why it cannot be applied as it is, one a line.
    """
    stale = tuple(Remark(Severity.WARNING, text, title="Stale") for text in problems)
    needed = tuple(Remark(Severity.WARNING, text, title="Missing") for text in _list_missing(document))
    page = make_plan_page(
        revive(document), read_header(document), digest=document["plan_digest"], extra=(*stale, *needed)
    )
    saved = ("saved at", document["created_at"]), ("valid until", document["expires_at"])
    return replace(page, facts=(*page.facts, *saved), good=document["applyable"] and not problems)


def _list_missing(document: Document) -> Iterator[str]:
    secrets = ((each["address"], each["source"], each["reason"]) for each in document["missing_secrets"])
    return (each.text for each in merge_missing_secrets(secrets))


def _render_missing(document: Document, style: Style) -> Iterator[str]:
    for text in _list_missing(document):
        yield f"{style.paint(style.error, 'Missing:')} {sanitize(text)}"


def _render_facts(document: Document) -> Iterator[str]:
    whole = document["request"].get("whole")
    if whole is not None:
        counts = whole["summary"]
        kinds = f"{counts['add']} to add, {counts['change']} to change, {counts['destroy']} to destroy"
        yield sanitize(f"Shard {document['request']['shard']} of a plan with {kinds}.")
    yield f"Plan digest: {document['plan_digest']}"
    made = f"by aci-reconcile {document['tool_version']}, valid until {document['expires_at']}"
    yield sanitize(f"Saved at {document['created_at']} {made}.")


def _render_problems(problems: Sequence[str], style: Style) -> Iterator[str]:
    if problems:
        yield "\n".join(f"{style.paint(style.warn, 'Stale:')} {sanitize(each, keep=chr(10))}" for each in problems)
