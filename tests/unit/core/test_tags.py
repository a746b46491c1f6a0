"""The tags that are the memory: what is frozen in them, because live groups carry them, and how they are merged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from factories import body, container, group, live

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle
from aci_reconcile.core.normalize import digest
from aci_reconcile.core.secret import Fingerprint, Secret, fingerprint
from aci_reconcile.core.tags import Applied

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "digests.json").read_text(encoding="utf-8"))
SALT = bytes(range(12))
SECRETS = {"a": Secret("canary-one"), "b": Secret("canary-zwö")}


@pytest.mark.parametrize("name", VECTORS)
def test_digests_stay_what_they_were(name: str) -> None:
    """Live groups carry them: another digest of the same manifest would look like an edit in Git, in every group."""
    assert VECTORS[name]["digest"] == tags.digest_desired(VECTORS[name]["body"])


def test_fingerprints_stay_what_they_were() -> None:
    """Live groups carry them, too: another one would make every secret look changed."""
    recorded = "v1:scrypt::AAECAwQFBgcICQoL:4d7NPbe52qbIZKYPuOYQCZmgD-4IoueY"

    assert recorded == fingerprint(SECRETS, entropy=lambda size: SALT[:size])


def test_the_tag_of_the_last_write_reads_back() -> None:
    """With what did not take, and without."""
    for applied in (
        Applied("d1"),
        Applied("d1", "r2"),
        Applied("d1", serial="s3"),
        Applied("d1", "r2", "s3"),
        Applied("", "", "s3"),
    ):
        assert applied == Applied.of({tags.APPLIED: str(applied)})
    assert ("v1:d1", "v1:d1:r2") == (str(Applied("d1")), str(Applied("d1", "r2")))
    assert ("v1:d1::s3", "v1:d1:r2:s3") == (str(Applied("d1", serial="s3")), str(Applied("d1", "r2", "s3")))


@pytest.mark.parametrize("text", ["", "d1", "v2:d1", "v1", "v1:"])
def test_the_tag_of_another_version_says_nothing(text: str) -> None:
    """What cannot be read is no memory, and never a difference."""
    assert Applied() == Applied.of({tags.APPLIED: text})


def test_names_of_tags_fold_case() -> None:
    """Azure does not tell capitals from small letters in the name of a tag."""
    assert "shop" == tags.get({"ACI-Reconcile-Project": "shop"}, tags.OWNER)
    assert "" == tags.get({"team": "shop"}, tags.OWNER)
    assert tags.is_ours("ACI-RECONCILE-SECRETS")
    assert not tags.is_ours("aci-reconcile-of-somebody-else")


@pytest.mark.parametrize(
    ("there", "wanted", "merged"),
    [
        ({}, {"team": "shop"}, {"team": "shop"}),
        ({"team": "old"}, {"team": "shop"}, {"team": "shop"}),
        ({"Team": "old"}, {"team": "shop"}, {"Team": "shop"}),
        ({"theirs": "1"}, {"team": "shop"}, {"theirs": "1", "team": "shop"}),
        ({"Team": "old", "kept": "1"}, {"team": None}, {"kept": "1"}),
        ({"kept": "1"}, {"team": None}, {"kept": "1"}),
    ],
)
def test_merging(there: dict[str, Any], wanted: dict[str, Any], merged: dict[str, str]) -> None:
    """Live tags stay, the wanted ones win, null removes, and Azure's spelling of a name is kept."""
    assert merged == tags.merge(there, wanted)


def test_tags_are_spelled_as_in_azure() -> None:
    """Where they are there; others as the manifest spells them."""
    assert {"ENV": "a", "Team": "b"} == tags.keep_spelling({"env": "a", "Team": "b"}, {"ENV": "x", "other": "y"})


@pytest.mark.parametrize(
    ("protect", "ours"),
    [
        (None, {tags.OWNER: "shop"}),
        (True, {tags.OWNER: "shop", tags.PROTECTED: "true"}),
        (False, {tags.OWNER: "shop", tags.PROTECTED: None}),
    ],
)
def test_protection_is_spoken_of_only_where_the_manifest_does(
    protect: bool | None, ours: dict[str, str | None]
) -> None:
    """It outlives the manifest; only ``protect: false`` lifts it."""
    assert ours == tags.make_tags(group(lifecycle=Lifecycle(protect=protect)), "shop")


@pytest.mark.parametrize(("value", "protected"), [("true", True), ("TRUE", True), ("false", False), ("", False)])
def test_a_protected_group_is_known_by_its_tag(value: str, protected: bool) -> None:
    """Whatever the case of the value."""
    assert protected is tags.is_protected(live(group(), tags={tags.PROTECTED: value}))


