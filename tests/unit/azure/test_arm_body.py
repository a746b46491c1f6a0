"""The one place where a secret is opened."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aci_reconcile.azure.body import serialise
from aci_reconcile.core.errors import SecretUnavailableError
from aci_reconcile.core.redaction import Redactor
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body


def test_secrets_are_opened_at_any_depth() -> None:
    """What goes to Azure holds the values, in maps and lists."""
    body: Body = {
        "properties": {"volumes": [{"secret": {"file": Secret("aGk=")}}]},
        "n": 1.5,
        "none": None,
        "yes": True,
    }

    sent = json.loads(serialise(body, Redactor()))

    assert sent == {"properties": {"volumes": [{"secret": {"file": "aGk="}}]}, "n": 1.5, "none": None, "yes": True}


def test_what_the_path_says_is_left_out_at_the_top_only() -> None:
    """Id, name and type are in the URL; deeper ones are the author's."""
    body: Body = {
        "id": "/x",
        "Name": "web",
        "type": "t",
        "location": "l",
        "properties": {"containers": [{"name": "web"}]},
    }

    sent = json.loads(serialise(body, Redactor()))

    assert sent == {"location": "l", "properties": {"containers": [{"name": "web"}]}}


def test_a_secret_without_a_value_stops_the_write() -> None:
    """The message names the place and the source."""
    body = {"properties": {"containers": [{"key": Secret.unavailable("env:DB_PASSWORD", "not set")}]}}

    with pytest.raises(SecretUnavailableError) as caught:
        serialise(body, Redactor())

    assert str(caught.value) == "properties.containers[0].key: env:DB_PASSWORD is not available: not set"


def test_numbers_that_json_lacks_are_refused() -> None:
    """NaN never leaves, for a server would read it as it likes."""
    with pytest.raises(ValueError, match="JSON"):
        serialise({"cpu": float("nan")}, Redactor())


def test_any_text_can_be_sent() -> None:
    """Even half a surrogate pair makes valid JSON."""
    assert json.loads(serialise({"a": "\ud800"}, Redactor())) == {"a": "\ud800"}


def test_what_was_sent_is_taken_out_of_what_comes_back() -> None:
    """Plain and as JSON spells it; longer values first, so that none is left half."""
    redactor = Redactor()
    serialise({"a": Secret("hunter2"), "b": Secret('hunter2"\n'), "c": Secret("abc")}, redactor)

    assert redactor('hunter2 and hunter2"\n and hunter2\\"\\n, abc') == "(secret) and (secret) and (secret), abc"


def test_the_redactor_shows_nothing_itself() -> None:
    """Its repr holds no value."""
    redactor = Redactor()
    redactor.remember([Secret("hunter2")])
    redactor("a text")

    assert "hunter2" not in repr(redactor)
