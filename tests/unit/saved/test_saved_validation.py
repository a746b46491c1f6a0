"""A file that is not, byte for byte, what was saved is refused."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from azure_world import AzureWorld
from factories import group, rid
from hypothesis import given
from hypothesis import strategies as st
from saved_plans import WEEK, kept

from aci_reconcile.app.saved_plan import read_plan
from aci_reconcile.core.errors import ExitCode, StalePlanError, UsageError
from aci_reconcile.manifest import find_large_violation
from aci_reconcile.saved import (
    add_seal,
    check_document,
    compute_plan_digest,
    is_expired,
    open_document,
    render_document,
)
from aci_reconcile.saved.canonical import seal

if TYPE_CHECKING:
    from pathlib import Path

    from aci_reconcile.saved import Document


def mixed() -> Document:
    """Return the saved plan of a group to create, and of two that stay as they are."""
    world = AzureWorld()
    world.apply(group("db"), group("queue"))
    return kept(world, group("db"), group("queue"), group("web"))


SAVED = mixed()
CONTENT = render_document(SAVED).encode()
SHORT = SAVED["unchanged"]


def refused(content: bytes) -> bool:
    """Whether the content is refused with the exit code of a saved plan."""
    try:
        open_document(content, "plan.json")
    except StalePlanError as error:
        return error.exit_code is ExitCode.STALE_PLAN
    return False


def test_what_was_written_is_read() -> None:
    """All of it, in its order, the groups that stay as they are, too."""
    assert [["rg-shop/web"], ["rg-shop/db", "rg-shop/queue"]] == [
        [each["address"] for each in SAVED[name]] for name in ("resource_changes", "unchanged")
    ]
    document = open_document(CONTENT, "plan.json")

    assert SAVED == document
    assert list(SAVED) == list(document)


@pytest.mark.parametrize("bit", [0, 5], ids=["neighbour", "case"])
def test_every_byte_counts(bit: int) -> None:
    """Whichever is changed: one bit makes another digit, and another one turns the case of a letter."""
    forged = (CONTENT[:at] + bytes([CONTENT[at] ^ (1 << bit)]) + CONTENT[at + 1 :] for at in range(len(CONTENT)))

    assert all(map(refused, forged))


@given(at=st.integers(0, len(CONTENT) - 1), value=st.integers(0, 255))
def test_no_byte_may_become_another_one(at: int, value: int) -> None:
    """At any place, any value but its own."""
    assert (CONTENT[at] != value) is refused(CONTENT[:at] + bytes([value]) + CONTENT[at + 1 :])


@given(at=st.integers(0, len(CONTENT)), more=st.binary(min_size=1, max_size=3), gone=st.integers(0, 9))
def test_nothing_may_come_or_go(at: int, more: bytes, gone: int) -> None:
    """No byte more, none less, not even white space."""
    longer, shorter = CONTENT[:at] + more + CONTENT[at:], CONTENT[:at] + CONTENT[at + gone :]

    assert refused(longer)
    assert (shorter != CONTENT) is refused(shorter)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"NaN",
        b'{"digest": 1}',
        b"\xef\xbb\xbf" + CONTENT,
        CONTENT.replace(b"\n", b"\r\n"),
        CONTENT.replace(b": ", b":"),
        CONTENT.replace(b', "live"', b',"live"'),
        b"[" * 100_000,
        b'{"a": 1e999, "digest": "sha256:0"}',
        b"9" * 5000,
    ],
    ids=[
        "empty",
        "no members",
        "list",
        "null",
        "nan",
        "digest",
        "bom",
        "crlf",
        "compact",
        "line",
        "deep",
        "infinite",
        "long",
    ],
)
def test_what_is_no_saved_plan_is_refused(content: bytes) -> None:
    """Whatever it is, with the same message and without a traceback."""
    assert refused(content)


ADDRESS = b'"address": "rg-shop/db"'


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (ADDRESS, ADDRESS + b", " + ADDRESS),
        (ADDRESS, b'"address": "rg-shop/web", ' + ADDRESS),
        (ADDRESS, b'"address":  "rg-shop/db"'),
        (ADDRESS, b'"address": "rg-shop/\\u0064b"'),
        (b'"applyable": true', b'"applyable": true,\n  "applyable": true'),
        (b'"unchanged": [\n    {', b'"unchanged": [{'),
        (b'"line": 0', b'"line": -0'),
        (b'"line": 0', b'"line": 1e999'),
    ],
    ids=["twice", "two", "space", "escape", "member", "break", "number", "infinite"],
)
def test_only_one_form_is_taken_whoever_sealed_another_one(part: bytes, other: bytes) -> None:
    """A text that programs may read in different ways is refused, though its seal is right."""
    content = CONTENT if b'"line"' not in part else render_document(_again(placed(SAVED))).encode()
    forged = sealed_as_it_is(content.replace(part, other, 1))

    assert not refused(sealed_as_it_is(content))
    assert part in content
    assert refused(forged)


def placed(document: Document) -> Document:
    """Return the plan with a place for the first group that stays as it is."""
    where = {"file": "db.yaml", "line": 0, "column": 0}
    return {**document, "unchanged": [{**SHORT[0], "where": where}, *SHORT[1:]]}


def sealed_as_it_is(content: bytes) -> bytes:
    """Return a text with its seal, whatever its form."""
    stem = content[: content.index(b',\n  "digest"')]
    digest = hashlib.sha256(stem + b"\n}\n").hexdigest()
    return stem + f',\n  "digest": "sha256:{digest}"\n}}\n'.encode()


def test_the_seal_is_the_last_member() -> None:
    """So that it covers all the rest, without a look at what that is."""
    digest = SAVED["digest"]
    first = {"digest": digest, **{name: value for name, value in SAVED.items() if name != "digest"}}

    assert refused(render_document(first).encode())


@pytest.mark.parametrize("version", ["1.0", "3.0"])
def test_another_format_says_so(version: str) -> None:
    """An older or a newer major version is not taken for damage."""
    content = render_document({**SAVED, "format_version": version}).encode()

    with pytest.raises(StalePlanError, match=rf"plan\.json has the format {version}, and this version reads 2\.0"):
        open_document(content, "plan.json")


@pytest.mark.parametrize("version", ["", "9", "9" * 9999, "3.0\n  nothing is wrong", "\x1b[31m9.0", [3, 0]])
def test_what_is_no_version_is_damage(version: object) -> None:
    """The message shows nothing of it."""
    content = render_document({**SAVED, "format_version": version}).encode()

    with pytest.raises(StalePlanError, match=r"^plan\.json is not a saved plan, or was changed after it was saved$"):
        open_document(content, "plan.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("request", {"paths": 1}),
        ("request", {"arm_endpoint": "http://elsewhere"}),
        ("policy", {}),
        ("resource_changes", [1]),
        ("unchanged", [1]),
        ("unchanged", []),
        ("unchanged", SHORT[:1]),
        ("unchanged", [*SHORT, {**SHORT[0], "id": f"{SHORT[0]['id']}-2"}]),
        ("unchanged", [{**SHORT[0], "live": "0" * 32}, *SHORT[1:]]),
        ("unchanged", [{**SHORT[0], "live": ""}, *SHORT[1:]]),
        ("unchanged", [{**SHORT[0], "action": "delete"}, *SHORT[1:]]),
        ("unchanged", [{**SHORT[0], "id": SHORT[1]["id"]}, *SHORT[1:]]),
        ("expires_at", "never"),
        ("expires_at", "2026-02-31T00:00:00.000Z"),
        ("plan_digest", f"sha256:{'0' * 64}"),
    ],
)
def test_a_seal_does_not_make_a_plan(name: str, value: object, tmp_path: Path) -> None:
    """Who seals anything himself is stopped by the schema, or by the digest within."""
    document = {**{key: each for key, each in SAVED.items() if key != "digest"}, name: value}
    forged = add_seal(document, created=0, expires=WEEK).document
    if name == "expires_at":
        forged = _again({**forged, name: value})
    file = tmp_path / "plan.json"
    file.write_text(render_document(forged), encoding="ascii")

    with pytest.raises(StalePlanError):
        read_plan(file)


@pytest.mark.parametrize("name", ["unchanged", "resource_changes"])
@pytest.mark.parametrize("other", [{"id": "/subscriptions/x"}, {"id": str(rid("x"))}, {"address": "rg-shop/x"}])
def test_an_entry_is_about_the_group_that_it_names(name: str, other: dict[str, str], tmp_path: Path) -> None:
    """Nobody is shown another name than that of the group that is meant, whoever made the digests."""
    entries = [{**SAVED[name][0], **other}, *SAVED[name][1:]]
    forged = {**SAVED, name: entries}
    file = tmp_path / "plan.json"
    file.write_text(render_document(_again({**forged, "plan_digest": compute_plan_digest(forged)})), encoding="ascii")

    with pytest.raises(StalePlanError, match="is not a saved plan, or was changed"):
        read_plan(file)


def _again(document: Document) -> Document:
    return seal({name: value for name, value in document.items() if name != "digest"}).document


def test_what_plan_prints_is_no_saved_plan() -> None:
    """``plan --format json`` promises nothing."""
    printed = {
        name: value
        for name, value in SAVED.items()
        if name in {"format_version", "tool_version", "project", "environment", "subscription", "endpoint"}
    }

    assert None is not find_large_violation(json.loads(json.dumps(printed)), "plan")
    with pytest.raises(StalePlanError):
        check_document(printed, "plan.json", "")


@pytest.mark.parametrize(("passed", "over"), [(0, False), (WEEK - 1, False), (WEEK, True), (2 * WEEK, True)])
def test_it_expires(passed: float, over: bool) -> None:
    """At the second that it names."""
    document = add_seal(SAVED, created=0, expires=WEEK).document

    assert over is is_expired(document, now=passed)


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    """Nothing was saved there, so nothing can be stale."""
    for path in (tmp_path / "plan.json", tmp_path):
        with pytest.raises(UsageError):
            read_plan(path)