def test_our_own_tags_are_in_no_digest() -> None:
    """They change with every write; what was declared does not."""
    plain = body(tags={"team": "shop"})
    tagged = body(tags={"team": "shop", **dict.fromkeys((tags.OWNER, tags.PROTECTED, tags.APPLIED, tags.SECRETS), "x")})

    assert tags.digest_desired(plain) == tags.digest_desired(tagged)
    assert tags.digest_live(plain, plain) == tags.digest_live(tagged, plain)
    assert tags.digest_desired(plain) != tags.digest_desired(body(tags={"team": "data"}))
    assert tags.digest_live(plain, plain) != tags.digest_live(body(tags={"team": "data"}), plain)


def test_the_digest_of_a_live_body_leaves_out_what_no_manifest_answers_for() -> None:
    """What Azure fills in may change without anybody's doing; what was declared may not."""
    declared = body(container(image="nginx:1"))
    filled = {**declared, "properties": {**declared["properties"], "provisioningState": "Succeeded", "neverSeen": 1}}

    assert tags.digest_live(declared, declared) == tags.digest_live(filled, declared)
    assert tags.digest_live(declared, declared) != tags.digest_live(body(container(image="nginx:2")), declared)


def test_a_fingerprint_reads_back() -> None:
    """The tag is all that is kept of it."""
    text = fingerprint(SECRETS, entropy=lambda size: SALT[:size])
    parsed = Fingerprint.parse(text)

    assert parsed is not None
    assert text == str(parsed)
    assert parsed.matches(SECRETS)


def test_the_digest_of_a_live_body_holds_what_was_declared_though_azure_may_fill_it_in() -> None:
    """What the manifest names it answers for."""
    one, other = (body(confidentialComputeProperties={"ccePolicy": each}) for each in ("YQ==", "Yg=="))

    assert tags.digest_live(one, one) != tags.digest_live(other, one)
    assert tags.digest_live(one, body()) == tags.digest_live(other, body())


def test_the_digest_of_a_live_body_leaves_to_a_profile_what_the_manifest_leaves_to_it() -> None:
    """What comes from the profile is no answer of the manifest's."""
    claim: dict[str, Any] = {"properties": {"containerGroupProfile": {"id": "/p", "revision": 1}}}
    shown: dict[str, Any] = {"properties": {**claim["properties"], "osType": "Windows", "sku": "Confidential"}}

    assert tags.digest_live(claim, claim) == tags.digest_live(shown, claim)


def test_a_tag_that_is_no_text_is_empty() -> None:
    """Azure's are texts; whatever else stands there says nothing."""
    strange: Any = {"a": 1, tags.OWNER: None}

    assert ({"a": "", tags.OWNER: ""}, "") == (tags.merge(strange, {}), tags.get(strange, tags.OWNER))
    assert {"a": ""} == tags.merge({}, {"a": 1})


def test_the_owner_tag_holds_the_id_of_the_project() -> None:
    """Where it has one."""
    assert ["shop/prod", "shop/prod@abc123"] == [tags.make_owner_tag("shop/prod", each) for each in ("", "abc123")]


@pytest.mark.parametrize(
    ("tag", "name", "project_id"),
    [
        ("shop/prod", "shop/prod", ""),
        ("shop/prod@abc123", "shop/prod", "abc123"),
        ("shop/prod@A!", "shop/prod", ""),
        ("shop/prod@abc123@def456", "shop/prod", ""),
        ("", "", ""),
    ],
)
def test_the_owner_tag_reads_back(tag: str, name: str, project_id: str) -> None:
    """An id that nobody could have written is none."""
    assert (name, project_id) == (tags.owner_name(tag), tags.owner_id(tag))


def test_what_a_write_did_not_leave_is_remembered_beside_what_was_declared() -> None:
    """Where no whole body was ever written the tag does not say so: the two stand in one digest."""
    there, wanted = body(container(image="nginx:1")), body(container(image="nginx:2"))
    left = tags.digest_live(there, wanted)

    assert Applied("d1", left) == tags.make_refusal(there, wanted, "d1", written=True)
    assert Applied("", digest([left, "d1"])) == tags.make_refusal(there, wanted, "d1", written=False)


def test_tags_of_this_tool_alone_are_as_none() -> None:
    """They are no part of the manifest that is remembered."""
    alone: dict[str, Any] = {"location": "x", "tags": {tags.OWNER: "shop/prod"}}

    assert tags.digest_desired({"location": "x"}) == tags.digest_desired(alone)
