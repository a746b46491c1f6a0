"""Saved plans: a plan as a document that says what it was made from, so that it can be made again and compared.

A saved plan is a promise, not a program: ``apply --plan`` makes the plan again and goes on only where nothing moved.
Everything here is pure; whoever calls reads and writes files and knows the time.
"""

from __future__ import annotations

from aci_reconcile.saved.compare import elsewhere, moved
from aci_reconcile.saved.document import Document, Origin, document, plan_digest, salt, sealed, written
from aci_reconcile.saved.reading import expired, opened, tolerated
from aci_reconcile.saved.text import saved_page, saved_text

__all__ = [
    "Document",
    "Origin",
    "document",
    "elsewhere",
    "expired",
    "moved",
    "opened",
    "plan_digest",
    "salt",
    "saved_page",
    "saved_text",
    "sealed",
    "tolerated",
    "written",
]
