"""The tag of a group that ``run`` made."""

from __future__ import annotations

import hashlib

import pytest
from factories import group, live, rid

from aci_reconcile.core import tags
from aci_reconcile.core.model import Resource, ResourceId
from aci_reconcile.core.run_tag import LONGEST, RunTag

NOW = 1_700_000_000
TAG = RunTag("0123abcd", NOW + 60)
VALUE = TAG.render(rid())


def tagged(value: str, resource_id: ResourceId | None = None) -> Resource:
    """Return a live group with this value in its tag."""
    return Resource(resource_id or rid(), live(group(), tags={tags.RUN: value}).body)


def test_a_tag_is_read_as_it_was_written() -> None:
    """Id and expiry come back, whatever the case of the tag's name and of the group's id."""
    shouted = Resource(rid("WEB", "RG-SHOP"), live(group(), tags={tags.RUN.upper(): VALUE}).body)

    assert TAG == RunTag.of(tagged(VALUE), NOW)
    assert TAG == RunTag.of(shouted, NOW)
    assert VALUE.startswith("v1:0123abcd:20231114T221420Z:")
    assert TAG.expiry == "2023-11-14 22:14 UTC"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "v1",
        VALUE + "0",
        VALUE[:-1],
        VALUE.replace("v1", "v2"),
        VALUE.upper(),
        VALUE.replace("2023", "2033"),
        VALUE.replace("0123abcd", "0123abce"),
        f" {VALUE}",
        f"{VALUE}\n",
        RunTag("0123abcd", NOW).render(rid("another")),
        VALUE.replace("20231114T221420Z", "99999999T999999Z"),
    ],
)
def test_what_is_no_tag_counts_for_nothing(value: str) -> None:
    """A tag that is damaged, of another version, or of another group."""
    assert RunTag.of(tagged(value), NOW) is None


def test_a_date_that_there_is_not_counts_for_nothing() -> None:
    """Even with a seal that fits."""
    impossible = "20239914T221420Z"
    seal = hashlib.sha256("\n".join(("0123abcd", impossible, *rid().key)).encode()).hexdigest()[:16]

    assert RunTag.of(tagged(f"v1:0123abcd:{impossible}:{seal}"), NOW) is None
    assert VALUE.endswith(
        hashlib.sha256("\n".join(("0123abcd", "20231114T221420Z", *rid().key)).encode()).hexdigest()[:16]
    )


def test_a_tag_hides_no_group_for_ever() -> None:
    """An expiry that lies too far ahead counts for nothing, unless nobody knows the time."""
    longest = RunTag("0123abcd", int(NOW + LONGEST))
    longer = RunTag("0123abcd", int(NOW + LONGEST) + 1)

    assert longest == RunTag.of(tagged(longest.render(rid())), NOW)
    assert RunTag.of(tagged(longer.render(rid())), NOW) is None
    assert longer == RunTag.of(tagged(longer.render(rid())), None)


def test_a_tag_expires() -> None:
    """Not in its last second, but after it."""
    assert not TAG.has_expired(TAG.until)
    assert TAG.has_expired(TAG.until + 0.1)
