"""Which shard a run is: as it is typed, or as the engine that runs several jobs numbers them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.shards import ShardNumber

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTO: Final = "auto"
MOST: Final = 1000
"""More shards than any engine runs jobs: 256 on GitHub, 200 on GitLab (documented)."""
_TYPED = re.compile(r"([0-9]{1,4})/([0-9]{1,4})", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_FORM: Final = "write I/N, as in --shard 2/4, or --shard auto in a job of GitLab or Kubernetes"


def read_shard(text: str, count: int, environ: Mapping[str, str]) -> ShardNumber | None:
    """Return which shard a run is; None if it is none.

    Only ``--shard`` makes a run a shard: a job that has such a variable for another reason must not leave groups out.

    Args:
        text: ``I/N``, ``auto`` or empty.
        count: N, for an engine that numbers its jobs without saying how many there are; 0 if it is not given.
        environ: where ``auto`` looks: ``CI_NODE_INDEX`` and ``CI_NODE_TOTAL`` of GitLab's ``parallel``, from 1, or
            ``JOB_COMPLETION_INDEX`` of an Indexed Job of Kubernetes, from 0.

    Raises:
        UsageError: it is no shard, or the environment does not say which.
    """
    if not text:
        if count:
            raise UsageError("--shards says how many there are, and --shard is missing", hint=_FORM)
        return None
    if text == AUTO:
        return _check(_read_job(count, environ), f"--shard {AUTO}")
    found = _TYPED.fullmatch(text)
    if found is None:
        raise UsageError(f"--shard {text!r} is no shard", hint=_FORM)
    shard = ShardNumber(int(found[1]), int(found[2]))
    if count and count != shard.count:
        raise UsageError(f"--shard {text} and --shards {count} contradict each other", hint="--shards is for auto")
    return _check(shard, f"--shard {text}")


def _read_job(count: int, environ: Mapping[str, str]) -> ShardNumber:
    index, total = environ.get("CI_NODE_INDEX", ""), environ.get("CI_NODE_TOTAL", "")
    if _NUMBER.fullmatch(index) and _NUMBER.fullmatch(total):
        if count and count != int(total):
            raise UsageError(f"--shards {count}, but CI_NODE_TOTAL is {total}", hint="leave --shards out")
        return ShardNumber(int(index), int(total))
    index = environ.get("JOB_COMPLETION_INDEX", "")
    if not _NUMBER.fullmatch(index):
        message = f"--shard {AUTO}: neither CI_NODE_INDEX and CI_NODE_TOTAL nor JOB_COMPLETION_INDEX is set"
        raise UsageError(message, hint=_FORM)
    if not count:
        hint = f"say how many there are: --shard {AUTO} --shards N"
        raise UsageError(f"--shard {AUTO}: JOB_COMPLETION_INDEX is {index}, of an unknown number", hint=hint)
    return ShardNumber(int(index) + 1, count)


def _check(shard: ShardNumber, typed: str) -> ShardNumber:
    if not 1 <= shard.number <= shard.count <= MOST:
        message = f"{typed}: there is no shard {shard.number} of {shard.count}"
        raise UsageError(message, hint=f"shards count from 1, up to {MOST}")
    return shard
