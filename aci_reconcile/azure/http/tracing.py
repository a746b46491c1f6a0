"""OpenTelemetry spans, through azure-core, if the user has installed it and enabled tracing.

The switch is azure-core's (``AZURE_TRACING_ENABLED``, or ``azure.core.settings.settings`` in a program), and so is the
import: nothing of OpenTelemetry is imported here, and nothing at all while tracing is off.
"""

from __future__ import annotations

import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

_FLUSH_SECONDS = 2.0
"""Seconds that a process waits for its spans to be exported before it ends."""
ADDRESS = "aci_reconcile.address"
"""The attribute of a span with the address of its group."""


def start_span(name: str, address: str = "") -> AbstractContextManager[object]:
    """Return a span; requests made while it is entered become its children.

    Args:
        name: the action, with few different values, as OpenTelemetry recommends.
        address: the group, if any.
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
    """Export pending spans, for a process that ends without Python's own shutdown."""
    opentelemetry: Any = sys.modules.get("opentelemetry.trace")
    send = getattr(opentelemetry.get_tracer_provider(), "force_flush", None) if opentelemetry is not None else None
    if send is not None:
        # in a separate thread, because exporters have their own timeouts, and may ignore ours
        sending = threading.Thread(target=send, name="aci-reconcile-flush", daemon=True)
        sending.start()
        sending.join(_FLUSH_SECONDS)
