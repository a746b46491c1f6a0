"""The expression language of ARM templates: what is evaluated, and what stays open."""

from __future__ import annotations

from typing import Any

import pytest

from aci_reconcile.convert.arm.evaluation import Evaluator, Place
from aci_reconcile.convert.conversion import Variable
from aci_reconcile.convert.values import Hole, Live, write
from aci_reconcile.core.errors import Where
from aci_reconcile.expressions.syntax import is_expression, parse, unescape
from aci_reconcile.expressions.values import ExpressionError, Text

WHERE = Where("t.json", 1, 1)
VALUES: dict[str, Any] = {
    "name": Hole("name", Variable("name", WHERE, "shop"), known="shop"),
    "open": Hole("open", Variable("open", WHERE)),
    "token": Hole("token", secret=("token",)),
    "list": ["a", "b"],
    "map": {"Key": {"inner": 1}},
}


def evaluator(place: Place | None = None) -> Evaluator:
    """Return an evaluator with some parameters."""
    return Evaluator(place or Place(), lambda name: VALUES[name], lambda name: f"v-{name}", WHERE)


def said(text: str, place: Place | None = None) -> str:
    """Return what a manifest says for an expression."""
    value = evaluator(place).evaluate(f"[{text}]")
    return write(value, lambda hole: hole.reference or f"<{hole.name}>")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("it's", "'it''s'"),
        (3, "length('abc')"),
        (2, "length(parameters('list'))"),
        ("b", "parameters('list')[1]"),
        (1, "parameters('map').key.inner"),
        (1, "parameters('map')['KEY'].inner"),
        (None, "parameters('map').?none"),
        ("v-x", "variables('x')"),
        ("v-x", "VARIABLES('x')"),
        ("yes", "if(equals(1, 1), 'yes', parameters('open'))"),
        ("no", "if(and(true(), false()), 'yes', 'no')"),
        (True, "or(false(), not(false()))"),
        (False, "equals('1', 1)"),
        ([1, 2, 3], "concat(createArray(1, 2), createArray(3))"),
        ({"a": 1, "b": "x"}, "createObject('a', 1, 'b', 'x')"),
        ({"a": [1]}, "json('{\"a\": [1]}')"),
        ("bcd", "substring('abcde', 1, 3)"),
        ("aGk=", "base64('hi')"),
        ("hi", "base64ToString('aGk=')"),
        ("https://a/b", "uri('https://a/', 'b')"),
        (7, "int('7')"),
        (1.5, "float('1.5')"),
        (True, "empty('')"),
        (True, "empty(null())"),
        ("x", "coalesce(null(), 'x')"),
        ("a-b", "join(createArray('a', 'b'), '-')"),
        (["a", "b"], "split('a,b', ',')"),
        (["a", "b"], "split('a;b', createArray(',', ';'))"),
        (-2, "div(-5, 2)"),
        (-1, "mod(-5, 2)"),
        ("007", "padLeft(7, 3, '0')"),
        ({"a": 1, "b": {"c": 2, "d": 3}}, 'union(json(\'{"a":1,"b":{"c":2}}\'), json(\'{"b":{"d":3}}\'))'),
        ([{"key": "a", "value": 1}], "items(createObject('a', 1))"),
        (True, "contains(createObject('A', 1), 'a')"),
        ([5, 6], "range(5, 2)"),
        ("main", "deployment().name"),
        ("{0} 1", "format('{{0}} {0}', 1)"),
    ],
)
def test_a_known_value_is_computed(expected: object, text: str) -> None:
    """As Azure documents its functions; their names ignore case."""
    assert expected == evaluator().evaluate(f"[{text}]")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("<name>", "parameters('name')"),
        ("<name>-web", "concat(parameters('name'), '-web')"),
        ("a<open>b<name>", "format('a{0}b{1}', parameters('open'), parameters('name'))"),
        ("$${var:x}-<open>", "concat('${var:x}-', parameters('open'))"),
        ("SHOP", "toUpper(parameters('name'))"),
        ("<uniqueString>", "uniqueString(resourceGroup().id)"),
        ("<location>", "resourceGroup().location"),
        ("/subscriptions/<subscription>/resourceGroups/<resourceGroup>", "resourceGroup().id"),
        (
            "/subscriptions/<subscription>/resourceGroups/rg/providers/A.B/c/n/d/m",
            "resourceId('rg', 'A.B/c/d', 'n', 'm')",
        ),
        ("/subscriptions/s/resourceGroups/rg/providers/A.B/c/n", "resourceId('s', 'rg', 'A.B/c/', 'n')"),
        ("/subscriptions/<subscription>/providers/A.B/c/n", "subscriptionResourceId('A.B/c', 'n')"),
        ("${group:db:ipAddress.ip}", "reference('db').ipAddress.ip"),
        (
            "${group:db:ipAddress.fqdn}",
            "reference(resourceId('Microsoft.ContainerInstance/containerGroups', 'db'), '2023-05-01').ipAddress.fqdn",
        ),
    ],
)
def test_an_open_value_stays_a_reference(expected: str, text: str) -> None:
    """A manifest refers to it, and texts around it stay."""
    assert expected == said(text)


