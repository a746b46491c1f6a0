"""Laws of every report: it never fails, never leaks, and never commands a terminal."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thoroughness import up_to

from aci_reconcile.core.diff import ABSENT, FieldChange, Replaces
from aci_reconcile.core.errors import AzureError, Diagnostic, Severity, Where
from aci_reconcile.core.health import ContainerEvent, ContainerHealth, Health, State
from aci_reconcile.core.model import Resource, ResourceId, Scope
from aci_reconcile.core.secret import Secret
from aci_reconcile.findings import Drift
from aci_reconcile.planning.values import (
    Action,
    Blocker,
    Cause,
    Change,
    Impact,
    Notice,
    Plan,
    ResourceGroupChange,
    Unreadable,
)
from aci_reconcile.reconcile.events import Event, Failed, Finished, Skipped, Unhealthy, Waiting
from aci_reconcile.render.escape import quote, sanitize
from aci_reconcile.render.formats.github import render_github
from aci_reconcile.render.formats.html import render_html
from aci_reconcile.render.formats.junit import render_junit
from aci_reconcile.render.formats.markdown import render_markdown
from aci_reconcile.render.header import Header
from aci_reconcile.render.json.apply import render_event_json
from aci_reconcile.render.json.diagnostics import render_diagnostics_json
from aci_reconcile.render.json.drift import render_drift_json
from aci_reconcile.render.json.plan import render_plan_json
from aci_reconcile.render.json.status import render_status_json
from aci_reconcile.render.page.drift import make_drift_page
from aci_reconcile.render.page.plan import make_plan_page
from aci_reconcile.render.text.apply import render_event_text
from aci_reconcile.render.text.diagnostics import render_diagnostics_text
from aci_reconcile.render.text.drift import render_drift_text
from aci_reconcile.render.text.plan import render_plan_text
from aci_reconcile.render.text.status import render_group_text, render_status_text
from aci_reconcile.render.text.style import ANSI, PLAIN

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
VALIDATOR: Any = jsonschema.Draft202012Validator(SCHEMA)
CANARY = "canary-s3cr3t"
BIDI = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

law = settings(derandomize=True, deadline=None, max_examples=up_to(40), suppress_health_check=[HealthCheck.too_slow])

words = st.sampled_from(["web", "x", "a b", "", "日本", "properties", "containers"])
hostile = st.text(
    st.sampled_from("\x00\x07\x08\n\r\t\x1b[]0;31mK\x7f\x85\x9b\x9d\u2028\u202e\u2066\u200b\ud800ab"), max_size=12
)
texts = words | hostile | st.text(max_size=20)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.builds(Secret, st.just(CANARY))
values: st.SearchStrategy[Json] = st.recursive(
    leaves, lambda below: st.lists(below, max_size=3) | st.dictionaries(texts, below, max_size=3), max_leaves=8
)
bodies: st.SearchStrategy[Body] = st.fixed_dictionaries(
    {},
    optional={
        "location": texts,
        "tags": st.none() | st.dictionaries(texts, texts | st.none(), max_size=2),
        "identity": values,
        "properties": st.fixed_dictionaries(
            {},
            optional={
                "containers": st.lists(
                    st.fixed_dictionaries({"name": texts, "properties": st.dictionaries(texts, values, max_size=2)}),
                    max_size=2,
                ),
                "ipAddress": values,
                "volumes": values,
                "restartPolicy": values,
            },
        ),
    },
)
places = st.none() | st.builds(Where, texts, st.integers(0, 99), st.integers(0, 99))
groups = st.builds(ResourceId, texts, texts, texts, texts)
sides = st.just(ABSENT) | values
fields = st.builds(
    FieldChange,
    texts,
    sides,
    sides,
    st.lists(texts, max_size=3).map(tuple),
    st.sampled_from(Replaces),
    st.booleans(),
)
some = st.lists(texts, max_size=2).map(tuple)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """Return any change; what it shows of Azure may hold what the manifest keeps secret."""
    group, action = draw(groups), draw(st.sampled_from(Action))
    before = Resource(group, draw(bodies)) if action is not Action.CREATE else None
    after = Resource(group, draw(bodies), where=draw(places)) if action is not Action.DELETE else None
    found = draw(st.lists(fields, max_size=3))
    if before is not None and after is not None and draw(st.booleans()):
        found.append(FieldChange("was", CANARY, ABSENT, ("was",)))
        before = Resource(group, {**before.body, "was": CANARY})
        after = Resource(group, {**after.body, "is": Secret(CANARY)})
    return Change(
        group,
        action,
        draw(st.sampled_from(Impact)),
        before,
        after,
        tuple(found),
        draw(some),
        draw(some),
        draw(some),
        draw(some),
        draw(st.sampled_from(Cause)),
        draw(some),
        draw(st.booleans()),
    )


plans = st.builds(
    Plan,
    texts,
    st.lists(changes(), max_size=3).map(tuple),
    st.lists(st.builds(Blocker, texts, texts, some, texts), max_size=2).map(tuple),
    st.lists(st.builds(Notice, texts, texts, texts), max_size=2).map(tuple),
    st.lists(st.builds(ResourceGroupChange, st.builds(Scope, texts, texts), texts, st.booleans()), max_size=1).map(
        tuple
    ),
    st.lists(st.builds(Unreadable, texts, texts), max_size=2).map(tuple),
)
headers = st.builds(Header, texts, texts, texts, texts)
diagnostics = st.lists(
    st.builds(Diagnostic, places.filter(bool), texts, texts, texts, texts, st.sampled_from(Severity)), max_size=3
)


happened = st.builds(ContainerEvent, texts, texts, texts, st.integers(0, 9), texts, texts)
containers = st.builds(
    ContainerHealth,
    texts,
    st.sampled_from(State),
    texts,
    texts,
    st.integers(0, 9),
    st.none() | st.integers(),
    texts,
    texts,
    st.lists(happened, max_size=2).map(tuple),
    st.booleans(),
)
health = st.builds(Health, st.sampled_from(State), texts, texts, st.lists(containers, max_size=2).map(tuple), some)
seconds = st.floats(0, 1e6)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Waiting, changes(), texts),
    st.builds(Skipped, changes(), texts),
    st.builds(Failed, changes(), st.builds(AzureError, texts, code=texts, request_id=texts, hint=texts), seconds),
    st.builds(Unhealthy, changes(), health, seconds, st.lists(st.tuples(texts, some), max_size=2).map(tuple)),
    st.builds(Finished, in_flight=some),
)
statuses = st.lists(st.tuples(st.builds(Resource, groups, bodies), st.none() | health), max_size=3)


def refuse(name: str) -> None:
    """Refuse what Python's JSON allows and JSON does not: NaN and the infinities."""
    raise AssertionError(name)


