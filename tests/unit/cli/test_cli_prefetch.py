"""The list of the project's resource group is on its way while the manifests are read."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from unit.azure.loopback import serving
from unit.cli.command_line import PROJECT

from aci_reconcile.app import manifests, prefetch, workspace
from aci_reconcile.emulator import Emulator, Fault, Faults, Knobs, Request, Response, open_store, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from unit.azure.scripted import Asked
    from unit.cli.command_line import CommandLine

NEWER = "2026-06-01"


@dataclass
class Azure:
    """An emulator over HTTP: which lists it was asked for, by api-version, and what goes wrong."""

    faults: Faults = field(default_factory=Faults)
    url: str = ""
    lists: list[str] = field(default_factory=list[str])
    searches: int = 0
    """How often the subscription was looked through."""
    asked: threading.Event = field(default_factory=threading.Event)

    def note(self, request: Request, _response: Response) -> None:
        """Remember a list."""
        split = urlsplit(request.url)
        if request.method == "GET" and split.path.lower().endswith("/containergroups"):
            self.lists.append(parse_qs(split.query)["api-version"][0])
            self.asked.set()
        self.searches += request.method == "GET" and split.path.lower().endswith("/resources")


@pytest.fixture
def azure(monkeypatch: pytest.MonkeyPatch) -> Generator[Azure]:
    """Serve an emulator, and make it the place."""
    world = Azure()
    emulator = Emulator(
        open_store(None), knobs=Knobs(provisioning_seconds=0), faults=world.faults, on_request=world.note
    )
    with serve(emulator) as server:
        world.url = server.url
        monkeypatch.setenv("ACI_RECONCILE_ARM_ENDPOINT", server.url)
        yield world


@pytest.fixture
def shop(cli: CommandLine) -> CommandLine:
    """A project of one group, which names no place."""
    cli.write("aci-reconcile.yaml", PROJECT)
    cli.group("web")
    return cli


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a connection was opened before the manifests were read, each time that was wanted."""
    found: list[bool] = []
    real: Callable[..., Any] = prefetch.prefetch

    def noted(*given: Any) -> Any:
        early = real(*given)
        found.append(early is not None)
        return early

    monkeypatch.setattr(workspace, "prefetch", noted)
    return found


def read_late(monkeypatch: pytest.MonkeyPatch, asked: threading.Event) -> list[bool]:
    """Let the manifests be read only once the server was asked; returns whether it was."""
    arrived: list[bool] = []
    valid: Callable[..., Any] = manifests.load_valid

    def late(*given: Any, **more: Any) -> Any:
        arrived.append(asked.wait(20))
        return valid(*given, **more)

    monkeypatch.setattr(manifests, "load_valid", late)
    return arrived


