"""An emulator of Azure Resource Manager and Azure Container Instances, for this machine only.

It shares no code with the rest of the package, on purpose: a mistake in common would cancel out in the tests.
"""

from __future__ import annotations

from aci_reconcile.emulator.app import Emulator, system_clock
from aci_reconcile.emulator.images import IMAGES
from aci_reconcile.emulator.knobs import Knobs
from aci_reconcile.emulator.model import Clock, Request, Response
from aci_reconcile.emulator.server import Server, serve
from aci_reconcile.emulator.store import Store, open_store

__all__ = [
    "IMAGES",
    "Clock",
    "Emulator",
    "Knobs",
    "Request",
    "Response",
    "Server",
    "Store",
    "open_store",
    "serve",
    "system_clock",
]
