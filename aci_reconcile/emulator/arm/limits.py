"""Throttling with Azure's documented numbers: ARM's token buckets, and the provider's own limits on writes.

Counted in memory, per process, and only where the knob is on. The headers count down as the buckets empty.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from typing import TYPE_CHECKING

from aci_reconcile.emulator.entra import tokens
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.emulator.knobs import Knobs

_NAMES = {"GET": "read", "HEAD": "read", "DELETE": "delete"}
# Documented since 2024, per subscription, principal and kind: how many at once, and how many more each second.
_BUCKETS = {"read": (250.0, 25.0), "write": (200.0, 10.0), "delete": (200.0, 10.0)}
# documented for creations and for deletions of container groups: seconds, number, header
_WINDOWS = ((300.0, 100, "pt5m", "00:05:00"), (3600.0, 300, "pt1h", "01:00:00"))
_HEADER = "x-ms-ratelimit-remaining-subscription-"
# recorded numbers, sent when nothing is counted; they match no documented bucket
_STILL = {"read": "11999", "write": "1199", "delete": "14999"}
_STILL_PROVIDER = {"pt1h": "299", "pt5m": "99"}


class _Bucket:
    """A token bucket."""

    def __init__(self, size: float, now: float) -> None:
        self.tokens = size
        self.filled = now

    def refill(self, kind: str, now: float) -> float:
        size, rate = _BUCKETS[kind]
        self.tokens = min(size, self.tokens + max(0.0, now - self.filled) * rate)
        self.filled = max(self.filled, now)
        return self.tokens


class Limits:
    """The remaining rates of each subscription: ARM's, and in each region the provider's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}
        self._windows: dict[tuple[str, str, str], deque[float]] = {}
        self._regions: dict[str, str] = {}
        """The region that was last counted for a path: answers to it have that region's numbers."""

    def spend(self, request: Request, subscription: str, now: float, knobs: Knobs) -> None:
        """Take one of ARM's tokens; refuse if there is none."""
        kind, actor = _find_kind(request), find_actor(request, knobs)
        with self._lock:
            bucket = self._buckets.setdefault((subscription.lower(), actor, kind), _Bucket(_BUCKETS[kind][0], now))
            if bucket.refill(kind, now) < 1:
                wait = max(1, math.ceil((1 - bucket.tokens) / _BUCKETS[kind][1]))
                raise _make_arm_throttling(kind, subscription, actor, wait)
            bucket.tokens -= 1

    @rests_on("provider-throttling")
    def spend_in_region(self, request: Request, subscription: str, region: str, now: float) -> None:
        """Count the PUT or DELETE of a group in its region; refuse if there were too many."""
        with self._lock:
            self._regions[request.split().path.lower()] = region
            times = self._windows.setdefault((subscription.lower(), region, _find_verb(request)), deque[float]())
            while times and times[0] <= now - _WINDOWS[-1][0]:
                times.popleft()
            for seconds, most, _, interval in _WINDOWS:
                within = [time for time in times if time > now - seconds]
                if len(within) >= most:
                    wait = math.floor(within[len(within) - most] + seconds - now) + 1  # there is room before it is over
                    raise _make_provider_throttling(_find_verb(request), most, interval, wait)
            times.append(now)

    @rests_on("rate-headers")
    def headers(self, request: Request, subscription: str, now: float, knobs: Knobs) -> Mapping[str, str]:
        """Return the headers with the remaining rates of ARM and of the provider."""
        kind, provider = _find_kind(request), spends_provider_budget(request)
        if not knobs.limits:  # the recorded numbers, which clients may read, and which never run out
            left = {f"{_HEADER}{kind}s": _STILL[kind]}
            extra = {f"{_HEADER}resource-requests-{name}": text for name, text in _STILL_PROVIDER.items()}
            return left | extra if provider else left
        with self._lock:
            bucket = self._buckets.get((subscription.lower(), find_actor(request, knobs), kind))
            remaining = _BUCKETS[kind][0] if bucket is None else bucket.tokens
            left = {f"{_HEADER}{kind}s": str(int(remaining))}
            if provider:
                region = self._regions.get(request.split().path.lower(), "")
                times = self._windows.get((subscription.lower(), region, _find_verb(request)), deque[float]())
                for seconds, most, name, _ in reversed(_WINDOWS):
                    used = sum(1 for time in times if time > now - seconds)
                    left[f"{_HEADER}resource-requests-{name}"] = str(max(0, most - used))
            return left


def spends_provider_budget(request: Request) -> bool:
    """Whether a request counts for the provider's own limit: recorded for the PUT and DELETE of groups only."""
    return request.method.upper() in {"PUT", "DELETE"} and "/containergroups/" in request.split().path.lower()


def _find_kind(request: Request) -> str:
    return _NAMES.get(request.method.upper(), "write")


def _find_verb(request: Request) -> str:
    return "delete" if request.method.upper() == "DELETE" else "write"


def find_actor(request: Request, knobs: Knobs) -> str:
    """Return who sends a request."""
    token = (request.header("authorization") or "").partition(" ")[2]
    claims = tokens.read_own_claims(token, knobs) if token else None
    return str(claims["oid"]) if claims is not None else "anonymous"


def _make_arm_throttling(kind: str, subscription: str, actor: str, wait: int) -> ArmError:
    message = (
        f"Number of '{kind}' requests for subscription '{subscription}' actor '{actor}' exceeded. "
        f"Please try again after '{wait}' seconds."
    )
    headers = {"retry-after": str(wait), "x-ms-failure-cause": "gateway"}
    return ArmError(429, "SubscriptionRequestsThrottled", message, headers, fact="arm-throttling")


@rests_on("throttled-retry-after")
def _make_provider_throttling(verb: str, most: int, interval: str, wait: int) -> ArmError:
    message = (
        f"Number of requests for action 'Microsoft.ContainerInstance/containerGroups/{verb}' exceeded the limit of "
        f"'{most}' for time interval '{interval}'. Please try again after '{wait}' seconds."
    )
    return ArmError(429, "ResourceRequestsThrottled", message, {"retry-after": str(wait)}, fact="provider-throttling")
