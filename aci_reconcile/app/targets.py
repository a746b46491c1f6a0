"""Which live groups and containers a command acts on, by address, name or pattern, and whether it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.app.view import Seen, name_error, read_each
from aci_reconcile.core.errors import AzureError, BlockedError, NotFoundError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.planning.permission import is_foreign
from aci_reconcile.planning.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from aci_reconcile.app.view import View
    from aci_reconcile.core.model import Key, Resource
    from aci_reconcile.planning.policy import Policy

_PATTERN: Final = frozenset("*?[")
_LONGEST: Final = 200
"""Longer words are not compared with others: no name in Azure is as long."""


def find_group(view: View, address: str) -> Resource:
    """Read the one group that an address, a name or a pattern means.

    Raises:
        NotFoundError: there is none; the hint names one that is called similarly.
        UsageError: there are several.
    """
    first, *others = found = find_groups(view, (address,))
    if others:
        raise UsageError(
            f"{address} means {len(found)} groups", hint=f"choose one: {_join(tuple(each.address for each in found))}"
        )
    return first


def find_groups(
    view: View, words: Sequence[str], enough: Callable[[Resource], bool] = read_each
) -> tuple[Resource, ...]:
    """Read the groups that addresses, names and patterns mean, each once, in the order of the words.

    A pattern with ``*``, ``?`` or ``[`` is matched against addresses if it has a slash, else against names.

    Args:
        view: the way to Azure.
        words: what is meant.
        enough: of which groups that a pattern means the list says enough, so that they are not read.

    Raises:
        NotFoundError: a word means no group; the hint names one that is called similarly.
        UsageError: a name is in several resource groups.
        AzureError: a group could not be read.
    """
    found: dict[Key, Resource] = {}
    everything: tuple[Resource, ...] | None = None
    named = view.find_each([each for each in words if not is_pattern(each)])
    for word in words:
        if word in named:
            live = _require(view, word, named[word])
            found.setdefault(live.id.key, live)
            continue
        if everything is None:
            everything = view.require_all(enough)
        matching = _match(everything, word)
        if not matching:
            raise NotFoundError(f"no container group matches {word}", hint=_suggest(word, everything))
        for each in matching:
            found.setdefault(each.id.key, each)
    return tuple(found.values())


def find_seen(view: View, words: Sequence[str], *, lenient: bool = False) -> Seen:
    """Read the groups that addresses, names and patterns mean, and say beside them what could not be read.

    Args:
        view: the way to Azure.
        words: what is meant.
        lenient: whether a word may mean nothing, as while somebody watches and a group is deleted.

    Raises:
        NotFoundError: a word means no group; the hint names one that is called similarly.
        UsageError: a name is in several resource groups.
    """
    found: dict[Key, Resource] = {}
    unread: dict[str, Unreadable] = {}
    everything: Seen | None = None
    named = view.find_each([each for each in words if not is_pattern(each)])
    for word in words:
        if word in named:
            live = named[word]
            if lenient and isinstance(live, NotFoundError):
                continue
            if isinstance(live, AzureError) and not isinstance(live, NotFoundError):
                unread[word] = Unreadable(word, name_error(live))
                continue
            seen = Seen((_require(view, word, live),))
        else:
            everything = everything or view.read_all()
            seen = Seen(_match(everything.groups, word), everything.unread)
        if not (seen.groups or seen.unread or lenient):
            raise NotFoundError(f"no container group matches {word}", hint=_suggest_live(view, word))
        found |= {each.id.key: each for each in seen.groups}
        unread |= {each.address: each for each in seen.unread}
    return Seen(tuple(found.values()), tuple(unread.values()))


def is_pattern(word: str) -> bool:
    """Whether a word is a pattern, so that it may mean many groups."""
    return not _PATTERN.isdisjoint(word)


def _require(view: View, word: str, live: Resource | AzureError) -> Resource:
    """Return what was read.

    Raises:
        NotFoundError: there is no such group; the hint names one that is called similarly.
        AzureError: it could not be read.
    """
    if isinstance(live, NotFoundError):
        raise NotFoundError(live.message, hint=_suggest_live(view, word))
    if isinstance(live, AzureError):
        raise live
    return live


def _suggest_live(view: View, word: str) -> str:
    """Return a hint from what is live; the answer that nothing is there must not fail because of it."""
    try:
        return _suggest(word, view.read_all().groups)
    except AzureError:
        return ""


def _match(groups: Sequence[Resource], pattern: str) -> tuple[Resource, ...]:
    from aci_reconcile.manifest import matches_pattern

    return tuple(each for each in groups if matches_pattern(each.id, pattern))


def _suggest(word: str, groups: Sequence[Resource]) -> str:
    """Return a hint: the group whose address or name is nearest, or how to see which there are."""
    short = "/" not in word
    names = {(each.id.name if short else each.address).lower(): each.address for each in groups}
    near = find_near(word, names)
    return f"did you mean {names[near]}?" if near else "`aci-reconcile status` lists the groups that there are"


def find_near(word: str, known: Collection[str]) -> str:
    """Return the word that is most like another one, whatever its case; empty if none is."""
    from difflib import get_close_matches

    if len(word) > _LONGEST:
        return ""
    by_lower = {each.lower(): each for each in sorted(known, reverse=True)}
    near = get_close_matches(word.lower(), sorted(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else ""


def list_containers(live: Resource) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a group's containers, and of its init containers."""
    lists = (as_list(live.properties.get(name)) for name in ("containers", "initContainers"))
    plain, initial = (tuple(as_text(as_object(each).get("name")) for each in found) for found in lists)
    return plain, initial


def choose_container(live: Resource, wanted: str, *, init: bool = True) -> str:
    """Return the name of the container that is meant, as Azure spells it.

    Args:
        live: the group.
        wanted: the name; empty if there is only one container.
        init: whether an init container may be meant. It is never the default: it ends before the others begin.

    Raises:
        UsageError: there is none of this name, or none is named and there are several.
    """
    plain, initial = list_containers(live)
    offered = (*plain, *(f"{name} (init)" for name in initial if init))
    if not wanted:
        if len(plain) == 1:
            return plain[0]
        raise UsageError(f"{live.address} has several containers", hint=f"choose one with -c: {_join(offered)}")
    known = (*plain, *initial) if init else plain
    found = next((name for name in known if name.lower() == wanted.lower()), "")
    if found:
        return found
    if any(name.lower() == wanted.lower() for name in initial):
        raise UsageError(f"{wanted} of {live.address} is an init container", hint=f"choose another: {_join(offered)}")
    near = find_near(wanted, known)
    hint = f"did you mean {near}? It has {_join(offered)}" if near else f"it has {_join(offered)}"
    raise UsageError(f"{live.address} has no container {wanted}", hint=hint)


def check_owner(live: Resource, policy: Policy, *, any_owner: bool) -> None:
    """Make sure that a group is ours to act on, or nobody's.

    Raises:
        BlockedError: another project owns it.
    """
    from aci_reconcile.core import tags

    if not any_owner and is_foreign(live, policy):
        raise BlockedError(
            f"{live.address} belongs to {tags.owner(live)}, not to {policy.owner}",
            hint="--any-owner acts on groups of other projects, too",
        )


def _join(names: Sequence[str]) -> str:
    shown = 8
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
