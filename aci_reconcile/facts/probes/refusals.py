"""What Azure refuses to create, by users' reports and by documents. A refused PUT creates nothing and costs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object
from aci_reconcile.facts.probes.lab import attempt, change, make_body, make_container, make_public
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Reply, Seen, Unclear, has_other_cause, send, show_flag

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_NOWHERE: Final = "00000000-0000-0000-0000-000000000000"
_LONG: Final = "A" * 64


@dataclass(frozen=True, slots=True)
class _Case:
    """A body that is refused, the row that says so, and the code if that row names one."""

    fact: str
    make: Callable[[Lab], Body]
    code: str = ""
    word: str = ""
    """What stands in the group's name; the row if empty."""


def _with_container(**more: Json) -> Callable[[Lab], Body]:
    """Return a maker of a group whose container has these properties; None takes one away."""

    def make(lab: Lab) -> Body:
        container = make_container()
        kept = {**as_object(container["properties"]), **more}
        properties: Body = {name: value for name, value in kept.items() if value is not None}
        return make_body(lab, {**container, "properties": properties})

    return make


def _with_properties(**more: Json) -> Callable[[Lab], Body]:
    """Return a maker of a group with these properties; None takes one away."""

    def make(lab: Lab) -> Body:
        body = change(make_body(lab), **more)
        kept: Body = {name: value for name, value in as_object(body["properties"]).items() if value is not None}
        return {**body, "properties": kept}

    return make


def _with_names(*names: str, ports: Json = None) -> Callable[[Lab], Body]:
    """Return a maker of a group with containers of these names, which open ports if some are given."""
    more: Body = {} if ports is None else {"ports": ports}
    return lambda lab: make_body(lab, *(make_container(name, 1.0, **more) for name in names))


def _with_address(**more: Json) -> Callable[[Lab], Body]:
    """Return a maker of a group whose address has these properties."""
    return lambda lab: make_public(lab, address=more)


def _with_volumes(*volumes: Json, mounts: Json = None) -> Callable[[Lab], Body]:
    """Return a maker of a group with volumes, and a container that mounts them."""
    return lambda lab: make_body(lab, make_container("main", 1.0, volumeMounts=mounts or []), volumes=list(volumes))


def _with_credentials(*credentials: Json) -> Callable[[Lab], Body]:
    """Return a maker of a group with credentials for registries that there are not."""
    return _with_properties(imageRegistryCredentials=list(credentials))


def _with_workspace(**more: Json) -> Callable[[Lab], Body]:
    """Return a maker of a group that sends its logs to a workspace that there is not."""
    return _with_properties(diagnostics={"logAnalytics": {"workspaceId": _NOWHERE, **more}})


def _size(**more: float) -> Json:
    return {"cpu": 1.0, "memoryInGB": 1.0, **more}


def _scratch(name: str = "scratch") -> Json:
    return {"name": name, "emptyDir": {}}


def _credential(server: str = "probe.example", password: str = "not-a-password") -> Json:  # noqa: S107  nobody's
    return {"server": server, "username": "probe", "password": password}


_OPEN: Final[Json] = [{"port": 80, "protocol": "TCP"}]
_PROBE: Final[Json] = {"exec": {"command": ["true"]}, "httpGet": {"port": 80}}

