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
        # Contested: users report refusals of added and removed containers (MicrosoftDocs/azure-docs#65195, #37604).
        objects(
            CONTAINERS,
            "The containers of the group.",
            "One container.",
            required=True,
            key=("name",),
            membership=Replaces.MAY,
        ),
        text(f"{CONTAINERS}[].name", "Name of the container, unique in the group: a DNS label.", required=True),
        group(at, "Settings of the container.", required=True, unnamed=True),
        text(f"{at}.image", "Image to run, with registry and tag or digest: `registry/name:tag`."),
        texts(
            f"{at}.command", "Command that replaces the image's own, as a list of words; no shell runs it.", "A word."
        ),
        objects(
            f"{at}.ports",
            "Ports that the container listens on.",
            "A port, or just its number for TCP.",
            key=("port", "protocol"),
            replaces=Replaces.MAY,
        ),
        choice(f"{at}.ports[].protocol", "Protocol of the port.", "TCP", "UDP", default="TCP"),
        integer(f"{at}.ports[].port", "Port number, 1 to 65535. The ACI FAQ says to avoid some.", required=True),
        _environment(at),
        _instance_view(at),
        _resources(f"{at}.resources"),
        _mounts(at),
        _probe(f"{at}.livenessProbe", "Restarts the container when it fails."),
        _probe(f"{at}.readinessProbe", "Keeps traffic away from the container until it succeeds."),
        _security(f"{at}.securityContext"),
        group(f"{at}.configMap", "Settings that the container can read while it runs."),
        text_map(f"{at}.configMap.keyValuePairs", "The settings, by key.", "Value of the setting."),
    )


def _init_containers() -> Iterable[Field]:
    at = f"{INIT_CONTAINERS}[].properties"
    return chain(
        # ACI documentation, init containers: they run in order, so another order is another group.
        objects(
            INIT_CONTAINERS,
            "Containers that run to completion, one after another, before the others start.",
            "One init container.",
            key=("name",),
            ordered=True,
            membership=Replaces.MAY,
        ),
        text(f"{INIT_CONTAINERS}[].name", "Name of the init container, unique in the group.", required=True),
        group(at, "Settings of the init container.", required=True, unnamed=True),
        text(f"{at}.image", "Image to run."),
        texts(f"{at}.command", "Command that replaces the image's own, as a list of words.", "A word."),
        _environment(at),
        _instance_view(at),
        _mounts(at),
        _security(f"{at}.securityContext"),
    )


