"""``deploy/kubernetes``: what no schema knows. Least privilege, command lines that parse, files that are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from docs_commands import parse_command

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATIONS = sorted(FOLDER.rglob("kustomization.yaml"))
RESOURCES = [
    each
    for file in sorted(FOLDER.rglob("*.yaml"))
    if file.name != "kustomization.yaml"
    for each in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]


def find_template(resource: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod template of a workload; None for what runs nothing."""
    spec: dict[str, Any] = resource.get("spec", {})
    found: dict[str, Any] | None = spec.get("jobTemplate", {}).get("spec", spec).get("template")
    return found


WORKLOADS = {str(each["metadata"]["name"]): each for each in RESOURCES if find_template(each)}


@pytest.mark.parametrize("file", KUSTOMIZATIONS, ids=lambda each: each.parent.name)
def test_a_kustomization_lists_the_files_beside_it(file: Path) -> None:
    """All of them, and no other."""
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))["resources"]

    assert sorted(listed) == sorted(each.name for each in file.parent.iterdir() if each != file)


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_has_no_right_that_it_does_not_need(name: str) -> None:
    """As the namespace demands, and more: nothing can be written but a scratch folder, and no token lies in it."""
    template = find_template(WORKLOADS[name])
    assert template is not None
    pod = template["spec"]
    (container,) = pod["containers"]
    own = container["securityContext"]

    assert "true" == template["metadata"]["labels"]["azure.workload.identity/use"]
    assert False is pod["automountServiceAccountToken"]
    assert (True, "RuntimeDefault") == (
        pod["securityContext"]["runAsNonRoot"],
        pod["securityContext"]["seccompProfile"]["type"],
    )
    assert {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}} == own
    assert {"cpu", "memory", "ephemeral-storage"} == set(container["resources"]["limits"])
    assert {each["name"] for each in container["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


def test_what_only_looks_has_an_identity_that_cannot_write() -> None:
    """Each service account is there, with its identity, and mounts no token."""
    accounts = {each["metadata"]["name"]: each for each in RESOURCES if each["kind"] == "ServiceAccount"}
    used = {name: (find_template(each) or {})["spec"]["serviceAccountName"] for name, each in WORKLOADS.items()}

    assert set(accounts) == set(used.values())
    assert ["aci-reconcile-drift"] == [name for name, account in used.items() if account == "aci-reconcile-reader"]
    assert all("azure.workload.identity/client-id" in each["metadata"]["annotations"] for each in accounts.values())
    assert all(each["automountServiceAccountToken"] is False for each in accounts.values())


@pytest.mark.parametrize("name", WORKLOADS)
def test_the_command_line_parses(name: str) -> None:
    """With the entry point of the image in front of it."""
    template = find_template(WORKLOADS[name])
    assert template is not None

    parse_command(template["spec"]["containers"][0]["args"])


def test_the_job_has_as_many_pods_as_shards() -> None:
    """A shard without a pod would be left out, and nobody would see it."""
    spec = WORKLOADS["aci-reconcile-apply"]["spec"]
    args = spec["template"]["spec"]["containers"][0]["args"]

    assert ("Indexed", str(spec["completions"])) == (spec["completionMode"], args[args.index("--shards") + 1])
    assert spec["completions"] == spec["parallelism"]


def test_there_is_never_a_second_watch() -> None:
    """The old pod ends before a new one begins, and its count of a day's deletions is on a disk that survives it."""
    spec = WORKLOADS["aci-reconcile-watch"]["spec"]
    container = spec["template"]["spec"]["containers"][0]
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    claims = {each["name"]: each.get("persistentVolumeClaim") for each in spec["template"]["spec"]["volumes"]}
    state = Path(container["args"][container["args"].index("--state") + 1])

    assert (1, "Recreate") == (spec["replicas"], spec["strategy"]["type"])
    assert claims[mounts[str(state.parent)]] is not None
    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_what_another_attempt_cannot_mend_is_not_tried_again() -> None:
    """Of the exit codes; 5 and 6 are: the next attempt goes on where the last one ended."""
    found: dict[str, list[tuple[str, list[int]]]] = {}
    for name in ("aci-reconcile-apply", "aci-reconcile-drift"):
        each = WORKLOADS[name]
        spec = each["spec"].get("jobTemplate", each)["spec"]
        rules = [rule for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
        found[name] = [(rule["action"], rule["onExitCodes"]["values"]) for rule in rules]

    assert {"aci-reconcile-apply": [("FailIndex", [1, 3, 4, 70])], "aci-reconcile-drift": [("FailJob", [2])]} == found
