"""Who acts, as an access token says it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from aci_reconcile.azure.auth.identity import read_actor

TENANT, APP, OBJECT = "tttttttt-1111", "aaaaaaaa-2222", "oooooooo-3333"


def token(claims: Any) -> str:
    """Return a token with these claims; nobody looks at its signature."""
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{payload}.canary"


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        (
            {"upn": "ada@example.com", "appid": APP, "oid": OBJECT, "tid": TENANT},
            f"user ada@example.com, tenant {TENANT}",
        ),
        ({"unique_name": "live.com#ada@x", "idtyp": "user", "tid": TENANT}, f"user live.com#ada@x, tenant {TENANT}"),
        ({"preferred_username": "ada", "azp": APP, "ver": "2.0"}, "user ada"),
        ({"appid": APP, "idtyp": "app", "oid": OBJECT, "tid": TENANT}, f"app {APP}, tenant {TENANT}"),
        ({"azp": APP, "upn": "not-a-user", "idtyp": "app"}, f"app {APP}"),
        ({"appid": APP, "idtyp": "user", "oid": OBJECT}, f"object {OBJECT}"),
        ({"oid": OBJECT, "tid": TENANT}, f"object {OBJECT}, tenant {TENANT}"),
        ({"tid": TENANT}, ""),
        ({"upn": "ada\x1b[2J", "appid": 7, "oid": "x" * 121}, ""),
        (["upn"], ""),
    ],
)
def test_the_claims_tell_who_acts(claims: Any, told: str) -> None:
    """A user by name, an application by its id, anything else by its object's; nothing that is no plain text."""
    assert told == str(read_actor(token(claims)))


@pytest.mark.parametrize("text", ["", "opaque", "a.b", "a.b.c.d", "e30.%%%.x", "e30.e30", f"e30.{'e30' * 30_000}.x"])
def test_a_token_that_tells_nothing(text: str) -> None:
    """A token may be anything: nobody is named then, and nothing fails."""
    assert not str(read_actor(text))
