"""What to do with one group: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from aci_reconcile.core import tags
from aci_reconcile.core.desired import add_required_defaults, without_profile
from aci_reconcile.core.diff import FieldChange, Replaces, diff, make_secret_change
from aci_reconcile.core.echo import is_echo
from aci_reconcile.core.ignore import carry_over
from aci_reconcile.core.model import NO_TAGS, as_object
from aci_reconcile.core.normalize import align, normalize, secrets_in, secrets_of
from aci_reconcile.core.provisioning import as_settled, failure_in, state_of
from aci_reconcile.core.secret import SLOW, UNKEPT, Fingerprint
from aci_reconcile.planning.in_place import explain_recreation
from aci_reconcile.planning.losses import list_losses
from aci_reconcile.planning.permission import is_foreign, is_member
from aci_reconcile.planning.power import add_power
from aci_reconcile.planning.secrets import (
    SecretDiff,
    add_missing_secrets,
    add_secret_changes,
    diff_secrets,
    find_plain_values,
)
from aci_reconcile.planning.values import Action, Cause, Change, Impact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aci_reconcile.core.model import Body, Resource
    from aci_reconcile.core.secret import Secret
    from aci_reconcile.planning.policy import Policy

Verdicts: TypeAlias = "Mapping[tuple[str, ...], bool | None]"
NOT_YET: Final[Verdicts] = {}
"""No fingerprint was compared yet."""
_NOT_TAKEN: Final = "Azure did not take this at the last write"
_TAGS_NOT_TAKEN: Final = f"{_NOT_TAKEN}: an Azure Policy may set tags, and lifecycle.ignore leaves them to it"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a group differs from its manifest."""

    fields: tuple[FieldChange, ...] = ()
    unknown: tuple[str, ...] = ()
    secrets: tuple[FieldChange, ...] = ()
    not_compared: tuple[str, ...] = ()
    stamp: bool = False
    """Somebody vouches for the secrets: only their fingerprint is written."""
    forced: bool = False
    """The secrets are written because somebody asked for it, not because they differ."""

    @property
    def tags_only(self) -> bool:
        """Whether nothing but tags differs."""
        return not self.secrets and all(change.keys[:1] == ("tags",) for change in self.fields)

    @property
    def replaces(self) -> Replaces:
        """The worst of what differs."""
        if not self.fields:
            return Replaces.NO
        return max((change.replaces for change in self.fields), key=lambda each: each.rank)


def make_target(desired: Resource, live: Resource | None, policy: Policy) -> Resource:
    """Return the resource to write: the manifest, the fields Azure demands, live values of ignored fields, all tags."""
    body = add_required_defaults(_carry_ignored(desired, live))
    wanted = {**as_object(body.get("tags")), **tags.make_tags(desired, _choose_owner_tag(live, policy))}
    return desired.with_body({**body, "tags": tags.merge(live.tags if live else NO_TAGS, wanted)})


def _choose_owner_tag(live: Resource | None, policy: Policy) -> str:
    """Return the owner tag to write. A group of ours keeps its tag: a new project id alone is no reason to write."""
    known = tags.owner(live) if live else ""
    return known if policy.owns(known) else policy.mark


def _carry_ignored(desired: Resource, live: Resource | None) -> Body:
    return carry_over(desired.body, live.body, desired.lifecycle.ignore) if live else desired.body


def compare(
    desired: Resource, wanted: Resource, live: Resource, policy: Policy, verdicts: Verdicts = NOT_YET
) -> Comparison:
    """Return how the live group differs from its manifest.

    Args:
        desired: the manifest.
        wanted: the group that would be written.
        live: the group, without what its manifest leaves to a profile.
        policy: says how secrets are compared.
        verdicts: results of ``match_secrets``; missing ones are computed here.
    """
    fields, unknown = _compare_fields(desired, wanted, live)
    secrets, recorded = _list_secrets(desired, live), tags.get(live.tags, tags.SECRETS)
    if not (secrets or recorded):
        return Comparison(fields, unknown)
    # Without another difference nothing has moved between a secret and a plain value, so the places need no walk.
    places = diff_secrets(secrets, _carry_ignored(desired, live), live.body) if fields else SecretDiff(tuple(secrets))
    found = Comparison(add_secret_changes(fields, places, secrets), unknown)
    # The manifest has no secret and the group still carries a fingerprint: the write must remove it, even if Azure
    # shows no place where a secret was.
    if not secrets:
        return (
            found if places.gone else replace(found, secrets=(make_secret_change("secrets", before=True, after=False),))
        )
    known = make_verdict_key(live)
    verdict = verdicts[known] if known in verdicts else match_secrets(desired, live, policy)
    return _compare_secrets(found, {path: secrets[path] for path in places.kept}, live, policy, verdict=verdict)


