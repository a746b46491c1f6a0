"""Paths as people write them, and the fields that they name."""

from __future__ import annotations

import pytest

from aci_reconcile.manifest.explanation.lookup import DOCUMENTS, find_near, find_places, list_paths, shorten


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("image", ["containers[].image", "initContainers[].image"]),
        ("containers.image", ["containers[].image"]),
        ("containers[0].image", ["containers[].image"]),
        ("containers.0.image", ["containers[].image"]),
        ("containers.web.image", ["containers[].image"]),
        ("containers[web].image", ["containers[].image"]),
        ("Containers[].Image", ["containers[].image"]),
        ("properties.containers[].properties.image", ["containers[].image"]),
        ("containers[web]", ["containers[]"]),
        ("containers.web.resources.cpu", ["containers[].resources.cpu"]),
        ("containers.web.resources.requests.cpu", ["containers[].resources.cpu"]),
        ("resources.cpu", ["containers[].resources.cpu"]),
        ("containers[web].environmentVariables[LOG.LEVEL]", ["containers[].environmentVariables[]"]),
        ("containers.web.environmentVariables.LEVEL.value", ["containers[].environmentVariables[].value"]),
        ("ipAddress.ports[80]", ["ipAddress.ports[]"]),
        ("tags.costCenter", ["tags.*"]),
        ("tags[cost center]", ["tags.*"]),
        ("name", ["name", "name"]),
        ("lifecycle.protect", ["lifecycle.protect"]),
        ("policy.freeze[0].cron", ["policy.freeze[].cron"]),
        ("variables.tag.type", ["variables.*.type"]),
        ("environments.prod.policy.maxDeletes", ["environments.*.policy.maxDeletes"]),
        ("environments.policy", ["environments.*.policy"]),
        ("environments.prod.groups.web", ["environments.*.groups.*"]),
        ("defaults.tags", ["tags"]),
        ("defaults", ["defaults"]),
        ("maxDeletes", ["policy.maxDeletes"]),
        ("containers.imag", []),
        ("containers[web].imag", []),
        ("nothing", []),
        ("a..b", []),
        ("[", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_path_names_fields(path: str, found: list[str]) -> None:
    """In ARM's form and in the short one, with numbers and names, from the top of a file or from the middle."""
    assert found == [each.path for each in find_places(path)]


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("restartpolcy", "restartPolicy"),
        ("containers.imag", "containers.image"),
        ("container.image", "containers.image"),
        ("containers[web].imagePullPolice", ""),
        ("somewhere.memory", "memoryInGB"),
        ("qqq", ""),
        ("[]", ""),
    ],
)
def test_near_misses(path: str, near: str) -> None:
    """The nearest path as a whole; otherwise what the last step may be."""
    assert near == find_near(path)


def test_every_path_names_its_field() -> None:
    """As it is listed, without brackets, and as ARM has it; no path is listed twice."""
    paths = list_paths()

    assert len(set(paths)) == len(paths) > 200
    for path in paths:
        for form in (path, path.replace("[]", ""), path.replace("[]", "[0]"), path.replace(".*", ".x")):
            found = {each.path.removesuffix("[]") for each in find_places(form)}

            assert path.removesuffix("[]") in found, form
    assert paths == tuple(map(shorten, paths))
    assert {"a manifest", "the project file"} == set(DOCUMENTS)
