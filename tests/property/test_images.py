"""The grammar of image references, against references made by its own productions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core.images import find_flaw, find_host_flaw, find_placeholder

LABELS = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9-]{0,8}[a-zA-Z0-9])?", fullmatch=True)
HOSTS = st.builds(
    lambda labels, port: ".".join(labels) + port,
    st.lists(LABELS, min_size=2, max_size=4),
    st.from_regex("(:[0-9]{1,5})?", fullmatch=True),
)
WORDS = st.from_regex("[a-z0-9]{1,5}", fullmatch=True)
SEPARATORS = st.sampled_from([".", "_", "__", "-", "---"])
PARTS = st.builds(
    lambda first, rest: first + "".join(map("".join, rest)), WORDS, st.lists(st.tuples(SEPARATORS, WORDS), max_size=3)
)
PATHS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
TAGS = st.from_regex(r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?", fullmatch=True)
DIGESTS = st.from_regex(r"(@sha256:[0-9a-f]{64})?", fullmatch=True)


@given(HOSTS, PATHS, TAGS, DIGESTS)
def test_what_the_productions_make_has_no_flaw(host: str, path: str, tag: str, digest: str) -> None:
    """Host, path, tag and digest, put together as the grammar says."""
    assert ("", "") == (find_host_flaw(host), find_flaw(f"{host}/{path}{tag}{digest}"))


@given(st.text(max_size=300))
def test_whatever_is_written_is_answered_in_one_line(text: str) -> None:
    """Hostile text ends neither in an exception nor in control characters on a screen."""
    told = find_flaw(text) + find_host_flaw(text)

    assert told.isprintable()
    assert find_placeholder(text) in text


@given(PATHS, st.characters(exclude_characters="abcdefghijklmnopqrstuvwxyz0123456789._-/:@").map(str))
def test_a_character_outside_the_grammar_is_a_flaw(path: str, stray: str) -> None:
    """Whatever it is, and wherever it stands in the path."""
    assert find_flaw(f"example.com/x{stray}{path}") != ""
