"""The secrets of a run are found in a text however they are spelled."""

from __future__ import annotations

import base64
import html
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.redaction import Redactor
from aci_reconcile.core.secret import Secret

PASSWORD = 'p@ss/w0rd&<x> "é'


def knowing(*secrets: Secret) -> Redactor:
    """Return a redactor that knows secrets."""
    redactor = Redactor()
    redactor.remember(secrets)
    return redactor


@pytest.mark.parametrize(
    "spelled",
    [
        PASSWORD,
        PASSWORD.upper(),
        json.dumps(PASSWORD)[1:-1],
        json.dumps(PASSWORD, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(PASSWORD))[3:-3],
        quote(PASSWORD, safe=""),
        quote(PASSWORD).lower(),
        quote_plus(PASSWORD),
        html.escape(PASSWORD),
        html.escape(PASSWORD, quote=False),
        PASSWORD.encode().hex(),
        json.dumps(PASSWORD)[1:-1].replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"),
        "p@ss/w0rd\\u0026\\u003Cx\\u003E \\u0022\\u00E9",
        quote(quote(PASSWORD, safe=""), safe=""),
        "p%40ss%2Fw0rd&%3Cx%3E%20%22%C3%A9",
        "p@ss/w0rd&amp;&lt;x&gt; &quot;&#233;",
        "p@ss/w0rd&amp;&lt;x&gt; &quot;&#xE9;",
    ],
)
def test_every_spelling_is_known(spelled: str) -> None:
    """As JSON, URLs, HTML and hexadecimal digits write it, in large or small letters."""
    assert "said: '(secret)'." == knowing(Secret(PASSWORD))(f"said: '{spelled}'.")


@given(st.binary(max_size=5), st.binary(max_size=5))
def test_base64_is_known_wherever_it_stands(lead: bytes, rest: bytes) -> None:
    """Of a longer text, too: what is left are letters that its neighbours have a part in."""
    secret = "S3cr3t-of-the-run"
    redactor = knowing(Secret(secret))
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        text = encode(lead + secret.encode() + rest).decode()

        assert len(text.rstrip("=")) - len(redactor(text).rstrip("=")) >= len(secret) * 8 // 6 - len("(secret)") - 1


def test_the_parts_of_a_join_are_known() -> None:
    """Azure may quote a part of what was sent."""
    joined = "pg://u:" + Secret("hunter22") + "@" + Secret("db-host-x") + "/db"
    redactor = knowing(joined)

    assert "(secret), (secret), u:(secret)" == redactor("hunter22, pg://u:hunter22@db-host-x/db, u:HUNTER22")


def test_what_was_encoded_is_known() -> None:
    """The base64 of a secret file is sent; its text is the secret."""
    mapped = Secret("hunter22").map(lambda text: base64.b64encode(text.encode()).decode())

    assert "(secret) (secret)" == knowing(mapped)("hunter22 aHVudGVyMjI=".rstrip("="))


def test_what_is_secret_in_a_secret_is_known_alone() -> None:
    """Lines of a key, the password of a connection string, the text below base64."""
    connection = Secret("Server=db;Password=hunter22;Encrypt=True")
    key = Secret("-----BEGIN X-----\nline-one-of-it\nline-two-of-it\n")
    encoded = Secret(base64.b64encode(b"plain-in-base64").decode())
    redactor = knowing(connection, key, encoded)

    assert "a (secret) b (secret) c (secret) d" == redactor("a hunter22 b line-two-of-it c plain-in-base64 d")


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("abc", "abc", "abc"),
        ("root", "root of roots", "(secret) of roots"),
        ("true", "true", "true"),
        ("hunter22", "hunter2", "hunter2"),
        ("hunter22hunter22", "it was hunter22hun", "it was (secret)"),
        ("hunter22hunter22", "it was hunter22hun…", "it was (secret)…"),
        ("hunter22hunter22", "hunter22hun and more", "hunter22hun and more"),
        ("hunter22hunter22", "ter22hunter22 and more", "(secret) and more"),
        ("hunter22hunter22", "…ter22hunter22", "…(secret)"),
        ("hunter22hunter22", "hunter22s are many", "hunter22s are many"),
        ("hunter22hunter22", "it was ter22hunter22 too", "it was ter22hunter22 too"),
    ],
)
def test_short_values_and_cut_ones(secret: str, text: str, shown: str) -> None:
    """Three letters are left alone, a word is one where it stands alone, and half a secret at either end is one."""
    assert shown == knowing(Secret(secret))(text)


def test_nothing_is_shown_of_one_that_is_missing() -> None:
    """There is nothing to remember of it."""
    assert "env:X" == knowing(Secret.unavailable("env:X", "is not set"))("env:X")


def test_many_secrets_cost_one_pass() -> None:
    """Hundreds that begin alike, and a long log."""
    redactor = knowing(*(Secret(f"postgres://user:pass-{number}@host") for number in range(400)))
    line = "2026-11-28T18:00:00Z served postgres://user:pass-399@host in 12 ms\n"

    assert line.replace("postgres://user:pass-399@host", "(secret)") * 2000 == redactor(line * 2000)


def test_threads_share_it() -> None:
    """What one thread remembers, every text afterwards is without."""
    redactor = Redactor()

    def work(number: int) -> str:
        redactor.remember([Secret(f"value-{number}-of-many")])
        return redactor(f"value-{number}-of-many")

    with ThreadPoolExecutor(8) as pool:
        assert {"(secret)"} == set(pool.map(work, range(200)))


@given(st.text(min_size=6), st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", "upper", "json", "url"]))
def test_whatever_a_secret_is_it_is_taken_out(secret: str, lead: str, rest: str, spelled: str) -> None:
    """Of any text, in any script, in any company."""
    ways = {
        "": secret,
        "upper": secret.upper(),
        "json": json.dumps(secret)[1:-1],
        "url": quote(secret, errors="replace"),
    }
    whole = secret if spelled == "upper" and len(secret.upper()) != len(secret) else ways[spelled]
    shown = knowing(Secret(secret))(f"{lead}<{whole}>{rest}")

    assert whole in "(secret)" or f"<{whole}>" not in shown
