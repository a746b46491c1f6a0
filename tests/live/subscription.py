"""Where the live tests run: in a subscription if ACI_RECONCILE_LIVE=1, else on an emulator over TLS and with tokens."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.azure import find_subscription
from aci_reconcile.core.errors import RetryableError
from aci_reconcile.core.model import Resource, ResourceId, Scope
from aci_reconcile.facts.selection import CORE_HOUR, GB_HOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from aci_reconcile.azure import ArmBackend
    from aci_reconcile.core.backend import Operation
    from aci_reconcile.core.model import Json

IMAGE = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
BUDGET: Final = 0.25
"""US dollars, unless ACI_RECONCILE_LIVE_BUDGET says otherwise."""
WAIT: Final = 600.0
"""Seconds: a group takes a minute, and on a bad day several."""
_PAUSE: Final = 1.0
_OWN_NAME: Final = re.compile(r"acirlive-[0-9a-f]{8}-[a-z]+")
"""Only groups with such a name are ever deleted by the clean-up, so it also finds those of a run that was killed."""
_SETTING: Final = re.compile(r"ACI_RECONCILE_(?!COMMAND$)|ACTIONS_STEP_DEBUG$")


class SettingsError(ValueError):
    """A setting of the live tests is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The subscription to test in; `budget` is in US dollars."""

    scope: Scope
    location: str
    budget: float
    server: str = ""
    """The URL of an emulator or another server that stands in for Azure."""


@dataclass(frozen=True, slots=True)
class Place:
    """A backend, where it works, and the variables of a command that works in the same place."""

    backend: ArmBackend
    scope: Scope
    location: str
    run: str
    environ: Mapping[str, str]

    def id(self, name: str) -> ResourceId:
        """Return the ID of a group of this run."""
        return ResourceId(self.scope.subscription, self.scope.resource_group, f"{self.run}-{name}")

    def make_group(self, name: str, *, cpu: int = 1, policy: str = "Always", **container: Json) -> Resource:
        """Return a group with one small container."""
        requests: Json = {"cpu": cpu, "memoryInGB": 1}
        properties: dict[str, Json] = {"image": IMAGE, "resources": {"requests": requests}, **container}
        containers: list[Json] = [{"name": "app", "properties": properties}]
        inner: Json = {"osType": "Linux", "restartPolicy": policy, "containers": containers}
        return Resource(self.id(name), {"location": self.location, "tags": {"team": "shop"}, "properties": inner})

    def finish(self, operation: Operation) -> str:
        """Wait for an operation, and return its status."""
        wait_until(lambda: self.backend.poll(operation).done)
        return self.backend.poll(operation).status

    def clean(self) -> None:
        """Delete every group of this run and of former ones; one that is still on its way is tried again."""
        wait_until(self._delete_all)

    def _delete_all(self) -> bool:
        left = [each.id for each in self.backend.list(self.scope) if _OWN_NAME.fullmatch(each.id.name)]
        for each in left:
            try:
                self.backend.delete(each)
            except RetryableError:
                continue
        return not left


def read_settings(environ: Mapping[str, str]) -> Settings | None:
    """Return the subscription to test in; None if nobody asked for one.

    Raises:
        SettingsError: something is missing or wrong.
    """
    if environ.get("ACI_RECONCILE_LIVE", "") != "1":
        return None
    found = find_subscription(environ)
    wanted = {
        "ACI_RECONCILE_SUBSCRIPTION": environ.get("ACI_RECONCILE_SUBSCRIPTION", "") or (found[0] if found else ""),
        "ACI_RECONCILE_LIVE_RESOURCE_GROUP": environ.get("ACI_RECONCILE_LIVE_RESOURCE_GROUP", ""),
        "ACI_RECONCILE_LOCATION": environ.get("ACI_RECONCILE_LOCATION", ""),
    }
    if missing := [name for name, value in wanted.items() if not value]:
        raise SettingsError(f"ACI_RECONCILE_LIVE=1 needs {', '.join(missing)}, too")
    subscription, group, location = wanted.values()
    text = environ.get("ACI_RECONCILE_LIVE_BUDGET", "") or str(BUDGET)
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        raise SettingsError(f"ACI_RECONCILE_LIVE_BUDGET={text} is not a number of US dollars, such as 0.50")
    return Settings(Scope(subscription, group), location, float(text), environ.get("ACI_RECONCILE_ARM_ENDPOINT", ""))


def is_setting(name: str) -> bool:
    """Return whether a variable is one of this tool's, which no command under test may inherit."""
    return bool(_SETTING.match(name))


def estimate_cost(stays: Iterable[tuple[int, float]]) -> float:
    """Return US dollars for groups of one core and 1 GB: each stay is a number of groups and the seconds they live."""
    return sum(groups * seconds for groups, seconds in stays) * (CORE_HOUR + GB_HOUR) / 3600


def check_budget(cost: float, settings: Settings) -> None:
    """Refuse what is estimated to cost more than it may.

    Raises:
        SettingsError: it does.
    """
    if cost > settings.budget:
        told = f"the live tests are estimated to cost {cost:.3f} USD, more than the budget of {settings.budget:.3f}"
        raise SettingsError(f"{told}; if that is all right, raise ACI_RECONCILE_LIVE_BUDGET")


def wait_until(is_done: Callable[[], bool], seconds: float = WAIT) -> None:
    """Wait until something is so; fail if it never is."""
    end = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < end, f"it did not happen within {seconds:.0f} s"
        time.sleep(_PAUSE)
