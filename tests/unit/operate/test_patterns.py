"""What Azure's words mean, told by words that it, or the software below it, has used."""

from __future__ import annotations

import re

import pytest

from aci_reconcile.operate.patterns import PATTERNS, About, find_pattern, tell_kind

SAID = {
    # Microsoft's documentation, container-instances-troubleshooting
    'Failed (x3): Failed to pull image "mcr.microsoft.com/azuredocs/aci-hellowrld": rpc error: code 2 desc Error: '
    "image t/aci-hellowrld:latest not found": "pull-not-found",
    'BackOff (x3): Back-off pulling image "mcr.microsoft.com/azuredocs/aci-hellowrld"': "pull-failed",
    "The OS version of image 'x' is not supported. OsVersionNotSupported": "pull-platform",
    "The requested resource is not available in the location 'westus' at this moment.": "no-capacity",
    # SupportArticles, docker-hub-rate-limit-registryerrorresponse
    "Failed to pull image: toomanyrequests: Too Many Requests.": "pull-rate-limit",
    "RegistryErrorResponse: An error response is received from the docker registry 'x'.": "pull-rate-limit",
    # SupportArticles, inaccessible-image
    "The image 'shop.azurecr.io/web:1' in container group 'web' is not accessible.": "pull-inaccessible",
    # kubernetes/kubernetes#92326
    'Failed to pull image "x.azurecr.io/x": rpc error: code = Unknown desc = Error response from daemon: Get '
    "https://x.azurecr.io/v2/x: unauthorized: authentication required": "pull-unauthorized",
    # what containerd and Docker say of a registry that is not there, and of another platform
    'Failed to pull image "nowhere.example/x": dial tcp: lookup nowhere.example: no such host': "pull-network",
    "Failed to pull image: no matching manifest for linux/amd64 in the manifest list entries": "pull-platform",
    "ErrImagePull": "pull-failed",
    # MicrosoftDocs/azure-docs#70920
    "FailedMountAzureFileVolume (x7): Failed to mount Azure File Volume.": "mount-failed",
    # mount.cifs(8); MicrosoftDocs/azure-docs#72236, #118769
    "FailedMountAzureFileVolume: mount error(13): Permission denied": "mount-denied",
    "FailedMountAzureFileVolume: mount error(2): No such file or directory": "mount-not-found",
    "FailedMountAzureFileVolume: mount error(110): Connection timed out": "mount-network",
    # minio/minio#6583
    "Failed to start container with id c664e7 with error: rpc error: code 2 desc failed to start container: oci "
    'runtime error: starting container process caused "exec: \\"minio server\\": executable file not found in $PATH"': (
        "command-not-found"
    ),
    # pulumi/pulumi-azure-native#2580
    'Error: Failed to start container nginx, Error response: to create containerd task: mounting "/run/gcs" to rootfs '
    'at "/etc/nginx/nginx.conf" caused: mount through procfd: not a directory: unknown': "mount-on-file",
    "failed to create containerd task: exec: /start.sh: permission denied": "command-not-executable",
    "failed to create containerd task: failed to create shim task: something": "start-failed",
    # SupportArticles, common-confidential-container-errors
    "failed to create containerd task: failed to create shim task: failed to mount container storage: mount_device "
    "not allowed by policy. Errors: [deviceHash not found].": "policy-denies",
    # MicrosoftDocs/azure-docs#26512, and Kubernetes' prober
    "Unhealthy (x3): Liveness probe failed: cat: can't open '/tmp/healthy': No such file": "liveness-failed",
    "Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500": "probe-status",
    'Unhealthy: Readiness probe failed: Get "http://10.0.0.4:80/": dial tcp 10.0.0.4:80: connect: connection refused': (
        "probe-refused"
    ),
    "Unhealthy: Liveness probe failed: context deadline exceeded": "probe-slow",
    "Unhealthy: Readiness probe failed: exit status 1": "readiness-failed",
    # facts: recorded refusals
    "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' exceeded in "
    "region 'westus'. Limit: '10', Usage: '9' Requested: '4'.": "quota",
    "SubnetIsFull: Subnet aci with address prefix 10.0.0.0/28 is full.": "subnet-full",
    "The Spot node was evicted": "evicted",
}


@pytest.mark.parametrize("said", SAID)
def test_what_was_said_is_understood(said: str) -> None:
    """By one row each."""
    found = find_pattern(said)

    assert found is not None
    assert SAID[said] == found.id


def test_every_row_has_its_example() -> None:
    """None is there that no known text needs; what a log says is asked for as such."""
    printed = find_pattern("standard_init_linux.go:178: exec user process caused: exec format error", About.LOG)

    assert printed is not None
    assert {each.id for each in PATTERNS} == {*SAID.values(), printed.id}


@pytest.mark.parametrize(
    "said",
    [
        "Pulled: Successfully pulled image",
        "Started: Started container",
        "BackOff: Back-off restarting failed container",
        "Killing: Killing container with id 4e8b4a2b.",
        "CrashLoopBackOff: Back-off 10s restarting failed",
        "Completed",
        "",
    ],
)
def test_what_was_recorded_of_others_is_no_failure_of_a_kind(said: str) -> None:
    """Events of containers that run, or that only crash."""
    assert find_pattern(said) is None


def test_the_table() -> None:
    """Unique ids, evidence for each row, sentences without a full stop, expressions that compile."""
    assert len(PATTERNS) == len({each.id for each in PATTERNS})
    for row in PATTERNS:
        assert row.evidence
        assert re.compile(row.words)
        for text in (row.meaning, row.advice):
            assert text
            assert not text.endswith(".")


@pytest.mark.parametrize("about", [each for each in About if each is not About.LOG])
def test_the_last_row_of_a_kind_fits_all_of_it(about: About) -> None:
    """What is of a kind is never left without a word."""
    assert not [row for row in PATTERNS if row.about is about][-1].words


def test_a_kind_comes_from_the_text() -> None:
    """Lines of logs are of no kind by themselves: a program may print anything."""
    assert tell_kind("exec format error") is None
    assert find_pattern("exec format error") is None
