"""Two runs in one world, and who of them comes when: request by request, or one in the middle of the other."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from azure_world import AzureWorld
from factories import body, container, rid
from mixed import BIGGER
from sweep import Ran, as_command

from aci_reconcile.core.model import Resource
from aci_reconcile.core.secret import Secret
from aci_reconcile.emulator import Knobs

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

Moment: TypeAlias = "Callable[[str, bytes, list[str]], bool]"
"""Tells from a request's method, its answer's body, and the methods of the requests before it."""
PATIENCE = 20.0
"""Seconds of real time after which a run that does not come to its next request is stuck, and the test fails."""


@dataclass
class Turns:
    """Lets one request through at a time, of the run whose turn it is; ``order`` says whose, then they alternate."""

    order: list[int]
    waiting: set[int] = field(default_factory=set[int])
    ended: set[int] = field(default_factory=set[int])
    granted: int | None = None
    taken: int = 0
    change: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def of(self, run: int) -> Generator[None]:
        """Wait for one's turn, and give it back."""
        with self.change:
            self.waiting.add(run)
            self._choose()
            assert self.change.wait_for(lambda: self.granted == run, PATIENCE), "no turn came"
            self.waiting.discard(run)
        try:
            yield
        finally:
            with self.change:
                self.granted = None

    def end(self, run: int) -> None:
        """Take part no longer."""
        with self.change:
            self.ended.add(run)
            self._choose()

    def _choose(self) -> None:
        """Choose once both have come to their next request, or ended."""
        if self.granted is not None or len(self.waiting | self.ended) < 2 or not self.waiting:
            return
        wanted = self.order[self.taken] if self.taken < len(self.order) else self.taken % 2
        self.taken += 1
        self.granted = wanted if wanted in self.waiting else next(iter(self.waiting))
        self.change.notify_all()


def _variable(secret: str) -> list[dict[str, Any]]:
    return [{"name": "KEY", "secureValue": Secret(secret)}]


def _states(name: str, *bodies: dict[str, Any]) -> tuple[Resource, ...]:
    return tuple(Resource(rid(name), each) for each in bodies)


GROUPS: Mapping[str, tuple[Resource, ...]] = {
    "image": _states("image", *(body(container(image=f"nginx:{number}")) for number in range(3))),
    "tags": _states("tags", *(body(tags={"team": team}) for team in ("none", "shop", "data"))),
    "secret": _states(
        "secret", *(body(container(environmentVariables=_variable(f"s3cr3t-{number}"))) for number in range(3))
    ),
    "size": _states("size", body(), body(container(resources=BIGGER)), body(container(image="nginx:2"))),
    "all": _states(
        "all",
        *(
            body(
                container(image=f"nginx:{number}", environmentVariables=_variable(f"s3cr3t-{number}")),
                tags={"team": f"team-{number}"},
            )
            for number in range(3)
        ),
    ),
}
"""Groups in three states each: as they may be before, as the first run wants them, and as the second one does."""


@dataclass
class Arena(AzureWorld):
    """A world with two ways into it."""

    knobs: Knobs = field(default_factory=lambda: Knobs(provisioning_seconds=1))
    stable_for: float = 1
    timeout: float = 120

    @classmethod
    def holding(cls, *before: Resource, **more: Any) -> Arena:
        """Return a world in which groups are live."""
        arena = cls(**more)
        assert not before or as_command(arena, before).code == 0
        return arena

    def interrupted(self, wanted: Resource, when: Moment, then: Callable[[], object]) -> Ran:
        """Apply one group; right after the first of its requests that ``when`` tells, something else happens."""
        left, seen = [then], list[str]()

        def send(method: str, url: str, headers: Any, content: bytes) -> tuple[int, Any, bytes]:
            answer = self._send(method, url, headers, content)
            if left and when(method, answer[2], seen):
                left.pop()()
            seen.append(method)
            return answer

        ran = as_command(self, [wanted], self.connected(send))
        assert not left, "the moment never came"
        return ran

    def both(self, one: Sequence[Resource], other: Sequence[Resource], order: list[int]) -> tuple[Ran, Ran]:
        """Let two runs go at once; returns how each ended."""
        turns = Turns(order)

        def run(number: int, wanted: Sequence[Resource]) -> Ran:
            def send(method: str, url: str, headers: Any, content: bytes) -> tuple[int, Any, bytes]:
                with turns.of(number):
                    return self._send(method, url, headers, content)

            try:
                return as_command(self, wanted, self.connected(send))
            finally:
                turns.end(number)

        with ThreadPoolExecutor(2) as pool:
            runs = [pool.submit(run, number, wanted) for number, wanted in enumerate((one, other))]
            return runs[0].result(), runs[1].result()

    def live(self, wanted: Resource) -> Resource:
        """Return a group as it is now."""
        return Resource(wanted.id, self.arm("GET", str(wanted.id)))

    def secret(self, wanted: Resource) -> str:
        """Return the secret that Azure was sent last for a group; it is read from what was sent."""
        path = str(wanted.id).lower()
        sent = [each.body for each, _ in self.emulator.done if each.method == "PUT" and path in each.url.lower()]
        return next(iter(re.findall(r"s3cr3t-[0-9]", sent[-1].decode())), "")
