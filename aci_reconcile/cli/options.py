"""The options that several commands share, in groups."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from aci_reconcile.app.requests import Sources, Target
from aci_reconcile.cli import candidates
from aci_reconcile.cli.option import CommandLine, Option, command_line, declare, include
from aci_reconcile.cli.option_types import Duration, Name, Pair, Report
from aci_reconcile.core.errors import UsageError
from aci_reconcile.core.redaction import is_secret_setting

if TYPE_CHECKING:
    from aci_reconcile.azure import CloudName

MANIFESTS, AZURE, SAFETY, SAVED, WAITING, OUTPUT = "Manifests", "Azure", "Safety", "Saved plan", "Waiting", "Output"
LOGS: Final = "Logs"
"""Sections of the help pages."""

PLACE: Final = (
    "project",
    "environment",
    "var",
    "var_file",
    "subscription",
    "resource_group",
    "local",
    "arm_endpoint",
    "cloud",
)
"""The options that say where groups are: a suggested command repeats those that were typed."""

FILE: Final[click.Path] = click.Path(path_type=Path)
COUNT: Final = click.IntRange(min=1)

PLAIN: Final = ("text", "json")
"""The formats of every command."""
PAGES: Final = (*PLAIN, "markdown", "html", "junit", "github")
"""The formats of a plan, a drift check and an apply."""
CHECKS: Final = (*PAGES, "sarif")
"""The formats of diagnostics about manifests."""

PATHS: Final = click.Argument(["paths"], nargs=-1, type=FILE, metavar="[PATH]...")
"""Manifests that select groups; without any, all groups of the project are selected."""
ADDRESSES: Final = click.Argument(
    ["addresses"], nargs=-1, metavar="[ADDRESS]...", shell_complete=candidates.complete_groups
)
SOME_ADDRESSES: Final = click.Argument(
    ["addresses"], nargs=-1, required=True, metavar="ADDRESS...", shell_complete=candidates.complete_groups
)
"""At least one address."""
ADDRESS: Final = click.Argument(["address"], metavar="ADDRESS", shell_complete=candidates.complete_groups)
INPUT: Final = click.Argument(["file"], type=FILE, metavar="FILE")

FORCE: Final = Option("--force", section=OUTPUT, is_flag=True, safety=True, help="Overwrite files that exist.")
CHANGED_SINCE: Final = Option(
    "--changed-since",
    section=MANIFESTS,
    metavar="REF",
    default="",
    help="Only groups touched by commits since REF or by uncommitted changes.",
)
WATCH: Final = Option(
    "-w", "--watch", section=OUTPUT, is_flag=True, help="Go on, until interrupted, and show what changes."
)
REFRESH: Final = Option(
    "--refresh",
    section=AZURE,
    type=click.Choice(["auto", "get"]),
    default="auto",
    help="Read lists and what differs, or every group (default: auto).",
)


EXPIRES: Final = Option(
    "--expires",
    section=SAVED,
    type=Duration(),
    default=7 * 24 * 3600.0,
    metavar="TIME",
    help="How long the saved plan stays valid (default: 7d).",
)


def make_report_option(formats: tuple[str, ...]) -> Option:
    """Return the option for files that the result is written to as well."""
    text = f"Also write the result to FILE. Repeatable. FORMAT: {', '.join(formats)}."
    return Option("--report", section=OUTPUT, type=Report(formats), multiple=True, metavar="FORMAT=FILE", help=text)


def make_format_option(formats: tuple[str, ...], *, short: bool = True) -> Option:
    """Return the option for the format of the result; ``short``: with `-o`, which kubectl and az have."""
    text = "Format of the result (default: text)."
    spellings = ("-o", "--format") if short else ("--format",)
    return Option(*spellings, section=OUTPUT, type=click.Choice(formats), default="text", help=text)


def repeat_place(line: CommandLine) -> tuple[str, ...]:
    """Return the words that say where groups are, as they were typed, but for variables that may be secrets."""
    known = {each.name for each in line.params}
    words = line.repeat(*(each for each in PLACE if each in known))
    pairs = zip(("", *words), words, (*words[1:], ""), strict=False)
    return tuple(word for before, word, after in pairs if not (_hides(before, word) or _hides(word, after)))


def _hides(option: str, word: str) -> bool:
    return option == "--var" and is_secret_setting(word.partition("=")[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOptions:
    """The place of groups whose manifests name none."""

    subscription: str = declare(
        Option(
            "-s",
            "--subscription",
            section=AZURE,
            type=Name(),
            metavar="ID",
            default="",
            help="Subscription (default: the project's, or AZURE_SUBSCRIPTION_ID).",
        )
    )
    resource_group: str = declare(
        Option(
            "-g",
            "--resource-group",
            section=AZURE,
            type=Name(),
            metavar="NAME",
            default="",
            help="Resource group (default: the manifest's, or the project's).",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceOptions:
    """Which manifests to read, with which values."""

    project: Path | None = declare(
        Option(
            "--project",
            section=MANIFESTS,
            type=FILE,
            metavar="FILE",
            help="Project file (default: aci-reconcile.yaml here or in a parent folder).",
        )
    )
    environment: str = declare(
        Option(
            "-e",
            "--environment",
            section=MANIFESTS,
            type=Name(),
            metavar="NAME",
            default="",
            help="Environment to use, as named in the project file.",
            shell_complete=candidates.complete_environments,
        )
    )
    var: tuple[tuple[str, str], ...] = declare(
        Option(
            "--var",
            section=MANIFESTS,
            type=Pair(),
            multiple=True,
            adds=True,
            metavar="K=V",
            help="Set the variable K to V. Repeatable.",
        )
    )
    var_file: tuple[Path, ...] = declare(
        Option(
            "--var-file",
            section=MANIFESTS,
            type=FILE,
            multiple=True,
            adds=True,
            metavar="FILE",
            help="Read variables from a .env, JSON or YAML file. Repeatable.",
        )
    )
    only: tuple[str, ...] = declare(
        Option(
            "--only",
            section=MANIFESTS,
            multiple=True,
            metavar="ADDRESS",
            help="Only this group: resourceGroup/name, a name, or a pattern such as 'rg/*'. Repeatable.",
            shell_complete=candidates.complete_groups,
        )
    )

    def make_sources(
        self,
        place: PlaceOptions,
        paths: tuple[Path, ...] = (),
        changed_since: str = "",
    ) -> Sources:
        """Return the manifests to read, with the place of groups that name none."""
        return Sources(
            paths=paths,
            project=self.project,
            environment=self.environment,
            variables=self.var,
            variable_files=self.var_file,
            only=self.only,
            subscription=place.subscription,
            resource_group=place.resource_group,
            changed_since=changed_since,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AzureOptions:
    """Where requests go."""

    place: PlaceOptions = include(PlaceOptions)
    local: bool = declare(
        Option("--local", section=AZURE, is_flag=True, help="Use the embedded emulator instead of Azure.")
    )
    arm_endpoint: str = declare(
        Option(
            "--arm-endpoint",
            section=AZURE,
            metavar="URL",
            default="",
            help="Use this ARM-compatible server. Plain http only on this machine.",
        )
    )
    cloud: CloudName | None = declare(
        Option(
            "--cloud",
            section=AZURE,
            type=click.Choice(["public", "usgov", "china"]),
            help="Azure cloud (default: public).",
        )
    )
    concurrency: int = declare(
        Option(
            "--concurrency",
            section=AZURE,
            type=click.IntRange(1, 64),
            default=32,
            metavar="N",
            help="Concurrent requests, 1 to 64 (default: 32).",
        )
    )
    timeout: float = declare(
        Option(
            "--timeout",
            section=AZURE,
            type=Duration(),
            default=1800.0,
            metavar="TIME",
            help="Time limit for each group and for reading, such as 90s or 1h (default: 30m).",
        )
    )
    line: CommandLine = command_line()

    @property
    def target(self) -> Target:
        """Where requests go. A place on the command line drops those in the environment.

        Raises:
            UsageError: ``--local`` is combined with another place.
        """
        local, endpoint, has = self.local, self.arm_endpoint, self.line.has
        elsewhere = has("arm_endpoint") or has("cloud")
        if local and elsewhere and not has("local"):
            local = False
        if local and elsewhere:
            raise UsageError("--local is the embedded emulator and cannot be combined with --arm-endpoint or --cloud")
        if local or (has("cloud") and not has("arm_endpoint")):
            endpoint = ""
        return Target(local, endpoint, None if local else self.cloud, self.concurrency, self.timeout)

    @property
    def names_place(self) -> bool:
        """Whether an option says where requests go: commands that work without Azure ask it only then."""
        return bool(self.local or self.arm_endpoint or self.cloud or self.place.subscription)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """What results and progress look like."""

    format: str = declare(make_format_option(PLAIN))
    color: str = declare(
        Option(
            "--color",
            section=OUTPUT,
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Use colors (default: auto).",
        )
    )
    quiet: bool = declare(Option("-q", "--quiet", section=OUTPUT, is_flag=True, help="Print only results and errors."))
    verbose: bool = declare(
        Option("-v", "--verbose", section=OUTPUT, is_flag=True, help="Shorten nothing, and list unchanged groups.")
    )
    log_format: str = declare(
        Option(
            "--log-format",
            section=OUTPUT,
            type=click.Choice(["text", "json"]),
            default="text",
            help="Format of progress and warnings on stderr (default: text).",
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalOptions:
    """The options that may be typed before the command, too."""

    sources: SourceOptions = include(SourceOptions)
    azure: AzureOptions = include(AzureOptions)
    output: OutputOptions = include(OutputOptions, format=make_format_option(CHECKS))


def include_output(formats: tuple[str, ...]) -> Any:
    """Return a field with the options of the output, for commands that have more formats than text and JSON."""
    return include(OutputOptions, format=make_format_option(formats))