def _compare_fields(
    desired: Resource, wanted: Resource, live: Resource
) -> tuple[tuple[FieldChange, ...], tuple[str, ...]]:
    """Return the differences in readable fields, and the paths of unknown fields."""
    there = as_settled(live.body, desired.body)
    if is_echo(there, wanted.body):
        return (), ()
    # Both sides go through the same function, so that the comparison itself needs no options.
    after = normalize(wanted.body)
    before, unknown = align(normalize(there), after)
    return diff(before, after), unknown


def _list_secrets(desired: Resource, live: Resource) -> Mapping[str, Secret]:
    """Return the declared secrets that a write would send, without those of ignored fields."""
    ignored = desired.lifecycle.ignore and not desired.plain
    return secrets_of(_carry_ignored(desired, live)) if ignored else secrets_in(desired)


def _compare_secrets(
    found: Comparison, secrets: Mapping[str, Secret], live: Resource, policy: Policy, *, verdict: bool | None
) -> Comparison:
    available = all(secret.available for secret in secrets.values())
    # `--trust-secrets` must not vouch for secrets that are known to differ.
    if verdict is not False and available and policy.trust_secrets and _is_outdated(live, secrets, policy):
        return replace(found, stamp=True)
    if verdict is False or (verdict is None and available and policy.touch_secrets):
        return replace(found, secrets=_make_secret_changes(tuple(secrets)), forced=verdict is None)
    return found if verdict else replace(found, not_compared=tuple(secrets))


def _is_outdated(live: Resource, secrets: Mapping[str, Secret], policy: Policy) -> bool:
    """Whether a fingerprint made now would use another scheme or key than the group's."""
    recorded = tags.get(live.tags, tags.SECRETS)
    if not policy.fingerprints:
        return recorded != UNKEPT
    # A missing key cannot make a newer fingerprint, so the present one stays.
    if policy.fingerprint_key is not None and not policy.fingerprint_key.available:
        return False
    tag = Fingerprint.parse(recorded)
    return tag is None or not tag.is_current(secrets, policy.fingerprint_key)


def make_verdict_key(live: Resource) -> tuple[str, ...]:
    """Return the key of a verdict: the live group and the fingerprint in its tag."""
    return (*live.id.key, tags.get(live.tags, tags.SECRETS))


def match_secrets(desired: Resource, live: Resource, policy: Policy) -> bool | None:
    """Return whether the group and the manifest hold the same secrets; None if that is unknown.

    A group that we wrote without a fingerprint had no secrets then, so these are new. If the two hold secrets in
    different places, the fingerprint is compared again with only the secrets that Azure lists.
    """
    secrets, recorded = _list_secrets(desired, live), tags.get(live.tags, tags.SECRETS)
    if not secrets:
        return None
    if recorded:
        tag = Fingerprint.parse(recorded) if policy.fingerprints else None
        same = tag.matches(secrets, policy.fingerprint_key, policy.former_key) if tag else None
    else:
        # Our own last write left no fingerprint, so there was no secret to make one of: these are new.
        tag, same = None, False if tags.Applied.of(live.tags).desired else None
    return _match_shared_secrets(secrets, desired, live, tag, policy) if same is False else same


