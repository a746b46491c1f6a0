"""Laws of drift: fingerprints are stable, and a history is enough to know what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drift_runs import list_findings, run_drift
from factories import container, group, owned
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.findings import Finding, Kind, dump_history, parse_history

if TYPE_CHECKING:
    from aci_reconcile.core.model import Resource

TEXT = st.text(max_size=12)
NAMES = st.sets(st.sampled_from("ABCDE"), max_size=5)
VALUES = st.sampled_from(["1", "2", "3"])


def shell(variables: dict[str, str]) -> dict[str, Any]:
    """Return a container with these environment variables."""
    return container(environmentVariables=[{"name": name, "value": value} for name, value in variables.items()])


def there(variables: dict[str, str]) -> Resource:
    """Return the live group with these environment variables."""
    return owned(group("web", shell(variables)))


@given(st.sampled_from(list(Kind)), TEXT, TEXT, TEXT, TEXT)
def test_a_fingerprint_depends_on_kind_address_and_path_alone(
    kind: Kind, address: str, path: str, text: str, since: str
) -> None:
    """Neither words nor times nor case change it; another path does."""
    mark = Finding(kind, address, path).fingerprint

    assert mark == Finding(kind, address.upper().lower(), path, text, since=since).fingerprint or (
        address.upper().lower() != address.lower()
    )
    assert mark != Finding(kind, address, f"{path}x").fingerprint
    assert 16 == len(mark)


@given(st.dictionaries(st.sampled_from("ABCDE"), VALUES), st.dictionaries(st.sampled_from("ABCDE"), VALUES))
def test_values_that_flap_keep_their_fingerprint(first: dict[str, str], second: dict[str, str]) -> None:
    """Whatever values fields take, the finding about a path has one fingerprint, whether others differ or not."""
    desired = [group("web", shell({"A": "0", "B": "0"}))]
    looks = [run_drift(desired, [there(variables)]) for variables in (first, second)]
    marks = [{each.path: each.fingerprint for each in drift.findings} for drift in looks]

    assert all(marks[0][path] == marks[1][path] for path in marks[0].keys() & marks[1].keys())


@given(NAMES, NAMES)
def test_new_and_resolved_are_what_the_looks_differ_in(before: set[str], now: set[str]) -> None:
    """Against a history that was written and read: what is new, what is over, and nothing else."""
    desired = [group("web", shell(dict.fromkeys("ABCDE", "0")))]
    wrong = [dict.fromkeys("ABCDE", "0") | dict.fromkeys(names, "1") for names in (before, now)]
    first = run_drift(desired, [there(wrong[0])])

    assert first.history is not None
    again = parse_history(dump_history(first.history))
    second = run_drift(desired, [there(wrong[1])], first, days=1)

    assert again == first.history
    assert now - before == {each.path[-2] for each in second.appeared}
    assert before - now == {each.path[-2] for each in second.resolved}
    assert len(now) == len(list_findings(second))
