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


def author(user: Mapping[str, Json]) -> str:
    """Return whose a text is; an app is told apart from a person of the same name."""
    login = as_text(user.get("login")).removesuffix(_APP)
    return f"{login}{_APP if as_text(user.get('type')) == 'Bot' else ''}".lower()


def writer(base: str, asked: Callable[[str, Json], Answer]) -> tuple[str, Answer]:
    """Return who writes with a token, as ``author`` does, and what was answered to the question.

    The token of a workflow, or of another app, may not ask REST for itself; GraphQL tells it
    (fullsend-ai/fullsend#1953). Where neither does, it is taken for the token of a workflow. Nobody writes with one
    that is not valid.

    Args:
        base: the address of the API.
        asked: sends a request to an address, with a body or without.
    """
    answer = asked(f"{base}/user", None)
    if answer.good:
        return author(as_object(answer.json)), answer
    if answer.status == UNAUTHORIZED:
        return "", answer
    told = asked(f"{base.removesuffix('/v3')}/graphql", _QUERY)
    said = told.json if told.good else None
    viewer = as_object(as_object(as_object(said).get("data")).get("viewer"))
    login = as_text(viewer.get("login")).removesuffix(_APP) or _WORKFLOWS
    return f"{login}{_APP}".lower(), told
