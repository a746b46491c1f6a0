"""What a write was to bring, compared with what is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.desired import without_profile
from aci_reconcile.core.diff import ABSENT, diff
from aci_reconcile.core.errors import NotConvergedError
from aci_reconcile.core.ignore import carry_over
from aci_reconcile.core.model import NO_TAGS, as_object
from aci_reconcile.core.normalize import align, digest, normalize
from aci_reconcile.core.provisioning import as_settled
from aci_reconcile.core.resource_types import is_settled
from aci_reconcile.planning.values import Action

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.diff import FieldChange
    from aci_reconcile.core.model import Body, Resource
    from aci_reconcile.planning.values import Change


def make_proof(change: Change, wanted: Resource, expected: Resource | None) -> Callable[[Resource], bool] | None:
    """Return a predicate that shows by a list that a write took; None if the list was the same before the write."""
    # Only tags of ours differ, or nothing: then a list cannot show whether the write was before it or after.
    if expected is not None and normalize(expected.body) == normalize(wanted.body):
        return None
    return lambda seen: not diff_after_write(change, wanted, seen)


def make_not_taken_error(left: tuple[FieldChange, ...]) -> NotConvergedError:
    """Return the error that names the fields that Azure accepted and did not store."""
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


def adopt_foreign_values(wanted: Resource, live: Resource) -> Resource:
    """Return what a write was to bring, with the live values of whatever we do not manage.

    That is every ignored field, which an Azure Policy may have set on the way in, and the spelling of tags.
    """
    body = carry_over(wanted.body, live.body, wanted.lifecycle.ignore)
    return wanted.with_body({**body, "tags": tags.keep_spelling(as_object(body.get("tags")), live.tags)})


def diff_after_write(change: Change, wanted: Resource, live: Resource) -> tuple[FieldChange, ...]:
    """Return what differs after the write, without tags that somebody else added meanwhile."""
    wanted = adopt_foreign_values(wanted, live)
    after = normalize(wanted.body)
    dropped, seen = find_removed_tags(change, wanted), as_settled(live.body, wanted.body)
    return tuple(
        each
        for each in diff(align(normalize(without_profile(seen, wanted.body)), after)[0], after)
        if not is_tag(each) or each.after is not ABSENT or each.keys[-1].lower() in dropped
    )


def find_removed_tags(change: Change, wanted: Resource) -> dict[str, None]:
    """Return the names of the tags that the write removes, in lower case."""
    had = change.before.tags if change.before else NO_TAGS
    return dict.fromkeys({name.lower() for name in had} - {name.lower() for name in wanted.tags})


def merge_tags(change: Change, wanted: Resource, live: Resource) -> dict[str, str]:
    """Return all tags that the group should have after a write; tags of others stay."""
    return tags.merge(live.tags, {**find_removed_tags(change, wanted), **adopt_foreign_values(wanted, live).tags})


def is_overwritten(change: Change, wanted: Resource, live: Resource) -> bool:
    """Whether somebody else wrote the group after us: its tags are neither those of our write nor those before it."""
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
    changes_memory = any(tags.get(wanted.tags, name) != tags.get(known, name) for name in tags.MEMORY)
    # Our serial is random, so a group that carries it has our write.
    if changes_memory and all(tags.get(live.tags, name) == tags.get(wanted.tags, name) for name in tags.MEMORY):
        return True
    if is_overwritten(change, wanted, live):
        return False
    # Nothing but tags was to change, and a PUT does not always store tags (Terraform's provider patches them for that
    # reason). So the transition is the proof.
    if expected is not None and not _diff_fields(change, wanted, expected):
        return not is_settled(live)
    return not _diff_fields(change, wanted, live)


def _diff_fields(change: Change, wanted: Resource, live: Resource) -> tuple[FieldChange, ...]:
    return tuple(each for each in diff_after_write(change, wanted, live) if not is_tag(each))


def has_moved(change: Change, expected: Resource | None, current: Resource | None) -> bool:
    """Whether a group differs from what the plan was made from. One that a deletion finds gone has not moved."""
    if expected is None or current is None:
        return current is not None or (expected is not None and change.action is not Action.DELETE)
    # Nearly always; making the normal forms takes far longer.
    if expected.body == current.body:
        return False
    before, now = as_settled(expected.body, current.body), as_settled(current.body, expected.body)
    wanted = change.after.body if change.after else None
    if wanted is None and not is_settled(expected):
        wanted = before  # what Azure fills in once it has settled is nobody's change
    return _compute_digest(before, wanted) != _compute_digest(now, wanted)


def _compute_digest(live: Body, wanted: Body | None) -> str:
    if wanted is None:
        return digest(normalize(live))
    return digest(align(normalize(without_profile(live, wanted)), normalize(wanted))[0])
