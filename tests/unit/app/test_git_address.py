"""Which addresses git may fetch from, and how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aci_reconcile.app.git_address import parse_git_address
from aci_reconcile.core.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

REFUSED = (
    "",
    "--upload-pack=touch x",
    "ext::sh -c 'touch x'",
    "fd::3",
    "transport::https://host/team/shop",
    "http://host/team/shop",
    "git://host/team/shop",
    "ftp://host/team/shop",
    "ext://host/team/shop",
    "HTTPS",
    "https://",
    "https://host",
    "https://host/",
    "https://[::1/team/shop",
    "https://host:port/team/shop",
    "https://ada:secret@host/team/shop",
    "https://ada:@host/team/shop",
    "ssh://ada:secret@host/team/shop",
    "https://host/team/shop?ref=main",
    "https://host/team/shop#main",
    "ssh://-oProxyCommand=touch/x",
    "ssh://-l@host/team/shop",
    "-oProxyCommand=touch x:team/shop",
    "git@-oProxyCommand=x:team/shop",
    "git@host:-option",
    "git@host:",
    "file://server/share",
    "https://host/team/sh\nop",
    "https://host/team/sh\x1b[31mop",
    "not-there",
)


@pytest.mark.parametrize("text", REFUSED)
def test_what_git_would_misuse_is_refused(text: str, tmp_path: Path) -> None:
    """Programs, options, protocols without a name behind them, passwords; no message repeats one."""
    with pytest.raises(UsageError) as caught:
        parse_git_address(text, tmp_path, "--git")

    shown = f"{caught.value.message} {caught.value.hint}"
    assert "secret" not in shown
    assert shown.isprintable()
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "protocol", "shown"),
    [
        ("https://host/team/shop.git", "https", "https://host/team/shop.git"),
        ("https://token@host:8443/team/shop", "https", "https://host:8443/team/shop"),
        ("HTTPS://host/team/shop", "https", "https://host/team/shop"),
        ("https://[::1]:8443/shop", "https", "https://[::1]:8443/shop"),
        ("ssh://git@host/team/shop", "ssh", "ssh://host/team/shop"),
        ("git@host:team/shop.git", "ssh", "git@host:team/shop.git"),
        ("alias:team/shop", "ssh", "alias:team/shop"),
    ],
)
def test_servers(text: str, protocol: str, shown: str, tmp_path: Path) -> None:
    """Each may use one protocol. A token in place of a user is not shown."""
    found = parse_git_address(text, tmp_path, "--git")

    assert (protocol, shown) == (found.protocol, found.label)


def test_a_local_path_is_made_absolute(tmp_path: Path) -> None:
    """Git runs in another folder."""
    (tmp_path / "a:b").mkdir()
    (tmp_path / "shop").mkdir()

    assert (str(tmp_path / "shop"), "file") == (
        (found := parse_git_address("shop", tmp_path, "--git")).url,
        found.protocol,
    )
    assert str(tmp_path / "a:b") == parse_git_address("./a:b", tmp_path, "--git").url
    assert "file" == parse_git_address(f"file://{tmp_path}", tmp_path, "--git").protocol
