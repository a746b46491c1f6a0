"""Why groups do not run, in about ten lines each: what happened, what it means, what to try."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from aci_reconcile.core import tags
from aci_reconcile.core.container_health import to_epoch
from aci_reconcile.core.exit_codes import describe_exit
from aci_reconcile.core.health import State
from aci_reconcile.core.model import as_text
from aci_reconcile.core.provisioning import is_quiet
from aci_reconcile.operate.since_write import Since
from aci_reconcile.render.escape import sanitize
from aci_reconcile.render.text.status import choose_colour
from aci_reconcile.render.words import count, format_age

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aci_reconcile.core.health import ContainerHealth
    from aci_reconcile.operate.causes import Cause, Explanation
    from aci_reconcile.operate.diagnosis import Diagnosis
    from aci_reconcile.render.text.style import Style

_LONGEST: Final = 240
"""Characters of what Azure says that are shown; ``events`` and JSON have all of it."""
_MOST_PATHS: Final = 3
_INDENT: Final = "  "


def render_why_text(found: Iterable[Diagnosis], style: Style, *, width: int = 80, verbose: bool = False) -> str:
    """Return what was found out about groups, one after the other.

    Args:
        found: the groups.
        style: the colours.
        width: the longest line, but for commands and lines of logs: those are not broken.
        verbose: shorten nothing.
    """
    return "\n\n".join("\n".join(_render(each, style, width, verbose=verbose)) for each in found)


def _render(found: Diagnosis, style: Style, width: int, *, verbose: bool) -> Iterator[str]:
    address = sanitize(found.resource.address)
    name, tone = style.paint(style.bold, address), choose_colour(found.health.state, style)
    if found.good:
        head, *rest = textwrap.wrap(f"{address} {_describe_good(found)}", width, subsequent_indent=_INDENT)
        yield head.replace(address, name, 1)
        yield from rest
        yield from _wrap_all(_list_restarts(found), width, _INDENT)
        return
    known = found.health.provisioning_state
    state = "" if is_quiet(found.resource.body) else f" (Azure: {sanitize(known)})"
    yield f"{name} is {style.paint(tone, found.health.state.value)}{state}."
    for each in found.explanations:
        yield ""
        yield from _render_explanation(each, found, style, width, verbose=verbose)
    yield ""
    yield from _wrap(_describe_manifest(found), width, _INDENT)
    if found.plan and found.since.since in {Since.CHANGED, Since.UNWRITTEN}:
        yield _render_command(found.plan, style, _INDENT)


def _describe_good(found: Diagnosis) -> str:
    main = [each for each in found.health.containers if not each.init]
    if found.intended:
        return "is stopped, as the lifecycle in its manifest says."
    if found.health.state is State.FINISHED:
        policy = as_text(found.resource.properties.get("restartPolicy")) or "Always"
        ends = [to_epoch(each.ended.finished) for each in main if each.ended is not None]
        last = max((each for each in ends if each is not None), default=None)
        ago = f" {_ago(found.now - last)}" if last is not None else ""
        return (
            f"has ended{ago}, as restartPolicy {sanitize(policy)} says: {count(len(main), 'container')}, exit code 0."
        )
    begun = [to_epoch(each.started) for each in main if each.state == "Running"]
    last = max((each for each in begun if each is not None), default=None)
    since = f" for {format_age(found.now - last)}" if last is not None else ""
    verb = "container has run" if len(main) == 1 else "containers have run"
    return f"is healthy: {len(main)} {verb}{since}."


def _list_restarts(found: Diagnosis) -> Iterator[str]:
    for each in found.health.containers:
        if each.restarts and not each.init:
            times = count(each.restarts, "time")
            yield f"{sanitize(each.name)} restarted {times}{_describe_last_end(each, found.now)}."


def _describe_last_end(container: ContainerHealth, now: float) -> str:
    """Return how and when the last run ended, as the end of a sentence."""
    ended = container.ended
    if ended is None:
        return ""
    at = to_epoch(ended.finished)
    ago = f" {_ago(now - at)}" if at is not None else ""
    code = f" with {describe_exit(ended.exit_code)}" if ended.exit_code is not None else ""
    return f"; it last ended{ago}{code}"


def _ago(seconds: float) -> str:
    return f"{format_age(seconds)} ago"


def _render_explanation(
    explanation: Explanation, found: Diagnosis, style: Style, width: int, *, verbose: bool
) -> Iterator[str]:
    container, deeper = explanation.container, _INDENT
    if container is not None:
        tone = choose_colour(container.verdict, style)
        kind = "init container" if container.init else "container"
        head, *rest = _wrap(
            f"{kind} {sanitize(container.name)}: {_describe_condition(container, found.now)}", width, _INDENT
        )
        yield style.paint(tone, head)
        yield from rest
        deeper = _INDENT * 2
    commands: list[str] = []
    for cause in explanation.causes:
        yield from _wrap(_describe_cause(cause), width, deeper)
        if cause.seen and not cause.id.startswith("exit-"):
            yield from (
                style.paint(style.dim, line)
                for line in _wrap(_quote(cause.seen, verbose=verbose), width, f"{deeper}  ")
            )
        commands += [cause.command] if cause.command and cause.command not in commands else []
    if container is not None:
        yield from _render_log(container, found, style, width, deeper)
    yield from (_render_command(each, style, deeper) for each in commands)


def _describe_condition(container: ContainerHealth, now: float) -> str:
    parts = [container.state or "not started"]
    # The causes below repeat the detail where it says more than this one word.
    detail = container.detail.partition(":")[0]
    parts += [detail] if detail else []
    parts += [count(container.restarts, "restart")] if container.restarts else []
    at = to_epoch(container.ended.finished) if container.ended is not None else None
    parts += [f"ended {_ago(now - at)}"] if at is not None else []
    return sanitize(", ".join(parts))


def _describe_cause(cause: Cause) -> str:
    sentences = (cause.meaning, cause.advice)
    return sanitize(" ".join(f"{each[:1].upper()}{each[1:]}." for each in sentences if each))


def _quote(seen: str, *, verbose: bool) -> str:
    text = sanitize(seen)
    return text if verbose or len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _render_log(container: ContainerHealth, found: Diagnosis, style: Style, width: int, indent: str) -> Iterator[str]:
    bar = style.paint(style.dim, "|")
    for line in found.logs.get(container.name, ()):
        yield f"{indent}  {bar} {sanitize(line, keep=chr(9))}"
    if container.name in found.unread:
        yield from _wrap(f"Its log cannot be read: {sanitize(found.unread[container.name])}", width, indent)
    elif not found.logs.get(container.name) and container.last_exit_code is not None:
        yield f"{indent}It printed nothing that Azure still has."


def _render_command(command: str, style: Style, indent: str) -> str:
    return f"{indent}Try: {style.paint(style.bold, sanitize(command))}"


def _describe_manifest(found: Diagnosis) -> str:
    """Return what is known of the manifest since the last write."""
    since, place = found.since, sanitize(found.since.place)
    differs = _join_paths(since.differs)
    match since.since:
        case Since.SAME:
            rest = f"; somebody changed {differs} in Azure since" if since.in_azure else ""
            return f"Manifest: {place}, as it was last applied{rest}."
        case Since.CHANGED:
            what = f": {differs}" if differs else ", in nothing that Azure shows"
            return f"Manifest: {place}, changed since it was last applied{what}."
        case Since.UNWRITTEN:
            rest = f", which differs from it in {differs}" if differs else ""
            return f"Manifest: {place}; aci-reconcile has not written this group{rest}."
        case Since.UNDECLARED:
            return "Manifest: none here declares it, so that nothing is known of its changes."
        case Since.FOREIGN:
            owner = tags.owner_name(tags.owner(found.resource)) or "an NGroup"
            return sanitize(f"Manifest: not compared, the group belongs to {owner}.")
        case Since.UNKNOWN:
            return f"Manifest: not compared, {sanitize(since.why)}."


def _join_paths(paths: tuple[str, ...]) -> str:
    more = len(paths) - _MOST_PATHS
    return sanitize(", ".join(paths[:_MOST_PATHS]) + (f" and {more} more" if more > 0 else ""))


def _wrap_all(texts: Iterable[str], width: int, indent: str) -> Iterator[str]:
    for each in texts:
        yield from _wrap(each, width, indent)


def _wrap(text: str, width: int, indent: str) -> list[str]:
    """Return lines no longer than the width; a word that is longer has a line of its own."""
    return textwrap.wrap(
        text,
        max(width, len(indent) + 20),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
