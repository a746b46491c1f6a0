"""azure-cli with a configuration folder of its own, signed in at the emulator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml
from clients.world import ENVIRONMENTS, Done, World, installed, run

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Az:
    """The command, with a configuration folder of its own."""

    world: World
    config: str = "azure"
    environments: Path = ENVIRONMENTS

    @property
    def words(self) -> tuple[str, ...]:
        """How it is started."""
        return (str(installed("azure-cli", self.environments) / "python"), "-m", "azure.cli")

    def settings(self) -> dict[str, str]:
        """Return the variables that it is set up with."""
        return {
            "AZURE_CONFIG_DIR": str(self.world.folder / self.config),
            "AZURE_CORE_COLLECT_TELEMETRY": "false",
            "AZURE_CORE_NO_COLOR": "true",
            "AZURE_CORE_SURVEY_MESSAGE": "false",
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",
            "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no",
        }

    def __call__(self, *words: str, expect: int = 0) -> Done:
        """Run it and see how it ended."""
        done = run([*self.words, *words], self.world.folder, self.world.environ(**self.settings()))

        assert expect == done.code, done.all
        return done

    def from_file(self, rg: str, body: dict[str, Any], *, expect: int = 0) -> Done:
        """Run `az container create --file`."""
        path = self.world.folder / f"{body['name']}.yaml"
        path.write_text(yaml.safe_dump(body), encoding="utf-8")
        return self("container", "create", "-g", rg, "-n", body["name"], "--file", str(path), expect=expect)

    def state(self, rg: str, name: str) -> Any:
        """Return what `az container show` says of the containers."""
        return self("container", "show", "-g", rg, "-n", name, "--query", "instanceView.state").json

    def sign_in(self, secret: str, *, expect: int = 0) -> Done:
        """Make the emulator the cloud and sign in as its service principal."""
        emulator = self.world.emulator
        self("cloud", "register", "-n", "local", "--endpoint-resource-manager", emulator.url)
        self("cloud", "set", "-n", "local")
        who = ("-u", emulator.client, "-p", secret, "-t", emulator.tenant)
        return self("login", "--service-principal", *who, expect=expect)
