"""The provider's actions, for role definitions and monitoring: as recorded in 2019, and what came since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aci_reconcile.emulator.arm.call import PROVIDER
from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import Json, Response, answer

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_INSIGHTS = "containerGroups/providers/Microsoft.Insights"
_REGISTER = (
    "Registers the subscription for the container instance resource provider and enables the creation of container "
    "groups."
)
# name, kind of resource, operation and description, in recorded order and spelling
_RECORDED = (
    (
        "register/action",
        "Container Group",
        "Register Microsoft Container Instance",
        _REGISTER,
    ),
    ("containerGroups/read", "Container Group", "Get Container Groups", "Get all container goups."),  # codespell:ignore
    (
        "containerGroups/write",
        "Container Group",
        "Create or update Container Group",
        "Create or update a specific container group.",
    ),
    (
        "containerGroups/delete",
        "Container Group",
        "Delete Container Group",
        "Delete the specific container group.",
    ),
    (
        "containerGroups/restart/action",
        "Container Group",
        "Restart Container Group",
        "Restarts a specific container group.",
    ),
    (
        "containerGroups/stop/action",
        "Container Group",
        "Stop Container Group",
        "Stops a specific container group. Compute resources will be deallocated and billing will stop.",
    ),
    (
        "containerGroups/start/action",
        "Container Group",
        "Start Container Group",
        "Starts a specific container group.",
    ),
    (
        "containerGroups/containers/logs/read",
        "Container Group",
        "Get Container Logs",
        "Get logs for a specific container.",
    ),
    (
        "containerGroups/containers/buildlogs/read",
        "Container Group",
        "Get Container Build Logs",
        "Get build logs for a specific container.",
    ),
    (
        "containerGroups/containers/exec/action",
        "Container Group",
        "Exec Into a Container",
        "Exec into a specific container.",
    ),
    (
        "containerGroups/operationResults/read",
        "Resource provider operations.",
        "Async operation result",
        "Get async operation result",
    ),
    (
        "locations/cachedImages/read",
        "Cached Images",
        "Get cached images.",
        "Gets the cached images for the subscription in a region.",
    ),
    ("locations/capabilities/read", "Capabilities", "Get Capabilities", "Get the capabilities for a region."),
    ("locations/usages/read", "Usages", "Get Regional Usage", "Get the usage for a specific region."),
    (
        f"{_INSIGHTS}/metricDefinitions/read",
        "Container Group",
        "Read container group metric definitions",
        "Gets the available metrics for container group.",
    ),
    (
        f"{_INSIGHTS}/diagnosticSettings/read",
        "Container Group",
        "Read Diagnostic Setting",
        "Gets the diagnostic setting for the container group.",
    ),
    (
        f"{_INSIGHTS}/diagnosticSettings/write",
        "Container Group",
        "Write Diagnostic Setting",
        "Creates or updates the diagnostic setting for the container group.",
    ),
    (
        "locations/deleteVirtualNetworkOrSubnets/action",
        "Delete virtual network or subnet notification",
        "Delete virtual network or subnet notification",
        "Notifies Microsoft.ContainerInstance that virtual network or subnet is being deleted.",
    ),
    (
        "locations/operations/read",
        "Resource provider operations.",
        "Read operations.",
        "List the operations for Azure Container Instance service.",
    ),
    (
        "operations/read",
        "Resource provider operations.",
        "Read operations.",
        "List the operations for Azure Container Instance service.",
    ),
    (
        "serviceassociationlinks/delete",
        "Service Association Link.",
        "Delete Service Association Link.",
        "Delete the service association link created by azure container instance resource provider on a subnet.",
    ),
)
_SINCE = (
    ("containerGroups/containers/attach/action", "Attach to the output stream of a container."),
    ("containerGroupProfiles/read", "Get all container group profiles."),
    ("containerGroupProfiles/write", "Create or update a specific container group profile."),
    ("containerGroupProfiles/delete", "Delete the specific container group profile."),
    ("containerGroupProfiles/revisions/read", "Get all revisions of a container group profile."),
)
# name, display name, description, unit, and whether it is told apart by container
_METRICS = (
    ("CpuUsage", "CPU Usage", "CPU usage on all cores in millicores.", "Count", True),
    ("MemoryUsage", "Memory Usage", "Total memory usage in byte.", "Bytes", True),
    (
        "NetworkBytesReceivedPerSecond",
        "Network Bytes Received Per Second",
        "The network bytes received per second.",
        "Bytes",
        False,
    ),
    (
        "NetworkBytesTransmittedPerSecond",
        "Network Bytes Transmitted Per Second",
        "The network bytes transmitted per second.",
        "Bytes",
        False,
    ),
)


@rests_on("provider-actions")
def list_operations(_: Call) -> Response:
    """Return all actions: those that came since 2019 have made-up words."""
    recorded = [_show(*row) for row in _RECORDED]
    return answer(200, {"value": [*recorded, *(_show(name, "Container Group", text, text) for name, text in _SINCE)]})


def _show(name: str, resource: str, operation: str, description: str) -> Json:
    display = {
        "provider": "Microsoft Container Instance",
        "resource": resource,
        "operation": operation,
        "description": description,
    }
    shown: Json = {
        "name": f"{PROVIDER}/{name}",
        "display": display,
        "origin": "System" if name.startswith(_INSIGHTS) else "User",
    }
    if name.endswith("metricDefinitions/read"):
        metrics = [_show_metric(*row) for row in _METRICS]
        shown["properties"] = {"serviceSpecification": {"metricSpecifications": metrics}}
    return shown


def _show_metric(name: str, title: str, description: str, unit: str, by_container: bool) -> Json:  # noqa: FBT001 - a row
    shown: Json = {
        "name": name,
        "displayName": title,
        "displayDescription": description,
        "unit": unit,
        "aggregationType": "Average",
        "supportedAggregationTypes": ["Maximum", "Minimum", "Average"],
        "supportedTimeGrainTypes": ["PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "PT1D"],
        "enableRegionalMdmAccount": True,
        "sourceMdmAccount": "MicrosoftContainerInstanceShoebox",
        "sourceMdmNamespace": "AzureMonitoringMetrics",
        "fillGapWithZero": False,
    }
    if by_container:
        shown["dimensions"] = [
            {"name": "containerName", "displayName": "Container Name", "toBeExportedForShoebox": True}
        ]
    return shown
