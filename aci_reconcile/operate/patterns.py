"""What Azure's words about a failing container mean: one row for each pattern.

A row says how the words are recognised, what they mean, what to try, and on what evidence. The first row of a kind that
fits is taken; the last row of each kind fits whatever is of that kind. The recordings have events of healthy and of
crashing containers only, so the other words come from Microsoft's pages and from users' reports.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_SUPPORT: Final = "SupportArticles"
_TROUBLESHOOTING: Final = "Microsoft's documentation: container-instances-troubleshooting"
_WAITING: Final = f"{_SUPPORT}: container-group-deployment-waiting-state"


class About(StrEnum):
    """What a text of Azure's is about."""

    START = "start"
    PULL = "pull"
    MOUNT = "mount"
    PROBE = "probe"
    PLACE = "place"
    """Quota, capacity and network: why Azure has no room for the group."""
    LOG = "log"
    """A line that a container printed."""


KINDS: Final = (
    # The message of a deployment that failed strings events together, so that what came last decides.
    (
        About.START,
        re.compile(
            r"failed to start container|create (containerd|shim) task|starting container process", re.IGNORECASE
        ),
    ),
    (About.PROBE, re.compile(r"(liveness|readiness) probe", re.IGNORECASE)),
    (About.MOUNT, re.compile(r"FailedMount|failed to mount|mount error", re.IGNORECASE)),
    (
        About.PULL,
        re.compile(
            r"pull(ing)? image|ErrImagePull|ImagePullBackOff|InaccessibleImage|is not accessible|RegistryErrorResponse"
            r"|toomanyrequests|OsVersionNotSupported",
            re.IGNORECASE,
        ),
    ),
    (
        About.PLACE,
        re.compile(
            r"quota|not available in the location|SubnetIsFull|subnet .*full|ServiceUnavailable|evict", re.IGNORECASE
        ),
    ),
)
"""How a text is known to be about something, in this order; the rest is about nothing in particular."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One row: some words, and what they mean."""

    id: str
    about: About
    words: str
    """A regular expression, whatever the case."""
    meaning: str
    """What happened, as the end of a sentence about a container or a group."""
    advice: str
    """What to do, as a sentence without a full stop."""
    evidence: str
    command: str = ""
    """What to run to look or to mend, with the names of ``commands.make_names`` in braces."""


_PUBLIC: Final = "docker manifest inspect {image}"
_LOGS: Final = "aci-reconcile logs {address} -c {container} --tail 100"
_STORAGE: Final = "az storage account show -n {account} --query '[allowSharedKeyAccess, networkRuleSet.defaultAction]'"

