"""Rules of a project that are JSON Schemas: what is taken for one."""

from __future__ import annotations

import pytest

from aci_reconcile.manifest.project.plan_rules import read_schema


@pytest.mark.parametrize("opening", ['{"not": ', '{"allOf": [', "["])
@pytest.mark.parametrize("levels", [62, 200, 900, 3_000, 9_000, 90_000])
def test_a_schema_that_is_nested_too_deep_is_none(opening: str, levels: int) -> None:
    """On every Python the same: how deep its JSON reader goes differs between versions."""
    closing = "".join({"{": "}", "[": "]"}[each] for each in reversed(opening) if each in "{[")
    inner = "" if opening == "[" else "{}"

    with pytest.raises(ValueError, match=r"it is nested more than 60 levels deep|it is not JSON"):
        read_schema(opening * levels + inner + closing * levels)


def test_a_schema_may_be_as_deep_as_a_manifest() -> None:
    """Sixty levels."""
    text = '{"not": ' * 59 + "{}" + "}" * 59

    assert isinstance(read_schema(text), dict)
