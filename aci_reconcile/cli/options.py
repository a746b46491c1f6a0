"""The options that several commands share, as functions that make them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import click

from aci_reconcile.cli import completing
from aci_reconcile.cli.command import Option
from aci_reconcile.cli.kinds import Allowance, Duration, Pair, Report

SOURCES, AZURE, SAFETY, WAITING, OUTPUT = "Manifests", "Azure", "What may be done", "Waiting", "Output"

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
        Option("--project", section=SOURCES, type=FILE, metavar="FILE", help="The project file."),
        Option(
            "-e",
            "--environment",
            section=SOURCES,
            metavar="NAME",
            default="",
            help="One of its environments.",
            shell_complete=completing.environments,
        ),
        Option(
            "--var",
            section=SOURCES,
            type=Pair(),
            multiple=True,
            adds=True,
            metavar="K=V",
            help="A variable's value.",
        ),
        Option(
            "--var-file",
            section=SOURCES,
            type=FILE,
            multiple=True,
            adds=True,
            metavar="FILE",
            help="Values of variables: a .env file, JSON or YAML.",
        ),
        Option(
            "--only",
            section=SOURCES,
            multiple=True,
            metavar="ADDRESS",
            help="Only these groups: resourceGroup/name, a name, or a pattern such as 'rg/*'.",
            shell_complete=completing.groups,
        ),
    ]


def fatal() -> list[click.Parameter]:
    """What is to be an error."""
    text = "A diagnostic that counts as an error, though it is a warning or a notice."
    return [
        Option("--fail-on", section=SOURCES, multiple=True, metavar="CODE", help=text, shell_complete=completing.codes)
    ]


def changed() -> list[click.Parameter]:
    """Only what a change of the repository touches."""
    text = "Only groups that commits since this one, or what is not committed, touch."
    return [Option("--changed-since", section=SOURCES, metavar="REF", default="", help=text)]


def place() -> list[click.Parameter]:
    """Where groups live that do not say it themselves."""
    return [
        Option("-s", "--subscription", section=AZURE, metavar="ID", default="", help="The subscription."),
        Option("-g", "--resource-group", section=AZURE, metavar="NAME", default="", help="The resource group."),
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
            help="Any ARM-compatible server; plain http on this machine only.",
        ),
        Option(
            "--cloud", section=AZURE, type=click.Choice(["public", "usgov", "china"]), help="One of Azure's clouds."
        ),
        Option(
            "--concurrency",
            section=AZURE,
            type=click.IntRange(1, 64),
            default=32,
            metavar="N",
            help="Requests at the same time (32).",
        ),
        Option(
            "--timeout",
            section=AZURE,
            type=Duration(),
            default=1800.0,
            metavar="TIME",
            help="Patience with one group, and with reading: 90s, 30m, 1h (30m).",
        ),
    ]


def reports(formats: tuple[str, ...]) -> list[click.Parameter]:
    """Files that the result is written to besides."""
    text = f"Write the result to a file, too; again for another one. FORMAT: {', '.join(formats)}."
    return [Option("--report", section=OUTPUT, type=Report(formats), multiple=True, metavar="FORMAT=FILE", help=text)]


def output(formats: tuple[str, ...] = PLAIN) -> list[click.Parameter]:
    """How results and progress look."""
    return [
        Option("--format", section=OUTPUT, type=_choice(*formats), default="text", help="Of the result."),
        Option(
            "--color", section=OUTPUT, type=click.Choice(["auto", "always", "never"]), default="auto", help="Of text."
        ),
        Option("-q", "--quiet", section=OUTPUT, is_flag=True, help="Errors and results only."),
        Option("-v", "--verbose", section=OUTPUT, is_flag=True, help="Nothing is cut; unchanged groups are named."),
        Option(
            "--log-format",
            section=OUTPUT,
            type=_choice("text", "json"),
            default="text",
            help="Of progress and warnings on stderr.",
        ),
    ]


def refresh() -> list[click.Parameter]:
    """How much of Azure is read."""
    text = "Read lists and what differs, or every group by itself."
    return [Option("--refresh", section=AZURE, type=_choice("auto", "get"), default="auto", help=text)]


def prune() -> list[click.Parameter]:
    """Whether what is left over is deleted."""
    text = "Delete what this project owns and no manifest declares."
    return [Option("--prune/--no-prune", section=SAFETY, brake=True, default=None, help=text)]


def brakes() -> list[click.Parameter]:
    """What releases a brake: on the command line only, never from the environment."""

    def brake(*spellings: str, **attributes: Any) -> Option:
        return Option(*spellings, section=SAFETY, brake=True, **attributes)

    return [
        *prune(),
        brake("--max-deletes", type=click.IntRange(min=0), metavar="N", help="How many groups may be deleted (1)."),
        brake("--max-restarts", type=click.IntRange(min=0), metavar="N", help="How many groups may restart (any)."),
        brake("--adopt", is_flag=True, help="Take over groups that nobody owns."),
        brake(
            "--take-over",
            multiple=True,
            metavar="OWNER",
            help="Take over the declared groups of this owner: another project, or project/environment.",
        ),
        brake(
            "--allow-replace",
            optional="any",
            type=Allowance(),
            metavar="N",
            help="Let groups, or at most N, be deleted and created again.",
        ),
        brake("--touch-secrets", is_flag=True, help="Push secrets that could not be compared; containers restart."),
        brake("--trust-secrets", is_flag=True, help="Vouch that Azure holds the secrets that could not be compared."),
        brake(
            "--redeploy",
            multiple=True,
            metavar="ADDRESS",
            help="Push this group again, though nothing differs.",
            shell_complete=completing.groups,
        ),
        *override(),
    ]


def restoring() -> list[click.Parameter]:
    """What becomes of a group that was deleted and that Azure does not take again."""
    text = "Put the former group back where Azure refuses the new one after a deletion."
    return [Option("--restore-on-failure", section=SAFETY, is_flag=True, help=text)]


def override() -> list[click.Parameter]:
    """What lets a run through a freeze; it is asked why."""
    text = "Write in spite of a freeze, and say why; the reason is recorded."
    return [Option("--override-freeze", section=SAFETY, brake=True, metavar="REASON", default=None, help=text)]


def saving() -> list[click.Parameter]:
    """Keeping a plan."""
    return [
        Option("--out", section=SAFETY, type=FILE, metavar="FILE", help="Save the plan, for apply --plan FILE."),
        Option(
            "--expires",
            section=SAFETY,
            type=Duration(),
            default=7 * 24 * 3600.0,
            metavar="TIME",
            help="How long the saved plan is good (7d).",
        ),
    ]


def promise() -> list[click.Parameter]:
    """Holding an apply to a plan; never from the environment, where an empty value would mean: to none."""
    digest = "Only if the plan has this digest, as printed by plan --verbose."
    return [
        Option(
            "--plan", section=SAFETY, brake=True, type=FILE, metavar="FILE", help="Only what plan --out saved; unasked."
        ),
        Option("--checksum", section=SAFETY, brake=True, metavar="DIGEST", help=digest),
    ]


def approval() -> list[click.Parameter]:
    """Whether to ask."""
    return [Option("-y", "--auto-approve", section=SAFETY, brake=True, is_flag=True, help="Do not ask.")]


def waiting() -> list[click.Parameter]:
    """What an apply waits for."""
    return [
        Option(
            "--wait",
            section=WAITING,
            type=_choice("none", "provisioned", "healthy"),
            default="healthy",
            help="Until Azure accepted, provisioning ended, or containers run.",
        ),
        Option(
            "--stable-for",
            section=WAITING,
            type=Duration(),
            default=10.0,
            metavar="TIME",
            help="How long a container must have run to count (10s).",
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
