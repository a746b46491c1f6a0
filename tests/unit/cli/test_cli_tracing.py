"""Spans of OpenTelemetry: made where tracing is switched on, hung under their groups, and free of what signs a URL."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.exceptions import ServiceRequestError
from unit.azure.scripted import WEB, Says, error, scripted

import aci_reconcile
from aci_reconcile.__main__ import main
from aci_reconcile.azure import start_span
from aci_reconcile.core.backend import Operation
from aci_reconcile.core.errors import NoAnswerError

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

trace = pytest.importorskip("opentelemetry.trace", reason="needs opentelemetry-sdk, of the extra `test`")
sdk = pytest.importorskip("opentelemetry.sdk.trace")
export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")

OPERATION = Operation("/subscriptions/s/operations/1?api-version=2018-07-01&t=638&c=MII&s=signature&bare-signature")


@pytest.fixture(scope="module")
def _exporter() -> Any:
    """Collect spans in this process; OpenTelemetry lets that be said once."""
    exporter = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return exporter


@pytest.fixture
def spans(_exporter: Any) -> Any:
    """What was collected; nothing yet, and nothing at all while tracing is off."""
    _exporter.clear()
    return _exporter


@pytest.fixture
def traced(spans: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same, with tracing switched on."""
    monkeypatch.setenv("AZURE_TRACING_ENABLED", "true")
    return spans


def told(exporter: Any) -> str:
    """Return everything that was collected, as text."""
    return "".join(each.to_json() for each in exporter.get_finished_spans())


def test_there_are_none_unless_they_are_switched_on(spans: Any) -> None:
    """That OpenTelemetry is installed and set up does not suffice, and Azure is told of no trace."""
    backend, script = scripted(Says(200, {"status": "Succeeded"}))

    backend.poll(OPERATION)

    assert () == spans.get_finished_spans()
    assert "traceparent" not in script.asked[0].headers


def test_a_request_is_a_span_without_the_signature_of_its_url(traced: Any) -> None:
    """The path and the api-version are enough; and Azure is told which span it is."""
    backend, script = scripted(Says(200, {"status": "Succeeded"}, {"x-ms-request-id": "r1"}))

    backend.poll(OPERATION)

    (seen,) = traced.get_finished_spans()
    assert "http://127.0.0.1/subscriptions/s/operations/1?api-version=2018-07-01&…" == seen.attributes["url.full"]
    assert ("GET", 200, "r1") == (
        seen.name,
        seen.attributes["http.response.status_code"],
        seen.attributes["az.service_request_id"],
    )
    assert "signature" not in told(traced)
    assert f"{seen.context.span_id:016x}" == script.asked[0].headers["traceparent"].split("-")[2]


def test_a_failure_is_told_without_the_signature(traced: Any) -> None:
    """The exceptions of the network quote the URL that they were about."""
    cause = OSError("HTTPSConnectionPool: Max retries exceeded with url: /op?api-version=1&s=signature (timed out)")
    backend, _ = scripted(*[ServiceRequestError(str(cause), error=cause)] * 4)

    with pytest.raises(NoAnswerError):
        backend.poll(OPERATION)

    assert ["ERROR"] * 4 == [each.status.status_code.name for each in traced.get_finished_spans()]
    assert "signature" not in told(traced)
    assert "Max retries exceeded" in told(traced)


def test_each_attempt_is_a_span(traced: Any) -> None:
    """A refusal is seen where it happened."""
    backend, _ = scripted(error(429, "TooManyRequests", Retry_After="1"), error(404, "ResourceNotFound"))

    assert backend.get(WEB) is None
    assert [429, 404] == [each.attributes["http.response.status_code"] for each in traced.get_finished_spans()]


def test_the_requests_for_a_group_hang_under_its_span(project: CommandLine, traced: Any) -> None:
    """Whatever thread they run in; everything of a run is one trace, also within a program's own span."""
    for name in ("web", "db", "cache"):
        project.group(name)
    loaded = aci_reconcile.load(environ={}, subscription="00000000-0000-0000-0000-000000000001")

    with (
        trace.get_tracer("program").start_as_current_span("deploy"),
        aci_reconcile.connect(loaded, local=".aci-reconcile") as backend,
    ):
        list(aci_reconcile.apply(aci_reconcile.plan(loaded, backend), backend, stable_for=0))

    found = {each.context.span_id: each for each in traced.get_finished_spans()}
    urls = {key: str(each.attributes["url.full"]) for key, each in found.items() if each.name == "PUT"}
    puts = [found[key] for key, url in urls.items() if "/containerGroups/" in url]
    above = [found[each.parent.span_id] for each in puts]
    names = [urls[each.context.span_id].partition("/containerGroups/")[2].partition("?")[0] for each in puts]
    assert [f"rg-shop/{name}" for name in names] == [each.attributes["aci_reconcile.address"] for each in above]
    assert {"create container group"} == {each.name for each in above}
    assert {"cache", "db", "web"} == set(names)
    assert {"aci-reconcile"} == {found[each.parent.span_id].name for each in above}
    assert [("deploy", None)] == [(each.name, each.parent) for each in found.values() if each.parent is None]


