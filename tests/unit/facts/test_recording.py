"""No recording tells whose subscription it was: real ids, addresses, names and tokens in a thousand random worlds."""

from __future__ import annotations

import base64
import json
import random
import re
import string
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from cases import naming
from thoroughness import up_to

from aci_reconcile.core.redaction.redactor import list_spellings
from aci_reconcile.emulator import Emulator, Knobs, Request, open_store
from aci_reconcile.facts.aliases import is_random
from aci_reconcile.facts.recording import Exchange, Scrubber, scrub, write_recording

if TYPE_CHECKING:
    from aci_reconcile.core.model import Json

API = "api-version=2025-09-01"
KIND = "Microsoft.ContainerInstance/containerGroups"
WORDS = ("acme", "contoso", "fabrikam", "billing", "ledger", "payroll", "zebra", "quokka", "walrus", "tundra")


class World:
    """A subscription of somebody, with everything in it that must not get out."""

    def __init__(self, seed: int) -> None:
        """Make up names, ids, addresses and secrets."""
        self.dice = random.Random(seed)
        self.private: dict[str, str] = {
            **{each: self.guid() for each in ("subscription", "tenant", "client", "object", "request", "operation")},
            **{each: self.word() for each in ("group", "person", "registry", "account", "share", "vnet", "subnet")},
            **{each: self.word() for each in ("tag", "tagged", "variable", "folder", "label", "identity", "container")},
            "key": base64.b64encode(self.dice.randbytes(64)).decode(),
            "sas": base64.b64encode(self.dice.randbytes(32)).decode(),
            "password": self.letters(24),
            "jwt": f"eyJ{self.letters(20)}.eyJ{self.letters(60)}.{self.letters(43)}",
            "digest": self.dice.randbytes(32).hex(),
            "ip": ".".join(str(self.dice.randint(11, 251)) for _ in range(4)),
            "ipv6": ":".join(f"{self.dice.randint(4096, 65535):x}" for _ in range(8)),
            "label_hash": self.letters(16, string.ascii_lowercase + string.digits),
            "moment": f"20{self.dice.randint(25, 31)}-0{self.dice.randint(1, 9)}-{self.dice.randint(10, 28)}T03:04:05Z",
        }
        self.private["variable"] = self.private["variable"].replace("-", "_")
        self.message = ""
        """What Azure says at the end: all of it."""
        self.private["resource group"] = self.word(self.dice.randint(1, 3))
        self.private["mail"] = f"{self.private['person']}.smith@{self.private['registry']}.example.org"
        self.emulator = Emulator(
            open_store(None),
            knobs=Knobs(
                subscription_id=self.private["subscription"],
                tenant_id=self.private["tenant"],
                client_id=self.private["client"],
            ).at("instant"),
        )

    def guid(self) -> str:
        """Return any GUID, in any case."""
        made = str(uuid.UUID(int=self.dice.getrandbits(128)))
        return made.upper() if self.dice.random() < 0.3 else made

    def letters(self, number: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        """Return what nobody has chosen."""
        return "".join(self.dice.choices(alphabet, k=number))

    def word(self, number: int = 2) -> str:
        """Return what somebody has chosen; no two of a world are the same."""
        return "-".join(self.dice.choices(WORDS, k=number)) + self.letters(3, string.ascii_lowercase)

    @property
    def path(self) -> str:
        """The group."""
        own = self.private
        return (
            f"/subscriptions/{own['subscription']}/resourceGroups/{own['resource group']}"
            f"/providers/Microsoft.ContainerInstance/containerGroups/{own['group']}"
        )

    def ask(self, method: str, path: str, body: Any = None) -> Exchange:
        """Ask the emulator."""
        url = f"https://management.azure.com{path}{'&' if '?' in path else '?'}{API}"
        sent = b"" if body is None else json.dumps(body).encode()
        answer = self.emulator.handle(Request(method, url, {}, sent))
        told = {"x-ms-request-id": self.private["request"], "x-ms-routing-request-id": f"WEST:{self.private['mail']}"}
        received = answer.json() if answer.body else None
        return Exchange(method, url, answer.status, body, {**dict(answer.headers), **told}, received)

    def group(self) -> dict[str, Any]:
        """Return a group that holds all that a group can."""
        own = self.private
        subnet = (
            f"/subscriptions/{own['subscription']}/resourceGroups/{own['resource group']}/providers/Microsoft.Network"
            f"/virtualNetworks/{own['vnet']}/subnets/{own['subnet']}"
        )
        identity = f"{self.path.partition('/providers/')[0]}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
        share = {"shareName": own["share"], "storageAccountName": own["account"], "storageAccountKey": own["key"]}
        variables = [{"name": own["variable"], "value": own["password"]}, {"name": "EMPTY", "value": ""}]
        container = {
            "image": "mcr.microsoft.com/azuredocs/aci-helloworld",
            "command": ["/bin/sh", "-c", f"login --password {own['password']} && sleep infinity"],
            "resources": {"requests": {"cpu": 1.0, "memoryInGB": 1.0}},
            "environmentVariables": variables,
        }
        return {
            "location": "westeurope",
            "tags": {own["tag"]: own["tagged"], "aci-reconcile-owner": "facts"},
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {f"{identity}/{own['identity']}": {}}},
            "properties": {
                "osType": "Linux",
                "containers": [{"name": own["container"], "properties": container}],
                "subnetIds": [{"id": subnet}],
                "volumes": [{"name": own["folder"], "azureFile": share}],
                "imageRegistryCredentials": [
                    {"server": f"{own['registry']}.azurecr.io", "username": own["person"], "password": own["key"]}
                ],
            },
        }

    def record(self) -> list[Exchange]:
        """Return what a run sees of it, and some of the things that Azure says besides."""
        own, body = self.private, self.group()
        resource_group = self.path.partition("/providers/")[0]
        made = [
            self.ask("PUT", resource_group, {"location": "westeurope", "tags": {own["tag"]: own["tagged"]}}),
            self.ask("PUT", self.path, body),
            self.ask("GET", self.path),
            self.ask("GET", self.path.upper()),
            self.ask("GET", f"{self.path}/containers/{own['container']}/logs"),
            self.ask("GET", f"/subscriptions/{own['subscription']}"),
            self.ask("GET", f"{resource_group}/resources"),
            self.ask("PUT", self.path, {**body, "location": "northeurope"}),
            self.ask("DELETE", self.path),
        ]
        self.message = (
            f"The client '{own['mail']}' with object id '{own['object']}' has no rights over '{self.path}'; "
            f"'{own['resource group']}' of {own['person']} at {own['ip']} or [{own['ipv6']}]:443 and "
            f"https://{own['label']}.{own['label_hash']}.westeurope.azurecontainer.io, "
            f"{own['account']}.file.core.windows.net/{own['share']}?sv=2022-11-02&sig={own['sas']}; "
            f"AccountKey={own['key']};EndpointSuffix=core.windows.net. "
            f"Authorization: Bearer {own['jwt']}. Pulled sha256:{own['digest']} at {own['moment']} by "
            f"{own['registry']}.azurecr.io; operation {own['operation'].replace('-', '')}, tag {own['tagged']}."
        )
        location = f"https://management.azure.com{resource_group}/operationresults/{own['jwt']}?{API}&t={own['sas']}"
        address = {
            "ip": own["ip"],
            "dnsNameLabel": own["label"],
            "fqdn": f"{own['label']}.westeurope.azurecontainer.io",
        }
        odd = Exchange(
            "POST",
            f"https://{own['registry']}.example.org{self.path}/start?{API}&code={own['password']}&s={own['sas']}",
            403,
            None,
            {"Location": location, "Set-Cookie": own["jwt"], "Date": own["moment"], "WWW-Authenticate": own["tenant"]},
            {
                "error": {
                    "code": "AuthorizationFailed",
                    "message": self.message,
                    "innererror": {"trace": f"{self.message} once more"},
                },
                "systemData": {"createdBy": own["mail"], "createdAt": own["moment"]},
                "principalId": own["object"],
                "ipAddress": address,
                "webSocketUri": f"wss://{own['ip']}/exec/{own['operation']}",
                "password": own["password"],
                "content": f"{own['moment']} {own['password']}\n{own['mail']}\n",
            },
        )
        return [*made, odd]


