"""Spans of OpenTelemetry, through azure-core: there are some where the user has installed it and switched tracing on.

The switch is azure-core's (``AZURE_TRACING_ENABLED``, or ``azure.core.settings.settings`` in a program), and so is the
import: nothing of OpenTelemetry is imported here, and nothing at all while tracing is off.
"""

from __future__ import annotations

import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

_PATIENCE = 2.0
"""Seconds that a process which is about to end waits for its spans to be taken."""
ADDRESS = "aci_reconcile.address"
"""The attribute of a span that says which group it is about."""


def span(name: str, address: str = "") -> AbstractContextManager[object]:
    """Return a span, current while it is entered; the requests made meanwhile hang under it.

    Args:
        name: what is done; of few different values, as OpenTelemetry wants it.
        address: the group that it is done to, if any.
    """
    from azure.core.settings import settings

    if not settings.tracing_enabled():
        return nullcontext()
    from azure.core.instrumentation import get_tracer

    tracer: Any = get_tracer(library_name="aci-reconcile")  # its types are OpenTelemetry's
    if tracer is None:
        return nullcontext()
    current: AbstractContextManager[object] = tracer.start_as_current_span(
        name, attributes={ADDRESS: address} if address else {}
    )
    return current


def flush() -> None:
    """Send the spans that wait to be sent, where there are some: for a process that ends without Python's own end."""
    opentelemetry: Any = sys.modules.get("opentelemetry.trace")
    send = getattr(opentelemetry.get_tracer_provider(), "force_flush", None) if opentelemetry is not None else None
    if send is not None:
        # A thread of its own: exporters have patience of their own, and do not all heed the one that they are given.
        sending = threading.Thread(target=send, name="aci-reconcile-flush", daemon=True)
        sending.start()
        sending.join(_PATIENCE)
