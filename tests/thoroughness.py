"""How much is tried: half of it in the suite, which is run many times a day, and all of it once in the gate."""

from __future__ import annotations

import os
from typing import Final

PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "suite")
IN_SUITE: Final = PROFILE == "suite"


def up_to(number: int) -> int:
    """Return so many examples or seeds as the gate tries, or half of them in the suite."""
    return number // 2 if IN_SUITE else number
