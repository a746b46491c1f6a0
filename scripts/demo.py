"""The main job on the embedded emulator, start to end, printed as a person would type it.

Every line after a ``$`` is run as it stands; nothing is played back. It works on a copy of manifests/ in a temporary
folder, so that it can be repeated and leaves nothing behind.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {
    "DB_PASSWORD": "not-a-real-password",
    "STORAGE_KEY": "bm90LWEtcmVhbC1rZXk=",
    "TLS_KEY": "not-a-real-key",
    "REGISTRY_PASSWORD": "not-a-real-password-either",
    "WORKSPACE_KEY": "bm90LWEtcmVhbC13b3Jrc3BhY2Uta2V5",
}
BOLD, DIM, RESET = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if sys.stdout.isatty() else ("", "", "")


class Shell:
    """A folder with manifests, and the environment of whoever works in it."""

    def __init__(self, folder: Path) -> None:
        """Work in ``folder``, with this project's command on the path and the examples' secrets at hand."""
        self.folder = folder
        binaries = Path(sys.executable).parent
        self.environ = {**os.environ, **SECRETS, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}

    def say(self, text: str) -> None:
        """Print a remark."""
        print(f"\n{DIM}# {text}{RESET}", flush=True)

    def run(self, command: str, *, expect: int = 0) -> None:
        """Print a command and run it; stop the demonstration when it does not end as it should."""
        print(f"{BOLD}$ {command}{RESET}", flush=True)
        code = subprocess.run(shlex.split(command), cwd=self.folder, env=self.environ, check=False).returncode  # noqa: S603
        if code != expect:
            sys.exit(f"the demonstration expected exit code {expect} and got {code}")
        if code:
            print(f"{DIM}(exit code {code}){RESET}", flush=True)

    @contextmanager
    def background(self, command: str) -> Iterator[str]:
        """Run a server while something else happens; gives the address that it prints first."""
        print(f"{BOLD}$ {command} &{RESET}", flush=True)
        server = subprocess.Popen(  # noqa: S603
            shlex.split(command), cwd=self.folder, env=self.environ, stdout=subprocess.PIPE, text=True
        )
        try:
            line = server.stdout.readline() if server.stdout else ""
            print(line, end="", flush=True)
            yield line.split()[-1]
        finally:
            server.terminate()
            server.communicate()


def show(shell: Shell) -> None:
    """Run the main job."""
    shell.say("Eleven container groups are declared here. The secrets they need are in the environment.")
    shell.run("ls")
    shell.run("aci-reconcile validate --quiet")
    shell.say("What would be done? --local stands an emulator of Azure in for the real one.")
    shell.run("aci-reconcile plan --local")
    shell.say("Do it. An apply is done when the containers run.")
    shell.run("aci-reconcile apply --local --auto-approve --stable-for 2s")
    shell.say("How are they? And what did the task print?")
    shell.run("aci-reconcile status --local")
    shell.run("aci-reconcile logs wordcount --local")
    shell.say("Somebody changes a group by hand, past Git.")
    with shell.background("aci-reconcile emulator --quiet --port 0 --state .aci-reconcile") as endpoint:
        shell.run(f"python ../change_by_hand.py {endpoint} rg-examples/hello LOG_LEVEL=trace")
    shell.say("The scheduled check finds it.")
    shell.run("aci-reconcile drift --local", expect=2)
    shell.say("The next apply repairs it: one group restarts, the others are left alone.")
    shell.run("aci-reconcile apply --local --auto-approve --stable-for 2s")
    shell.say("And nothing is left to do.")
    shell.run("aci-reconcile plan --local")


def main() -> None:
    """Show it in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="aci-reconcile-demo-") as folder:
        copy = Path(folder) / "examples"
        shutil.copytree(ROOT / "manifests", copy, ignore=shutil.ignore_patterns(".aci-reconcile"))
        shutil.copy(ROOT / "scripts" / "change_by_hand.py", folder)
        show(Shell(copy))


if __name__ == "__main__":
    main()