def test_the_list_is_asked_for_before_the_manifests_are_read(
    shop: CommandLine, azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And once only: the plan is made from that list."""
    arrived = read_late(monkeypatch, azure.asked)
    ran = shop("plan")

    assert (0, [True]) == (ran.code, arrived)
    assert 1 == len(azure.lists)
    assert "1 to add" in ran.out


def test_an_apply_uses_it_too(shop: CommandLine, azure: Azure, begun: list[bool]) -> None:
    """The next plan finds what it wrote."""
    assert 0 == shop("apply", "-y").code
    assert 0 == shop("plan", "--detailed-exitcode").code
    assert [True, True] == begun


def test_nothing_is_begun_on_the_embedded_emulator(shop: CommandLine, begun: list[bool]) -> None:
    """Its lists take no time, and its state is not opened twice."""
    assert 0 == shop("plan", "--local").code
    assert [False] == begun


PROJECTS = {
    "no project file": None,
    "one without a resource group": PROJECT.replace("resourceGroup: rg-shop\n", ""),
    "a broken one": PROJECT + "colour: red\n",
}


@pytest.mark.parametrize("case", PROJECTS)
def test_nothing_is_begun_where_nobody_names_a_resource_group(
    shop: CommandLine, azure: Azure, begun: list[bool], case: str
) -> None:
    """The commands say what is missing, or find it in the manifests."""
    text = PROJECTS[case]
    (shop.folder / "aci-reconcile.yaml").unlink()
    if text is not None:
        shop.write("aci-reconcile.yaml", text)
    shop("plan", "manifests")

    assert [False] == begun
    assert [] == azure.lists


def test_a_resource_group_on_the_command_line_will_do(shop: CommandLine, azure: Azure, begun: list[bool]) -> None:
    """Where the project file names none."""
    shop.write("aci-reconcile.yaml", PROJECTS["one without a resource group"] or "")

    assert 0 == shop("plan", "-g", "rg-shop").code
    assert ([True], 1) == (begun, len(azure.lists))


def test_wrong_manifests_are_told_without_waiting_for_azure(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which was asked, and never answers here."""
    forever, asked = threading.Event(), threading.Event()
    rescue = threading.Timer(30, forever.set)

    def never(_asked: Asked) -> None:
        asked.set()
        forever.wait()

    shop.group("web", more="colour: red\n")
    arrived = read_late(monkeypatch, asked)
    rescue.start()
    with serving(never) as site:
        ran = shop("plan", "--arm-endpoint", site.url)
        waited = forever.is_set()
        kept = {each.daemon for each in threading.enumerate() if each.name == "aci-reconcile-prefetch"}
        forever.set()
    rescue.cancel()

    assert (1, [True], False) == (ran.code, arrived, waited)
    assert {True} == kept  # or the process would wait for it
    assert "colour" in ran.err
    assert "Traceback" not in ran.err


def test_another_api_version_opens_another_connection(
    shop: CommandLine, azure: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was listed with the project's is not used; the plan is made from a second list."""
    read_late(monkeypatch, azure.asked)
    shop.group("web", more=f"apiVersion: '{NEWER}'\n")
    shop("plan")

    assert 2 == len(azure.lists)
    assert [False, True] == [each == NEWER for each in azure.lists]


def test_a_list_that_fails_is_told_once(shop: CommandLine, azure: Azure) -> None:
    """As with any list: the group is unreadable, and nothing is planned for it."""
    azure.faults.add([Fault("error", "GET", "/containergroups$", times=99, status=403)])
    ran = shop("plan")

    assert 1 == ran.code
    assert 1 == len(azure.lists)
    assert 1 == (ran.out + ran.err).count("rg-shop/web")
    assert "Traceback" not in ran.err


def test_a_list_that_is_refused_for_its_rate_is_asked_for_again(shop: CommandLine, azure: Azure) -> None:
    """After the wait that Azure asks for; the refusal is nobody's concern."""
    azure.faults.add([Fault("error", "GET", "/containergroups$", times=1, status=429, seconds=0)])
    ran = shop("plan")

    assert (0, 2) == (ran.code, len(azure.lists))
    assert "1 to add" in ran.out


def test_without_credentials_the_error_is_told_once(shop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting ahead hides nothing and says nothing by itself."""
    monkeypatch.setenv("AZURE_CLIENT_ID", "22222222-2222-2222-2222-222222222222")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "secret")
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", "00000000-0000-0000-0000-000000000001")
    ran = shop("plan")

    assert 1 == ran.code
    assert 1 == ran.err.count("Error:"), ran.err


@pytest.mark.parametrize("words", [("plan",), ("plan", "--prune"), ("drift",), ("destroy", "-y")])
def test_the_subscription_is_looked_through_once(shop: CommandLine, azure: Azure, words: tuple[str, ...]) -> None:
    """By whatever command, and not where the command line says in which resource group the project is."""
    shop(*words)
    shop(*words, "-g", "rg-shop")

    assert 1 == azure.searches


def test_nothing_is_imported_beside_the_main_thread() -> None:
    """Of two threads that import the modules of one package each may wait for the other, and get half a module."""
    imported, begun = threading.Event(), threading.Event()

    class Backend:
        """Signs in, and says that it has."""

        def sign_in(self) -> str:
            """Return nobody."""
            begun.set()
            return ""

    asked: list[bool] = []

    def ask() -> Any:
        asked.append(imported.is_set())
        return "list"

    list_on_its_way: Any = prefetch.PendingList(cast("Any", Backend()), ask, imported)

    assert begun.wait(10)
    assert [] == asked
    imported.set()
    assert "list" == list_on_its_way()
    assert [True] == asked