def test_a_known_place_is_written() -> None:
    """What the caller says of the place is no variable."""
    place = Place("s", "rg", "westeurope")

    assert "/subscriptions/s/resourceGroups/rg/providers/A.B/c/n" == said("resourceId('A.B/c', 'n')", place)
    assert "westeurope" == said("resourceGroup().location", place)


def test_the_same_question_is_one_variable() -> None:
    """Two calls with the same arguments give the same text in Azure; others another one."""
    asked = evaluator()
    first, again, other = (asked.evaluate(f"[uniqueString('{each}')]") for each in ("a", "a", "b"))

    assert (True, "uniqueString2") == (first == again, other.name)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("shopdata", "KEY"), "listKeys('shopdata', '2022-09-01').keys[0].value"),
        (("shop", "PASSWORD"), "listCredentials('shop').passwords[0].value"),
        (("shop", "KEY"), "listKeys(parameters('name'), '1').keys[0].value"),
        (("open", "KEY"), "listKeys(resourceId('A.B/c', parameters('open')), '1').keys[0].value"),
        (("token",), "parameters('token')"),
    ],
)
def test_a_secret_is_named_after_its_owner(words: tuple[str, ...], text: str) -> None:
    """Its value is never known."""
    found = evaluator().evaluate(f"[{text}]")

    assert isinstance(found, Hole)
    assert words == found.secret


def test_a_secret_in_base64_is_marked() -> None:
    """A secret volume takes plain text, too."""
    found = evaluator().evaluate("[base64(parameters('token'))]")

    assert isinstance(found, Hole)
    assert found.encoded


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("`)` is missing before `the end`", "concat('a'"),
        ("a value is missing before `,`", "concat(,)"),
        ("`'a` is not part of the expression language", "'a"),
        ("`'b'` is out of place", "'a' 'b'"),
        ("the function `fly` is not supported", "fly()"),
        ("the function `ns.fly` is not supported", "ns.fly()"),
        ("`toLower` cannot take these arguments", "toLower(1)"),
        ("it needs the value of `open`, which has none: give --var open=…", "toLower(parameters('open'))"),
        ("it computes with the secret or live value `token`", "toLower(parameters('token'))"),
        ("reference(…).outputs needs a live value, which only a deployment asks for", "string(reference('x').outputs)"),
        ("there is no `none`", "parameters('map').none"),
        ("there is no `9`", "parameters('list')[9]"),
        ("a division by zero", "div(1, 0)"),
        ("the text of `json` is not JSON", "json('{')"),
        ("`A.B/c/d` takes 2 names, and 1 are given", "resourceId('A.B/c/d', 'n')"),
        ("a substring reaches beyond its text", "substring('a', 0, 2)"),
        ("the format `{0:D3}` is not supported", "format('{0:D3}', 1)"),
        ("`copyIndex` stands outside of its loop", "copyIndex()"),
        ("a number is too large", "add(1, 9999999999999999999)"),
    ],
)
def test_what_cannot_be_evaluated_is_said(message: str, text: str) -> None:
    """The message is for the report, and names what is missing."""
    with pytest.raises(ExpressionError) as caught:
        said(text)

    assert message == str(caught.value)


def test_nesting_is_limited() -> None:
    """A template from somewhere else must not end the program."""
    with pytest.raises(ExpressionError, match="nested too deep"):
        parse(f"[{'concat(' * 100}{')' * 100}]")


def test_only_brackets_make_an_expression() -> None:
    """``[[`` begins a text that only looks like one."""
    assert [True, False, False, False] == [is_expression(each) for each in ("[a()]", "[[a]", "[a", "a")]
    assert ["[a]", "[a] b", "[[a"] == [unescape(each) for each in ("[[a]", "[a] b", "[[a")]


def test_a_dollar_sign_before_a_reference_is_refused() -> None:
    """It would escape the reference."""
    with pytest.raises(ExpressionError, match="a `\\$` stands directly before the value of `name`"):
        write(Text(("$", VALUES["name"])), lambda hole: hole.name)


def test_a_live_value_shows_what_it_is() -> None:
    """For messages."""
    assert "reference(…).a.b" == str(Live("reference", "x", ("a", "b")))
