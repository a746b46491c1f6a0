"""A line of requests in which only the first one watches for its turn; the others sleep until it is theirs."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


class Ticket:
    """A place in a line; a process awaits its ticket."""

    __slots__ = ()


@dataclass(slots=True)
class Line:
    """Who waits, in order."""

    tickets: OrderedDict[Ticket, None] = field(default_factory=OrderedDict["Ticket", None])

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self.tickets)

    @property
    def first(self) -> Ticket | None:
        """Whose turn it is."""
        return next(iter(self.tickets), None)

    def join(self, *, in_front: bool) -> Ticket:
        """Return a new place: at the end, or before all others."""
        ticket = Ticket()
        self.tickets[ticket] = None
        if in_front:
            self.tickets.move_to_end(ticket, last=False)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Give up a place."""
        self.tickets.pop(ticket, None)
