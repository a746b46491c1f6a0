"""Microsoft's JavaScript SDK: every method that it has, its pollers and pages, its errors and its security checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from clients.world import Done, World, installed, run, world

if TYPE_CHECKING:
    from collections.abc import Mapping

PROGRAMS = Path(__file__).parent / "programs"

OUTCOMES: dict[str, Any] = {
    "resource group": 201,
    "a wrong secret": ["AuthenticationRequiredError", "AADSTS7000215", None],
    "a missing group": ["RestError", 404, "ResourceNotFound"],
    "containerGroups.beginCreateOrUpdate": ["web", "Succeeded"],
    "containerGroups.beginCreateOrUpdateAndWait": ["other", "Succeeded"],
    "containerGroups.get": ["web", "Succeeded", "Running", True, [["PLAIN", "seen", None], ["HIDDEN", None, None]]],
    "containerGroups.list": ["other", "web"],
    "containerGroups.listByResourceGroup": ["other", "web"],
    "containerGroups.update": {"team": "blue"},
    "an update in place": ["Succeeded", {"team": "red"}],
    "an immutable change": ["RestError", 400, "InvalidContainerGroupUpdate"],
    "a bad name": ["RestError", 400, "InvalidContainerGroupName"],
    "a missing resource group": ["RestError", 404, "ResourceGroupNotFound"],
    "location.listUsage": {"ContainerGroups": 2, "StandardCores": 2},
    "location.listCachedImages": True,
    "location.listCapabilities": ["Linux", "NotSpecified"],
    "containers.listLogs": "string",
    "containers.executeCommand": ["wss:", "string"],
    "containers.attach": ["wss:", "string"],
    "containerGroups.beginRestart": "ended",
    "containerGroups.beginRestartAndWait": "ended",
    "containerGroups.stop": "ended",
    "stopped": "Stopped",
    "containerGroups.beginStart": "ended",
    "started": "Running",
    "containerGroups.beginStartAndWait": "ended",
    "containerGroups.getOutboundNetworkDependenciesEndpoints": True,
    "subnetServiceAssociationLink.beginDelete": "ended",
    "subnetServiceAssociationLink.beginDeleteAndWait": "ended",
    "operations.list": True,
    "containerGroups.beginDelete": "web",
    "containerGroups.beginDeleteAndWait": "other",
    "deleted": ["RestError", 404, "ResourceNotFound"],
    "delete of nothing": "ended",
    "paging": [100, 1],
    "resource group deleted": 202,
}
"""What becomes of each method, and of what users do with them."""

LOADED = (
    "const { createRequire } = require('node:module');\n"
    "const load = createRequire(process.env.SDK_FOLDER + '/');\n"
    "const { ContainerInstanceManagementClient: M } = load('@azure/arm-containerinstance');\n"
)
WITH_ANY_TOKEN = LOADED + (
    "const credential = { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3600000 }) };\n"
    "const options = { endpoint: process.env.ARM_URL, retryOptions: { maxRetries: 0 } };\n"
    "options.allowInsecureConnection = true;\n"
    "new M(credential, 's', options).containerGroups.get('rg', 'web').catch((e) => console.log(e.message));\n"
)
WITH_NO_ADDRESS = LOADED + (
    "const { EnvironmentCredential: C } = load('@azure/identity');\n"
    "const aci = new M(new C(), process.env.AZURE_SUBSCRIPTION_ID);\n"
    "(async () => {\n"
    "  let operations = 0;\n"
    "  for await (const each of aci.operations.list()) operations += each.name ? 1 : 0;\n"
    "  console.log(operations > 0);\n"
    "})();\n"
)

pytestmark = pytest.mark.clients


def run_node(made: World, *words: str, more: Mapping[str, str]) -> Done:
    """Run a program with the library's own packages."""
    environ = made.environ(SDK_FOLDER=str(installed("sdk-js").parent), ARM_URL=made.emulator.url, **made.principal())
    return run(["node", *words], made.folder, {**environ, **more})


def find_outcomes(made: World) -> Done:
    """Run every step; Node.js does not read the variables by which Python finds one more CA."""
    return run_node(made, str(PROGRAMS / "sdk.mjs"), more={"NODE_EXTRA_CA_CERTS": made.emulator.ca})


def test_every_method_works(tls_world: World) -> None:
    """Typed answers, a service principal, pollers, pages and Azure's codes; no method of the library is left out."""
    done = find_outcomes(tls_world)

    assert 0 == done.code, done.all
    assert done.json["results"] == OUTCOMES, done.err
    assert set() == set(done.json["methods"]) - set(OUTCOMES)


def test_pollers_poll_while_provisioning_takes_its_time(tmp_path: Path) -> None:
    """The same answers, where no group is ready at once."""
    with world(tmp_path, "--pace", "instant", "--provisioning", "500ms") as made:
        done = find_outcomes(made)

    assert 0 == done.code, done.all
    assert done.json["results"] == OUTCOMES, done.err


def test_the_certificate_is_checked(tls_world: World) -> None:
    """A client that was not told of the CA sends nothing to the emulator."""
    done = run_node(tls_world, "-e", WITH_ANY_TOKEN, more={})

    assert 0 == done.code, done.all
    assert "unable to verify the first certificate" in done.out


def test_the_library_itself_refuses_tokens_over_plain_http(http_world: World) -> None:
    """The check is the client's, and stays on."""
    done = run_node(http_world, "-e", WITH_ANY_TOKEN, more={})

    assert 0 == done.code, done.all
    assert "not permitted for non-TLS protected (non-https) URLs" in done.out


def test_the_public_cloud_by_its_own_names(tls_world: World) -> None:
    """No address is given to it: it reaches the emulator as it would reach Azure, through the machine's proxy."""
    done = run_node(tls_world, "-e", WITH_NO_ADDRESS, more={"NODE_EXTRA_CA_CERTS": tls_world.emulator.ca})

    assert (0, "true\n") == (done.code, done.out), done.all
