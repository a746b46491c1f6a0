"""The names of tags in a subscription: those that were declared, and those in use."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aci_reconcile.emulator.evidence import rests_on
from aci_reconcile.emulator.model import ArmError, Json, Response, answer, as_object

if TYPE_CHECKING:
    from aci_reconcile.emulator.arm.call import Call

_VERSION = "2021-04-01"


@rests_on("tag-names")
def list_all(call: Call) -> Response:
    """Return every name with its values, and how often each is used."""
    used = _count(call)
    declared = {name: _show_name(call, name, document["values"], used) for name, document in _list_declared(call)}
    spelt: dict[str, list[str]] = {}
    for name, value in used:
        spelt.setdefault(name, []).append(value)
    other = {name: _show_name(call, name, values, used) for name, values in spelt.items() if name not in declared}
    return answer(200, {"value": [each for _, each in sorted({**other, **declared}.items())]})


def put_name(call: Call) -> Response:
    """Declare a name: 201, or 200 if there is one."""
    stored = _find(call)
    if stored is None:
        _save(call, [])
    return answer(201 if stored is None else 200, _show_name(call, _name(call), _values(stored), _count(call)))


def delete_name(call: Call) -> Response:
    """Forget a name that is not in use: 200, or 204 if there is none."""
    stored = _find(call)
    if any(name == _name(call) for name, _ in _count(call)):
        message = f"The tag '{_name(call)}' is in use."
        raise ArmError(409, "TagInUse", message, fact="tag-name-in-use")
    call.session.delete("tags", _key(call))
    return Response(204 if stored is None else 200)


def put_value(call: Call) -> Response:
    """Declare a value of a name: 201, or 200 if there is one."""
    stored, value = _require(call), call.path["value"]
    new = value not in _values(stored)
    if new:
        _save(call, [*_values(stored), value])
    return answer(201 if new else 200, _show_value(call, _name(call), value, _count(call)))


def delete_value(call: Call) -> Response:
    """Forget a value that is not in use: 200, or 204 if there is none."""
    stored, value = _require(call), call.path["value"]
    if _count(call)[(_name(call), value)]:
        message = f"The value '{value}' of the tag '{_name(call)}' is in use."
        raise ArmError(409, "TagValueInUse", message, fact="tag-name-in-use")
    _save(call, [each for each in _values(stored) if each != value])
    return Response(200 if value in _values(stored) else 204)


def _count(call: Call) -> Counter[tuple[str, str]]:
    """Return how often each tag is used, by resources and resource groups."""
    root = f"/subscriptions/{call.subscription}"
    found: Counter[tuple[str, str]] = Counter()
    for path in ("resources", "resourceGroups"):
        for each in call.send("GET", f"{root}/{path}", _VERSION).json()["value"]:
            found.update((str(name), str(value)) for name, value in as_object(each.get("tags")).items())
    return found


def _list_declared(call: Call) -> list[tuple[str, Json]]:
    prefix = f"{call.subscription.lower()}|"
    return [(document["name"], document) for _, document in call.session.scan("tags", prefix)]


def _name(call: Call) -> str:
    return call.path["name"]


def _key(call: Call) -> str:
    return f"{call.subscription}|{_name(call)}".lower()


def _find(call: Call) -> Json | None:
    return call.session.get("tags", _key(call))


def _require(call: Call) -> Json:
    stored = _find(call)
    if stored is None:
        raise ArmError(404, "TagNotFound", f"The tag '{_name(call)}' could not be found.", fact="tag-name-missing")
    return stored


def _values(stored: Json | None) -> list[str]:
    return [] if stored is None else list(stored["values"])


def _save(call: Call, values: list[str]) -> None:
    call.session.put("tags", _key(call), {"name": _name(call), "values": values})


def _show_name(call: Call, name: str, values: list[str], used: Counter[tuple[str, str]]) -> Json:
    total = sum(number for (each, _), number in used.items() if each == name)
    everything = dict.fromkeys([*values, *(value for each, value in used if each == name)])
    return {
        "id": f"/subscriptions/{call.subscription}/tagNames/{name}",
        "tagName": name,
        "count": {"type": "Total", "value": total},
        "values": [_show_value(call, name, value, used) for value in everything],
    }


def _show_value(call: Call, name: str, value: str, used: Counter[tuple[str, str]]) -> Json:
    return {
        "id": f"/subscriptions/{call.subscription}/tagNames/{name}/tagValues/{value}",
        "tagValue": value,
        "count": {"type": "Total", "value": used[name, value]},
    }
