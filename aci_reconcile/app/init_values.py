"""The values that a project begins with, each checked before anything is written."""

from __future__ import annotations

import difflib
import re
from typing import Final

from aci_reconcile.app.policy import UNNAMED
from aci_reconcile.core.errors import UsageError
from aci_reconcile.manifest.project.project import RESOURCE_GROUP

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUBSCRIPTION: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LOCATION: Final = re.compile(r"[a-z]+[0-9a-z]*")


def check_project_name(name: str) -> str:
    """Return the name, which becomes a tag and the name of a resource group.

    Raises:
        UsageError: it is not valid.
    """
    if not name:
        raise UsageError("no project name is given, and the folder's name gives none", hint="use --name shop")
    if not _NAME.fullmatch(name) or name == UNNAMED:
        hint = "use up to 64 letters, digits, `.`, `_` and `-`, first a letter or digit: --name shop"
        raise UsageError(f"{name!r} is not a valid project name", hint=hint)
    return name


def check_group_name(name: str) -> str:
    """Return the name of a resource group.

    Raises:
        UsageError: it is not valid.
    """
    if not RESOURCE_GROUP.fullmatch(name):
        hint = "use up to 90 letters, digits, `.`, `_`, `-`, `(` and `)`, without a dot at the end"
        raise UsageError(f"{name!r} is not a valid name of a resource group", hint=hint)
    return name


def check_location(text: str) -> str:
    """Return a region as ARM writes it: `West Europe` is `westeurope`. A region newer than the list is accepted.

    Raises:
        UsageError: it is none, or looks misspelt.
    """
    from aci_reconcile.manifest.rules.placement import REGIONS

    name = text.replace(" ", "").lower()
    if name in REGIONS:
        return name
    near = difflib.get_close_matches(name, sorted(REGIONS), n=1, cutoff=0.85)
    if near or not _LOCATION.fullmatch(name):
        hint = f"did you mean {near[0]}?" if near else "use one such as westeurope"
        raise UsageError(f"{text!r} is not the name of a region", hint=hint)
    return name


def check_subscription(text: str) -> str:
    """Return a subscription's id; none is needed for a trial.

    Raises:
        UsageError: it is something else.
    """
    if text and not _SUBSCRIPTION.fullmatch(text):
        raise UsageError(f"{text!r} is not a subscription ID", hint="it is a GUID; az account list shows yours")
    return text


def check_git_host(text: str) -> str:
    """Return the Git host whose pipeline files are written.

    Raises:
        UsageError: it is none of those that we know.
    """
    from aci_reconcile.app.pipeline_files import HOSTS

    if text not in HOSTS:
        raise UsageError(f"{text!r} is not a Git host", hint=f"one of {', '.join(HOSTS)}")
    return text


def check_environments(text: str) -> str:
    """Return the names of environments, with commas between.

    Raises:
        UsageError: one is not valid, or is there twice.
    """
    names = split_names(text)
    wrong = [each for each in names if not _NAME.fullmatch(each)]
    if wrong:
        hint = "use up to 64 letters, digits, `.`, `_` and `-`, first a letter or digit: dev,prod"
        raise UsageError(f"{wrong[0]!r} is not a valid environment name", hint=hint)
    if len({each.lower() for each in names}) < len(names):
        raise UsageError(f"{text!r} names an environment twice", hint="name each once: dev,prod")
    return ",".join(names)


def check_yes_or_no(text: str) -> str:
    """Return an answer.

    Raises:
        UsageError: it is neither.
    """
    if text.lower() not in {"yes", "no"}:
        raise UsageError(f"{text!r} is neither yes nor no")
    return text.lower()


def split_names(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas."""
    return tuple(each.strip() for each in text.split(",") if each.strip())
