"""Bodies for a JSON report: without secrets, and without what a container does at the moment."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aci_reconcile.core import tags
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret
from aci_reconcile.render.values import conceal, guarded

if TYPE_CHECKING:
    from aci_reconcile.core.model import Body, Json

_RUN_STATE = "instanceView"


def declared(body: Body) -> Json:
    """Return what a manifest declares, with the fingerprint of its secrets kept back."""
    return {name: _tags(value) if name == "tags" else value for name, value in guarded(body).items()}


def live(body: Body, hidden: frozenset[str]) -> Json:
    """Return what Azure has, without run state, hidden texts and the fingerprint of the secrets."""
    return declared(
        {name: conceal(_settled(value) if name == "properties" else value, hidden) for name, value in body.items()}
    )


def opened(value: Json) -> object:
    """Return the value with null where a secret stands, or what is known only later."""
    if isinstance(value, Secret | Deferred):
        return None
    if isinstance(value, Mapping):
        return {name: opened(each) for name, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [opened(each) for each in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def masked(value: Json) -> object:
    """Return where secrets stand: true, within the objects and lists that lead there; something falsy for no secret."""
    return _marked(value, Secret)


def unknown(value: Json) -> object:
    """Return where that stands which is known only after the apply; as ``masked`` does."""
    return _marked(value, Deferred)


def _marked(value: Json, kind: type[Secret | Deferred]) -> object:
    if isinstance(value, Mapping):
        return {name: mark for name, each in value.items() if (mark := _marked(each, kind))}
    if isinstance(value, Sequence) and not isinstance(value, str):
        marks = [_marked(each, kind) for each in value]
        return marks if any(marks) else []
    return isinstance(value, kind)


def _settled(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _settled(each) for name, each in value.items() if name != _RUN_STATE}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_settled(each) for each in value]
    return value


def _tags(value: Json) -> Json:
    """Keep the fingerprint back: a reader of the report has no business guessing at it."""
    if not isinstance(value, Mapping):
        return value
    return {
        name: Secret(each) if name.lower() == tags.SECRETS and isinstance(each, str) else each
        for name, each in value.items()
    }
