"""Which groups and containers are meant, and what is said of a word that means none."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from factories import SUBSCRIPTION, FakeBackend, body, container, group, live, owned, policy, rid

from aci_reconcile.app.targets import check_owner, choose_container, find_group, find_groups, find_seen
from aci_reconcile.app.view import View
from aci_reconcile.core.errors import AciReconcileError, BlockedError, NotFoundError, UsageError
from aci_reconcile.core.model import Resource, Scope


def _view(*groups: Resource) -> View:
    scopes = tuple(Scope(SUBSCRIPTION, name) for name in ("rg-shop", "rg-data"))
    return View(FakeBackend.holding(*groups), scopes, SUBSCRIPTION, 2, policy=policy())


def _live(name: str, resource_group: str = "rg-shop") -> Resource:
    return live(Resource(rid(name, resource_group), body()))


_WORLD = (_live("web"), _live("worker"), _live("db", "rg-data"), _live("web", "rg-data"))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["worker"], ["rg-shop/worker"]),
        (["rg-data/web"], ["rg-data/web"]),
        (["RG-DATA/DB"], ["rg-data/db"]),
        (["w*"], ["rg-data/web", "rg-shop/web", "rg-shop/worker"]),
        (["W?b"], ["rg-data/web", "rg-shop/web"]),
        (["rg-data/*"], ["rg-data/db", "rg-data/web"]),
        (["worker", "rg-shop/*"], ["rg-shop/worker", "rg-shop/web"]),
        (["db", "rg-data/db", "*b"], ["rg-data/db", "rg-data/web", "rg-shop/web"]),
        ([], []),
    ],
)
def test_words_and_patterns(words: list[str], expected: list[str]) -> None:
    """Each group once, in the order of the words; case does not matter."""
    assert expected == [each.address for each in find_groups(_view(*_WORLD), words)]


@pytest.mark.parametrize(
    ("word", "message", "hint"),
    [
        ("workr", "there is no container group workr", "did you mean rg-shop/worker?"),
        ("rg-dta/db", "there is no container group rg-dta/db", "did you mean rg-data/db?"),
        ("zzz", "there is no container group zzz", "`aci-reconcile status` lists the groups that there are"),
        ("x*", "no container group matches x*", "`aci-reconcile status` lists the groups that there are"),
        ("x" * 1000, "there is no container group", "`aci-reconcile status`"),
        ("web", "web is in several resource groups", "write rg-shop/web"),
        ("w*", "w* means 3 groups", "choose one: rg-data/web, rg-shop/web, rg-shop/worker"),
        ("a/b/c", "'a/b/c' is not an address", "write resourceGroup/name"),
    ],
)
def test_a_word_that_does_not_mean_one_group(word: str, message: str, hint: str) -> None:
    """What is wrong, and the nearest name."""
    with pytest.raises(AciReconcileError) as caught:
        find_group(_view(*_WORLD), word)

    assert message in caught.value.message
    assert caught.value.hint.startswith(hint)


def test_a_subscription_that_cannot_be_listed_hides_no_answer() -> None:
    """The group is not there, and that is what is said."""
    view = _view(_live("web"))
    backend = view.backend
    assert isinstance(backend, FakeBackend)
    backend.faults["list"] = [NotFoundError("no"), NotFoundError("no")]

    with pytest.raises(NotFoundError, match="there is no container group wbe"):
        find_group(view, "wbe")


def _pod(**more: Any) -> Resource:
    return live(group("pod", container("app"), container("proxy"), initContainers=[container("Setup")], **more))


@pytest.mark.parametrize(("wanted", "expected"), [("app", "app"), ("PROXY", "proxy"), ("setup", "Setup")])
def test_a_container_by_name(wanted: str, expected: str) -> None:
    """As Azure spells it."""
    assert expected == choose_container(_pod(), wanted)


def test_the_only_container() -> None:
    """Needs no name; an init container is never the default."""
    assert choose_container(live(group("one", initContainers=[container("setup")])), "") == "web"


@pytest.mark.parametrize(
    ("wanted", "init", "message", "hint"),
    [
        ("", True, "rg-shop/pod has several containers", "choose one with -c: app, proxy, Setup (init)"),
        ("", False, "rg-shop/pod has several containers", "choose one with -c: app, proxy"),
        ("ap", True, "no container ap", "did you mean app? It has app, proxy, Setup (init)"),
        ("nix", False, "no container nix", "it has app, proxy"),
        ("setup", False, "setup of rg-shop/pod is an init container", "choose another: app, proxy"),
    ],
)
def test_a_container_that_is_not_meant(wanted: str, init: bool, message: str, hint: str) -> None:
    """What there is, and the nearest name."""
    with pytest.raises(UsageError) as caught:
        choose_container(_pod(), wanted, init=init)

    assert message in caught.value.message
    assert hint == caught.value.hint


def test_groups_of_others_are_left_alone() -> None:
    """Ours and nobody's are acted on; those of others with --any-owner."""
    theirs = live(group("web"), tags={"aci-reconcile-project": "theirs/prod"})
    check_owner(owned(group("web")), policy(), any_owner=False)
    check_owner(live(group("web")), policy(), any_owner=False)
    check_owner(theirs, policy(), any_owner=True)

    with pytest.raises(BlockedError, match="rg-shop/web belongs to theirs/prod, not to shop/prod") as caught:
        check_owner(theirs, policy(), any_owner=False)

    assert "--any-owner" in caught.value.hint


@pytest.mark.parametrize(
    ("only", "words", "expected"),
    [
        (("web",), ["*"], ["rg-data/web", "rg-shop/web"]),
        (("rg-shop/*",), ["w*"], ["rg-shop/web", "rg-shop/worker"]),
        (("RG-SHOP/*",), ["web"], ["rg-shop/web"]),
        (("db", "worker"), ["*"], ["rg-data/db", "rg-shop/worker"]),
    ],
)
def test_only_narrows_what_a_word_means(only: tuple[str, ...], words: list[str], expected: list[str]) -> None:
    """``stop '*' --only web`` stops nothing else."""
    view = replace(_view(*_WORLD), only=only)

    assert expected == [each.address for each in find_groups(view, words)]
    assert expected == [each.address for each in find_seen(view, words).groups]


def test_a_group_that_only_leaves_out_is_not_acted_on() -> None:
    """That it was named changes nothing: the two contradict each other."""
    view = replace(_view(*_WORLD), only=("db",))

    for find in (find_groups, find_seen):
        with pytest.raises(UsageError, match="worker is not among what --only selects: db"):
            find(view, ["worker"])


def test_named_groups_are_read_side_by_side() -> None:
    """Of two reads, each waits for the other."""
    view = _view(*_WORLD)
    together = threading.Barrier(2, timeout=10)
    read = view.backend.get

    def get(resource_id: Any) -> Any:
        together.wait()
        return read(resource_id)

    view.backend.get = get  # type: ignore[method-assign]

    assert 2 == len(find_groups(view, ["rg-shop/web", "rg-data/db"]))
    assert 2 == len(find_seen(view, ["rg-shop/web", "rg-data/db"]).groups)
