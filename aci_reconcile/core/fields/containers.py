"""The rows for containers and init containers: they share environment, mounts, security and instance view."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from aci_reconcile.core.fields.model import Field, Fold, Replaces
from aci_reconcile.core.fields.rows import boolean, choice, group, integer, number, objects, text, text_map, texts

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTAINERS = "properties.containers"
INIT_CONTAINERS = "properties.initContainers"


def container_rows() -> tuple[Field, ...]:
    """Return the rows of ``properties.containers`` and ``properties.initContainers``."""
    return tuple(chain(_containers(), _init_containers()))


def _containers() -> Iterable[Field]:
    at = f"{CONTAINERS}[].properties"
    return chain(
        objects(
            CONTAINERS,
            "The containers of the group.",
            "One container.",
            required=True,
            key=("name",),
            membership=Replaces.MAY,
        ),
        text(f"{CONTAINERS}[].name", "Name of the container, unique in the group; a DNS label.", required=True),
        group(at, "What runs in the container, and how.", required=True, unnamed=True),
        text(f"{at}.image", "Image to run, with registry and tag or digest: `registry/name:tag`."),
        texts(f"{at}.command", "Command line that replaces the image's own, word by word, without a shell.", "A word."),
        objects(
            f"{at}.ports",
            "Ports the container listens on.",
            "A port, or just its number for TCP.",
            key=("port", "protocol"),
            replaces=Replaces.MAY,
        ),
        choice(f"{at}.ports[].protocol", "Protocol of the port.", "TCP", "UDP", default="TCP"),
        integer(f"{at}.ports[].port", "Port number, 1 to 65535; ACI's FAQ says to avoid some.", required=True),
        _environment(at),
        _instance_view(at),
        _resources(f"{at}.resources"),
        _mounts(at),
        _probe(f"{at}.livenessProbe", "Restarts the container when it fails."),
        _probe(f"{at}.readinessProbe", "Keeps traffic away from the container until it succeeds."),
        _security(f"{at}.securityContext"),
        group(f"{at}.configMap", "Settings the container can read while it runs."),
        text_map(f"{at}.configMap.keyValuePairs", "The settings, by key.", "Value of the setting."),
    )


def _init_containers() -> Iterable[Field]:
    at = f"{INIT_CONTAINERS}[].properties"
    return chain(
        objects(
            INIT_CONTAINERS,
            "Containers that run to their end, one after another, before the others start.",
            "One init container.",
            key=("name",),
            ordered=True,
            membership=Replaces.MAY,
        ),
        text(f"{INIT_CONTAINERS}[].name", "Name of the init container, unique in the group.", required=True),
        group(at, "What runs in the init container.", required=True, unnamed=True),
        text(f"{at}.image", "Image to run."),
        texts(f"{at}.command", "Command line that replaces the image's own, word by word.", "A word."),
        _environment(at),
        _instance_view(at),
        _mounts(at),
        _security(f"{at}.securityContext"),
    )


def _environment(at: str) -> Iterable[Field]:
    env = f"{at}.environmentVariables"
    return chain(
        objects(env, "Environment variables, as a map or as a list.", "One environment variable.", key=("name",)),
        text(f"{env}[].name", "Name of the variable: letters, digits and `_`, no digit first.", required=True),
        text(f"{env}[].value", "Value that anybody who may read the group can see.", default="", unnamed=True),
        text(
            f"{env}[].secureValue",
            "Value that Azure never shows again.",
            write_only=True,
            confidential=True,
            unless=("value", "secureValueReference"),
            insisted=True,
            unnamed=True,
        ),
        text(f"{env}[].secureValueReference", "Name of the entry of `secretReferences` that holds the value."),
    )


def _instance_view(at: str) -> Iterable[Field]:
    view = f"{at}.instanceView"
    return chain(
        group(view, "What the container does just now.", computed=True),
        integer(f"{view}.restartCount", "How often it has been restarted.", computed=True),
        _state(f"{view}.currentState", "The state it is in."),
        _state(f"{view}.previousState", "The state it was in before."),
        objects(f"{view}.events", "What happened to it.", "One event.", computed=True),
        event_rows(f"{view}.events[]"),
    )


def _state(at: str, summary: str) -> Iterable[Field]:
    return chain(
        group(at, summary, computed=True),
        text(f"{at}.state", "Waiting, Running or Terminated.", computed=True),
        text(f"{at}.startTime", "When the state began.", computed=True),
        integer(f"{at}.exitCode", "Exit code of the process, once it ended.", computed=True),
        text(f"{at}.finishTime", "When the state ended.", computed=True),
        text(f"{at}.detailStatus", "The state in words.", computed=True),
    )


def event_rows(at: str) -> Iterable[Field]:
    """Return the rows of one event, of a group or of a container."""
    return chain(
        integer(f"{at}.count", "How often it occurred.", computed=True),
        text(f"{at}.firstTimestamp", "When it first occurred.", computed=True),
        text(f"{at}.lastTimestamp", "When it last occurred.", computed=True),
        text(f"{at}.name", "Its name: Pulling, Pulled, Started, Killing, BackOff …", computed=True),
        text(f"{at}.message", "What happened, in words.", computed=True),
        text(f"{at}.type", "Normal or Warning.", computed=True),
    )


def _resources(at: str) -> Iterable[Field]:
    return chain(
        group(at, "CPU and memory of the container.", replaces=Replaces.YES),
        group(f"{at}.requests", "What the container is given for certain.", required=True),
        number(f"{at}.requests.memoryInGB", "Memory in GB.", required=True),
        number(f"{at}.requests.cpu", "CPU cores.", required=True),
        _gpu(f"{at}.requests.gpu"),
        group(f"{at}.limits", "What the container may use at most, from what the group has to spare."),
        number(f"{at}.limits.memoryInGB", "Memory in GB."),
        number(f"{at}.limits.cpu", "CPU cores."),
        _gpu(f"{at}.limits.gpu"),
    )


def _gpu(at: str) -> Iterable[Field]:
    return chain(
        group(at, "Graphics processors; ACI retired them in July 2025."),
        integer(f"{at}.count", "How many.", required=True),
        choice(f"{at}.sku", "Model.", "K80", "P100", "V100", required=True),
    )


def _mounts(at: str) -> Iterable[Field]:
    mounts = f"{at}.volumeMounts"
    return chain(
        objects(
            mounts, "Volumes the container sees, as a map `name: path` or as a list.", "One mount.", key=("mountPath",)
        ),
        text(f"{mounts}[].name", "Name of the volume.", required=True),
        text(f"{mounts}[].mountPath", "Path in the container; no colon.", required=True),
        boolean(f"{mounts}[].readOnly", "Whether the container may not write to it.", default=False),
    )


def _probe(at: str, summary: str) -> Iterable[Field]:
    http = f"{at}.httpGet"
    return chain(
        group(at, summary),
        group(f"{at}.exec", "A command in the container; exit code 0 is success."),
        texts(f"{at}.exec.command", "The command, word by word.", "A word."),
        group(http, "An HTTP request; a status from 200 to 399 is success."),
        text(f"{http}.path", "Path of the request."),
        integer(f"{http}.port", "Port of the request.", required=True),
        choice(f"{http}.scheme", "Scheme of the request.", "http", "https", default="http"),
        objects(f"{http}.httpHeaders", "Headers of the request.", "One header."),
        text(f"{http}.httpHeaders[].name", "Name of the header."),
        text(f"{http}.httpHeaders[].value", "Value of the header."),
        integer(f"{at}.initialDelaySeconds", "Seconds from the start to the first probe.", default=0),
        integer(f"{at}.periodSeconds", "Seconds between two probes.", default=10),
        integer(f"{at}.failureThreshold", "Failures in a row that count as failed.", default=3),
        integer(f"{at}.successThreshold", "Successes in a row that count as recovered.", default=1),
        integer(f"{at}.timeoutSeconds", "Seconds until a probe that hangs has failed.", default=1),
    )


def _security(at: str) -> Iterable[Field]:
    return chain(
        group(at, "What the container's processes may do."),
        boolean(f"{at}.privileged", "Whether they have the host's rights; confidential groups only.", default=False),
        boolean(f"{at}.allowPrivilegeEscalation", "Whether a process may gain more rights than its parent has."),
        group(f"{at}.capabilities", "Linux capabilities."),
        texts(f"{at}.capabilities.add", "Capabilities to add.", "A capability, such as `NET_ADMIN`.", key=("",)),
        texts(f"{at}.capabilities.drop", "Capabilities to drop.", "A capability.", key=("",)),
        integer(f"{at}.runAsGroup", "Numeric group id to run as."),
        integer(f"{at}.runAsUser", "Numeric user id to run as."),
        text(f"{at}.seccompProfile", "Seccomp profile: its JSON in base64.", folds=Fold.NOTHING),
    )
