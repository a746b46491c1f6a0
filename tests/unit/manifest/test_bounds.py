"""Hostile input: what is read is linear in the file, and what references make of it is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.syntax.reference_grammar import escape, has_reference, scan_references
from aci_reconcile.manifest.syntax.references import MAX_EXPANDED, ExpansionSize

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

HEAD = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}}]\n"
SECRET = "name: web\ncontainers: [{name: a, image: 'x:1', resources: {cpu: 1, memoryInGB: 1}, environmentVariables: {A: {secureValue: 'VALUE'}}}]\n"  # noqa: E501  one line is the manifest


def codes(loaded: Loaded) -> list[str]:
    """Return the codes of what was complained of."""
    return [each.code for each in loaded.diagnostics]


@pytest.mark.parametrize("separate", [True, False])
def test_a_large_variable_named_often_is_refused(load_text: Loader, *, separate: bool) -> None:
    """Before anything is made of it, be it in one text or in many."""
    text = "'" + "${var:X}" * 50_000 + "'" if not separate else "x"
    tags = "".join(f"  t{number}: 'a${{var:X}}'\n" for number in range(200)) if separate else ""
    loaded = load_text(f"{HEAD}tags:\n  a: {text}\n{tags}", variables={"X": "x" * 200_000})

    assert "ACI223" in codes(loaded)
    assert max(len(str(value)) for each in loaded.resources for value in [each.body]) <= 2 * MAX_EXPANDED


def test_a_large_secret_named_often_is_refused(load_text: Loader) -> None:
    """A secret has a length, too."""
    loaded = load_text(SECRET.replace("VALUE", "${env:X}" * 50), environ={"X": "x" * 200_000})

    assert ["ACI223"] == codes(loaded)


@pytest.mark.parametrize(("documents", "refused"), [(2, False), (3, True)])
def test_many_documents_together_are_bounded(
    load_text: Loader, monkeypatch: pytest.MonkeyPatch, documents: int, *, refused: bool
) -> None:
    """Each alone is small enough; all of them would not fit into memory. Two are all here, to make no gigabyte."""
    monkeypatch.setattr("aci_reconcile.manifest.syntax.references.MAX_EXPANDED_IN_ALL", 2 * MAX_EXPANDED)
    document = "---\nname: webNUMBER\ntags: {a: '" + "${var:X}" * 19 + "', b: 'x'}\n"
    text = "".join(document.replace("NUMBER", str(number)) for number in range(documents))

    assert refused == ("ACI223" in codes(load_text(text, variables={"X": "x" * 200_000})))


def test_all_documents_of_a_run_are_bounded() -> None:
    """Sixty-four of the largest are taken, and not a letter more."""
    size, largest = ExpansionSize(), "x" * MAX_EXPANDED

    def another(text: str) -> bool:
        size.begin()
        return size.add(text)

    assert all(another(largest) for _ in range(64))
    assert not another("x")


def test_a_document_begins_anew() -> None:
    """Four MiB are for each."""
    size = ExpansionSize()
    first = [size.add("x" * MAX_EXPANDED), size.add("x")]
    size.begin()

    assert [True, False, True] == [*first, size.add(Secret("x"))]


def test_many_references_in_one_text_are_joined(load_text: Loader) -> None:
    """A hundred thousand of them, each of a few letters."""
    loaded = load_text(SECRET.replace("VALUE", "${env:X}-" * 60_000), environ={"X": "ab"})
    body = loaded.resources[0].body
    secret = body["properties"]["containers"][0]["properties"]["environmentVariables"][0]["secureValue"]  # type: ignore[index,call-overload]

    assert () == loaded.diagnostics
    assert isinstance(secret, Secret)
    assert "ab-" * 60_000 == secret.reveal()


def test_references_that_never_end_are_looked_for_once() -> None:
    """Behind the last brace there is none: a megabyte of beginnings is read in one go."""
    text = "${env:A:-" * 100_000

    assert not has_reference(text)
    assert 1 == len(list(scan_references(f"{text}}}")))


def test_what_is_escaped_is_no_reference() -> None:
    """And reads back as it was."""
    text = "a ${env:A} $${var:B} ${HOME} ${group:w:ipAddress.ip}"

    assert "a $${env:A} $$${var:B} ${HOME} $${group:w:ipAddress.ip}" == escape(text)
    assert not has_reference("$${env:A} ${HOME}")


def test_aliases_of_a_long_text_are_bounded(load_text: Loader) -> None:
    """Few values, and half a megabyte each."""
    aliases = ", ".join(f"b{number}: *a" for number in range(1_000))

    assert ["ACI008"] == codes(load_text(f"{HEAD}tags: {{a: &a '{'x' * 500_000}', {aliases}}}\n"))


def test_json_that_is_nested_without_end_is_left_at_once(load_text: Loader) -> None:
    """Half a million brackets are not read to their end."""
    assert ["ACI009"] == codes(load_text({"a.json": "[" * 500_000}))


def test_json_of_too_many_values_is_left(load_text: Loader) -> None:
    """As YAML is."""
    assert ["ACI008"] == codes(load_text({"a.json": "[" + "1," * 450_000}))


def test_long_chains_of_dependencies_are_checked(load_text: Loader) -> None:
    """Thousands of groups in one circle are reported once, without naming them all."""
    document = HEAD.replace("name: web", "name: gNUMBER") + "lifecycle: {dependsOn: [gNEXT]}\n---\n"
    pairs = [(number, (number + 1) % 1_500) for number in range(1_500)]
    text = "".join(document.replace("NUMBER", str(one)).replace("NEXT", str(two)) for one, two in pairs)
    loaded = load_text(text)

    assert ["ACI142"] == codes(loaded)
    assert 22 == len(loaded.diagnostics[0].message.split(" → "))
