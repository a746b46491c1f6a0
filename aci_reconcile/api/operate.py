"""Acting on groups that run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aci_reconcile.app.container_command import Wanted, run_command
from aci_reconcile.app.policy import make_owner_policy
from aci_reconcile.app.targets import check_owner, choose_container, find_group
from aci_reconcile.app.view import View
from aci_reconcile.app.workspace import list_scopes
from aci_reconcile.core.errors import UsageError
from aci_reconcile.operate.shell_script import SHELL
from aci_reconcile.planning.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aci_reconcile.core.backend import Backend
    from aci_reconcile.manifest import Loaded


@dataclass(frozen=True, slots=True)
class Ran:
    """What became of a program. ``exit_code`` is None if it was not asked for; ``output`` is stdout and stderr."""

    exit_code: int | None
    output: bytes


def execute(  # noqa: PLR0913  one door to the outside: each argument is the caller's to decide
    backend: Backend,
    address: str,
    command: Sequence[str],
    *,
    loaded: Loaded | None = None,
    container: str = "",
    stdin: bytes | None = None,
    show: Callable[[bytes], object] | None = None,
    exit_code: bool = True,
    shell: str = SHELL,
    any_owner: bool = False,
) -> Ran:
    """Run a program in a container, as the command ``exec`` does without a terminal, and return its exit code.

    Args:
        backend: where, from ``connect``.
        address: the group, or a pattern that means one group.
        command: the program and its arguments.
        loaded: says which resource groups and which owner are the project's; without it, a group has to be named with
            its resource group, and must not have an owner.
        container: the container, if there are several.
        stdin: the input of the program; without it, it finds the end at once.
        show: is given the output as it comes; then ``output`` stays empty.
        exit_code: whether the container's shell is asked to run the program. Without it, no shell is needed.
        shell: the path of that shell.
        any_owner: whether a group of another owner may be acted on.

    Raises:
        NotFoundError: there is no such group.
        UsageError: the command cannot be sent, or the address means several groups or no container.
        BlockedError: the group belongs to another owner.
        NoExitCodeError: the exit code is not known, and why.
        AzureError: Azure refused, or the connection broke.
    """
    if isinstance(command, str):
        raise UsageError("a command is a sequence of words", hint="write ['ls', '-l'], or ['sh', '-c', 'ls | wc -l']")
    view = _make_view(backend, loaded)
    live = find_group(view, address)
    check_owner(live, view.policy, any_owner=any_owner)
    near = _Memory([stdin] if stdin else [], show)
    wanted = Wanted(tuple(command), stdin is not None, direct=not exit_code, shell=shell)
    code = run_command(backend, live, choose_container(live, container, init=False), wanted, near)
    return Ran(code, bytes(near.output))


def _make_view(backend: Backend, loaded: Loaded | None) -> View:
    subscription = str(getattr(backend, "subscription", ""))
    if loaded is None:
        return View(backend, (), subscription, 1, policy=Policy(owner=""))
    project = loaded.project
    policy = make_owner_policy(project)
    return View(backend, list_scopes(project), project.subscription or subscription, 8, policy=policy)


@dataclass(slots=True)
class _Memory:
    """The near end of a program that is run by a program."""

    chunks: list[bytes]
    show: Callable[[bytes], object] | None
    output: bytearray = field(default_factory=bytearray)

    def read(self) -> bytes | None:
        return self.chunks.pop(0) if self.chunks else b""

    def stop(self) -> None:
        """Nothing waits."""

    def write(self, data: bytes) -> None:
        if self.show is None:
            self.output += data
        elif data:
            self.show(data)
