"""``watch``: options that make no sense end it before anything is read."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

WRONG = {
    "a ref without a repository": (("--git-ref", "main"), "--git-ref and --git-path need --git"),
    "a folder without a repository": (("--git-path", "envs"), "--git-ref and --git-path need --git"),
    "an empty repository": (("--git", ""), "it is empty"),
    "an empty ref": (("--git", "https://host/a/b", "--git-ref", ""), "it is empty"),
    "a program": (("--git", "ext::sh -c x"), "starts a program"),
    "a password": (("--git", "https://ada:pa55@host/a/b"), "there is a password in the address"),
    "a pattern": (("--git", "https://host/a/b", "--git-ref", "ma*"), "not the name of a branch or a tag"),
    "a way out": (("--git", "https://host/a/b", "--git-path", "../etc"), "not a folder in a repository"),
    "a folder that is missing": (("--state", "nowhere/state"), "there is no folder nowhere"),
    "an empty address": (("--listen", ""), "is not an address"),
    "no host": (("--listen", ":9100"), "is not an address"),
    "a url": (("--listen", "http://localhost:9100"), "is not an address"),
    "a host that would be a port": (("--listen", "::1"), "is not an address"),
    "no port": (("--listen", "localhost"), "is not an address"),
    "a port too high": (("--listen", "localhost:65536"), "is not an address"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_makes_no_sense(case: str, project: CommandLine) -> None:
    """The exit code is 1, the option is named, and no password is repeated."""
    words, message = WRONG[case]
    place = ("--arm-endpoint", "http://127.0.0.1:9") if "--git" in words else ("--local",)
    ran = project("watch", *words, *place)

    assert (1, "") == (ran.code, ran.out)
    assert message in ran.err
    assert "pa55" not in ran.err


def test_a_port_that_is_taken(project: CommandLine) -> None:
    """Nothing is read, and nothing is written."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = project("watch", "--local", "--listen", str(port))

    assert 1 == ran.code
    assert f"--listen 127.0.0.1:{port}: Address already in use" in ran.err
