"""``${group:…}`` in manifests: what it names, the order that follows, and what is wrong with it where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aci_reconcile.core.errors import Severity
from aci_reconcile.core.references import Deferred, GroupReference, find_references

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

DB = "name: db\ncontainers: [{name: a, image: x, resources: {cpu: 1, memoryInGB: 1}}]\n"
WEB = """name: web
containers:
  - name: a
    image: x
    resources: {cpu: 1, memoryInGB: 1}
    environmentVariables:
      HOST: WRITTEN
"""


def web(written: str) -> str:
    """Return a manifest with one variable to look at."""
    return WEB.replace("WRITTEN", written)


def complaints(loaded: Loaded) -> list[tuple[str, int, str]]:
    """Return code, line and message of each error."""
    return [
        (each.code, each.where.line, each.message)
        for each in loaded.diagnostics
        if each.where and each.severity is Severity.ERROR
    ]


@pytest.mark.parametrize("written", ["db", "DB", "rg/db", "RG/Db"])
def test_a_reference_names_a_group_in_full_and_comes_after_it(load_text: Loader, written: str) -> None:
    """Whatever way it is written."""
    loaded = load_text({"db.yaml": DB, "web.yaml": web(f'"http://${{group:{written}:ipAddress.ip}}/"')})
    found: Any = loaded.resources[1].properties["containers"]
    value = found[0]["properties"]["environmentVariables"][0]["value"]

    assert not loaded.errors
    assert (("rg/db",), "http://${group:rg/db:ipAddress.ip}/") == (loaded.resources[1].lifecycle.depends_on, value)
    assert isinstance(value, Deferred)


def test_a_group_of_another_project_need_not_be_declared(load_text: Loader) -> None:
    """It is not waited for."""
    web_group = load_text(web('"${group:rg-data/db:ipAddress.fqdn}"')).resources[0]

    assert ((GroupReference("rg-data/db", "ipAddress.fqdn"),), ()) == (
        find_references(web_group.body),
        web_group.lifecycle.depends_on,
    )


@pytest.mark.parametrize("target", ["db", "db:ipAddress", "db:ipAddress.port", "a/b/c:ipAddress.ip", ":ipAddress.ip"])
def test_the_grammar(load_text: Loader, target: str) -> None:
    """Anything else is an error at its place."""
    loaded = load_text(web(f'"${{group:{target}}}"'))

    assert [("ACI160", 7, f"`{target}` is not a value of another group")] == complaints(loaded)


@pytest.mark.parametrize(
    "written", ['{secureValue: "${group:db:ipAddress.ip}"}', '{secureValue: "${env:X}${group:db:ipAddress.ip}"}']
)
def test_a_secret_cannot_wait(load_text: Loader, written: str) -> None:
    """Its fingerprint could not be compared."""
    found = complaints(load_text({"db.yaml": DB, "web.yaml": web(written)}, environ={"X": "x"}))

    assert [("ACI160", 7)] == [each[:2] for each in found]


@pytest.mark.parametrize(
    "line", ["osType: {}", "location: {}", "restartPolicy: {}", "ipAddress: {{type: Public, ports: [{}]}}"]
)
def test_words_numbers_and_places_cannot_wait(load_text: Loader, line: str) -> None:
    """They decide what the plan is."""
    text = DB + line.format('"${group:web:ipAddress.ip}"')

    assert "ACI160" in [each[0] for each in complaints(load_text(text))]


def test_circles(load_text: Loader) -> None:
    """Shown with their path, at the reference."""
    db = web('"${group:web:ipAddress.ip}"').replace("name: web", "name: db")
    message = "the groups depend on each other in a circle: rg/db → rg/web → rg/db"
    own = load_text(web('"${group:web:ipAddress.ip}"'))

    assert [("ACI142", 7, "the group depends on itself")] == complaints(own)
    assert [("ACI142", 7, message)] == complaints(
        load_text({"a.yaml": db, "b.yaml": web('"${group:db:ipAddress.ip}"')})
    )


def test_a_name_that_means_several_groups(load_text: Loader) -> None:
    """The resource group is wanted, too."""
    files = {"a.yaml": DB, "b.yaml": f"resourceGroup: other\n{DB}"}
    files = {name: f"resourceGroup: rg\n{text}" if name == "a.yaml" else text for name, text in files.items()}
    files["c.yaml"] = "resourceGroup: rg\n" + web('"${group:db:ipAddress.ip}"')
    found = complaints(load_text(files, resource_group=""))

    assert ("ACI160", 8, "`db` is ambiguous: other/db, rg/db") in found
