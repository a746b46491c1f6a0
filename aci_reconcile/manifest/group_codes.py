"""Codes about a group as a whole: its identity, and its relations to other groups."""

from __future__ import annotations

from typing import Final

from aci_reconcile.manifest.code import NOTICE, WARNING, Basis, Code, Evidence

ACI020: Final = Code(
    "ACI020",
    "Not a valid container group name",
    "The name becomes part of the ARM id. Use up to 90 letters, digits, `-`, `_`, `.` and parentheses.",
    example="name: shop/web",
    evidence=(Evidence(Basis.SENSE, "an ARM id can't contain it"),),
)

ACI021: Final = Code(
    "ACI021",
    "Azure may refuse this group name",
    "The documentation asks for 1 to 63 lowercase letters, digits and single hyphens, with a letter or digit at "
    "both ends. Groups with capitals exist, so this is only a warning.",
    example="name: My_Group",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "deploymentScripts: containerGroupName"),),
)

ACI130: Final = Code(
    "ACI130",
    "The resource type is not supported",
    "`type` is the ARM resource type. Leave it out: a manifest without `type` declares a container group.",
    example="type: Microsoft.Web/sites",
)

ACI133: Final = Code(
    "ACI133",
    "The group has no name",
    "Every manifest names its group. Add `name`.",
    example="location: westeurope",
)

ACI134: Final = Code(
    "ACI134",
    "The same group is declared twice",
    "Two documents have the same resource group and name. Azure ignores the case of both. Rename or remove one.",
    example="name: web\n---\nname: Web",
)

ACI135: Final = Code(
    "ACI135",
    "The group has no resource group",
    "Set `resourceGroup` in the manifest or in the project file, or give `--resource-group`.",
)

ACI136: Final = Code(
    "ACI136",
    "The group has no location",
    "Azure needs to know the region. Set `location` in the manifest or, for all groups, in the project file.",
)

ACI141: Final = Code(
    "ACI141",
    "`dependsOn` names an unknown group",
    "Name a group of this project by its address (`resourceGroup/name`), or by its name if that is unique.",
    example="lifecycle: {dependsOn: [databse]}",
)

ACI142: Final = Code(
    "ACI142",
    "Groups depend on each other in a circle",
    "None of them could start first. Remove one of the dependencies.",
    example="lifecycle: {dependsOn: [web]}    # in the manifest of web",
)

ACI143: Final = Code(
    "ACI143",
    "`ignore` names a field that can't be ignored",
    "Name a field by its path, such as `containers[web].image`. Azure never returns secrets, so their live values "
    "can't be carried over in a write, and they can't be ignored.",
    example="lifecycle: {ignore: [containers.images]}",
)

ACI145: Final = Code(
    "ACI145",
    "The group has no resource group yet",
    "This is only a warning in an offline check, because `--resource-group` can still name it. Set "
    "`resourceGroup` in the manifest or in the project file, or give the option.",
    severity=WARNING,
)

ACI175: Final = Code(
    "ACI175",
    "A patch for a group that does not exist",
    "`groups` of an environment names groups of the project. Correct the name, or add a manifest.",
    example="environments: {prod: {groups: {wbe: {restartPolicy: Never}}}}",
)

ACI262: Final = Code(
    "ACI262",
    "A folder is a separate project",
    "The folder has its own project file, so its manifests use the defaults, variables and owner of that project. "
    "The project above leaves the folder out. To work on it, name the folder on the command line.",
    example="name: payments    # in payments/aci-reconcile.yaml, below the aci-reconcile.yaml of another project",
    severity=NOTICE,
    evidence=(Evidence(Basis.OURS, "docs/layers.md"),),
)

ACI295: Final = Code(
    "ACI295",
    "An ignored path points to an entry that does not exist",
    "The path names a container, a volume or another entry that the manifest does not have: it was renamed, or "
    "the name is misspelt. Values that others set there are not carried over, and a write that would remove the "
    "entry from the live group is blocked. Correct the path, or remove it.",
    example='containers: [{name: web, image: nginx}]\nlifecycle: {ignore: ["containers[old].image"]}',
    severity=WARNING,
)

ACI306: Final = Code(
    "ACI306",
    "`power` and `detach` contradict each other",
    "`detach: true` releases the group: from then on it is neither written nor started nor stopped, so `power` or "
    "`schedule` would have no effect. Remove one of them.",
    example="lifecycle: {detach: true, power: running}",
    evidence=(Evidence(Basis.SENSE, "a group that is left as it is can't be kept running"),),
)

ACI307: Final = Code(
    "ACI307",
    "A task that is to be stopped",
    "A group with the restart policy `Never` or `OnFailure` does its work and ends. Azure starts the containers with "
    "every write of a group, and `power: stopped` stops them only then: until that moment the task does its work "
    "again. A group that has ended by itself stays ended, whatever `power` or `schedule` says.",
    example="restartPolicy: Never\nlifecycle: {power: stopped}",
    severity=WARNING,
    evidence=(Evidence(Basis.DOCUMENT, "Manually stop or start containers in Azure Container Instances"),),
)

ACI317: Final = Code(
    "ACI317",
    "Not a valid schedule",
    "`start` and `stop` are cron expressions of five fields: minute, hour, day, month, weekday. Each must come at some "
    "time, and they must differ. `timezone` is the IANA name of a time zone, such as Europe/Berlin.",
    example='lifecycle: {schedule: {start: "0 7 30 FEB *", stop: "0 19 * * *"}}',
    evidence=(Evidence(Basis.OURS, "docs/manifests.md"),),
)

ACI318: Final = Code(
    "ACI318",
    "`power` and `schedule` contradict each other",
    "`power` says whether the group runs, whatever the time is, and `schedule` says when it does. Remove one of them. "
    "Where a default of the project sets the other one, set it to null in the manifest.",
    example='lifecycle: {power: running, schedule: {start: "0 7 * * *", stop: "0 19 * * *"}}',
    evidence=(Evidence(Basis.SENSE, "a group can't be kept running and be stopped"),),
)

ACI308: Final = Code(
    "ACI308",
    "A group depends on one that is to be stopped",
    "`dependsOn`, or a reference, names a group whose manifest says `power: stopped`, or which has a `schedule`, while "
    "this group is to run. Whatever it needs of the other one is not there. Say the same here, or let the other group "
    "run.",
    example="name: web\nlifecycle: {dependsOn: [db]}\n---\nname: db\nlifecycle: {power: stopped}",
    severity=WARNING,
    evidence=(Evidence(Basis.SENSE, "what is stopped serves nobody"),),
)
