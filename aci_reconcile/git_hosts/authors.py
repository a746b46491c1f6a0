"""Whose a text on GitHub is, and who writes with a token.

Documented at https://docs.github.com/rest/users/users and https://docs.github.com/graphql/reference/queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.core.model import as_object, as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aci_reconcile.core.model import Json
    from aci_reconcile.git_hosts.wire import Answer

UNAUTHORIZED: Final = 401
_APP: Final = "[bot]"
_WORKFLOWS: Final = "github-actions"
"""Who writes with the token of a workflow."""
_QUERY: Final[Json] = {"query": "{viewer{login}}"}


def find_author(user: Mapping[str, Json]) -> str:
    """Return the login of a user in lower case; that of an app ends in ``[bot]``."""
    login = as_text(user.get("login")).removesuffix(_APP)
    return f"{login}{_APP if as_text(user.get('type')) == 'Bot' else ''}".lower()


def find_writer(base: str, ask: Callable[[str, Json], Answer]) -> tuple[str, Answer]:
    """Return the login that a token writes with, as ``find_author`` does, and the last answer.

    The token of a workflow or of another app may not ask REST for its own user; GraphQL answers
    (fullsend-ai/fullsend#1953). Where neither does, assume the token of a workflow. The login of an invalid token is
    empty.

    Args:
        base: the address of the API.
        ask: sends a request to an address, with a body or without.
    """
    answer = ask(f"{base}/user", None)
    if answer.good:
        return find_author(as_object(answer.json)), answer
    if answer.status == UNAUTHORIZED:
        return "", answer
    reply = ask(f"{base.removesuffix('/v3')}/graphql", _QUERY)
    body = reply.json if reply.good else None
    viewer = as_object(as_object(as_object(body).get("data")).get("viewer"))
    login = as_text(viewer.get("login")).removesuffix(_APP) or _WORKFLOWS
    return f"{login}{_APP}".lower(), reply
