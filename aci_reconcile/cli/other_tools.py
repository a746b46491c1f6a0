"""What kubectl, Terraform, Docker Compose, Helm and azure-cli call commands and options, and what they are here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Command:
    """A command of ours that does what another tool's does; without one, ``note`` says what does."""

    words: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """What stands here in place of another tool's option."""

    words: str = ""
    """Our option, with VALUE for its value; ADDRESS or PATH for an argument; a command; empty to leave it out."""
    takes: bool = False
    """Whether the next word is its value."""
    note: str = ""
    """What to do where the words do not fit."""
    same: bool = True
    """Whether the words do the same; otherwise only the note is of use."""
    of: frozenset[str] = frozenset()
    """The commands in whose place the words are a command."""
    needless: frozenset[str] = frozenset()
    """The commands that do so anyway."""


ALIASES: Final[Mapping[str, str]] = {"diff": "plan", "list": "status", "ls": "status", "ps": "status"}
"""Words that work: they write nothing to Azure, and mean nothing else here."""

COMMANDS: Final[Mapping[str, Command]] = {
    "attach": Command("logs --follow", "Azure's attach has no input"),
    "check": Command("validate"),
    "container show": Command("status"),
    "cp": Command(note="Azure copies no files into containers; for text: `exec ADDRESS -- cat FILE`"),
    "create": Command("apply"),
    "debug": Command(note="`why` says why a group does not run; `exec` runs a program in a container"),
    "delete": Command("destroy"),
    "deploy": Command("apply"),
    "describe": Command("status"),
    "down": Command("destroy"),
    "edit": Command(note="edit the manifest, or `set ADDRESS PATH=VALUE`; then `apply`"),
    "export": Command("import"),
    "get": Command("status"),
    "get events": Command("events"),
    "install": Command("apply"),
    "kill": Command("stop"),
    "lint": Command("validate"),
    "login": Command(note="sign in with `az login`; docs/authentication.md has the other ways"),
    "logout": Command(note="sign out with `az logout`"),
    "port-forward": Command(note="Azure has nothing like it; give the group an address with `ipAddress`"),
    "preflight": Command("verify"),
    "preview": Command("plan"),
    "pull": Command("import"),
    "refresh": Command("drift"),
    "replace": Command("apply"),
    "rm": Command("destroy"),
    "rollout restart": Command("restart"),
    "rollout status": Command("wait"),
    "scale": Command(note="a group has one instance: declare several groups"),
    "state list": Command("status"),
    "state show": Command("status"),
    "stats": Command(note="Azure Monitor has the numbers"),
    "sync": Command("apply"),
    "taint": Command(note="`apply --redeploy ADDRESS` sends an unchanged group again"),
    "template": Command("render"),
    "top": Command(note="Azure Monitor has the numbers"),
    "uninstall": Command("destroy"),
    "up": Command("apply"),
    "upgrade": Command("apply"),
    "what-if": Command("plan"),
    "workspace": Command(note="environments are in the project file; choose one with --environment NAME"),
}

KINDS: Final = frozenset(
    {
        *("all", "container", "containergroup", "containergroups", "containers", "deploy", "deployment", "deployments"),
        *("group", "groups", "job", "jobs", "pod", "pods", "po", "service", "services", "svc"),
    }
)
"""What kubectl wants between the command and the name; here everything is a container group."""
WITH_KINDS: Final = frozenset({"delete", "describe", "edit", "get", "rollout restart", "rollout status"})

