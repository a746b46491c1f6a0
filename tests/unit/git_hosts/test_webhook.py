"""One notification to one address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from dripping import BODY, HEADERS, dripping
from factories import FakeClock
from git_host_server import GitHost, git_host_server

from aci_reconcile.core.errors import GitHostError, UsageError
from aci_reconcile.git_hosts import Webhook, post

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

SECRET = "s3cr3t-in-the-path"


@pytest.fixture
def receiver() -> Generator[GitHost]:
    """A server that answers as it is told; what it does otherwise is of no interest."""
    with git_host_server() as found:
        yield found


def webhook(receiver: GitHost) -> Webhook:
    """Return the webhook of the receiver, with a secret in its path."""
    return Webhook.of(f"{receiver.url}/{SECRET}?token={SECRET}", "--notify")


def test_one_post_of_json(receiver: GitHost) -> None:
    """The body arrives as it is, without a token of ours."""
    receiver.faults = [(204, {}, b"")]

    post(webhook(receiver), {"a": ["\u00fc"]}, FakeClock())

    assert [{"a": ["\u00fc"]}] == [json.loads(each) for each in receiver.sent]
    assert "application/json" == receiver.headers[0]["Content-Type"]
    assert "Authorization" not in receiver.headers[0]


def test_it_is_sent_again_where_that_helps(receiver: GitHost) -> None:
    """A busy receiver and a dropped connection, with a growing pause between the attempts."""
    clock = FakeClock()
    began = clock.time
    receiver.faults = [(503, {}, b""), None, (429, {"Retry-After": "5"}, b""), (200, {}, b"ok")]

    post(webhook(receiver), {}, clock)

    assert (4, 8) == (len(receiver.sent), clock.time - began)


@pytest.mark.parametrize("fault", [(400, {}, b"no"), (307, {"Location": "https://evil.example/"}, b""), (500, {}, b"")])
def test_what_is_not_taken_is_said_without_the_url(receiver: GitHost, fault: tuple[int, dict[str, str], bytes]) -> None:
    """The host alone is named: the rest may hold a token."""
    receiver.faults = [fault] * 4

    with pytest.raises(GitHostError, match=r"http://127\.0\.0\.1:[0-9]+/… answered") as told:
        post(webhook(receiver), {}, FakeClock())

    assert SECRET not in f"{told.value}{told.value.hint}{webhook(receiver)!r}"


def test_no_password_of_the_machine_is_sent(receiver: GitHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of passwords for hosts is not looked into, wherever the request goes."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    target = webhook(receiver)
    monkeypatch.setattr("aci_reconcile.git_hosts.http.is_loopback", lambda _: False)
    receiver.faults = [(200, {}, b"")]

    post(target, {}, FakeClock())

    assert "Authorization" not in receiver.headers[0]


def test_nobody_listens() -> None:
    """No connection is an error in words, without the URL."""
    with git_host_server() as gone:
        target = webhook(gone)

    with pytest.raises(GitHostError, match="the connection failed") as told:
        post(target, {}, FakeClock())

    assert (True, None) == (SECRET not in str(told.value), told.value.__cause__)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://hooks.example/x", "plain http is allowed on this machine only"),
        ("ftp://hooks.example/x", "--notify is not a URL"),
        ("https://user@hooks.example/x", "--notify contains a user name"),
        ("https://hooks.example:99999/x", "--notify is not a URL"),
        ("https://hooks.example/a b", "--notify is not a URL"),
        ("https://[::1/x", "--notify is not a URL"),
        ("", "--notify is not a URL"),
    ],
)
def test_where_notifications_may_not_go(url: str, message: str) -> None:
    """Only https, or this machine; and never a user's password."""
    with pytest.raises(UsageError, match=message):
        Webhook.of(url, "--notify")


@pytest.mark.parametrize("beginning", [HEADERS, BODY])
def test_a_receiver_that_drips_is_given_up(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte after byte, in its headers or in its body."""
    monkeypatch.setattr("aci_reconcile.git_hosts.http.TIMEOUT", 0.3)
    with dripping(beginning) as url, pytest.raises(GitHostError, match="no complete answer within"):
        post(Webhook.of(f"{url}/x", "--notify"), {}, FakeClock())


@pytest.mark.parametrize("wait", ["30", "100000"])
def test_a_wait_of_more_than_ten_seconds_is_not_made(receiver: GitHost, wait: str) -> None:
    """A notification is not worth it."""
    clock = FakeClock()
    began = clock.time
    receiver.faults = [(429, {"Retry-After": wait}, b"")]

    with pytest.raises(GitHostError, match="429"):
        post(webhook(receiver), {}, clock)

    assert (1, 0) == (len(receiver.sent), clock.time - began)
