"""The evidence for each diagnostic: an observed refusal by Azure, a document, or a rule of this tool.

The rules were never tried on live Azure. An error needs an observed refusal, a schema or standard, or a manifest that
contradicts itself. What is only documented, or likely, is at most a warning.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """The kind of evidence."""

    RECORDING = "recording"
    """Recorded traffic of the service."""
    EXAMPLE = "example"
    """An example that Microsoft has published."""
    THREAD = "thread"
    """A public thread that quotes an answer of Azure, or in which Microsoft answers."""
    ERRORS = "error code"
    """A code in Azure's own lists of errors."""
    SCHEMA = "schema"
    """The published REST schema."""
    STANDARD = "standard"
    """A common format or protocol."""
    SENSE = "sense"
    """The manifest contradicts itself, or names something that does not exist."""
    OURS = "this tool"
    """A rule of this tool, whatever Azure accepts."""
    DOCUMENT = "document"
    """A page of Azure's documentation."""
    LIKELY = "likely"
    """No observation was found; it follows from known facts."""

    @property
    def proves(self) -> bool:
        """Whether it justifies an error; otherwise the diagnostic is at most a warning."""
        return self not in {Kind.DOCUMENT, Kind.LIKELY}


class Evidence(NamedTuple):
    """One piece of evidence, and where to find it."""

    kind: Kind
    where: str


THIS_TOOL: Final = (Evidence(Kind.OURS, "docs/manifests.md"),)
"""The evidence for codes about files, references and the project."""

_YAML: Final = Evidence(Kind.STANDARD, "YAML 1.2")
_JSON: Final = Evidence(Kind.STANDARD, "JSON (RFC 8259)")
_QUOTAS: Final = Evidence(Kind.DOCUMENT, "Quotas and limits for Azure Container Instances")
_GROUPS: Final = Evidence(Kind.DOCUMENT, "Container groups in Azure Container Instances")
_TAGS: Final = Evidence(Kind.DOCUMENT, "Use tags to organize your Azure resources")
_VNET: Final = Evidence(Kind.DOCUMENT, "Virtual network scenarios and resources")
_SPOT: Final = Evidence(Kind.DOCUMENT, "Spot containers on Azure Container Instances")
_SCHEMA: Final = Evidence(Kind.SCHEMA, "Microsoft.ContainerInstance 2025-09-01")
_KEYED: Final = Evidence(Kind.OURS, "entries of this list are identified by this name")
_READABLE: Final = Evidence(Kind.OURS, "docs/secrets.md")


def _thread(*names: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(Kind.THREAD, name) for name in names)


def _sense(why: str) -> tuple[Evidence, ...]:
    return (Evidence(Kind.SENSE, why),)


def _likely(why: str) -> tuple[Evidence, ...]:
    return (Evidence(Kind.LIKELY, why),)


