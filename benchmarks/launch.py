"""Run one command and write down what it cost: ``python -I -S launch.py REPORT COMMAND...``.

A process of its own, as small as Python gets: the peak memory that Linux tells of a child begins with what its parent
held when it was started.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(report: str, *words: str) -> None:
    """Wait for the command; the report has its exit code, wall and CPU seconds, and peak memory in bytes."""
    began = time.perf_counter()
    child = os.posix_spawnp(words[0], words, os.environ)
    _, status, usage = os.wait4(child, 0)
    cost = {
        "wall": time.perf_counter() - began,
        "cpu": usage.ru_utime + usage.ru_stime,
        "memory": usage.ru_maxrss * 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    with open(report, "w", encoding="utf-8") as file:  # noqa: PTH123  pathlib would cost what is measured: memory
        json.dump(cost, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
