"""The text that the simulated word count task reads, and the counting."""

from __future__ import annotations

import re
from collections import Counter

_TEXT = """
A container group is a little harbour. Containers arrive, containers depart, and the harbour keeps a register of
every container, every departure and every arrival. The harbourmaster declares what the harbour should hold tonight;
the reconciler compares the register with the declaration, and moves only what is different. Nothing different,
nothing moved: the containers sleep, the harbour sleeps, and the register stays as it was. When a container founders,
the harbourmaster wants to know which container, which departure, and what the container shouted before it went down.
A declaration without a register is a wish. A register without a declaration is a memory. Reconciler, harbourmaster
and register together are a harbour where the containers are always what somebody declared, somewhere, in writing.
"""


def count_words(how_many: int, shortest: int) -> list[tuple[str, int]]:
    """Return the most frequent words of at least so many letters, the longer first among equals."""
    words = Counter(word for word in re.findall(r"[A-Z]+", _TEXT.upper()) if len(word) >= shortest)
    ranked = sorted(words.items(), key=lambda item: (-item[1], -len(item[0]), item[0]))
    return ranked[:how_many]
