"""What a result says in a few words: from the documents that the commands write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aci_reconcile.render.formats.outputs import NAMES, read_outputs

DIGEST = f"sha256:{'0' * 64}"


def plan(*actions: str, **more: Any) -> dict[str, Any]:
    """Return a plan of groups with these actions."""
    return {"resource_changes": [{"action": each} for each in actions], "blockers": [], **more}


def said(*documents: Any, indent: int | None = None) -> dict[str, str]:
    """Return what documents say, without what they say nothing about."""
    text = "\n".join(json.dumps(each, indent=indent) for each in documents)
    found = read_outputs(text)

    assert NAMES == tuple(found)
    return {name: value for name, value in found.items() if value}


COUNTS = {"add": "0", "change": "0", "replace": "0", "destroy": "0"}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_plan(indent: int | None) -> None:
    """Each group counts once, whatever else happens to it; the digest is told where there is one."""
    document = plan("create", "create", "update", "adopt", "replace", "delete", "no-op", plan_digest=DIGEST)
    counts = {"add": "2", "change": "2", "replace": "1", "destroy": "1"}

    assert counts | {"has_changes": "true", "blocked": "false", "plan_digest": DIGEST} == said(document, indent=indent)


def test_a_plan_of_nothing_and_one_that_is_held() -> None:
    """A resource group to be made is a change, too."""
    assert COUNTS | {"has_changes": "false", "blocked": "false"} == said(plan("no-op"))
    assert "true" == said(plan(resource_group_changes=[{}]))["has_changes"]
    assert "true" == said(plan("delete", blockers=[{"code": "delete"}]))["blocked"]


def test_an_apply() -> None:
    """The plan is its first line; one that is held back ends in an error."""
    first, last = {"type": "plan", "plan": plan("update")}, {"type": "finished", "changed": 1}

    assert COUNTS | {"change": "1", "has_changes": "true", "blocked": "false"} == said(first, last)
    assert {"blocked": "true"} == said({"type": "error", "error": {"kind": "BlockedError"}})
    assert {} == said({"type": "error", "error": {"kind": "UsageError"}})


@pytest.mark.parametrize("drifted", [True, False])
def test_a_drift(drifted: bool) -> None:
    """Whether there is one is what counts."""
    document = {"drifted": drifted, "resource_drift": [{"action": "update"}] * drifted}
    flag = "true" if drifted else "false"

    assert COUNTS | {"change": str(int(drifted)), "drift": flag, "has_changes": flag} == said(document)


@pytest.mark.parametrize(
    "text", ['{"resource_changes": 1}', '{"valid": true, "diagnostics": []}', 'a warning\n{"type": "finished"}\n\n']
)
def test_what_says_nothing(text: str) -> None:
    """Every name is there all the same, and empty."""
    assert dict.fromkeys(NAMES, "") == read_outputs(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it contains no result of aci-reconcile"),
        ("no JSON", "it contains no result of aci-reconcile"),
        ("[]", "it contains no result of aci-reconcile"),
        ("null\n1\n", "it contains no result of aci-reconcile"),
        ('{"name": "shop"}', "it contains no result of aci-reconcile"),
        ("{", "a document in it is damaged or incomplete"),
        ('{\n  "format_version": "1.0",\n  "resource_ch', "a document in it is damaged or incomplete"),
        ('{"type": "plan"}\n{"type": "fini', "a document in it is damaged or incomplete"),
    ],
)
def test_what_is_no_result_is_an_error(text: str, why: str) -> None:
    """The steps that come after would take its silence for "nothing to do"."""
    with pytest.raises(ValueError, match=why):
        read_outputs(text)


def test_nothing_of_an_author_gets_through() -> None:
    """A file that is not ours cannot add an output, nor a line."""
    document = plan("create\nx=1", plan_digest="sha256:x\nadd=9", blockers="x")

    assert COUNTS | {"has_changes": "false", "blocked": "true"} == said(document)
