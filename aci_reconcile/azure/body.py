"""Secrets in bodies: revealed in requests, and removed from what Azure returns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aci_reconcile.core.errors import SecretUnavailableError
from aci_reconcile.core.model import as_list, as_object
from aci_reconcile.core.references import Deferred
from aci_reconcile.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from aci_reconcile.core.model import Body, Json
    from aci_reconcile.core.redaction import Redactor

    Redact = Callable[[str], str]


_IN_THE_PATH = frozenset({"id", "name", "type"})


def serialize_body(body: Body, redactor: Redactor) -> bytes:
    """Return the body as JSON with secrets revealed, without ``id``, ``name`` and ``type``, which are in the path.

    Raises:
        SecretUnavailableError: a secret has no value; nothing was sent.
        ValueError: a number is NaN or infinite, which manifests forbid; or a value of another group is unknown.
    """
    opened: list[Secret] = []
    wanted = {key: value for key, value in body.items() if key.lower() not in _IN_THE_PATH}
    plain = _reveal_secrets(wanted, "", opened)
    redactor.remember(opened)  # before the answer comes: Azure's errors may quote the body
    return json.dumps(plain, allow_nan=False, separators=(",", ":")).encode()


def _reveal_secrets(value: Json, path: str, opened: list[Secret]) -> Any:
    if isinstance(value, Secret):
        return _reveal_one(value, path, opened)
    if isinstance(value, Deferred):
        raise ValueError(f"{path}: {value} is not known yet, so nothing was sent")  # noqa: TRY004  it comes too early, it is no other type
    if isinstance(value, Mapping):
        return {key: _reveal_secrets(item, f"{path}.{key}" if path else key, opened) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_reveal_secrets(item, f"{path}[{index}]", opened) for index, item in enumerate(value)]
    return value


def _reveal_one(secret: Secret, path: str, opened: list[Secret]) -> str:
    if not secret.available:
        source = secret.source or "its value"
        raise SecretUnavailableError(
            f"{path}: {source} is not available: {secret.missing}",
            hint="a write must send every secret again, because Azure never returns them, so nothing was sent",
        )
    opened.append(secret)
    return secret.reveal()


_PROSE_FIELDS: Final = frozenset({"message", "detailStatus"})
"""The fields of an instance view that contain prose; all other fields are names of states, and numbers."""

_STATE_TEXTS: Final = frozenset({
    "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "Completed", "Error",
    "Container stopped per client request",
})  # fmt: skip
"""Recorded texts about the state of a container, which are never redacted."""


def redact_instance_view(body: Body, redact: Redact) -> Body:
    """Return a group without secrets in its instance view. Declared values do not change: they are compared."""
    properties = body.get("properties")
    if not isinstance(properties, Mapping):
        return body
    redacted: dict[str, Json] = {**properties, **_redact_view(properties, redact)}
    for name in ("containers", "initContainers"):
        if isinstance(listed := properties.get(name), list):
            redacted[name] = [_redact_container(each, redact) for each in as_list(listed)]
    return {**body, "properties": redacted}


def _redact_container(container: Json, redact: Redact) -> Json:
    properties = as_object(as_object(container).get("properties"))
    if "instanceView" not in properties or not isinstance(container, Mapping):
        return container
    return {**container, "properties": {**properties, **_redact_view(properties, redact)}}


def _redact_view(properties: Mapping[str, Json], redact: Redact) -> dict[str, Json]:
    view = properties.get("instanceView")
    return {} if view is None else {"instanceView": _redact_texts(view, redact)}


def _redact_texts(value: Json, redact: Redact) -> Json:
    if isinstance(value, Mapping):
        return {
            name: redact(each)
            if name in _PROSE_FIELDS and isinstance(each, str) and each not in _STATE_TEXTS
            else _redact_texts(each, redact)
            for name, each in value.items()
        }
    return [_redact_texts(each, redact) for each in value] if isinstance(value, (list, tuple)) else value