def find_leaks(world: World, text: str) -> list[str]:
    """Return what of a world can be read in a text, in any spelling, and whatever looks random."""
    folded = text.lower()
    known = [
        kind
        for kind, value in world.private.items()
        if any(spelling in folded for spelling in (*list_spellings(value), value.lower().replace("-", "")))
    ]
    made_up = r"0{8}-[0-9a-f-]{27}|0{12}[0-9a-f]+|20\d\d-\d\d-\d\d(?:T[\d:.]+)?"
    words = re.findall(r"[\w+=~-]{16,}", re.sub(made_up, "", text))
    return [*known, *(word for word in words if is_random(word))]


def check_scrubbed(seed: int) -> None:
    """Nothing of a world is in the recording of it, nor in another text about the run."""
    world = World(seed)
    exchanges, known = world.record(), [world.private["subscription"], world.private["resource group"]]
    world.dice.shuffle(exchanges)
    text = write_recording(scrub(exchanges, known))
    raw = write_recording(exchanges)

    assert [] == find_leaks(world, text)
    assert len(find_leaks(world, raw)) > 20
    assert [] == find_leaks(world, Scrubber(exchanges, known).scrub_text(world.message))


@pytest.mark.parametrize("seed", range(up_to(30)))
def test_nothing_of_a_world_survives(seed: int) -> None:
    """Whatever the names, the order and the answers are."""
    check_scrubbed(seed)


