"""The digest of a running image, from the words of its pull events."""

from __future__ import annotations

import pytest

from aci_reconcile.health import ContainerEvent, ContainerHealth, State
from aci_reconcile.pulls import running_digest

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