_CASES: Final = (
    _Case("group-name", make_body, word="two--hyphens"),
    _Case("containers-needed", _with_properties(containers=[])),
    _Case("os-type-needed", _with_properties(osType=None), "InvalidOsType"),
    _Case("enums", _with_properties(restartPolicy="Sometimes")),
    _Case("windows-one-container", lambda lab: change(_with_names("one", "two")(lab), osType="Windows")),
    _Case("container-name", _with_names("Main_1"), "InvalidContainerName"),
    _Case("image-needed", _with_container(image=None)),
    _Case("image-inaccessible", _with_container(image="mcr.microsoft.com/azuredocs/-none"), "InaccessibleImage"),
    _Case("size-needed", _with_container(resources=None), "ResourceRequestsNotSpecified"),
    _Case("size-positive", _with_container(resources={"requests": _size(cpu=0.0)})),
    _Case(
        "limit-below-request",
        _with_container(resources={"requests": _size(), "limits": _size(cpu=0.5)}),
        "ResourceLimitsLessThanRequests",
    ),
    _Case(
        "limit-above-total",
        _with_container(resources={"requests": _size(), "limits": _size(cpu=2.0)}),
        "ContainerLimitGreaterThanContainerGroupTotalRequest",
    ),
    _Case("variable-name", _with_container(environmentVariables=[{"name": "1-BAD", "value": "1"}])),
    _Case("variable-name-length", _with_container(environmentVariables=[{"name": _LONG, "value": "1"}])),
    _Case(
        "one-value",
        _with_container(environmentVariables=[{"name": "TWO", "value": "1", "secureValue": "1"}]),
        "InvalidEnvironmentVariable",
    ),
    _Case("one-probe", _with_container(livenessProbe=_PROBE)),
    _Case("port-range", _with_container(ports=[{"port": 70000}])),
    _Case("protocols", _with_container(ports=[{"port": 80, "protocol": "ICMP"}])),
    _Case("container-ports-unique", _with_names("one", "two", ports=_OPEN)),
    _Case("ports-unreferenced", _with_address(ports=[{"port": 81, "protocol": "TCP"}]), "UnreferencedIpAddressPorts"),
    _Case("address-ports-needed", _with_address(ports=[]), "MissingIpAddressPorts"),
    _Case("address-type", _with_address(type="Shared")),
    _Case("private-needs-subnet", _with_address(type="Private"), "PrivateIPAddressNotSupported"),
    _Case("label-grammar", _with_address(dnsNameLabel="ab")),
    _Case("most-volumes", _with_volumes(*(_scratch(f"scratch-{number}") for number in range(21)))),
    _Case("volume-names-unique", _with_volumes(_scratch(), _scratch())),
    _Case("volume-name", _with_volumes(_scratch("Bad_Name"))),
    _Case("secret-base64", _with_volumes({"name": "secrets", "secret": {"file": "no base64!"}})),
    _Case("mount-path", _with_volumes(_scratch(), mounts=[{"name": "scratch", "mountPath": "/a:b"}])),
    _Case("registry-server", _with_credentials(_credential("https://probe.example"))),
    _Case("empty-password", _with_credentials(_credential(password=""))),
    _Case(
        "most-credentials",
        _with_credentials(_credential(), _credential("probe-2.example")),
        "MoreImageRegistryCredentialsThanContainers",
    ),
    _Case("workspace-key-needed", _with_workspace()),
    _Case(
        "metadata-not-allowed",
        _with_workspace(workspaceKey="bm9uZQ==", logType="ContainerInstanceLogs", metadata={}),
        "LogAnalyticsMetadataNotAllowed",
    ),
    _Case(
        "location-required",
        lambda lab: {name: value for name, value in make_body(lab).items() if name != "location"},
        "LocationRequired",
    ),
    _Case(
        "location-not-available",
        lambda lab: {**make_body(lab), "location": "marsnorth"},
        "LocationNotAvailableForResourceType",
    ),
    _Case("tag-rules", lambda lab: {**make_body(lab), "tags": {**lab.tags(), "a<b": "1"}}),
    _Case("deserialiser", _with_properties(containers="none"), "InvalidRequestContent"),
)


def decide_refusal(fact: str, code: str, answer: Reply) -> Seen | Unclear:
    """Decide whether a row is right: its body is refused, with the code if the row names one."""
    how = f"{answer.verdict} {answer.message}".strip()
    if code and code == answer.code:
        return Seen(fact, show_flag(True), how)
    if has_other_cause(answer) or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unclear(fact, how)
    return Seen(fact, show_flag(not answer.accepted and not code), how)


def _ask_refusals(lab: Lab) -> Steps[Verdicts]:
    """Send each body."""
    found: Verdicts = []
    for case in _CASES:
        answer = yield from attempt(lab, case.word or case.fact, case.make(lab))
        found.append(decide_refusal(case.fact, case.code, answer))
    return found


def _ask_missing(lab: Lab) -> Steps[Verdicts]:
    """Delete what there is not, and look for an operation that there is not."""
    deleted = yield from send("DELETE", lab.path(lab.name("absent")))
    gone = deleted.status == HTTPStatus.NO_CONTENT
    return [Seen("group-absent", show_flag(gone), f"the DELETE of a group that there is not: {deleted.verdict}")]


PROBES = (
    Probe(
        "refusals",
        "Is refused what users and documents say is refused?",
        tuple(case.fact for case in _CASES),
        _ask_refusals,
        groups=len(_CASES),
        seconds=5,
    ),
    Probe(
        "delete-absent", "What does the DELETE of a missing group answer?", ("group-absent",), _ask_missing, groups=0
    ),
)
