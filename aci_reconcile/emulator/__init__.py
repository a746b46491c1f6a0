"""An emulator of Azure Resource Manager and Azure Container Instances, for this machine only.

It shares no code with the rest of the package but the language of templates, on purpose: a mistake in common would
cancel out in the tests.
"""

from __future__ import annotations

from aci_reconcile.emulator.aci.simulation.images import IMAGES
from aci_reconcile.emulator.faults import Fault, Faults, fault_from_json
from aci_reconcile.emulator.gateway import Emulator, system_clock
from aci_reconcile.emulator.http.in_process import dial
from aci_reconcile.emulator.http.server import Server, serve
from aci_reconcile.emulator.http.tls import Tls, is_own_ca
from aci_reconcile.emulator.http.visitors import is_loopback
from aci_reconcile.emulator.knobs import Knobs, Pace
from aci_reconcile.emulator.model import Clock, Request, Response
from aci_reconcile.emulator.store import Store, open_store

__all__ = [
    "IMAGES",
    "Clock",
    "Emulator",
    "Fault",
    "Faults",
    "Knobs",
    "Pace",
    "Request",
    "Response",
    "Server",
    "Store",
    "Tls",
    "dial",
    "fault_from_json",
    "is_loopback",
    "is_own_ca",
    "open_store",
    "serve",
    "system_clock",
]