def _match_shared_secrets(
    secrets: Mapping[str, Secret], desired: Resource, live: Resource, tag: Fingerprint | None, policy: Policy
) -> bool | None:
    """Return whether the secrets on both sides match, after a comparison of all of the manifest's did not."""
    declared = _carry_ignored(desired, live)
    places = diff_secrets(secrets, declared, live.body)
    # Every declared secret is new, or where Azure shows something else: the fields say so already.
    if not places.kept:
        return True
    # Both sides have secrets in the same places, so it is a value that differs.
    if tag is None or not places.differs:
        return False
    plain = find_plain_values(places, declared)
    # A secret was removed and nothing stands in its place, so what went into the fingerprint cannot be put together.
    if plain is None:
        return None
    known = {**{path: secrets[path] for path in places.kept}, **plain}
    return tag.matches(known, policy.fingerprint_key, policy.former_key) or (None if plain else False)


def needs_slow_hash(desired: Resource, live: Resource, policy: Policy) -> bool:
    """Whether ``match_secrets`` computes a slow hash for this group."""
    recorded = tags.get(live.tags, tags.SECRETS) if policy.fingerprints else ""
    tag = Fingerprint.parse(recorded) if SLOW in recorded else None
    return tag is not None and tag.slow and bool(_list_secrets(desired, live))


def _make_secret_changes(paths: tuple[str, ...]) -> tuple[FieldChange, ...]:
    """Return the changes of secrets. One fingerprint covers all of a group, so one of several cannot be named."""
    if len(paths) == 1:
        return (make_secret_change(paths[0], before=True, after=True),)
    return (make_secret_change("secrets", before=True, after=True, candidates=paths),)


def decide(desired: Resource, live: Resource | None, policy: Policy, verdicts: Verdicts = NOT_YET) -> Change:
    """Return what happens to a group that is declared.

    Args:
        desired: the manifest.
        live: the group, None where there is none.
        policy: what is allowed.
        verdicts: results of ``match_secrets``; missing ones are computed here.

    Raises:
        ValueError: the manifest ignores a field that cannot be ignored.
    """
    if desired.lifecycle.detach:
        return _detach(desired, live, policy)
    if live is None:
        after = make_target(desired, None, policy)
        digest, power = tags.digest_desired(desired.body), desired.lifecycle.power
        created = Change(desired.id, Action.CREATE, after=after, digest=digest, power=power)
        return add_missing_secrets(created, desired, policy)
    # What somebody else manages is not even compared: its differences are none of our business. The blocker says
    # whose it is.
    if is_foreign(live, policy) or is_member(live):
        return Change(desired.id, Action.NO_OP, before=live, after=desired)
    wanted = make_target(desired, live, policy)
    # A group that was made from a profile shows what the profile gave it. That is no difference where the manifest
    # leaves it to the profile.
    answer = live.with_body(without_profile(live.body, wanted.body))
    found = compare(desired, wanted, answer, policy, verdicts)
    # Where nothing differs, nobody asks for the digest, which takes a tenth of the time of a group.
    digest = tags.digest_desired(desired.body) if found.fields or found.secrets or found.stamp else ""
    known = Change(
        desired.id,
        Action.NO_OP,
        before=live,
        after=wanted,
        fields=found.fields + found.secrets,
        not_compared=found.not_compared,
        unknown=found.unknown,
        in_sync=not (found.fields or found.secrets or found.not_compared or found.stamp),
        stamp=found.stamp,
        digest=digest,
        may_replace=found.replaces is Replaces.MAY,
        power=desired.lifecycle.power,
    )
    decided = _choose_action(_add_causes(known, found, live), found, live, policy)
    decided = add_power(decided, live, _choose_update(live, policy))
    if decided.writes and not decided.digest:
        decided = replace(decided, digest=tags.digest_desired(desired.body))
    return add_missing_secrets(decided, desired, policy)


def _detach(desired: Resource, live: Resource | None, policy: Policy) -> Change:
    """Release a group: remove our tags once, and never create, change or delete it."""
    if live is None or not policy.owns(tags.owner(live)):
        return Change(desired.id, Action.NO_OP, before=live, after=desired, reasons=("detached",))
    theirs = {name: value for name, value in live.tags.items() if not tags.is_ours(name)}
    after = replace(desired, body={**live.body, "tags": theirs})
    fields = diff(normalize(live.body), normalize(after.body))
    return Change(desired.id, Action.UPDATE, Impact.TAGS_ONLY, live, after, fields, reasons=("released",))