_YES: Final = Option("--auto-approve", note="write --auto-approve, or -y")
_PREVIEWS: Final = frozenset({"drift", "plan", "validate"})
_PLAN: Final = Option(
    "plan",
    note="`plan` shows what apply would change, and writes nothing",
    of=frozenset({"apply"}),
    needless=_PREVIEWS,
)
_PRUNE: Final = Option("--prune", note="--prune deletes this project's groups that have no manifest")
_REPLACE: Final = Option(
    "--allow-replace", note="--allow-replace allows groups to be deleted and created again", same=False
)
_ENVIRONMENT: Final = Option("--environment VALUE", takes=True, note="write --environment NAME")
_PLAIN: Final = Option("--color never", note="write --color never")
_CODE: Final = Option("--detailed-exitcode", note="--detailed-exitcode exits with 2 if there are changes")
_FORMAT: Final = Option(
    "--format VALUE", takes=True, note="--format sets the format, --report FORMAT=FILE writes a file"
)
_FOLDER: Final = Option("--project VALUE/aci-reconcile.yaml", takes=True, note="name the project with --project FILE")
_FILE: Final = Option("PATH", takes=True, note="name files without an option")
_NAME: Final = Option("ADDRESS", takes=True, note="name groups without an option, or with --only ADDRESS")
_NEEDLESS: Final = Option()
_NEEDLESS_VALUE: Final = Option(takes=True)

OPTIONS: Final[Mapping[str, Option]] = {
    "--all-namespaces": _NEEDLESS,
    "--auto": _YES,
    "--chdir": _FOLDER,
    "--check": _CODE,
    "--compact-warnings": _NEEDLESS,
    "--delete": _PRUNE,
    "--destroy": Option(
        "destroy",
        note="use the command `destroy`: it shows what it would delete, and asks",
        of=frozenset({"apply", "plan"}),
    ),
    "--detach": _NEEDLESS,
    "--diff": _PLAN,
    "--dry-run": _PLAN,
    "--env": _ENVIRONMENT,
    "--exit-code": _CODE,
    "--file": _FILE,
    "--filename": _FILE,
    "--force": Option("--max-deletes", note="each safety limit has its own option; the plan names it", same=False),
    "--input": _NEEDLESS,
    "--json": Option("--format json", note="write --format json"),
    "--lock": _NEEDLESS,
    "--lock-timeout": _NEEDLESS,
    "--name": _NAME,
    "--namespace": Option("--resource-group VALUE", takes=True, note="write --resource-group NAME"),
    "--no-color": _PLAIN,
    "--no-colour": _PLAIN,
    "--no-wait": Option("--wait none", note="write --wait none"),
    "--output": _FORMAT,
    "--parallelism": Option("--concurrency VALUE", takes=True, note="write --concurrency N"),
    "--recreate": _REPLACE,
    "--recursive": _NEEDLESS,
    "--refresh-only": Option(
        "drift",
        note="`drift` compares Azure with the manifests, and writes nothing",
        of=frozenset({"apply", "plan"}),
    ),
    "--remove-orphans": _PRUNE,
    "--replace": _REPLACE,
    "--target": Option("--only VALUE", takes=True, note="write --only ADDRESS"),
    "--what-if": _PLAN,
    "--workspace": _ENVIRONMENT,
    "--yes": _YES,
    "-A": _NEEDLESS,
    "-R": _NEEDLESS,
    "-d": _NEEDLESS,
    "-f": _FILE,
    "-n": _NAME,
}

VALUES: Final[Mapping[str, str]] = {
    "azurechinacloud": "china",
    "azurecloud": "public",
    "azureusgovernment": "usgov",
    "html5": "html",
    "jsonc": "json",
    "md": "markdown",
    "plain": "text",
    "table": "text",
    "txt": "text",
    "xml": "junit",
    "yaml": "json",
    "yml": "json",
}
"""Values of options that other tools have, in lowercase, and the nearest here."""

SHOWN_FIRST: Final[Mapping[str, str]] = {
    "destroy": "`destroy` shows what it would delete and asks; only yes approves",
    "drift": "`drift` writes nothing to Azure",
    "import": "without --out, `import` writes no files",
    "plan": "`plan` writes nothing to Azure",
    "validate": "`validate` does not use Azure",
}
"""What a preview is in commands that are none of `apply`."""
