"""What probes would do, and what they found out, as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aci_reconcile.facts.probes import Seen
from aci_reconcile.facts.register import get_row
from aci_reconcile.facts.selection import CORE_HOUR, GB_HOUR
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.table import Column, fit_columns
from aci_reconcile.render.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aci_reconcile.facts.inquiry import Answered
    from aci_reconcile.facts.premises import Premises
    from aci_reconcile.facts.probes import Probe, Unclear
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.selection import Estimate
    from aci_reconcile.render.text.style import Style

FORMAT_VERSION: Final = "1.0"
_CENT: Final = 0.01
_PROBES: Final = (Column("PROBE", 0), Column("GROUPS", 2, "{} groups"), Column("ASKS", 1))
_FACTS: Final = (Column("FACT", 0), Column("FOUND", 0), Column("BELIEVED", 0), Column("HOW", 1))


def render_intent(probes: Sequence[Probe], expected: Estimate, lab: Lab, found: Premises, *, width: int) -> str:
    """Say what will be created, for how long, and what it costs."""
    rows = [(probe.id, str(probe.groups), probe.asks) for probe in probes]
    lines, below = fit_columns(_PROBES, rows, width)
    table = ["  ".join(lines[0])]
    for line, rest in zip(lines[1:], below, strict=True):
        table += ["  ".join(line), *([rest] if rest else [])]
    group = sanitize(lab.scope.resource_group)
    place = f"the resource group {group}, which is {'empty' if found.exists else 'created for it'}"
    groups = f"up to {count(expected.groups, 'group')} of one core"
    networks = sum(probe.network for probe in probes)
    groups += f" and {count(networks, 'virtual network')}" if networks else ""
    left = (
        f"\nFirst, {count(len(found.leftovers), 'resource')} of an earlier run will be deleted."
        if found.leftovers
        else ""
    )
    return (
        "\n".join(table)
        + f"\n\nThis creates {groups} in {sanitize(lab.location)}, in {place}, and deletes all of it.{left}"
        + f"\nIt takes about {max(1, round(expected.seconds / 60))} minutes and costs {_render_cost(expected.cost)}."
        + f"\nAssumed: {CORE_HOUR:g} USD for a core and {GB_HOUR:g} USD for a GB an hour; your region may differ."
    )


def _render_cost(cost: float) -> str:
    return f"about {cost:.2f} USD" if cost >= _CENT else "less than a cent"


def render_answers_text(answers: Sequence[Answered], style: Style, *, width: int) -> str:
    """Return a table of what was found out; what differs from the register is marked."""
    verdicts = [verdict for answered in answers for verdict in answered.verdicts]
    rows = [_make_cells(verdict) for verdict in verdicts]
    lines, below = fit_columns(_FACTS, rows, width)
    table = [style.paint(style.bold, "  ".join(lines[0]))]
    for verdict, line, rest in zip(verdicts, lines[1:], below, strict=True):
        text = "  ".join(line)
        table += [style.paint(style.warn, text) if is_news(verdict) else text, *([rest] if rest else [])]
    news = sum(is_news(verdict) for verdict in verdicts)
    unclear = sum(not isinstance(verdict, Seen) for verdict in verdicts)
    said = f"{count(len(verdicts) - unclear, 'fact')} found out, {news} not as believed, {unclear} unclear."
    return "\n".join((*table, "", said))


def render_answers_json(answers: Sequence[Answered], lab: Lab) -> str:
    """Return a document of what was found out."""
    facts = [
        {
            "id": verdict.fact,
            "probe": answered.probe.id,
            "value": verdict.value if isinstance(verdict, Seen) else None,
            "believed": get_row(verdict.fact).default,
            "how": _explain(verdict),
        }
        for answered in answers
        for verdict in answered.verdicts
    ]
    document = {
        "format_version": FORMAT_VERSION,
        "region": lab.location,
        "api_version": lab.api_version,
        "facts": facts,
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def is_news(verdict: Seen | Unclear) -> bool:
    """Whether a finding differs from what the register believes."""
    return isinstance(verdict, Seen) and verdict.value != get_row(verdict.fact).default


def _make_cells(verdict: Seen | Unclear) -> tuple[str, str, str, str]:
    value = verdict.value if isinstance(verdict, Seen) else "unclear"
    return verdict.fact, sanitize(value), get_row(verdict.fact).default, sanitize(_explain(verdict))


def _explain(verdict: Seen | Unclear) -> str:
    return verdict.how if isinstance(verdict, Seen) else verdict.why
