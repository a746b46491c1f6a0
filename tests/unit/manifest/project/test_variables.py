"""Variables that the project file declares with a type, a default, or as required."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.model import as_object
from aci_reconcile.manifest import read_variable_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

GROUP = """\
name: web
tags: {tag: "${var:tag}", public: "${var:public}"}
containers: [{name: a, image: x, resources: {cpu: "${var:cpu}", memoryInGB: 1}}]
"""
VARIABLES = """\
name: shop
variables:
  tag: {required: true, description: which image}
  cpu: {type: number, default: 1.50}
  public: {type: boolean, default: no}
environments:
  prod: {variables: {tag: "1.10", cpu: 2}}
  test: {variables: {tag: {default: "0.1"}, public: {type: string}}}
"""
FILES = {"aci-reconcile.yaml": VARIABLES, "web.yaml": GROUP}


def told(loaded: Loaded) -> list[tuple[str, str]]:
    """Return code and place of what is wrong."""
    return [(e.code, str(e.where)) for e in loaded.diagnostics if e.severity is not Severity.NOTICE]


def values(loaded: Loaded) -> tuple[Any, ...]:
    """Return what became of the three variables."""
    (resource,) = loaded.resources
    containers: Any = resource.properties["containers"]
    given = as_object(resource.tags)
    return given["tag"], containers[0]["properties"]["resources"]["requests"]["cpu"], given["public"]


def test_defaults_and_values(load_text: Loader) -> None:
    """A flag becomes `true` or `false`, a number stays as it is written, a text too."""
    loaded = load_text(FILES, variables={"tag": "1.4", "public": "yes"})

    assert [] == told(loaded)
    assert ("1.4", 1.5, "true") == values(loaded)


@pytest.mark.parametrize(
    ("environment", "expected"), [("prod", ("1.10", 2, "false")), ("test", ("0.1", 1.5, "no"))], ids=["text", "map"]
)
def test_an_environment_gives_values(load_text: Loader, environment: str, expected: tuple[Any, ...]) -> None:
    """A text alone is the value, and what was declared stays; a map may declare anew."""
    loaded = load_text(FILES, environment=environment)

    assert [] == told(loaded)
    assert expected == values(loaded)


def test_a_required_variable_without_a_value(load_text: Loader) -> None:
    """An error where it is declared, whether something uses it or not; of the chosen environment alone."""
    loaded = load_text({**FILES, "web.yaml": GROUP.replace('tag: "${var:tag}", ', "")})

    assert [("ACI178", "aci-reconcile.yaml:3:3")] == told(loaded)


def test_values_of_another_type(load_text: Loader) -> None:
    """The place is the declaration; the value is not shown, for it may be a secret in the wrong place."""
    loaded = load_text(FILES, variables={"tag": "1", "cpu": "canary", "public": "canary"})
    codes = [each.code for each in loaded.diagnostics]

    assert 2 == codes.count("ACI179")
    assert ("ACI179", "aci-reconcile.yaml:4:32") in told(loaded)
    assert "canary" not in "".join(each.message for each in loaded.diagnostics if each.code == "ACI179")


def test_a_variable_without_a_value_that_is_used(load_text: Loader) -> None:
    """It need not be required to be missed."""
    project = "name: shop\nvariables: {tag: {description: which}, cpu: 1, public: yes}\n"
    loaded = load_text({"aci-reconcile.yaml": project, "web.yaml": GROUP})

    assert ["the variable `tag` has no value"] == [e.message for e in loaded.diagnostics if e.code == "ACI150"]


def test_a_slip_of_the_pen(load_text: Loader) -> None:
    """A value for a name that nobody declared is a warning where it is near to one; others are given freely."""
    loaded = load_text(FILES, variables={"tag": "1", "publik": "yes", "other": "x"})

    assert [("ACI180", "aci-reconcile.yaml:2:1")] == told(loaded)
    assert ["did you mean `public`?"] == [each.hint for each in loaded.diagnostics if each.code == "ACI180"]


def test_what_is_wrong_with_a_file_of_values_shows_none_of_them() -> None:
    """A line that is no assignment may be a secret whose name is missing."""
    _, (found,) = read_variable_file("tag=1\nhunter2\n", "prod.env")

    assert ("ACI264", "prod.env:2:1", "line 2 is not NAME=VALUE") == (found.code, str(found.where), found.message)