def test_a_command_makes_spans(project: CommandLine, traced: Any) -> None:
    """One trace for the whole run, the reading for the plan included; a group that is as declared has its span, too."""
    project("apply", "--auto-approve", "--quiet")
    traced.clear()

    assert 0 == project("apply", "--auto-approve", "--quiet").code
    names = [each.name for each in traced.get_finished_spans()]
    assert {"aci-reconcile", "no-op container group", "GET"} == set(names)
    assert 1 == len({each.context.trace_id for each in traced.get_finished_spans()})


def test_a_group_that_is_not_as_it_should_be_has_a_span_that_says_so(project: CommandLine, traced: Any) -> None:
    """Here somebody was quicker: the plan of a creation is carried out twice."""
    assert project.folder.is_dir()
    loaded = aci_reconcile.load(environ={}, subscription="00000000-0000-0000-0000-000000000001")

    with aci_reconcile.connect(loaded, local=".aci-reconcile") as backend:
        proposal = aci_reconcile.plan(loaded, backend)
        for _ in range(2):
            list(aci_reconcile.apply(proposal, backend, wait="provisioned"))

    groups = [each for each in traced.get_finished_spans() if each.name == "create container group"]
    assert ["UNSET", "ERROR"] == [each.status.status_code.name for each in groups]


def test_switched_on_without_opentelemetry(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing breaks; azure-core says it in its log."""
    monkeypatch.setenv("AZURE_TRACING_ENABLED", "true")
    monkeypatch.setattr("azure.core.instrumentation._get_tracer_cached", lambda *_: None)
    backend, _ = scripted(error(404, "ResourceNotFound"))

    with caplog.at_level(logging.WARNING, "azure"), start_span("work", "rg-shop/web"):
        assert backend.get(WEB) is None

    assert "opentelemetry-api" in caplog.text


def test_what_only_looks_hangs_under_the_run_too(project: CommandLine, traced: Any) -> None:
    """Whatever thread a request is made in."""
    project("apply", "--auto-approve", "--quiet")
    traced.clear()

    assert 0 == project("status").code
    found = traced.get_finished_spans()
    (root,) = [each for each in found if each.name == "aci-reconcile"]
    assert {root.context.span_id} == {each.parent.span_id for each in found if each is not root}
    assert len(found) >= 3


def test_resource_groups_have_spans(project: CommandLine, traced: Any) -> None:
    """With the name of the resource group, and the requests below them."""
    project("apply", "--auto-approve", "--quiet")
    project("destroy", "--auto-approve", "--quiet", "--resource-groups")
    found = {each.context.span_id: each for each in traced.get_finished_spans()}
    named = {each.name: each.attributes["aci_reconcile.address"] for each in found.values() if "resource" in each.name}
    above = {found[each.parent.span_id].name for each in found.values() if each.name in {"PUT", "DELETE"}}

    assert {"create resource group": "rg-shop", "delete resource group": "rg-shop"} == named
    assert {"create resource group", "delete resource group"} <= above


def test_a_run_that_is_interrupted_leaves_its_spans(traced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends without Python's own end, in which OpenTelemetry would have sent them."""
    ends: list[int] = []
    monkeypatch.setattr("os._exit", ends.append)
    monkeypatch.setattr("aci_reconcile.cli.boundary.run", lambda _argv: 130)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("gc.set_threshold", lambda *_: None)
    monkeypatch.setattr("sys.argv", ["aci-reconcile", "plan"])
    batch = export.BatchSpanProcessor(traced, schedule_delay_millis=60_000)
    trace.get_tracer_provider().add_span_processor(batch)
    with start_span("work"):
        before = len(traced.get_finished_spans())
    main()
    after = traced.get_finished_spans()
    batch.shutdown()

    assert (0, [130]) == (before, ends)
    assert ["work", "work"] == [each.name for each in after]  # once from each processor
