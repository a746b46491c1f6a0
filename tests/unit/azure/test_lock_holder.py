"""Who holds a lock, as metadata of a blob: what a header cannot carry is encoded, what anybody wrote is not obeyed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.azure.lock.holder import read_metadata, write_metadata
from aci_reconcile.core.lock import Holder
from aci_reconcile.render.text.lock import describe_holder

LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200).map(str.strip)


@given(LINE, LINE, LINE)
def test_what_is_written_is_read(owner: str, run: str, host: str) -> None:
    """In whatever script: headers are ASCII, and proxies may change the case of their names."""
    holder = Holder(owner, run, host, "https://github.com/o/r/actions/runs/7", "2026-11-29T10:00:00Z")
    sent = {name.upper(): value for name, value in write_metadata(holder).items()}

    assert holder == read_metadata(sent)
    assert all(value.isascii() and value.isprintable() for value in sent.values())
    assert sum(len(name) + len(value) for name, value in sent.items()) < 8192


def test_another_blob_is_no_lock() -> None:
    """It has no mark, whatever else it says."""
    assert read_metadata({"owner": "shop/prod"}) is None


def test_what_anybody_wrote_is_shown_without_what_a_terminal_would_obey() -> None:
    """A link that is none is left out."""
    found = read_metadata(
        {
            "aci_reconcile_lock": "1",
            "owner": "shop%1B[2J%0Aprod",
            "run": "%FF",
            "host": "x" * 99_999,
            "link": "javascript:alert(1)",
        }
    )

    said = describe_holder(found)
    assert said.isprintable()
    assert said.startswith("shop prod (")
    assert len(said) < 300


def test_the_words_about_a_holder() -> None:
    """As much as is known."""
    assert describe_holder(None) == "somebody who does not say who"
    assert describe_holder(Holder()) == "an unknown project (a run)"
    known = Holder("shop/prod", "apply 1a2b", "runner-7", "https://x.example/1", "2026-11-29T10:00:00Z")
    assert describe_holder(known) == (
        "shop/prod (apply 1a2b on runner-7, since 2026-11-29T10:00:00Z, https://x.example/1)"
    )
