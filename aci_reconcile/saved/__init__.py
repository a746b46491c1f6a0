"""Saved plans: a plan as a document that says what it was made from, so that it can be made again and compared.

A saved plan is not executed: ``apply --plan`` makes the plan again, and carries it out only if it is the same.
Everything here is pure; the caller reads and writes files and knows the time.
"""

from __future__ import annotations

from aci_reconcile.saved.canonical import Document, Sealed, render_document
from aci_reconcile.saved.comparison import find_moved, find_other_target
from aci_reconcile.saved.display import make_saved_page, render_saved_text
from aci_reconcile.saved.document import Origin, add_seal, compute_plan_digest, make_document, make_salt
from aci_reconcile.saved.validation import check_document, glance, is_expired, open_document, read_time

__all__ = [
    "Document",
    "Origin",
    "Sealed",
    "add_seal",
    "check_document",
    "compute_plan_digest",
    "find_moved",
    "find_other_target",
    "glance",
    "is_expired",
    "make_document",
    "make_salt",
    "make_saved_page",
    "open_document",
    "read_time",
    "render_document",
    "render_saved_text",
]
