"""The digest of a running image, from the words of its pull events."""

from __future__ import annotations

import pytest

from aci_reconcile.core.health import ContainerEvent, ContainerHealth, State
from aci_reconcile.core.pulls import running_digest

ONE, OTHER = f"sha256:{'1' * 64}", f"sha256:{'a' * 64}"


def event(name: str, image: str, last: str = "2026-01-01T00:00:00Z") -> ContainerEvent:
    """Return an event as Azure writes it."""
    words = {"Pulling": "pulling image", "Pulled": "Successfully pulled image"}.get(name, "Started container")
    return ContainerEvent(name, "Normal", f'{words} "{image}"', 1, last, last)


@pytest.mark.parametrize(
    ("events", "digest"),
    [
        ((), ""),
        ((event("Pulled", "nginx:latest"),), ""),
        ((event("Pulling", f"nginx@{ONE}"),), ONE),
        ((event("Pulled", f"reg.example/shop/web@{ONE}"), event("Started", f"x@{OTHER}")), ONE),
        ((event("Pulled", f"a@{ONE}", "2026-01-02"), event("Pulled", f"a@{OTHER}", "2026-01-01")), ONE),
        ((event("Pulled", f"a@{ONE}", "2026-01-01"), event("Pulling", f"a@{OTHER}", "2026-01-02")), ONE),
        ((event("Pulled", f"a@{ONE}0"),), ""),
    ],
)
def test_the_last_image_that_was_pulled(events: tuple[ContainerEvent, ...], digest: str) -> None:
    """A pull that ended goes before one that only began; what is no digest is none."""
    assert digest == running_digest(ContainerHealth("web", State.HEALTHY, events=events))


def test_an_event_that_does_not_end_is_as_old_as_its_beginning() -> None:
    """Some have a first time and no last one."""
    early = ContainerEvent("Pulled", "Normal", f"pulled image a@{ONE}", 1, "2026-01-02", "")
    late = ContainerEvent("Pulled", "Normal", f"pulled image a@{OTHER}", 1, "2026-01-01", "2026-01-03")
    later = ContainerEvent("Pulled", "Normal", f"pulled image a@{OTHER}", 1, "2026-01-01", "2026-01-01")

    assert OTHER == running_digest(ContainerHealth("web", State.HEALTHY, events=(early, late)))
    assert ONE == running_digest(ContainerHealth("web", State.HEALTHY, events=(later, early)))
