"""The options that several commands share, as functions that make them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import click

from aci_reconcile.cli import completing
from aci_reconcile.cli.command import Option
from aci_reconcile.cli.kinds import Allowance, Duration, Pair, Report

SOURCES, AZURE, SAFETY, SAVED, WAITING, OUTPUT = "Manifests", "Azure", "Safety", "Saved plan", "Waiting", "Output"

FILE: click.Path = click.Path(path_type=Path)

PLAIN = ("text", "json")
"""What every command can say its result in."""
PAGES = (*PLAIN, "markdown", "html", "junit", "github")
"""The formats of what there is a report about: a plan, a drift, an apply."""
CHECKS = (*PAGES, "sarif")
"""The formats of complaints about manifests; there are no others."""


def paths() -> list[click.Parameter]:
    """Manifests to select; without them, all that the project holds."""
    return [click.Argument(["paths"], nargs=-1, type=FILE, metavar="[PATH]...")]


def addresses() -> list[click.Parameter]:
    """Groups by their address."""
    return [click.Argument(["addresses"], nargs=-1, metavar="[ADDRESS]...", shell_complete=completing.groups)]


def address() -> list[click.Parameter]:
    """One group by its address."""
    return [click.Argument(["address"], metavar="ADDRESS", shell_complete=completing.groups)]


def count() -> click.ParamType[int]:
    """A number from 1 on."""
    return click.IntRange(min=1)


def common(formats: tuple[str, ...] = PLAIN) -> list[click.Parameter]:
    """What every command that reads manifests or Azure takes; on the command line before the command, too."""
    return [*sources(), *azure(), *output(formats)]


def sources() -> list[click.Parameter]:
    """Which manifests, with which values."""
    return [
        Option(
            "--project",
            section=SOURCES,
            type=FILE,
            metavar="FILE",
            help="Project file (default: aci-reconcile.yaml here or in a parent folder).",
        ),
        Option(
            "-e",
            "--environment",
            section=SOURCES,
            metavar="NAME",
            default="",
            help="Environment to use, as named in the project file.",
            shell_complete=completing.environments,
        ),
        Option(
            "--var",
            section=SOURCES,
            type=Pair(),
            multiple=True,
            adds=True,
            metavar="K=V",
            help="Set the variable K to V. Repeatable.",
        ),
        Option(
            "--var-file",
            section=SOURCES,
            type=FILE,
            multiple=True,
            adds=True,
            metavar="FILE",
            help="Read variables from a .env, JSON or YAML file. Repeatable.",
        ),
        Option(
            "--only",
            section=SOURCES,
            multiple=True,
            metavar="ADDRESS",
            help="Only this group: resourceGroup/name, a name, or a pattern such as 'rg/*'. Repeatable.",
            shell_complete=completing.groups,
        ),
    ]


def fatal() -> list[click.Parameter]:
    """What is to be an error."""
    text = "Treat this warning or notice as an error. Repeatable."
    return [
        Option("--fail-on", section=SOURCES, multiple=True, metavar="CODE", help=text, shell_complete=completing.codes)
    ]


def changed() -> list[click.Parameter]:
    """Only what a change of the repository touches."""
    text = "Only groups touched by commits since REF or by uncommitted changes."
    return [Option("--changed-since", section=SOURCES, metavar="REF", default="", help=text)]


def place() -> list[click.Parameter]:
    """Where groups live that do not say it themselves."""
    subscription = "Subscription (default: the project's, or AZURE_SUBSCRIPTION_ID)."
    group = "Resource group (default: the manifest's, or the project's)."
    return [
        Option("-s", "--subscription", section=AZURE, metavar="ID", default="", help=subscription),
        Option("-g", "--resource-group", section=AZURE, metavar="NAME", default="", help=group),
    ]


def azure() -> list[click.Parameter]:
    """Where requests go."""
    return [
        *place(),
        Option("--local", section=AZURE, is_flag=True, help="Use the embedded emulator instead of Azure."),
        Option(
            "--arm-endpoint",
            section=AZURE,
            metavar="URL",
            default="",
            help="Use this ARM-compatible server. Plain http only on this machine.",
        ),
        Option(
            "--cloud",
            section=AZURE,
            type=click.Choice(["public", "usgov", "china"]),
            help="Azure cloud (default: public).",
        ),
        Option(
            "--concurrency",
            section=AZURE,
            type=click.IntRange(1, 64),
            default=32,
            metavar="N",
            help="Concurrent requests, 1 to 64 (default: 32).",
        ),
        Option(
            "--timeout",
            section=AZURE,
            type=Duration(),
            default=1800.0,
            metavar="TIME",
            help="Time limit for each group and for reading, such as 90s or 1h (default: 30m).",
        ),
    ]


def reports(formats: tuple[str, ...]) -> list[click.Parameter]:
    """Files that the result is written to besides."""
    text = f"Also write the result to FILE. Repeatable. FORMAT: {', '.join(formats)}."
    return [Option("--report", section=OUTPUT, type=Report(formats), multiple=True, metavar="FORMAT=FILE", help=text)]


def output(formats: tuple[str, ...] = PLAIN) -> list[click.Parameter]:
    """How results and progress look."""
    return [
        Option(
            "--format",
            section=OUTPUT,
            type=_choice(*formats),
            default="text",
            help="Format of the result (default: text).",
        ),
        Option(
            "--color",
            section=OUTPUT,
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Use colors (default: auto).",
        ),
        Option("-q", "--quiet", section=OUTPUT, is_flag=True, help="Print only results and errors."),
        Option("-v", "--verbose", section=OUTPUT, is_flag=True, help="Shorten nothing, and list unchanged groups."),
        Option(
            "--log-format",
            section=OUTPUT,
            type=_choice("text", "json"),
            default="text",
            help="Format of progress and warnings on stderr (default: text).",
        ),
    ]


def refresh() -> list[click.Parameter]:
    """How much of Azure is read."""
    text = "Read lists and what differs, or every group (default: auto)."
    return [Option("--refresh", section=AZURE, type=_choice("auto", "get"), default="auto", help=text)]


def prune() -> list[click.Parameter]:
    """Whether what is left over is deleted."""
    text = "Delete this project's groups that have no manifest (default: no, or the project's)."
    return [Option("--prune/--no-prune", section=SAFETY, brake=True, default=None, help=text)]


def brakes() -> list[click.Parameter]:
    """What releases a brake: on the command line only, never from the environment."""

    def brake(*spellings: str, **attributes: Any) -> Option:
        return Option(*spellings, section=SAFETY, brake=True, **attributes)

    limit = click.IntRange(min=0)
    return [
        *prune(),
        brake("--max-deletes", type=limit, metavar="N", help="Allow N deletions (default: 1, or the project's)."),
        brake(
            "--max-restarts", type=limit, metavar="N", help="Allow N restarts (default: no limit, or the project's)."
        ),
        brake("--adopt", is_flag=True, help="Take over declared groups that have no owner."),
        brake(
            "--take-over",
            multiple=True,
            metavar="OWNER",
            help="Take over declared groups of OWNER: a project or project/environment. Repeatable.",
        ),
        brake(
            "--allow-replace",
            optional="any",
            type=Allowance(),
            metavar="N",
            help="Allow groups, or at most N, to be deleted and created again.",
        ),
        brake("--touch-secrets", is_flag=True, help="Write secrets that could not be compared. Containers restart."),
        brake(
            "--trust-secrets",
            is_flag=True,
            help="Confirm that Azure already has the secrets that could not be compared.",
        ),
        brake(
            "--redeploy",
            multiple=True,
            metavar="ADDRESS",
            help="Write this group again even if nothing differs. Repeatable.",
            shell_complete=completing.groups,
        ),
        *override(),
    ]


def restoring() -> list[click.Parameter]:
    """What becomes of a group that was deleted and that Azure does not take again."""
    text = "Create the former group again if Azure refuses its replacement."
    return [Option("--restore-on-failure", section=SAFETY, is_flag=True, help=text)]


def override() -> list[click.Parameter]:
    """What lets a run through a freeze; it is asked why."""
    text = "Write despite a freeze. The reason is recorded."
    return [Option("--override-freeze", section=SAFETY, brake=True, metavar="REASON", default=None, help=text)]


def saving() -> list[click.Parameter]:
    """Keeping a plan."""
    return [
        Option("--out", section=SAVED, type=FILE, metavar="FILE", help="Save the plan for apply --plan FILE."),
        Option(
            "--expires",
            section=SAVED,
            type=Duration(),
            default=7 * 24 * 3600.0,
            metavar="TIME",
            help="How long the saved plan stays valid (default: 7d).",
        ),
    ]


def promise() -> list[click.Parameter]:
    """Holding an apply to a plan; never from the environment, where an empty value would mean: to none."""
    digest = "Apply only if the plan has this digest; plan --verbose prints it."
    return [
        Option(
            "--plan",
            section=SAVED,
            brake=True,
            type=FILE,
            metavar="FILE",
            help="Apply the plan that plan --out saved, if it still holds. Does not ask.",
        ),
        Option("--checksum", section=SAVED, brake=True, metavar="DIGEST", help=digest),
    ]


def approval() -> list[click.Parameter]:
    """Whether to ask."""
    return [Option("-y", "--auto-approve", section=SAFETY, brake=True, is_flag=True, help="Do not ask for approval.")]


def waiting() -> list[click.Parameter]:
    """What an apply waits for."""
    return [
        Option(
            "--wait",
            section=WAITING,
            type=_choice("none", "provisioned", "healthy"),
            default="healthy",
            help="Wait until Azure accepts, provisioning ends, or containers run (default: healthy).",
        ),
        Option(
            "--stable-for",
            section=WAITING,
            type=Duration(),
            default=10.0,
            metavar="TIME",
            help="How long a container must run to count as healthy (default: 10s).",
        ),
    ]


@cache
def names() -> frozenset[str]:
    """Return the names of all options that stand here: a command may be asked for one of them that it does not take."""
    made = (
        *paths(),
        *addresses(),
        *address(),
        *common(),
        *fatal(),
        *changed(),
        *place(),
        *reports(PAGES),
        *refresh(),
        *brakes(),
        *restoring(),
        *override(),
        *saving(),
        *promise(),
        *approval(),
        *waiting(),
    )
    return frozenset(str(each.name) for each in made)


def _choice(*values: str) -> click.Choice[str]:
    return click.Choice(values)
