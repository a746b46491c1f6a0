"""What a write was to bring, against what is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile import tags
from aci_reconcile.carry import carry_over
from aci_reconcile.diff import ABSENT, diff
from aci_reconcile.errors import NotConvergedError
from aci_reconcile.model import NO_TAGS, as_object
from aci_reconcile.normalize import align, digest, normalize
from aci_reconcile.plan.values import Action
from aci_reconcile.profiles import answering
from aci_reconcile.provisioning import as_settled, is_settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.diff import FieldChange
    from aci_reconcile.model import Body, Resource
    from aci_reconcile.plan.values import Change


def proof_of(change: Change, wanted: Resource, expected: Resource | None) -> Callable[[Resource], bool] | None:
    """Return what tells from a list that a write took; None where the list would have shown the same before it."""
    if expected is not None and normalize(expected.body) == normalize(wanted.body):
        return None
    return lambda seen: not left_of(change, wanted, seen)


def not_taken(left: tuple[FieldChange, ...]) -> NotConvergedError:
    """Return the error that names the fields Azure accepted and did not take."""
    fields = ", ".join(each.path for each in left)
    message = f"Azure accepted the write but did not apply {fields}"
    ignore = f"lifecycle: {{ignore: [{', '.join(json.dumps(each.path, ensure_ascii=False) for each in left)}]}}"
    if all(map(is_tag, left)):
        hint = f"an Azure Policy may set tags: ignore them with `{ignore}`, or declare what it sets"
    else:
        hint = f"if something else sets it, such as an Azure Policy, use `{ignore}`; otherwise recreate the group"
    return NotConvergedError(message, hint=hint)


def is_tag(field: FieldChange) -> bool:
    """Whether it is a tag that differs."""
    return field.keys[:1] == ("tags",)


def left_to_others(wanted: Resource, live: Resource) -> Resource:
    """Return what a write was to bring, with what others answer for as they have it.

    That is the value of what is ignored, which an Azure Policy may have set on the way in, and the spelling of tags.
    """
    body = carry_over(wanted.body, live.body, wanted.lifecycle.ignore)
    return wanted.with_body({**body, "tags": tags.spelled(as_object(body.get("tags")), live.tags)})


def left_of(change: Change, wanted: Resource, live: Resource) -> tuple[FieldChange, ...]:
    """Return what differs after the write; tags that somebody else added meanwhile are theirs."""
    wanted = left_to_others(wanted, live)
    after = normalize(wanted.body)
    dropped, seen = removed(change, wanted), as_settled(live.body, wanted.body)
    return tuple(
        each
        for each in diff(align(normalize(answering(seen, wanted.body)), after)[0], after)
        if not is_tag(each) or each.after is not ABSENT or each.keys[-1].lower() in dropped
    )


def removed(change: Change, wanted: Resource) -> dict[str, None]:
    """Return the tags that the group had and shall have no longer, in lower case."""
    had = change.before.tags if change.before else NO_TAGS
    return dict.fromkeys({name.lower() for name in had} - {name.lower() for name in wanted.tags})


def tagged(change: Change, wanted: Resource, live: Resource) -> dict[str, str]:
    """Return all tags of a group as a write was to leave them: those of others stay."""
    return tags.merge(live.tags, {**removed(change, wanted), **left_to_others(wanted, live).tags})


def overtaken(change: Change, wanted: Resource, live: Resource) -> bool:
    """Whether somebody else has written the group after us: it remembers neither our write nor the one before it."""
    before = change.before.tags if change.before else NO_TAGS
    return any(
        tags.get(live.tags, name) not in {tags.get(wanted.tags, name), tags.get(before, name)} for name in tags.MEMORY
    )


def is_our_write(change: Change, wanted: Resource, expected: Resource | None, live: Resource) -> bool:
    """Whether a write that got no answer has arrived: its tags are there, or what it was to change is changed.

    The tags prove nothing where they were there before. A push that changes nothing but them is known by the group's
    being in transition, too, which it was not before.
    """
    known = expected.tags if expected is not None else NO_TAGS
    told = any(tags.get(wanted.tags, name) != tags.get(known, name) for name in tags.MEMORY)
    if told and all(tags.get(live.tags, name) == tags.get(wanted.tags, name) for name in tags.MEMORY):
        return True
    if overtaken(change, wanted, live):
        return False
    if expected is not None and not _fields_left(change, wanted, expected):
        return not is_settled(live.body)
    return not _fields_left(change, wanted, live)


def _fields_left(change: Change, wanted: Resource, live: Resource) -> tuple[FieldChange, ...]:
    return tuple(each for each in left_of(change, wanted, live) if not is_tag(each))


def moved(change: Change, expected: Resource | None, current: Resource | None) -> bool:
    """Whether a group is no longer what the plan was made from; for a deletion, that it is gone is as good."""
    if expected is None or current is None:
        return current is not None or (expected is not None and change.action is not Action.DELETE)
    if expected.body == current.body:
        return False
    before, now = as_settled(expected.body, current.body), as_settled(current.body, expected.body)
    wanted = change.after.body if change.after else None
    if wanted is None and not is_settled(expected.body):
        wanted = before  # what Azure fills in once it has settled is nobody's change
    return _seen(before, wanted) != _seen(now, wanted)


def _seen(live: Body, wanted: Body | None) -> str:
    if wanted is None:
        return digest(normalize(live))
    return digest(align(normalize(answering(live, wanted)), normalize(wanted))[0])
