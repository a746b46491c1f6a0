"""What looks like a secret is taken out, and nothing else."""

from __future__ import annotations

import pytest

from aci_reconcile.core.redaction import veil, veil_argument, veil_variable

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmN"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Protocol=https;AccountName=a;AccountKey=ab+/==;X=y", "Protocol=https;AccountName=a;AccountKey=(secret);X=y"),
        ("Server=db;User Id=u;Password=p w;Encrypt=True", "Server=db;User Id=u;Password=(secret);Encrypt=True"),
        ("Server=db;Pwd=p w", "Server=db;Pwd=(secret)"),
        ("DB_PASS=hunter2 pass=3 compass=north", "DB_PASS=(secret) pass=3 compass=north"),
        ("https://f.azurewebsites.net/api/x?code=AbCdEfGh1234567890==&a=b", "https://f.azurewebsites.net/api/x?code=(secret)&a=b"),
        ("https://h/c?SIG=ab", "https://h/c?SIG=(secret)"),
        ("Authorization: Basic dTpwdzEyMzQ1", "Authorization: Basic (secret)"),
        ("{'Authorization': 'token abc123de'}", "{'Authorization': 'token (secret)'}"),
        ("https://hooks.slack.com/services/T0/B0/x", "https://hooks.slack.com/(secret)"),
        ("password: 'a b c1', x: 'y'", "password: '(secret)', x: 'y'"),
        ('api_key: "abc1234"', 'api_key: "(secret)"'),
        ("Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=k=", "Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=(secret)"),
        ("server=db;pwd=x", "server=db;pwd=(secret)"),
        ("postgres://u:pw@h:5432/db", "postgres://u:(secret)@h:5432/db"),
        ("redis://:pw@h", "redis://:(secret)@h"),
        ("amqp://u:p:a@s@h", "amqp://u:(secret)@h"),
        ("https://0123456789abcdef0123@github.com/x", "https://(secret)@github.com/x"),
        ("https://a.blob.core.windows.net/c?sv=2024&sig=ab%2Fcd%3D&se=x", "https://a.blob.core.windows.net/c?sv=2024&sig=(secret)&se=x"),
        (f"token is {JWT}.", "token is (secret)."),
        ("ghp_" + "a1" * 18, "(secret)"),
        ("github_pat_" + "a1" * 18, "(secret)"),
        ("glpat-" + "a1" * 10, "(secret)"),
        ("AKIAABCDEFGHIJKLMNOP", "(secret)"),
        ("sk_live_" + "a1" * 12, "(secret)"),
        ("abc8Q~" + "a1" * 17, "(secret)"),
        ("a" * 86 + "==", "(secret)"),
        (f"key: {PEM}, end", "key: (secret), end"),
        ("cut off: -----BEGIN PRIVATE KEY-----\nMIIE", "cut off: (secret)"),
        ("run --password=foo --verbose", "run --password=(secret) --verbose"),
        ("run --db-password foo --verbose", "run --db-password (secret) --verbose"),
        ('{"password": "a b", "user": "u"}', '{"password": "(secret)", "user": "u"}'),
        ('"{\\"clientSecret\\":\\"abc\\"}"', '"{\\"clientSecret\\":\\"(secret)\\"}"'),
        ("password: hunter2", "password: (secret)"),
        ("Authorization: Bearer abcdefghijklmnop1", "Authorization: Bearer (secret)"),
        ("İPASSWORD=x", "İPASSWORD=(secret)"),
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_form(text: str, shown: str) -> None:
    """What stands around them stays, so that a message can be understood."""
    assert shown == veil(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The password in the 'imageRegistryCredentials' of container group 'web' cannot be empty.",
        "registry.example/token:1.2.345678",
        "shop/secret-keeper@sha256:" + "a1" * 32,
        "password=${env:PW}",
        "password=$(PW) token={{ token }} secret=***",
        "postgres://user@host/db, postgres://u:${env:PW}@h",
        "https://host:8080/a@b",
        "compass=north, monkey=1",
        "AADSTS7000215: Invalid client secret provided.",
        "token: expired",
        "unexpected token: '}' in line 1",
        "PWD=/app OLDPWD=/",
        "Authorization: bearer expected",
        "--token-url https://x",
        "max-tokens=5",
    ],
)
def test_harmless_texts_stay(text: str) -> None:
    """Messages of Azure, images, references and placeholders are none."""
    assert text == veil(text)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DB_PASSWORD", "hunter2", "(secret)"),
        ("CONNECTION", "Server=x;Password=y", "Server=x;Password=(secret)"),
        ("LOG_LEVEL", "info", "info"),
        ("TOKEN_URL", "https://x", "https://x"),
        ("USE_TOKEN", "true", "true"),
        ("DB_PASSWORD", "/run/secrets/db", "/run/secrets/db"),
        ("DB_PASSWORD", "${env:DB_PASSWORD}", "${env:DB_PASSWORD}"),
        ("DB_PASSWORD", "", ""),
    ],
)
def test_a_variable_is_judged_by_its_name_too(name: str, value: str, shown: str) -> None:
    """A switch, a path or a reference is no secret whatever it is called."""
    assert shown == veil_variable(name, value)


@pytest.mark.parametrize(
    ("before", "argument", "shown"),
    [
        ("--password", "x1y2", "(secret)"),
        ("--user", "x", "x"),
        ("--password", "--verbose", "--verbose"),
        ("sh", "x", "x"),
    ],
)
def test_an_argument_is_judged_by_the_option_before_it(before: str, argument: str, shown: str) -> None:
    """Where a command is a list of words."""
    assert shown == veil_argument(before, argument)


@pytest.mark.parametrize("piece", ["a", "eyJ", "://", "://:", "password", "--password", "bearer "])
def test_hostile_texts_are_no_work(piece: str) -> None:
    """A megabyte of almost a secret: whoever looks twice at each character for each other one is never done."""
    text = piece * (1_000_000 // len(piece))

    assert text == veil(text)
