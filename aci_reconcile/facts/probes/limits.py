"""What Azure refuses to create. A refused PUT costs nothing; what is accepted is deleted at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object
from aci_reconcile.facts.probes.lab import (
    attempt,
    change,
    make_body,
    make_container,
    make_public,
)
from aci_reconcile.facts.probes.probe import Probe
from aci_reconcile.facts.probes.steps import Seen, Unclear, decide_choice, show_flag

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.facts.probes.lab import Lab
    from aci_reconcile.facts.probes.steps import Steps, Verdicts

_MOST: Final = 12
_FIRST_PORT: Final = 8000
_RESERVED: Final = 22
_PORTS: Final = "address-ports-unique"


def _ask_small(lab: Lab) -> Steps[Verdicts]:
    """Ask for half a core."""
    body = make_body(lab, make_container(size=0.5))
    return [decide_choice("small-groups", (yield from attempt(lab, "small", body)))]


def _ask_reserved(lab: Lab) -> Steps[Verdicts]:
    """Open port 22, behind which nothing listens."""
    return [decide_choice("reserved-ports", (yield from attempt(lab, "port", make_public(lab, _RESERVED))))]


def _ask_subnet(lab: Lab) -> Steps[Verdicts]:
    """Name a subnet by something that is no id."""
    body = make_body(lab, make_container(), subnetIds=[{"id": "<subnet_id>"}])
    return [decide_choice("subnet-ids", (yield from attempt(lab, "subnet", body)))]


def _ask_ports(lab: Lab) -> Steps[Verdicts]:
    """Open ever fewer ports, until that is accepted."""
    refused = ""
    for number in range(_MOST, 0, -1):
        ports = range(_FIRST_PORT, _FIRST_PORT + number)
        answer = yield from attempt(lab, f"ports{number}", make_public(lab, *ports))
        if answer.accepted:
            return [decide_ports(number, refused)]
        if isinstance(decided := decide_choice("most-ports", answer), Unclear):
            return [decided]
        refused = f"{number} ports: {answer.verdict} {answer.message}"
    return [Unclear("most-ports", f"not even one port was accepted; {refused}")]


def decide_ports(number: int, refused: str) -> Seen | Unclear:
    """Decide from the largest number of ports that was accepted, and the refusal of one more."""
    if number == _MOST:
        return Unclear("most-ports", f"{_MOST} ports were accepted, and no more were tried")
    return Seen("most-ports", str(number), refused)


def _doubled_names(_lab: Lab) -> tuple[Body, Body]:
    return make_container(size=0.5), make_container(size=0.5)


def _twice(value: Json) -> Json:
    return [value, value]


def _mount(lab: Lab, *paths: str, volume: bool = True) -> Body:
    mounts: Json = [{"name": "scratch", "mountPath": path} for path in paths]
    body = make_body(lab, make_container(volumeMounts=mounts))
    return change(body, volumes=[{"name": "scratch", "emptyDir": {}}]) if volume else body


def _double_address_port(lab: Lab) -> Body:
    body = make_public(lab)
    address = as_object(as_object(body["properties"])["ipAddress"])
    return change(body, ipAddress={**address, "ports": _twice({"port": 80, "protocol": "TCP"})})


def _double_registry(lab: Lab) -> Body:
    credential: Json = {"server": "probe.example", "username": "probe", "password": "not-a-password"}
    body = make_body(lab, make_container(size=0.5), make_container("more", 0.5))
    return change(body, imageRegistryCredentials=_twice(credential))


_CASES: Final[tuple[tuple[str, str, Callable[[Lab], Body]], ...]] = (
    ("container-names-unique", "DuplicateContainerName", lambda lab: make_body(lab, *_doubled_names(lab))),
    (
        "variable-names-unique",
        "DuplicateEnvironmentVariable",
        lambda lab: make_body(lab, make_container(environmentVariables=_twice({"name": "TWICE", "value": "1"}))),
    ),
    ("registry-servers-unique", "DuplicateImageRegistryServer", _double_registry),
    (_PORTS, "DuplicateIpAddressPort", _double_address_port),
    ("volume-source", "InvalidVolume", lambda lab: make_body(lab, make_container(), volumes=[{"name": "scratch"}])),
    ("mount-without-volume", "InvalidVolumeMount", lambda lab: _mount(lab, "/scratch", volume=False)),
    ("mount-path-empty", "InvalidVolumeMount", lambda lab: _mount(lab, "")),
    ("mount-paths-unique", "InvalidVolumeMount", lambda lab: _mount(lab, "/scratch", "/scratch")),
)
"""What nobody has reported: the row, the code with which the emulator refuses if asked to, and a body for it."""


def _ask_unproven(lab: Lab) -> Steps[Verdicts]:
    """Send each body, and see whether it is refused."""
    found: Verdicts = []
    codes: set[str] = set()
    for fact, code, make_case in _CASES:
        decided = decide_choice(fact, (yield from attempt(lab, fact, make_case(lab))))
        if fact == _PORTS and isinstance(decided, Seen) and decided.value == "refuse":
            decided = yield from _check_two_ports(lab, decided)
        refused = isinstance(decided, Seen) and decided.value == "refuse"
        found.append(replace(decided, value=show_flag(refused)) if isinstance(decided, Seen) else decided)
        codes |= {code} if refused else set()
    if any(isinstance(each, Unclear) for each in found):
        return found
    how = "all of its rows together"
    return [*found, Seen("unproven-refusals", ",".join(sorted(codes)) or "none", how)]


def _check_two_ports(lab: Lab, decided: Seen) -> Steps[Seen | Unclear]:
    """Make sure that a port twice was not refused for being two ports."""
    answer = yield from attempt(lab, "two-ports", make_public(lab, 80, 81))
    return decided if answer.accepted else Unclear(_PORTS, f"two different ports are refused, too: {answer.verdict}")


PROBES = (
    Probe("small-groups", "Is less than one core accepted?", ("small-groups",), _ask_small, seconds=10),
    Probe("reserved-ports", "Is port 22 accepted?", ("reserved-ports",), _ask_reserved, seconds=10),
    Probe("subnet-ids", "Is an id that is none refused?", ("subnet-ids",), _ask_subnet, seconds=10),
    Probe("most-ports", "How many ports may an address have?", ("most-ports",), _ask_ports, seconds=10),
    Probe(
        "unproven-refusals",
        "Which mistakes does Azure refuse that nobody has reported?",
        (*(fact for fact, _, _ in _CASES), "unproven-refusals"),
        _ask_unproven,
        groups=len(_CASES),
        seconds=10,
    ),
)