def _environment(at: str) -> Iterable[Field]:
    env = f"{at}.environmentVariables"
    return chain(
        objects(env, "Environment variables, as a map or as a list.", "One environment variable.", key=("name",)),
        text(
            f"{env}[].name", "Name of the variable: letters, digits and `_`, not beginning with a digit.", required=True
        ),
        text(f"{env}[].value", "Value that everybody who can read the group can see.", default="", unnamed=True),
        # ACI documentation, environment variables: never returned. mage-ai/mage-ai#4872: a name alone is refused.
        text(
            f"{env}[].secureValue",
            "Secret value. Azure never returns it.",
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
        group(view, "Current state of the container.", computed=True),
        integer(f"{view}.restartCount", "Number of restarts.", computed=True),
        _state(f"{view}.currentState", "Current state."),
        _state(f"{view}.previousState", "Previous state."),
        objects(f"{view}.events", "Events of the container.", "One event.", computed=True),
        event_rows(f"{view}.events[]"),
    )


def _state(at: str, summary: str) -> Iterable[Field]:
    return chain(
        group(at, summary, computed=True),
        text(f"{at}.state", "Waiting, Running or Terminated.", computed=True),
        text(f"{at}.startTime", "Start of the state.", computed=True),
        integer(f"{at}.exitCode", "Exit code of the process, once it ended.", computed=True),
        text(f"{at}.finishTime", "End of the state.", computed=True),
        text(f"{at}.detailStatus", "Description of the state.", computed=True),
    )


def event_rows(at: str) -> Iterable[Field]:
    """Return the rows of one event, of a group or of a container."""
    return chain(
        integer(f"{at}.count", "Number of occurrences.", computed=True),
        text(f"{at}.firstTimestamp", "First occurrence.", computed=True),
        text(f"{at}.lastTimestamp", "Last occurrence.", computed=True),
        text(f"{at}.name", "Name of the event: Pulling, Pulled, Started, Killing, BackOff …", computed=True),
        text(f"{at}.message", "Description of the event.", computed=True),
        text(f"{at}.type", "Normal or Warning.", computed=True),
    )


def _resources(at: str) -> Iterable[Field]:
    return chain(
        # The refusal of updates names CPU, memory and GPU (MicrosoftDocs/azure-docs#31168, #38067).
        group(at, "CPU and memory of the container.", replaces=Replaces.YES),
        group(f"{at}.requests", "Guaranteed resources.", required=True),
        number(f"{at}.requests.memoryInGB", "Memory in GB.", required=True),
        number(f"{at}.requests.cpu", "CPU cores.", required=True),
        _gpu(f"{at}.requests.gpu"),
        group(f"{at}.limits", "Maximum resources, if the group has them to spare."),
        number(f"{at}.limits.memoryInGB", "Memory in GB."),
        number(f"{at}.limits.cpu", "CPU cores."),
        _gpu(f"{at}.limits.gpu"),
    )


def _gpu(at: str) -> Iterable[Field]:
    return chain(
        group(at, "GPUs. ACI retired them in July 2025."),
        integer(f"{at}.count", "Number of GPUs.", required=True),
        choice(f"{at}.sku", "Model.", "K80", "P100", "V100", required=True),
    )


def _mounts(at: str) -> Iterable[Field]:
    mounts = f"{at}.volumeMounts"
    return chain(
        objects(mounts, "Mounted volumes, as a map `name: path` or as a list.", "One mount.", key=("mountPath",)),
        text(f"{mounts}[].name", "Name of the volume.", required=True),
        text(f"{mounts}[].mountPath", "Path in the container, without a colon.", required=True),
        boolean(f"{mounts}[].readOnly", "Whether the mount is read-only.", default=False),
    )


def _probe(at: str, summary: str) -> Iterable[Field]:
    http = f"{at}.httpGet"
    return chain(
        group(at, summary),
        group(f"{at}.exec", "Command to run in the container. Exit code 0 is success."),
        texts(f"{at}.exec.command", "The command, as a list of words.", "A word."),
        group(http, "HTTP request. A status from 200 to 399 is success."),
        text(f"{http}.path", "Path of the request."),
        integer(f"{http}.port", "Port of the request.", required=True),
        choice(f"{http}.scheme", "Scheme of the request.", "http", "https", default="http"),
        objects(f"{http}.httpHeaders", "Headers of the request.", "One header."),
        text(f"{http}.httpHeaders[].name", "Name of the header."),
        text(f"{http}.httpHeaders[].value", "Value of the header."),
        # The defaults are those of Kubernetes, which the ACI documentation of probes refers to.
        integer(f"{at}.initialDelaySeconds", "Seconds from the start of the container to the first probe.", default=0),
        integer(f"{at}.periodSeconds", "Seconds between two probes.", default=10),
        integer(f"{at}.failureThreshold", "Consecutive failures after which the probe counts as failed.", default=3),
        integer(
            f"{at}.successThreshold", "Consecutive successes after which the probe counts as recovered.", default=1
        ),
        integer(f"{at}.timeoutSeconds", "Seconds after which a hanging probe has failed.", default=1),
    )


def _security(at: str) -> Iterable[Field]:
    return chain(
        group(at, "Permissions of the container's processes."),
        boolean(f"{at}.privileged", "Whether the container is privileged. Confidential groups only.", default=False),
        boolean(f"{at}.allowPrivilegeEscalation", "Whether a process may gain more privileges than its parent."),
        group(f"{at}.capabilities", "Linux capabilities."),
        texts(f"{at}.capabilities.add", "Capabilities to add.", "A capability, such as `NET_ADMIN`.", key=("",)),
        texts(f"{at}.capabilities.drop", "Capabilities to drop.", "A capability.", key=("",)),
        integer(f"{at}.runAsGroup", "Group id (a number) to run as."),
        integer(f"{at}.runAsUser", "User id (a number) to run as."),
        text(f"{at}.seccompProfile", "Seccomp profile: JSON in base64.", folds=Fold.NOTHING),
    )
