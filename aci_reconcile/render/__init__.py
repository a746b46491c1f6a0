"""Reports: pure functions from values to text, in the formats ``text`` and ``json``.

The other formats are made of a ``page`` each: ``markdown``, ``webpage``, ``junit``, ``github``; and ``sarif``. They are
imported from where they are, only when they are wanted.

Nothing here reads a file, a clock or the environment. Whoever calls decides once, at the edge, which table of colours
and which width apply. Text ends without a line break. What comes from Azure and from manifests is made harmless.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from aci_reconcile.render.checks import checks_json, checks_text
    from aci_reconcile.render.diagnostics import diagnostics_json, diagnostics_text
    from aci_reconcile.render.drift import drift_json, drift_text
    from aci_reconcile.render.escape import sanitize
    from aci_reconcile.render.events import event_text, summary_text
    from aci_reconcile.render.header import Header
    from aci_reconcile.render.json_event import event_json
    from aci_reconcile.render.json_plan import plan_json
    from aci_reconcile.render.status import status_detail_text, status_json, status_text
    from aci_reconcile.render.style import ANSI, PLAIN, Style
    from aci_reconcile.render.text_plan import plan_text

__all__ = [
    "ANSI",
    "PLAIN",
    "Header",
    "Style",
    "checks_json",
    "checks_text",
    "diagnostics_json",
    "diagnostics_text",
    "drift_json",
    "drift_text",
    "event_json",
    "event_text",
    "plan_json",
    "plan_text",
    "sanitize",
    "status_detail_text",
    "status_json",
    "status_text",
    "summary_text",
]

_HOMES: Final = {
    "ANSI": "style",
    "Header": "header",
    "PLAIN": "style",
    "Style": "style",
    "checks_json": "checks",
    "checks_text": "checks",
    "diagnostics_json": "diagnostics",
    "diagnostics_text": "diagnostics",
    "drift_json": "drift",
    "drift_text": "drift",
    "event_json": "json_event",
    "event_text": "events",
    "plan_json": "json_plan",
    "plan_text": "text_plan",
    "sanitize": "escape",
    "status_detail_text": "status",
    "status_json": "status",
    "status_text": "status",
    "summary_text": "events",
}
"""Where each name lives; its module is imported when it is asked for, because starting up is paid for by every run."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
