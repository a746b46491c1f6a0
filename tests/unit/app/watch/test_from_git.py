"""A watch of a Git repository, with a real git: each commit is applied, and a ref that went back is not."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from factories import rid
from git_repository import Repository
from watched_world import WatchedWorld

from aci_reconcile.app.git_address import parse_git_address
from aci_reconcile.app.git_source import open_git_source
from aci_reconcile.app.watch.ledger_file import LedgerFile
from aci_reconcile.emulator.faults import Fault as AzureFault
from aci_reconcile.reconcile.round_news import NewsKind, compare_rounds
from aci_reconcile.reconcile.rounds import Fault, Heal, Trouble

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from aci_reconcile.reconcile.rounds import Round


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """Return a repository with a project of one group."""
    return Repository.make(tmp_path / "shop")


@pytest.fixture
def watched(shop: Repository, tmp_path: Path) -> Generator[WatchedWorld]:
    """Return a watch of its branch main, which heals configuration."""
    made = WatchedWorld(shop.folder)
    made.declare("web")
    shop.commit({})
    with ExitStack() as stack:
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1"}
        address = parse_git_address(str(shop.folder), tmp_path, "--git")
        source = stack.enter_context(open_git_source(address, "main", "", environ))
        made.git = source
        made.start(heal=Heal.CONFIG)
        yield made


def read_image(watched: WatchedWorld) -> str:
    """Return the image of the live group."""
    image: str = watched.world.arm("GET", str(rid("web")))["properties"]["containers"][0]["properties"]["image"]
    return image


def list_news(before: Round, now: Round) -> list[NewsKind]:
    """Return the kinds of what is new in a round."""
    return [each.kind for each in compare_rounds(before, now)]


def test_each_commit_is_applied(watched: WatchedWorld, shop: Repository) -> None:
    """And not what nobody has committed."""
    first = watched.round()
    watched.declare("web", image="nginx:2")
    same = watched.round()
    commit = shop.commit({})
    after = watched.round()

    assert ["rg-shop/web"] == [each.address for each in first.healed]
    assert ((), first.revision) == (same.healed, same.revision)
    assert (commit, "nginx:2") == (after.revision, read_image(watched))
    assert NewsKind.REVISION in list_news(same, after)
    assert NewsKind.REVISION not in list_news(first, same)


def test_a_server_that_cannot_be_asked_keeps_nothing_from_being_healed(watched: WatchedWorld, shop: Repository) -> None:
    """The manifests are those of the last commit, and that is said once."""
    first = watched.round()
    shop.folder.rename(shop.folder.with_name("away"))
    live = watched.world.arm("GET", str(rid("web")))
    live["properties"]["containers"][0]["properties"]["image"] = "nginx:hand"
    watched.world.put(rid("web"), live)
    away, again = watched.go_on(2)
    shop.folder.with_name("away").rename(shop.folder)
    back = watched.round()

    assert (True, first.revision, "nginx:1") == (away.good, away.revision, read_image(watched))
    assert "shop" in away.fetch_failure
    assert ([NewsKind.FETCH_FAILED], []) == (list_news(first, away), list_news(away, again))
    assert ("", [NewsKind.FETCHED_AGAIN]) == (back.fetch_failure, list_news(again, back))


def test_a_server_that_was_never_there_fails_rounds(watched: WatchedWorld, shop: Repository) -> None:
    """Until it is there: nobody has to start the watch again."""
    shop.folder.rename(shop.folder.with_name("away"))
    failed = watched.round()
    shop.folder.with_name("away").rename(shop.folder)

    assert (Fault.MANIFESTS, ()) == (failed.fault, failed.healed)
    assert watched.round().good


def test_a_commit_with_a_mistake_fails_rounds(watched: WatchedWorld, shop: Repository) -> None:
    """The place is that in the repository."""
    watched.round()
    shop.commit({"manifests/web.yaml": "name: ["})
    failed = watched.round()

    assert failed.fault is Fault.MANIFESTS
    assert failed.failure.startswith("manifests/web.yaml:")


def test_a_ref_that_went_back_is_not_applied(watched: WatchedWorld, shop: Repository, tmp_path: Path) -> None:
    """Neither by this process nor by the next one, until a commit follows the one that was applied."""
    watched.start(state=LedgerFile(tmp_path / "state"))
    first = watched.round()
    watched.declare("web", image="nginx:2")
    second = shop.commit({})
    watched.round()
    shop.git("reset", "--quiet", "--hard", first.revision)
    sent = len(watched.world.writes)
    here = watched.round()
    watched.start()
    later = watched.round()

    why = f"refs/heads/main went back in history: {second[:12]} is not in {first.revision[:12]}; "
    assert [True, True] == [each.paused.startswith(why) for each in (here, later)]
    assert [Trouble.HELD] == [each.trouble for each in later.concerns]
    assert (sent, "nginx:2") == (len(watched.world.writes), read_image(watched))

    shop.git("reset", "--quiet", "--hard", second)
    watched.declare("web", image="nginx:1")
    shop.commit({})
    after = watched.round()

    assert ("", "nginx:1") == (after.paused, read_image(watched))


def test_sighup_follows_a_ref_that_went_back(watched: WatchedWorld, shop: Repository) -> None:
    """But only to the commit that was reported: it may go back further."""
    first = watched.round()
    watched.declare("web", image="nginx:2")
    second = shop.commit({})
    watched.round()
    watched.controller.hurry()  # nothing was reported yet
    shop.git("reset", "--quiet", "--hard", first.revision)
    held = watched.round()
    watched.controller.hurry()
    shop.git("commit", "--quiet", "--amend", "--message=another")
    other = watched.round()
    watched.controller.hurry()
    followed = watched.round()

    assert (True, True, "") == (bool(held.paused), bool(other.paused), followed.paused)
    assert held.revision != other.revision == followed.revision != second
    assert "nginx:1" == read_image(watched)


def test_a_ref_that_is_to_be_followed_is_followed_after_rounds_that_fail(
    watched: WatchedWorld, shop: Repository
) -> None:
    """But what was never reported is not: the signal may have come for another reason."""
    first = watched.round()
    watched.declare("web", image="nginx:2")
    shop.commit({})
    watched.round()
    shop.git("reset", "--quiet", "--hard", first.revision)
    watched.world.faults.add([AzureFault("error", "GET", "", status=403, code="AuthorizationFailed", times=1)])
    unread = watched.round()
    watched.controller.hurry()
    held = watched.round()
    watched.controller.hurry()
    watched.world.faults.add([AzureFault("error", "GET", "", status=403, code="AuthorizationFailed", times=1)])
    again = watched.round()
    watched.controller.hurry()
    followed = watched.round()

    assert [Fault.AZURE, None, Fault.AZURE, None] == [each.fault for each in (unread, held, again, followed)]
    assert (True, "") == (bool(held.paused), followed.paused)
    assert "nginx:1" == read_image(watched)


def test_links_out_of_the_repository_are_not_followed(watched: WatchedWorld, shop: Repository, tmp_path: Path) -> None:
    """A manifest that is such a link is a mistake."""
    watched.round()
    (tmp_path / "secret.yaml").write_text("name: secret\n")
    (shop.folder / "manifests" / "db.yaml").symlink_to(tmp_path / "secret.yaml")
    shop.commit({})
    failed = watched.round()

    assert failed.fault is Fault.MANIFESTS
    assert "secret:" not in failed.failure
    assert "manifests/db.yaml" in failed.failure