@pytest.mark.sweep
@pytest.mark.parametrize("first", range(30, 1000, 10))
def test_nothing_of_a_thousand_worlds_survives(first: int) -> None:
    """Likewise, many times."""
    for seed in range(first, first + 10):
        with naming(f"seed {seed}"):
            check_scrubbed(seed)


def test_the_same_thing_has_the_same_name_and_moments_keep_their_distance() -> None:
    """So that a run can still be replayed: what is kept is what says something about Azure."""
    path = "/subscriptions/sub-of-acme/resourceGroups/rg/providers/Microsoft.ContainerInstance/containerGroups/db"
    headers = {"Location": f"https://management.azure.com{path}?api-version=2025-09-01&t=x", "Date": "now"}
    body: Json = {
        "name": "db",
        "properties": {"osType": "Linux", "instanceView": {"events": [{"name": "Pulled", "message": "in RG, for db"}]}},
        "times": ["2026-11-29T08:00:05.25Z"],
        "startTime": "2026-11-29T08:00:05.25Z",
        "endTime": "2026-11-29T07:59:55Z",
        "location": "westeurope",
        "count": 3,
    }
    (made,) = scrub([Exchange("GET", path, 200, None, headers, body)])

    clean = "/subscriptions/name1/resourceGroups/name2/providers/Microsoft.ContainerInstance/containerGroups/name3"
    assert clean == made.url
    assert {"location": f"{clean}?api-version=2025-09-01"} == made.headers
    assert {
        "name": "name3",
        "properties": {
            "osType": "Linux",
            "instanceView": {"events": [{"name": "Pulled", "message": "in NAME2, for name3"}]},
        },
        "times": ["2020-01-01T00:00:10.25Z"],
        "startTime": "2020-01-01T00:00:10.25Z",
        "endTime": "2020-01-01T00:00:00Z",
        "location": "westeurope",
        "count": 3,
    } == made.response


def test_a_recording_has_the_shape_of_those_that_are_replayed() -> None:
    """A list of exchanges, in the order in which they were made."""
    text = write_recording(scrub([Exchange("GET", "/subscriptions/a", 200), Exchange("GET", "/subscriptions/a", 204)]))

    assert [200, 204] == [each["status"] for each in json.loads(text)]
    assert ["method", "url", "request", "status", "headers", "response"] == list(json.loads(text)[0])


