"""How to look at what is live."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from aci_reconcile.reconcile.effort import Effort
from aci_reconcile.reconcile.gather import ignore, no_jitter
from aci_reconcile.reconcile.limits import Limits
from aci_reconcile.reconcile.searching import Search
from aci_reconcile.reconcile.steps import never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from aci_reconcile.core.backend import Backend, Clock
    from aci_reconcile.reconcile.events import Event
    from aci_reconcile.reconcile.watches import Listing


class Refresh(StrEnum):
    """How much is read: what the lists leave open, or every group with a get."""

    AUTO = "auto"
    GET = "get"


@dataclass(frozen=True, slots=True)
class Look:
    """How to look: with which backend, how many requests at once, whether run states are wanted, too."""

    backend: Backend
    clock: Clock
    concurrency: int = 8
    refresh: Refresh = Refresh.AUTO
    health: bool = False
    until_settled: bool = False
    """Whether a group in transition is waited for although it equals its manifest: who only looks wants to know how it
    ends, and an apply waits for it later, beside its other work."""
    jitter: Callable[[], float] = no_jitter
    limits: Limits = field(default_factory=Limits)
    listed: Mapping[tuple[str, str], Callable[[], Listing]] = field(
        default_factory=dict["tuple[str, str]", "Callable[[], Listing]"]
    )
    """Lists of resource groups that are on their way already, by the scope's key."""
    listings: dict[tuple[str, str], Listing] = field(default_factory=dict["tuple[str, str]", "Listing"])
    """Takes down what was listed, by the scope's key, for whoever carries out the plan at once."""
    report: Callable[[Event], None] = ignore
    """Told when Azure's rate limits make the reading wait."""
    stopped: Callable[[], bool] = never
    lasting: Callable[[], AbstractContextManager[None]] = nullcontext
    """Makes what is entered while reads are on their way, to tell of it where that lasts."""
    effort: Effort = field(default_factory=Effort)
    """Takes down what comparing fingerprints costs."""
    until: float = math.inf
    """When reading ends, in seconds since the epoch, whatever Azure's rate limits say."""
    search: Search = field(default_factory=Search)
    """What is looked through for groups of ours beside the resource groups that are named."""
