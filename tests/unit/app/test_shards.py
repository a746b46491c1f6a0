"""Which shard a run is: typed, or numbered by the engine of the jobs."""

from __future__ import annotations

import pytest

from aci_reconcile.app.shards import read_shard
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.shards import ShardNumber

GITLAB = {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}
KUBERNETES = {"JOB_COMPLETION_INDEX": "0"}


@pytest.mark.parametrize(
    ("text", "count", "environ", "expected"),
    [
        ("", 0, {}, None),
        ("", 0, GITLAB | KUBERNETES, None),
        ("2/4", 0, GITLAB, ShardNumber(2, 4)),
        ("2/4", 4, {}, ShardNumber(2, 4)),
        ("1/1", 0, {}, ShardNumber(1, 1)),
        ("auto", 0, GITLAB, ShardNumber(2, 3)),
        ("auto", 3, GITLAB | KUBERNETES, ShardNumber(2, 3)),
        ("auto", 4, KUBERNETES, ShardNumber(1, 4)),
    ],
)
def test_a_run_is_a_shard_only_when_told(
    text: str, count: int, environ: dict[str, str], expected: ShardNumber | None
) -> None:
    """The environment alone never leaves groups out."""
    assert expected == read_shard(text, count, environ)


@pytest.mark.parametrize(
    ("text", "count", "environ", "said"),
    [
        ("", 4, {}, "--shard is missing"),
        ("0/4", 0, {}, "there is no shard 0 of 4"),
        ("5/4", 0, {}, "there is no shard 5 of 4"),
        ("1/1001", 0, {}, "there is no shard 1 of 1001"),
        ("1", 0, {}, "is no shard"),
        ("1/2/3", 0, {}, "is no shard"),
        ("²/4", 0, {}, "is no shard"),
        ("1/99999", 0, {}, "is no shard"),
        ("2/4", 5, {}, "contradict each other"),
        ("auto", 0, {}, "neither CI_NODE_INDEX"),
        ("auto", 0, KUBERNETES, "of an unknown number"),
        ("auto", 4, GITLAB, "CI_NODE_TOTAL is 3"),
        ("auto", 1, {"JOB_COMPLETION_INDEX": "1"}, "there is no shard 2 of 1"),
        ("auto", 0, {"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "3"}, "neither"),
    ],
)
def test_what_is_no_shard_is_a_usage_error(text: str, count: int, environ: dict[str, str], said: str) -> None:
    """With what to type."""
    with pytest.raises(UsageError, match=said) as caught:
        read_shard(text, count, environ)
    assert caught.value.hint