@pytest.mark.parametrize(
    "text",
    [
        "http://[",
        "9999-12-31T23:59:59Z",
        "0001-99-99T00:00:00",
        "/subscriptions/",
        "::",
        "",
        "/subscriptions/%zz",
        "\ud800",
    ],
)
def test_odd_texts_are_no_defect(text: str) -> None:
    """What comes from Azure may be anything."""
    exchange = Exchange("GET", text, 200, text, {"Location": text}, {"message": text, "other": [text], text: None})

    assert 2 == len(json.loads(write_recording(scrub([exchange, Exchange("GET", "/", 200)]))))


@pytest.mark.parametrize("seed", range(3))
def test_a_recording_can_be_replayed(seed: int) -> None:
    """The emulator answers what was asked with the same statuses and codes: nothing was replaced by what is invalid."""
    recorded = scrub(World(seed).record()[:-1])
    emulator = Emulator(open_store(None), knobs=Knobs().at("instant"))
    told = [
        emulator.handle(
            Request(each.method, each.url, {}, b"" if each.request is None else json.dumps(each.request).encode())
        )
        for each in recorded
    ]

    assert [each.status for each in recorded] == [each.status for each in told]
    assert [_find_code(each.response) for each in recorded] == [
        _find_code(each.json() if each.body else None) for each in told
    ]
    assert {200, 201, 409} <= {each.status for each in told}


def _find_code(body: Any) -> str:
    return body["error"]["code"] if body and "error" in body else ""


def test_thousands_of_names_are_found_at_once_the_longest_first() -> None:
    """Also those that begin alike, are a part of another, or are written in letters that have no small form."""
    names = ["a" * number for number in range(2, 30)] + [f"shop-{number}" for number in range(3000)] + ["saffron"]
    scrubber = Scrubber([], names)
    aliases = {name: scrubber.scrub_text(f"<{name}>") for name in names}

    assert len(names) == len({*aliases.values()})
    assert all(re.fullmatch(r"<name\d+>", alias) for alias in aliases.values())
    assert "<name> and baab" == scrubber.scrub_text("<\u017faffron> and baab")


def test_what_azure_says_is_not_spoiled_by_names_that_are_common_words() -> None:
    """They tell nothing about anybody; addresses and paths keep their form."""
    address, path = {"nameServers": ["10.1.2.3"]}, {"mountPath": "/srv/acme", "server": "acme.azurecr.io"}
    body: Json = {
        "name": "more",
        "dnsConfig": address,
        "volumeMounts": [path],
        "message": "No more than 5, at /srv/acme",
    }
    (made,) = scrub([Exchange("GET", "/", 400, None, {}, body)])

    assert {
        "name": "more",
        "dnsConfig": {"nameServers": ["198.18.0.2"]},
        "volumeMounts": [{"mountPath": "/name1", "server": "label1.azurecr.io"}],
        "message": "No more than 5, at /name1",
    } == made.response


@pytest.mark.parametrize(
    "address",
    [
        "wss://bridge-linux-12.eastus.management.azurecontainer.io/exec/caas-9f8e7d6c5b4a/bridge-0a1b2c3d4e5f?rows=24",
        "ws://127.0.0.1:8080/execstream/sessionId/8f14e45f-ceea-467f-a0e6-a1a2a3a4a5a6?api-version=1.0&rows=24",
    ],
)
def test_what_exec_offers_does_not_survive(address: str) -> None:
    """Neither the server, nor the session, nor the password; also where a message quotes them."""
    body: Json = {"webSocketUri": address, "password": "hunter-two-long"}
    path = f"/subscriptions/s-of-acme/resourceGroups/rg/providers/{KIND}/web/containers/main/exec?{API}"
    asked: Json = {"command": "/bin/sh", "terminalSize": {"rows": 24, "cols": 80}}
    quoted: Json = {"message": f"{address} refused hunter-two-long"}
    made = scrub([Exchange("POST", path, 200, asked, {}, body), Exchange("GET", "/", 400, None, {}, quoted)])
    text = write_recording(made)

    assert asked == made[0].request
    assert isinstance(made[0].response, dict)
    assert {"webSocketUri", "password"} == made[0].response.keys()
    for part in ("bridge", "eastus", "azurecontainer", "caas", "9f8e", "8f14", "sessionid", "hunter", "127.0.0.1"):
        assert part not in text.lower(), part
