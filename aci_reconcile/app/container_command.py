"""``exec``: one program in a running container, its input and output, and its exit code."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aci_reconcile.app.conversation import Conversation
from aci_reconcile.app.interruption import EndedBySignalError
from aci_reconcile.core.errors import NoExitCodeError, UsageError
from aci_reconcile.core.model import as_list, as_object, as_text
from aci_reconcile.operate import shell_script
from aci_reconcile.operate.commands import quote
from aci_reconcile.operate.shell_session import ShellSession

if TYPE_CHECKING:
    from aci_reconcile.app.conversation import Near
    from aci_reconcile.core.backend import Backend
    from aci_reconcile.core.model import Resource
    from aci_reconcile.operate.shell_script import Mode

_SHELL_PATH: Final = re.compile(r"/[A-Za-z0-9_./+-]{1,200}")
"""It is typed into a shell as it is."""
_INTERRUPT: Final = b"\x03"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run in a container.

    ``direct`` runs the program itself instead of the container's shell, which needs no shell in the image and knows no
    exit code. ``size`` is rows and columns of the terminal: wide, so that no program wraps its lines.
    """

    command: tuple[str, ...]
    stdin: bool = False
    mode: Mode = "captured"
    direct: bool = False
    shell: str = shell_script.SHELL
    size: tuple[int, int] = (24, 500)


def check_command(wanted: Wanted) -> None:
    """Make sure that a command can be sent.

    Raises:
        UsageError: it is empty, or a terminal cannot carry it.
    """
    if not wanted.command or not wanted.command[0]:
        raise UsageError("there is no command to run", hint="write it after two dashes: exec web -- ls /tmp")
    if any("\0" in word for word in wanted.command):
        raise UsageError("an argument contains NUL, which no program can be given")
    if wanted.command[0].startswith("-"):
        raise UsageError(
            f"{wanted.command[0]} is an option, and no program", hint="write options before the two dashes"
        )
    if not _SHELL_PATH.fullmatch(wanted.shell):
        raise UsageError(f"{wanted.shell!r} is not the path of a shell", hint="such as /bin/sh or /busybox/sh")
    if wanted.direct and any(not each.isprintable() for each in wanted.command):
        raise UsageError("without the container's shell, arguments must be printable")


def check_running(live: Resource, container: str) -> None:
    """Make sure that a program can be run in a container.

    Raises:
        NoExitCodeError: the group is being created, or the container does not run.
    """
    provisioning = as_text(live.properties.get("provisioningState"))
    state, reason = _read_state(live, container)
    if state.lower() == "running":
        return
    if provisioning and provisioning.lower() not in {"succeeded", "failed"}:
        raise NoExitCodeError(
            f"{live.address} is {provisioning.lower()}: {container} does not run yet",
            hint="wait for it: `aci-reconcile status` shows when it runs",
        )
    shown = f"is {state.lower()}" if state else "has no state yet"
    raise NoExitCodeError(
        f"{container} of {live.address} does not run: it {shown}{f' ({reason})' if reason else ''}",
        hint=f"`aci-reconcile logs {quote(live.address)} -c {quote(container)}` shows what it printed last",
    )


def _read_state(live: Resource, container: str) -> tuple[str, str]:
    """Return the state of a container, and why."""
    group = as_object(live.properties.get("instanceView"))
    for each in as_list(live.properties.get("containers")):
        found = as_object(each)
        if as_text(found.get("name")).lower() == container.lower():
            view = as_object(as_object(found.get("properties")).get("instanceView"))
            current = as_object(view.get("currentState"))
            code = current.get("exitCode")
            ended = f"exit code {code}" if isinstance(code, int) and code else ""
            told = (as_text(current.get("detailStatus")), ended)
            return as_text(current.get("state")) or as_text(group.get("state")), ", ".join(filter(None, told))
    return "", ""


def check_system(live: Resource, wanted: Wanted) -> None:
    """Make sure that the container has a shell of the kind that is needed.

    Raises:
        NoExitCodeError: it is one of Windows.
    """
    if not wanted.direct and as_text(live.properties.get("osType")).lower() == "windows":
        raise NoExitCodeError(
            f"{live.address} runs Windows, whose shell cannot be asked for an exit code",
            hint="--no-exit-code runs the program without one",
        )


def run_command(backend: Backend, live: Resource, container: str, wanted: Wanted, near: Near) -> int | None:
    """Run a program in a container and return its exit code; None if it is not known, and was not asked for.

    Raises:
        UsageError: the command cannot be sent.
        NoExitCodeError: the exit code is not known, and why.
        AzureError: Azure refused, or the connection broke.
    """
    check_command(wanted)
    check_running(live, container)
    check_system(live, wanted)
    rows, columns = wanted.size
    first = _join(wanted.command) if wanted.direct else wanted.shell
    stream = backend.execute(live.id, container, first, rows=rows, columns=columns)
    conversation = Conversation(stream, near)
    try:
        if wanted.direct:
            conversation.run_directly(stdin=wanted.stdin)
            return None
        session = ShellSession(
            wanted.command, secrets.token_hex(16), mode=wanted.mode, shell=wanted.shell, stdin=wanted.stdin
        )
        return conversation.run_in_shell(session)
    except (KeyboardInterrupt, EndedBySignalError):
        conversation.close(_INTERRUPT)
        raise
    finally:
        conversation.close()


def _join(command: tuple[str, ...]) -> str:
    """Return a command line; whether Azure splits it is disputed (fact ``exec-arguments``)."""
    import shlex

    return command[0] if len(command) == 1 else shlex.join(command)