PATTERNS: Final = (
    Pattern(
        "command-not-found",
        About.START,
        r"executable file not found|exec: .*no such file|starting container process.*no such file|stat .*no such file",
        "its command is not in the image",
        "check command; its first word is the program, and each argument is an entry of its own",
        "minio/minio#6583; hashicorp/terraform-provider-azurerm#13724; MicrosoftDocs/azure-docs#106296",
    ),
    Pattern(
        "mount-on-file",
        About.START,
        r"not a directory",
        "a volume is mounted where the image has a file",
        "mount it on a folder; a volume cannot stand in for one file",
        "pulumi/pulumi-azure-native#2580",
    ),
    Pattern(
        "policy-denies",
        About.START,
        r"denied (by|due to) policy|not allowed by policy|rego",
        "its confidential computing policy forbids this container",
        "make ccePolicy again for exactly these images and commands",
        f"{_SUPPORT}: common-confidential-container-errors",
        "az confcom acipolicygen --help",
    ),
    Pattern(
        "command-not-executable",
        About.START,
        r"permission denied|exec format error",
        "its command cannot be executed",
        "check the file's mode, and that the image is built for linux/amd64",
        "MicrosoftDocs/azure-docs#39726; Docker's documentation: docker run, exit status 126",
        "docker image inspect --format '{{{{.Os}}}}/{{{{.Architecture}}}}' {image}",
    ),
    Pattern(
        "start-failed",
        About.START,
        "",
        "the container runtime could not start it",
        "the event says why: check command, volumeMounts and securityContext",
        "minio/minio#6583; MicrosoftDocs/azure-docs#106296",
    ),
    Pattern(
        "pull-rate-limit",
        About.PULL,
        r"toomanyrequests|too many requests|pull rate limit|RegistryErrorResponse|\b429\b",
        "the registry limits pulls, and this one was one too many",
        "give imageRegistryCredentials for the registry, or copy the image to an Azure Container Registry",
        f"{_SUPPORT}: docker-hub-rate-limit-registryerrorresponse",
        "az acr import --help",
    ),
    Pattern(
        "pull-platform",
        About.PULL,
        r"no matching manifest|no match for platform|image operating system|OsVersionNotSupported"
        r"|OS version of image",
        "the image is not for this operating system and processor",
        "build it for linux/amd64, or for the Windows version that Azure supports; check osType",
        f"{_TROUBLESHOOTING}; MicrosoftDocs/azure-docs#8144; container-instances-faq: no ARM64",
        _PUBLIC,
    ),
    Pattern(
        "pull-unauthorized",
        About.PULL,
        r"unauthorized|authentication required|denied|no basic auth|\b40[13]\b|failed to authorize",
        "the registry does not let Azure pull the image",
        "check server, username and password in imageRegistryCredentials, or the AcrPull role of its identity; "
        "a private repository and one that does not exist look the same",
        f"{_SUPPORT}: inaccessible-image, acr-image-pull-failures-managed-identity; kubernetes/kubernetes#92326",
        "{registry_command}",
    ),
    Pattern(
        "pull-not-found",
        About.PULL,
        r"not found|manifest unknown|name unknown|does not exist|no such image",
        "there is no such image, or no such tag",
        "check the name and the tag",
        f"{_TROUBLESHOOTING}; {_SUPPORT}: acr-image-pull-failures-managed-identity",
        "{registry_command}",
    ),
    Pattern(
        "pull-network",
        About.PULL,
        r"no such host|i/o timeout|dial tcp|connection refused|connection reset|deadline exceeded|x509|tls",
        "Azure cannot reach the registry",
        "check the registry's name and its firewall: a closed Azure registry must allow trusted services, and other "
        "registries need a public address",
        f"{_TROUBLESHOOTING}; {_SUPPORT}: acr-image-pull-failures-managed-identity",
        "{registry_command}",
    ),
    Pattern(
        "pull-inaccessible",
        About.PULL,
        r"is not accessible|InaccessibleImage",
        "Azure cannot read the image: it does not exist, or the registry does not let Azure in",
        "check the name, the tag and imageRegistryCredentials",
        f"{_SUPPORT}: inaccessible-image; MicrosoftDocs/azure-docs#45129",
        "{registry_command}",
    ),
    Pattern(
        "pull-failed",
        About.PULL,
        "",
        "its image could not be pulled",
        "check the name, the tag and imageRegistryCredentials",
        _TROUBLESHOOTING,
        "{registry_command}",
    ),
    Pattern(
        "mount-denied",
        About.MOUNT,
        r"error\(13\)|permission denied|access denied|logon.failure|AuthenticationFailed|KeyBasedAuthentication",
        "the storage account does not accept the key, or not this network",
        "check storageAccountKey: it may have been renewed, or end in a line break; the account must allow shared keys "
        "and this network",
        f"{_WAITING}; virtual-kubelet/azure-aci#205; microsoft/AzureTRE's documentation",
        _STORAGE,
    ),
    Pattern(
        "mount-not-found",
        About.MOUNT,
        r"error\(2\)|no such file|ResourceNotFound|ShareNotFound|does not exist|not found",
        "there is no such share, or the network does not lead to it",
        "check shareName, storageAccountName, and the account's firewall: it gives the same error",
        f"{_WAITING}; MicrosoftDocs/azure-docs#72236",
        "az storage share-rm show --storage-account {account} -n {share}",
    ),
    Pattern(
        "mount-network",
        About.MOUNT,
        r"error\(11[0-5]\)|timed? ?out|host is down|no route|unreachable|resolve|name or service|connection refused",
        "the storage account cannot be reached",
        "check its name, its firewall and the subnet's DNS; a service endpoint works, a private endpoint may not",
        f"{_WAITING}; MicrosoftDocs/azure-docs#45928",
        _STORAGE,
    ),
    Pattern(
        "mount-failed",
        About.MOUNT,
        "",
        "a volume could not be mounted, so that no container starts",
        "check shareName, storageAccountName and storageAccountKey; the account must allow keys and this network",
        f"MicrosoftDocs/azure-docs#70920; virtual-kubelet/azure-aci#205; {_WAITING}",
        _STORAGE,
    ),
    Pattern(
        "probe-refused",
        About.PROBE,
        r"connection refused",
        "nothing listens where its probe asks",
        "check the probe's port, and initialDelaySeconds if the application starts slowly",
        "kubernetes/kubernetes: prober; Microsoft's documentation: container-instances-liveness-probe",
        _LOGS,
    ),
    Pattern(
        "probe-status",
        About.PROBE,
        r"statuscode|status code",
        "its probe gets an error from the application",
        "check the probe's path and port; the log says what the application makes of it",
        "kubernetes/kubernetes: prober; Microsoft's documentation: container-instances-liveness-probe",
        _LOGS,
    ),
    Pattern(
        "probe-slow",
        About.PROBE,
        r"timeout|timed out|deadline exceeded",
        "its probe gets no answer in time",
        "raise timeoutSeconds or failureThreshold, or give it more CPU",
        "kubernetes/kubernetes: prober; Microsoft's documentation: container-instances-liveness-probe",
        _LOGS,
    ),
    Pattern(
        "readiness-failed",
        About.PROBE,
        r"readiness",
        "its readiness probe fails, so that it gets no traffic",
        "check the probe; the log says what the application makes of it",
        "virtual-kubelet/azure-aci#145; Microsoft's documentation: container-instances-readiness-probe",
        _LOGS,
    ),
    Pattern(
        "liveness-failed",
        About.PROBE,
        "",
        "its liveness probe fails, and Azure kills it for that",
        "check the probe, and initialDelaySeconds if the application starts slowly",
        "MicrosoftDocs/azure-docs#26512; Microsoft's documentation: container-instances-liveness-probe",
        _LOGS,
    ),
    Pattern(
        "quota",
        About.PLACE,
        r"quota",
        "the subscription's quota in the region is used up",
        "delete what is not needed, or ask for more in the portal",
        f"{_SUPPORT}: service-unavailable-container-group-quota-exceeded",
        "aci-reconcile verify",
    ),
    Pattern(
        "subnet-full",
        About.PLACE,
        r"subnet",
        "the subnet has no free address",
        "use a subnet of /24 or larger; Azure frees addresses late",
        _WAITING,
    ),
    Pattern(
        "evicted",
        About.PLACE,
        r"evict",
        "Azure took its Spot machine away",
        "wait until there is room, or use priority: Regular",
        f"{_SUPPORT}: spot-containers-remain-waiting-state",
    ),
    Pattern(
        "no-capacity",
        About.PLACE,
        "",
        "the region has no room for it at this moment",
        "try later, with less CPU and memory, or in another region",
        f"{_SUPPORT}: service-unavailable-requested-resource-is-not-available; {_TROUBLESHOOTING}",
        "aci-reconcile verify",
    ),
    Pattern(
        "wrong-processor",
        About.LOG,
        r"exec format error",
        "the image is built for another processor",
        "build it for linux/amd64: docker build --platform linux/amd64",
        "MicrosoftDocs/azure-docs#39726, #73672",
        "docker image inspect --format '{{{{.Os}}}}/{{{{.Architecture}}}}' {image}",
    ),
)
"""All rows."""


def tell_kind(text: str) -> About | None:
    """Return what a text is about; None if that is nothing in particular."""
    return next((about for about, words in KINDS if words.search(text)), None)


def find_pattern(text: str, about: About | None = None) -> Pattern | None:
    """Return the row of a text; ``about`` says of what kind it is, if that is known."""
    kind = about or tell_kind(text)
    return next((each for each in PATTERNS if each.about is kind and re.search(each.words, text, re.IGNORECASE)), None)