def _choose_action(known: Change, found: Comparison, live: Resource, policy: Policy) -> Change:
    """Return the change with its action, what it costs, and the reasons beyond the fields."""
    reasons = tuple(_explain_push(known, live, policy))
    push = bool(reasons)
    # Azure restarts every container on a PUT, even if nothing changed (documented at container-instances-update). So
    # no difference means no write.
    if not (known.fields or found.stamp or push):
        return known
    # Our own tags are written even then: the last write did not try these values.
    if not push and not (found.tags_only and (found.stamp or _changes_own_tags(known))) and _is_stuck(known, live):
        return replace(known, reasons=(_TAGS_NOT_TAKEN if found.tags_only else _NOT_TAKEN,), stuck=True)
    known = replace(known, reasons=(*_explain_takeover(live, policy), *reasons))
    update = _choose_update(live, policy)
    if found.tags_only and not push:
        return replace(known, action=update, impact=Impact.TAGS_ONLY)
    if why := explain_recreation(known, live, policy):
        known = replace(known, reasons=(*known.reasons, why))
    if why or found.replaces is Replaces.YES:
        return replace(known, action=Action.REPLACE, impact=Impact.RECREATE, loses=list_losses(live, known.after))
    return replace(known, action=update, impact=Impact.RESTART)


def _choose_update(live: Resource, policy: Policy) -> Action:
    return Action.UPDATE if policy.owns(tags.owner(live)) else Action.ADOPT


def _explain_push(known: Change, live: Resource, policy: Policy) -> Iterator[str]:
    """Yield why a group is written although nothing may differ."""
    if known.id.key in policy.redeploy:
        yield "a redeployment was asked for"
    # What a failed write left behind is unknown, whatever the fields show.
    if failed := failure_in(state_of(live.body)):
        yield f"its provisioning {failed}"


def _explain_takeover(live: Resource, policy: Policy) -> tuple[str, ...]:
    former = tags.owner(live)
    return () if not former or policy.owns(former) else (f"taken over from {former}",)


def _add_causes(known: Change, found: Comparison, live: Resource) -> Change:
    """Return the change with the cause of its differences, as far as the tags of our last write show.

    Nobody can read a secret in Azure, so a change there stays unknown. If the secrets no longer match the fingerprint
    of the last write, the manifest changed them.
    """
    applied = tags.Applied.of(live.tags).desired
    if not applied or all(each.keys[:1] == ("tags",) and tags.is_ours(each.keys[-1]) for each in known.fields):
        return known  # the digest of the last write covers the manifest, without our own tags
    # The tag holds the digest of the manifest that was written. If it is still this one, the manifest has not
    # changed, so Azure has.
    plain = Cause.AZURE if applied == known.digest else Cause.GIT
    new = plain is Cause.GIT or tags.get(live.tags, tags.SECRETS)
    secret = Cause.GIT if new and not found.forced else Cause.UNKNOWN
    causes = {*([plain] if found.fields else ()), *([secret] if found.secrets else ())}
    in_azure = tuple(each.path for each in found.fields) if plain is Cause.AZURE else ()
    return replace(known, cause=causes.pop() if len(causes) == 1 else Cause.UNKNOWN, in_azure=in_azure)


def _changes_own_tags(change: Change) -> bool:
    """Whether one of this tool's own tags differs."""
    return any(each.keys[:1] == ("tags",) and tags.is_ours(each.keys[-1]) for each in change.fields)


def _is_stuck(change: Change, live: Resource) -> bool:
    """Whether the last write sent this manifest and left this body: writing again would change nothing."""
    applied = tags.Applied.of(live.tags)
    # A secret that differs is always sent: nobody can see in Azure whether the last one took.
    if not applied.refused or change.after is None or any(each.secret for each in change.fields):
        return False
    known = tags.make_refusal(live.body, change.after.body, change.digest, written=bool(applied.desired))
    return (applied.desired, applied.refused) == (known.desired, known.refused)
