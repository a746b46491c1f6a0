"""An Azure that could be: an emulator whose switches are set at random, as far as a probe can find them out."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from aci_reconcile.emulator.knobs import Knobs, list_values, read_knob
from aci_reconcile.facts.register import REGISTER

REFUSALS = (
    "DuplicateContainerName",
    "DuplicateEnvironmentVariable",
    "DuplicateImageRegistryServer",
    "DuplicateIpAddressPort",
    "InvalidVolume",
    "InvalidVolumeMount",
)
CONTESTED = (
    *("ports", "diagnostics", "dnsNameLabel", "containers", "volumes", "initContainers", "dnsConfig"),
    *("identity", "priority"),
)
ASKED = {row.id: row.knob for row in REGISTER if row.knob and row.probe}


def choose_text(knob: str, dice: random.Random) -> str:
    """Return a random value of a switch."""

    def choose_some(words: tuple[str, ...]) -> str:
        return ",".join(sorted(dice.sample(words, dice.randint(0, len(words))))) or "none"

    free = {
        "retry_after": lambda: dice.choice(["none", "1", "5", "30", str(dice.randint(1, 99))]),
        "page_size": lambda: str(dice.randint(1, 30)),
        "most_ports": lambda: str(dice.randint(1, 11)),
        "refused_updates": lambda: choose_some(CONTESTED),
        "unproven_refusals": lambda: choose_some(REFUSALS),
        "ended_update_code": lambda: dice.choice(["InvalidContainerGroupUpdate", "Conflict", "ContainerGroupEnded"]),
    }
    return free[knob]() if knob in free else dice.choice(list_values(Knobs, knob))


def make_random_knobs(seed: int) -> Knobs:
    """Return an Azure that could be."""
    dice = random.Random(seed)
    chosen: dict[str, Any] = {knob: read_knob(Knobs, knob, choose_text(knob, dice)) for knob in ASKED.values()}
    pace: dict[str, Any] = {"provisioning_seconds": dice.uniform(2, 90), "delete_linger_seconds": dice.uniform(2, 120)}
    return replace(Knobs(), **chosen, **pace)