def is_harmless(text: str) -> bool:
    """Whether a terminal would do nothing but print the text, line by line."""
    return not any(
        unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"} or each in BIDI for each in text.replace("\n", "")
    )


@law
@given(plans, headers, st.integers(20, 200), st.booleans())
def test_the_text_of_any_plan(plan: Plan, header: Header, width: int, verbose: bool) -> None:
    """It comes out, holds no secret and no control character, and colour changes nothing but colour."""
    text = render_plan_text(plan, header, PLAIN, width=width, verbose=verbose)
    coloured = render_plan_text(plan, header, ANSI, width=width, verbose=verbose)

    assert (False, True, text) == (CANARY in coloured, is_harmless(text), re.sub(r"\x1b\[[0-9]+m", "", coloured))


@law
@given(plans, headers)
def test_the_json_of_any_plan(plan: Plan, header: Header) -> None:
    """It is strict JSON in ASCII, as the schema says, without a secret, and the same every time."""
    text = render_plan_json(plan, header, tool_version="0.1.0")
    VALIDATOR.validate(json.loads(text, parse_constant=refuse))

    assert (True, False, text) == (
        text.isascii() and is_harmless(text),
        CANARY in text,
        render_plan_json(plan, header, tool_version="0.1.0"),
    )


@law
@given(diagnostics)
def test_any_diagnostics(found: list[Diagnostic]) -> None:
    """Their text is harmless and does not depend on their order; their JSON parses."""
    text = render_diagnostics_text(found, PLAIN)
    json.loads(render_diagnostics_json(found))

    assert (True, text) == (is_harmless(text), render_diagnostics_text(found[::-1], PLAIN))


@law
@given(events)
def test_any_event(event: Event) -> None:
    """Its text is harmless but for the tabs of a container's output; its JSON is one line without a secret."""
    text, line = render_event_text(event, PLAIN), render_event_json(event, timestamp=0)
    json.loads(line, parse_constant=refuse)

    assert (True, 1, False) == (is_harmless(text.replace("\t", "")), len(line.splitlines()), CANARY in text + line)


@law
@given(statuses)
def test_any_status(found: list[tuple[Resource, Health | None]]) -> None:
    """List, details and JSON come out, harmless."""
    json.loads(render_status_json(found), parse_constant=refuse)
    shown = [
        render_status_text(found, PLAIN),
        *(render_group_text(resource, state, PLAIN) for resource, state in found),
    ]

    assert all(map(is_harmless, shown))


@law
@given(plans, st.lists(st.tuples(texts, health), max_size=2).map(tuple), headers)
def test_any_drift(plan: Plan, run_states: tuple[tuple[str, Health], ...], header: Header) -> None:
    """Text and JSON come out, harmless and without a secret."""
    drift = Drift(plan, run_states)
    text, document = render_drift_text(drift, header, PLAIN), render_drift_json(drift, header, tool_version="0.1.0")
    json.loads(document, parse_constant=refuse)

    assert (True, False) == (is_harmless(text), CANARY in text + document)


@law
@given(plans, st.lists(st.tuples(texts, health), max_size=2).map(tuple), headers)
def test_the_pages_of_any_plan(plan: Plan, run_states: tuple[tuple[str, Health], ...], header: Header) -> None:
    """Whatever the format, they come out, and without a secret."""
    for page in (make_plan_page(plan, header), make_drift_page(Drift(plan, run_states), header)):
        told = (render_markdown(page), render_html(page, tool_version="0"), render_junit(page), render_github(page))

        assert [] == [form for form in told if CANARY in form]


@law
@given(texts)
def test_sanitize_and_quote(text: str) -> None:
    """Both leave nothing to obey; sanitising twice is sanitising once; a quoted text is still the text."""
    once = sanitize(text)

    assert (True, True, once, text) == (
        is_harmless(once) and "\n" not in once,
        is_harmless(quote(text)),
        sanitize(once),
        json.loads(quote(text)),
    )
