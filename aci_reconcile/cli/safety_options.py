"""The options of commands that write: what releases a safety limit, approval, and waiting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from aci_reconcile.app.requests import LockRequest
from aci_reconcile.cli import candidates
from aci_reconcile.cli.option import Option, declare
from aci_reconcile.cli.option_types import Allowance, Duration, Name
from aci_reconcile.cli.options import SAFETY, WAITING

if TYPE_CHECKING:
    from aci_reconcile.app.policy import Allow

_LIMIT: Final = click.IntRange(min=0)

APPROVE: Final = Option(
    "-y", "--auto-approve", section=SAFETY, safety=True, is_flag=True, help="Do not ask for approval."
)
OVERRIDE_FREEZE: Final = Option(
    "--override-freeze",
    section=SAFETY,
    safety=True,
    metavar="REASON",
    default=None,
    help="Write despite a freeze. The reason is recorded.",
)
ANY_OWNER: Final = Option(
    "--any-owner",
    section=SAFETY,
    safety=True,
    is_flag=True,
    help="Act on groups of other projects, too, and on those that an NGroup manages.",
)
RESTORE: Final = Option(
    "--restore-on-failure",
    section=SAFETY,
    is_flag=True,
    help="Create the former group again if Azure refuses its replacement.",
)
PRUNE: Final = Option(
    "--prune/--no-prune",
    section=SAFETY,
    safety=True,
    default=None,
    help="Delete this project's groups that have no manifest (default: no, or the project's).",
)
MAX_DELETES: Final = Option(
    "--max-deletes",
    section=SAFETY,
    safety=True,
    type=_LIMIT,
    metavar="N",
    help="Allow N deletions (default: 1, or the project's).",
)
MAX_RESTARTS: Final = Option(
    "--max-restarts",
    section=SAFETY,
    safety=True,
    type=_LIMIT,
    metavar="N",
    help="Allow N restarts (default: no limit, or the project's).",
)
ADOPT: Final = Option(
    "--adopt",
    section=SAFETY,
    safety=True,
    is_flag=True,
    help="Take over declared groups that have no owner.",
)
ALLOW_REPLACE: Final = Option(
    "--allow-replace",
    section=SAFETY,
    safety=True,
    optional="any",
    type=Allowance(),
    metavar="N",
    help="Allow groups, or at most N, to be deleted and created again.",
)
TAKE_OVER: Final = Option(
    "--take-over",
    section=SAFETY,
    safety=True,
    multiple=True,
    metavar="OWNER",
    help="Take over groups of OWNER: a project or project/environment. Repeatable.",
)
CREATE_RESOURCE_GROUPS: Final = Option(
    "--create-resource-groups",
    section=SAFETY,
    safety=True,
    is_flag=True,
    help="Create resource groups that do not exist (default: no, or the project's).",
)


LOCK: Final = Option(
    "--lock",
    section=SAFETY,
    type=Name(),
    metavar="URL",
    default="",
    help="Lock: a blob, or a container with one for each project (default: the project's).",
)
TIME_BOX: Final = Option(
    "--time-box",
    section=WAITING,
    type=Duration(),
    metavar="TIME",
    default=None,
    help="Begin no write once TIME has passed; finish what was begun, and exit with 6.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockOptions:
    """The lock that keeps two runs from writing at once."""

    lock: str = declare(LOCK)
    lock_timeout: float = declare(
        Option(
            "--lock-timeout",
            section=SAFETY,
            type=Duration(),
            metavar="TIME",
            default=0.0,
            help="How long to wait for a lock that another run holds (default: not at all).",
        )
    )

    def make_request(self, command: str) -> LockRequest:
        """Return how a command that writes takes the lock."""
        return LockRequest(command, self.lock, self.lock_timeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """What releases a safety limit; on the command line only."""

    prune: bool | None = declare(PRUNE)
    max_deletes: int | None = declare(MAX_DELETES)
    max_restarts: int | None = declare(MAX_RESTARTS)
    adopt: bool = declare(ADOPT)
    take_over: tuple[str, ...] = declare(TAKE_OVER)
    allow_replace: int | None = declare(ALLOW_REPLACE)
    touch_secrets: bool = declare(
        Option(
            "--touch-secrets",
            section=SAFETY,
            safety=True,
            is_flag=True,
            help="Write secrets that could not be compared. Containers restart.",
        )
    )
    trust_secrets: bool = declare(
        Option(
            "--trust-secrets",
            section=SAFETY,
            safety=True,
            is_flag=True,
            help="Confirm that Azure already has the secrets that could not be compared.",
        )
    )
    redeploy: tuple[str, ...] = declare(
        Option(
            "--redeploy",
            section=SAFETY,
            safety=True,
            multiple=True,
            metavar="ADDRESS",
            help="Write this group again even if nothing differs. Repeatable.",
            shell_complete=candidates.complete_groups,
        )
    )
    create_resource_groups: bool = declare(CREATE_RESOURCE_GROUPS)
    override_freeze: str | None = declare(OVERRIDE_FREEZE)

    def make_allow(self, *, restore: bool = False) -> Allow:
        """Return what a plan may do."""
        from aci_reconcile.app.policy import Allow

        return Allow(
            prune=self.prune,
            max_deletes=self.max_deletes,
            max_restarts=self.max_restarts,
            adopt=self.adopt,
            take_over=self.take_over,
            replace=self.allow_replace,
            touch_secrets=self.touch_secrets,
            trust_secrets=self.trust_secrets,
            redeploy=self.redeploy,
            create_resource_groups=self.create_resource_groups,
            override_freeze=self.override_freeze,
            restore=restore,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitOptions:
    """What an apply waits for."""

    wait: str = declare(
        Option(
            "--wait",
            section=WAITING,
            type=click.Choice(["none", "provisioned", "healthy"]),
            default="healthy",
            help="Wait until Azure accepts, provisioning ends, or containers run (default: healthy).",
        )
    )
    stable_for: float = declare(
        Option(
            "--stable-for",
            section=WAITING,
            type=Duration(),
            default=10.0,
            metavar="TIME",
            help="How long a container must run to count as healthy (default: 10s).",
        )
    )
