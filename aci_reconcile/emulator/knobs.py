"""The switches of the emulator: durations, and facts about Azure that are unverified or contested."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast, get_args, get_origin, get_type_hints

from aci_reconcile.emulator.evidence import get_fact

if TYPE_CHECKING:
    from collections.abc import Mapping


Pace: TypeAlias = Literal["instant", "quick", "realistic"]
Choice: TypeAlias = Literal["refuse", "accept"]
T = TypeVar("T")
_NOTHING = "none"


def knob(default: T, *, fact: str) -> T:
    """A switch for a belief about Azure: its default, and its row of the evidence, which no other switch has.

    Raises:
        LookupError: there is no such row.
    """
    return field(default=default, metadata={"fact": get_fact(fact).id, "belief": True})


def setting(default: T, *, fact: str) -> T:
    """A switch for what the emulated world is like, or how fast: nothing that Azure could show to be wrong.

    Raises:
        LookupError: there is no such row of the evidence.
    """
    return field(default=default, metadata={"fact": get_fact(fact).id, "belief": False})


def list_beliefs(owner: type) -> Mapping[str, str]:
    """Return the names of the switches for beliefs, by the rows of their evidence."""
    return {one.metadata["fact"]: one.name for one in fields(owner) if one.metadata["belief"]}


def read_knob(owner: type, name: str, text: str) -> Any:
    """Parse the value of a knob. Raises ValueError if it is invalid."""
    try:
        return _parse(_get_types(owner)[name], text)
    except ValueError:
        raise ValueError(f"'{text}' is not a valid value of the knob '{name}'") from None


def write_knob(value: Any) -> str:
    """Return a value of a knob as `read_knob` reads it."""
    if isinstance(value, frozenset):
        return ",".join(sorted(cast("frozenset[str]", value))) or _NOTHING
    return _NOTHING if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def list_values(owner: type, name: str) -> tuple[str, ...]:
    """Return the values that a knob can have, as text; none if they cannot be listed."""
    kind = _get_types(owner)[name]
    choices = (True, False) if kind is bool else get_args(kind) if get_origin(kind) is Literal else ()
    return tuple(write_knob(choice) for choice in choices)


@cache
def _get_types(owner: type) -> Mapping[str, Any]:
    return get_type_hints(owner)


def _parse(kind: Any, text: str) -> Any:
    if get_origin(kind) is Literal:
        return _parse_choice(get_args(kind), text)
    if get_origin(kind) is frozenset:
        (inner,) = get_args(kind)
        words = "" if text.lower() == _NOTHING else text
        return frozenset(_parse(inner, word) for word in filter(None, words.split(",")))
    if isinstance(kind, UnionType):
        return None if text.lower() == _NOTHING else _parse(get_args(kind)[0], text)
    if kind is bool:
        return _parse_choice((True, False), text.lower().title())
    if kind is int:
        return _parse_int(text)
    return _parse_duration(text) if kind is float else text


def _parse_choice(choices: tuple[Any, ...], text: str) -> Any:
    found = [choice for choice in choices if str(choice) == text]
    if not found:
        raise ValueError(text)
    return found[0]


def _parse_int(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _parse_duration(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError(text)
    return value


# Realistic: the median of 151 recorded creations, one to two minutes in a vnet, and users' reports of deletions.
PACES: Mapping[Pace, Mapping[str, Any]] = {
    "instant": {
        "provisioning_seconds": 0.0,
        "vnet_extra_seconds": 0.0,
        "delete_linger_seconds": 0.0,
        "resource_group_delete_seconds": 0.0,
        "retry_after": 1,
    },
    "quick": {
        "provisioning_seconds": 1.0,
        "vnet_extra_seconds": 0.0,
        "delete_linger_seconds": 1.0,
        "resource_group_delete_seconds": 1.0,
        "retry_after": 1,
    },
    "realistic": {
        "provisioning_seconds": 30.0,
        "vnet_extra_seconds": 75.0,
        "delete_linger_seconds": 90.0,
        "resource_group_delete_seconds": 60.0,
        "crash_backoff_seconds": 10.0,
        "retry_after": None,
    },
}


__all__ = ["Knobs", "Pace"]

Contested: TypeAlias = Literal[
    "ports",
    "diagnostics",
    "dnsNameLabel",
    "containers",
    "volumes",
    "initContainers",
    "dnsConfig",
    "identity",
    "priority",
]


@dataclass(frozen=True, slots=True)
class Knobs:
    """The switches of an emulator, each with the default that fits the evidence best, and the row of that evidence.

    Durations are stored with each group when it is written, so two emulators with different knobs over one store
    agree about every group.
    """

    provisioning_seconds: float = setting(1.0, fact="creation-time")
    """Time from a PUT to `Succeeded`; 0 is immediate. Real groups take about 30 s."""
    vnet_extra_seconds: float = setting(0.0, fact="creation-time-in-network")
    """Extra time for groups in a subnet. Real ones take one to two minutes longer."""
    update_seconds: float | None = setting(None, fact="update-duration")
    """Time from a PUT on an existing group to `Succeeded`; `none` is that of a creation. A project that tests live
    reports 2 to 10 minutes."""
    provisioning_timeout_seconds: float = setting(1800.0, fact="provisioning-timeout")
    """Time in `Creating` after which a group is `Failed`; documented as 30 minutes."""
    lingering_name: Literal["taken", "taken in subnet"] = knob("taken in subnet", fact="name-lingers-where")
    """Whether the name of a deleted group stays taken everywhere, or in a subnet only. CONTESTED: users report the 409
    for subnets, but Ansible's own live test creates a group again right after its DELETE."""
    delete_linger_seconds: float = setting(1.0, fact="name-lingers")
    """Time for which the name of a deleted group stays taken (409 on PUT); reads no longer find the group."""
    resource_group_delete_seconds: float = setting(1.0, fact="emulators-own")
    """Time for which the deletion of a resource group answers 202."""
    crash_backoff_seconds: float = setting(1.0, fact="crash-pauses")
    """First pause of a crash loop; it doubles with each restart."""
    crash_backoff_max_seconds: float = setting(300.0, fact="longest-crash-pause")
    """Longest pause of a crash loop."""
    latency_seconds: float = setting(0.0, fact="emulators-own")
    """Delay of every answer."""

    graph_lag_seconds: float = setting(0.0, fact="graph-lag")
    """Time after which a write shows in Resource Graph."""
    graph_hidden: frozenset[str] = setting(frozenset(), fact="graph-silent")
    """Subscriptions that the client may not read by Resource Graph, which leaves them out without a word."""
    graph_payload_bytes: int = setting(16 * 1024 * 1024, fact="graph-payload")
    """Size of an answer of Resource Graph above which it is refused."""

    limits: bool = setting(False, fact="quotas")
    """Whether to enforce quotas and throttling, with Azure's documented numbers."""
    quota: int = setting(100, fact="quotas")
    """Groups and cores that a region may have where quotas are enforced. Azure raises it on request."""
    update_status: Literal[200, 201] = knob(201, fact="update-status")
    """Status of a PUT on an existing group. Recorded in 2019: 201, 7 of 7; the contract has 200, too."""
    retry_after: int | None = knob(1, fact="no-retry-after")
    """`Retry-After` on running operations. Azure sends none, so clients poll every 30 s. Only the realistic pace does
    the same."""
    start_status: Literal[202, 204] = knob(204, fact="start-status")
    """Status of a start of a stopped group. Recorded once; the contract has 202 with a Location."""
    stopped_restart: Choice = knob("refuse", fact="restart-of-stopped")
    """Answer to a restart of a stopped group. A user quotes the refusal."""
    ip_after_start: Literal["another", "same"] = knob("another", fact="ip-after-start")
    """Whether the public address changes with a start or a restart. Recorded once."""
    ended_address: Literal["hidden", "shown"] = knob("shown", fact="ended-address")
    """Whether a group that has ended still shows its public `ip`. CONTESTED: recorded both ways."""
    page_size: int = knob(100, fact="page-size")
    """Groups per page of a list. UNVERIFIED: all recorded lists are short."""
    not_found_dialect: Literal["both", "provider", "arm"] = knob("both", fact="not-found-dialect")
    """The body of a 404 for a missing group; both bodies are recorded. `both`: the provider's while the name stays
    taken, then ARM's."""
    put_updates_tags: bool = knob(True, fact="put-takes-tags")
    """Whether an update PUT changes tags. CONTESTED."""
    policy_tags: frozenset[str] = setting(frozenset(), fact="policy-modifies")
    """Tags that an Azure Policy sets in every PUT and PATCH of a group, overriding the request: `NAME=VALUE`."""
    normalize_location: bool = knob(False, fact="location-as-sent")
    """Whether `West Europe` is returned as `westeurope`. Recorded once: it is returned as it was sent."""
    default_label_scope: bool = knob(False, fact="label-scope-added")
    """Whether `autoGeneratedDomainNameLabelScope: Unsecure` is added. CONTESTED: 3 of 32 recorded groups have it."""
    keep_unknown_properties: bool = knob(True, fact="unknown-kept")
    """Whether properties that no api-version has are stored and returned, or dropped. UNVERIFIED."""
    echo_empty_value: bool = knob(True, fact="empty-value-echoed")
    """Whether an environment variable with an empty value is returned with `value: ""`. UNVERIFIED."""
    refused_updates: frozenset[Contested] = knob(frozenset(), fact="update-contested")
    """Further changes to refuse, besides the certain ones. CONTESTED: users report refusals, the message names none."""
    update_refusal: Literal["named", "general"] = knob("named", fact="update-named")
    """Whether the refusal of an update names the property with both values, as since 2024, or lists all properties
    that cannot change, as before."""
    capital_names: Choice = knob("accept", fact="capitals")
    """Answer to capitals in a group's name. UNVERIFIED: documents forbid them, published manifests have them."""
    subnet_collisions: Choice = knob("refuse", fact="subnet-collisions")
    """Answer to a PUT or DELETE while another group in its subnet is created or deleted. Users report 409."""
    subnet_ids: Choice = knob("accept", fact="subnet-ids")
    """Answer to an invalid subnet id. UNVERIFIED. Published examples contain the
    placeholder `<subnet_id>`, which works by default."""
    subnets: Literal["delegated", "plain", "absent"] = setting("delegated", fact="subnets-there")
    """The state of every subnet of a network that nobody made: delegated to container groups, plain, or absent."""
    reserved_ports: Choice = knob("accept", fact="reserved-ports")
    """Answer to ports that the FAQ says to avoid. CONTESTED: two of Microsoft's quickstarts open port 22."""
    small_groups: Choice = knob("accept", fact="small-groups")
    """Answer to less than 1 CPU or 1 GB in total. CONTESTED: the documentation and one report (a 500) against live
    tests of others."""
    most_ports: int = knob(5, fact="most-ports")
    """Maximum number of ports of an address. CONTESTED: the documentation says 5, a reported answer says 10."""
    ended_update: Choice = knob("refuse", fact="ended-not-updatable")
    """Answer to a PUT on a group whose containers have all ended. Documented as impossible."""
    ended_update_code: str = knob("InvalidContainerGroupUpdate", fact="ended-update-code")
    """The error code of that refusal. UNVERIFIED."""
    delete_while_transitioning: Choice = knob("accept", fact="delete-while-creating")
    """Answer to a DELETE while the group is still being created. Users delete groups that are stuck."""
    exec_arguments: Literal["split", "one word"] = knob("split", fact="exec-arguments")
    """Whether the command of exec may have arguments, or is the name of one program. CONTESTED (exec-arguments): added
    in 2024, older documentation has none."""
    attach_start: Literal["first line", "now"] = knob("first line", fact="attach-start")
    """Whether attach begins with the first line of the log, or with what is printed from then on. UNVERIFIED
    (attach-start)."""
    attach_end: Literal["run", "group"] = knob("run", fact="attach-end")
    """Whether attach ends with the run of the container, or goes on over its restarts. UNVERIFIED (attach-end)."""
    log_bytes: int = setting(4 * 1024 * 1024, fact="logs-bounded")
    """How much is kept of the log of a running container: the last bytes, in whole lines. Documented."""
    ended_log_bytes: int = setting(16 * 1024, fact="logs-bounded")
    """How much is kept of the log of a container that has ended. Documented."""
    ended_log_lines: int = setting(1000, fact="logs-bounded")
    """How many lines are kept of the log of a container that has ended. Documented."""
    registry_needs_credentials: bool = knob(False, fact="registry-checks")
    """Whether an image on `*.azurecr.io` needs credentials or an identity for that server."""
    unproven_refusals: frozenset[str] = knob(frozenset(), fact="unproven-refusals")
    """Error codes to refuse with although there is no evidence that Azure does; `all` is all of them."""

    tenant_id: str = setting("11111111-1111-1111-1111-111111111111", fact="emulators-own")
    """The only tenant."""
    client_id: str = setting("22222222-2222-2222-2222-222222222222", fact="emulators-own")
    """The only application that can sign in."""
    client_secret: str = setting("emulator-secret", fact="emulators-own")
    """The client secret. It is public: the documentation contains it."""
    token_seconds: float = setting(3599.0, fact="sign-in")
    """Lifetime of an access token; the default is Entra's."""
    require_token: bool = setting(False, fact="tokens")
    """Whether ARM refuses requests without a valid token of this emulator."""
    reader: bool = setting(False, fact="rights")
    """Whether the client may only read, and gets `AuthorizationFailed` for everything else."""
    not_actions: frozenset[str] = setting(frozenset(), fact="rights")
    """Actions that the client's role excludes, with `*` for any text, such as `*/delete`. Readable and enforced."""
    subscription_id: str = setting("00000000-0000-0000-0000-000000000000", fact="emulators-own")
    """The subscription that exists from the start."""
    any_subscription: bool = setting(True, fact="subscription-not-found")
    """Whether any GUID becomes a subscription on first use; otherwise `SubscriptionNotFound`."""
    registered: bool = setting(True, fact="missing-registration")
    """Whether subscriptions are registered for the provider from the start; otherwise
    `MissingSubscriptionRegistration`."""

    def with_value(self, text: str) -> Knobs:
        """Return the knobs with one of them set by `NAME=VALUE`. Raises ValueError if there is no such knob."""
        name, _, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in {field.name for field in fields(self)}:
            message = f"unknown knob '{name}'"
            raise ValueError(message)
        return replace(self, **{name: read_knob(type(self), name, value.strip())})

    def at(self, pace: Pace) -> Knobs:
        """Return the knobs with all durations of a pace."""
        return replace(self, **PACES[pace])