_NAMES: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI020": _sense("an ARM id can't contain it"),
    "ACI021": (Evidence(Kind.DOCUMENT, "deploymentScripts: containerGroupName"),),
    "ACI022": _thread("InvalidContainerName, quoted with its pattern by several users"),
    "ACI023": (_KEYED, *_thread("DuplicateVolumes: virtual-kubelet/azure-aci#303")),
    "ACI024": (Evidence(Kind.DOCUMENT, "an old table of name limits"),),
    "ACI025": _thread("derekbekoe/vscode-spot#37"),
    "ACI026": _thread("Azure/aci-deploy#29"),
    "ACI027": (_KEYED,),
    "ACI080": _thread("InvalidEnvironmentVariable: mage-ai/mage-ai#4872"),
    "ACI093": _sense("the name is not among the group's secretReferences"),
    "ACI095": (*_thread("InvalidTagNameCharacters: MicrosoftDocs/azure-docs#5647"), _TAGS),
    "ACI096": (_TAGS,),
    "ACI097": (_TAGS,),
    "ACI098": (Evidence(Kind.OURS, "docs/safety.md"),),
    "ACI099": (_KEYED, _TAGS),
}
_NETWORK: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI012": (
        Evidence(Kind.DOCUMENT, "Frequently asked questions about Azure Container Instances"),
        Evidence(Kind.EXAMPLE, "both SFTP quickstarts open port 22"),
    ),
    "ACI013": (*_thread("InvalidContainerPorts, quoted beside Pulumi's container example"), _SCHEMA),
    "ACI014": _thread("UnreferencedIpAddressPorts: hashicorp/terraform-provider-azurerm#5091"),
    "ACI015": (_QUOTAS, *_thread("another number: MicrosoftDocs/azure-docs#101382")),
    "ACI016": (
        *_thread("hashicorp/terraform-provider-azurerm#11102", "docker-archive/cloud-integration-beta#5"),
        _GROUPS,
    ),
    "ACI017": _thread("MissingIpAddressPorts: hashicorp/terraform-provider-azurerm#1697"),
    "ACI018": (_KEYED,),
    "ACI045": _thread("PrivateIPAddressNotSupported: Azure/azure-sdk-for-js#20984"),
    "ACI046": _thread("Azure/azure-cli#13802"),
    "ACI047": _thread("Azure/aci-deploy#53"),
    "ACI048": _likely("the value does not have the format of the expected id"),
    "ACI049": (_VNET,),
    "ACI050": (
        Evidence(Kind.ERRORS, "SpotPriorityContainerGroupNotSupportedForInboundConnectivity"),
        _SPOT,
    ),
    "ACI051": (Evidence(Kind.RECORDING, "azure-cli: without a label the scope is dropped, 23 of 23"),),
    "ACI077": _likely("a probe reaches any port, but an unlisted one is probably a typo"),
}
_VOLUMES: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI030": _sense("the group has no such volume"),
    "ACI031": _likely("there is nothing to mount; seen in published manifests"),
    "ACI032": (*_likely("the schema lists the sources side by side"), _SCHEMA),
    "ACI033": (*_thread("Azure/azure-cli#26591"), _SCHEMA),
    "ACI034": (_KEYED,),
    "ACI035": _thread("a relative path is taken: Azure/azure-cli#26591"),
    "ACI036": _likely("a volume without mounts has no effect"),
    "ACI037": (Evidence(Kind.DOCUMENT, "Mount a secret volume in Azure Container Instances"),),
    "ACI038": (Evidence(Kind.DOCUMENT, "the REST reference of gitRepo.directory"),),
    "ACI039": (_QUOTAS,),
    "ACI040": (Evidence(Kind.DOCUMENT, "Mount an Azure file share in Azure Container Instances"),),
}
_COMPUTE: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI055": (
        _GROUPS,
        *_thread("an HTTP 500: hashicorp/terraform-provider-azurerm#26925"),
        Evidence(Kind.EXAMPLE, "azurerm's acceptance tests ask for less"),
    ),
    "ACI056": (
        Evidence(Kind.DOCUMENT, "Resource availability and quota limits for ACI"),
        Evidence(Kind.RECORDING, "azure-powershell 2024: a region that offers 32 CPU and 256 GB"),
        *_thread("regions differ: MicrosoftDocs/azure-docs#102373"),
    ),
    "ACI057": _thread("ResourceLimitsLessThanRequests: virtual-kubelet/virtual-kubelet#143"),
    "ACI058": _thread("ContainerLimitGreaterThanContainerGroupTotalRequest: docker-archive/compose-cli#743"),
    "ACI059": _thread("MicrosoftDocs/azure-docs#41476"),
    "ACI060": (Evidence(Kind.DOCUMENT, "Deploy container instances that use GPU resources"),),
    "ACI061": (*_thread("Microsoft's answer: Azure/azure-cli#11940"), _GROUPS),
    "ACI062": _thread("microsoft/azure-pipelines-ephemeral-agents#8, and documents that no longer say so"),
    "ACI063": (_QUOTAS,),
    "ACI064": (*_sense("a group consists of its containers"), _SCHEMA),
    "ACI065": (Evidence(Kind.SCHEMA, "Microsoft.ContainerInstance 2023-05-01"),),
    "ACI066": _thread("ResourceRequestsNotSpecified: MicrosoftLearning/mslearn-azure-developer#67"),
    "ACI067": (Evidence(Kind.OURS, "a restart pulls the image again"),),
    "ACI068": (_SPOT,),
    "ACI069": (Evidence(Kind.ERRORS, "SpotPriorityContainerGroupNotSupportedInSku"), _SPOT),
    "ACI070": _thread("hashicorp/terraform-provider-azurerm#23034"),
    "ACI075": _thread("a maintainer of ACI: virtual-kubelet/virtual-kubelet#280"),
    "ACI076": _thread("a maintainer of ACI: virtual-kubelet/virtual-kubelet#280"),
    "ACI078": (_SCHEMA,),
    "ACI101": (Evidence(Kind.DOCUMENT, "Deploy a container group in an availability zone"),),
}
_ACCESS: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI082": (_READABLE,),
    "ACI083": (_READABLE,),
    "ACI085": _thread("Azure/aci-deploy#12"),
    "ACI086": _thread("an empty password: Azure/azure-cli#8545"),
    "ACI090": _thread(
        "MissingIdentityIds: hashicorp/terraform-provider-azurerm#17082", "Azure/azure-rest-api-specs#17650"
    ),
    "ACI091": _likely("a group can use only its own identities"),
    "ACI100": (Evidence(Kind.DOCUMENT, "Container group and instance logging with Azure Monitor logs"),),
    "ACI102": _likely("an ARM id contains the GUID of a subscription"),
}
_FORM: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI110": _thread("Could not find member …: prefect-archive/prefect-azure#103"),
    "ACI111": _likely("published manifests contain such spellings, and ARM accepts them"),
    "ACI112": THIS_TOOL,
    "ACI113": THIS_TOOL,
    "ACI114": (Evidence(Kind.RECORDING, "azure-cli: exports contain such properties"),),
    "ACI115": _thread("InvalidRequestContent: gbowerman/azurerm#29"),
    "ACI116": THIS_TOOL,
    "ACI117": THIS_TOOL,
    "ACI118": (_YAML,),
    "ACI119": (_YAML,),
    "ACI120": (*_thread("InvalidOsType: Azure/azure-cli#30439"), _SCHEMA),
    "ACI121": _likely("published manifests contain such spellings, and ARM accepts them"),
    "ACI122": THIS_TOOL,
    "ACI123": (*_thread("InvalidRequestContent: Azure/azure-sdk-for-js#36767"), _SCHEMA),
    "ACI124": (_SCHEMA,),
    "ACI125": (_JSON,),
    "ACI126": THIS_TOOL,
    "ACI127": _sense("the value has no meaning outside its range"),
}
_SENT: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI200": (
        Evidence(Kind.STANDARD, "the grammar of distribution/reference"),
        *_thread("InaccessibleImage: Azure/azure-cli#27860"),
    ),
    "ACI201": (Evidence(Kind.STANDARD, "the grammar of distribution/reference"), *_thread("Azure/aci-deploy#12")),
    "ACI202": _likely("other tools replace placeholders in this format"),
    "ACI203": _thread("MicrosoftDocs/azure-docs#20808", "MicrosoftDocs/azure-docs#38893"),
    "ACI204": _likely("few programs expect it; a storage key with a line break left a group Waiting"),
    "ACI205": (
        Evidence(Kind.RECORDING, "azure-powershell 2024: any property but the config map is a BadRequest"),
        Evidence(Kind.EXAMPLE, "ContainerGroupCreateOrUpdateStandbyPool.json of 2025-09-01"),
    ),
    "ACI206": (Evidence(Kind.DOCUMENT, "Request a container from a standby pool"),),
    "ACI207": _thread(
        "LogAnalyticsMetadataNotAllowed: hashicorp/terraform-provider-azurerm#13650",
        "also for an empty map: Azure/azure-rest-api-specs#9768",
    ),
    "ACI208": _thread("InvalidEnvironmentVariable: mage-ai/mage-ai#4872"),
    "ACI209": _likely("the name is close to a region in azurerm's acceptance tests"),
    "ACI210": _thread("IdentityNotSupportedOnWindows: MicrosoftDocs/azure-docs#113243, #108023"),
    "ACI211": _likely("no region in the dated list has this name"),
    "ACI255": _thread("an empty password: Azure/azure-cli#8545"),
}
_READ: Final[Mapping[str, tuple[Evidence, ...]]] = {
    "ACI220": (Evidence(Kind.DOCUMENT, "azure-cli's own `container export` writes `user_assigned_identities`"),),
    "ACI221": (Evidence(Kind.DOCUMENT, "Tutorial on multi-container groups with YAML, where an export is shown"),),
    "ACI222": _likely("other tools replace placeholders in this format"),
}

_PAGES: Final[Mapping[str, str]] = {
    "docs/drift.md": "ACI195 ACI196 ACI197",
    "docs/layers.md": "ACI137 ACI260 ACI261 ACI262 ACI264",
    "docs/safety.md": "ACI190 ACI191 ACI270",
    "docs/secrets.md": "ACI192 ACI240 ACI241 ACI242 ACI243 ACI280 ACI290 ACI291 ACI292 ACI293",
}
"""Pages other than docs/manifests.md that describe rules of this tool."""

EVIDENCE: Final[Mapping[str, tuple[Evidence, ...]]] = {
    **_NAMES,
    **_NETWORK,
    **_VOLUMES,
    **_COMPUTE,
    **_ACCESS,
    **_FORM,
    **_SENT,
    **_READ,
    **{code: (Evidence(Kind.OURS, page),) for page, codes in _PAGES.items() for code in codes.split()},
}
"""By code. A code that is missing here is a rule of this tool about files, references or the project."""


def evidence(code: str) -> tuple[Evidence, ...]:
    """Return the evidence for a diagnostic code, strongest first."""
    return EVIDENCE.get(code, THIS_TOOL)
