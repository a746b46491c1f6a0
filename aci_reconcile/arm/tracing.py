"""Spans of OpenTelemetry, through azure-core: there are some where the user has installed it and switched tracing on.

The switch is azure-core's (``AZURE_TRACING_ENABLED``, or ``azure.core.settings.settings`` in a program), and so is the
import: nothing here names OpenTelemetry, and nothing of it is imported while tracing is off.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

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
