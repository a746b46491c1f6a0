"""Whatever a manifest says and ignores, and whatever is live: no write wipes a secret, and none is made up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from factories import OWNER, body, container, live, make_plan, policy, rid
from hypothesis import given
from hypothesis import strategies as st

from aci_reconcile.core import tags
from aci_reconcile.core.model import Lifecycle, Resource
from aci_reconcile.core.normalize import secrets_of
from aci_reconcile.core.secret import Secret
from aci_reconcile.core.withheld import fill_withheld, lacks_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = ("A", "B")
PATHS = (
    "properties",
    "containers",
    "containers[web]",
    "containers[web].environmentVariables",
    "containers[web].environmentVariables[A]",
    "imageRegistryCredentials",
    "imageRegistryCredentials[r.io]",
    "imageRegistryCredentials[r.io].username",
    "volumes",
    "volumes[files]",
)


def _secrets() -> st.SearchStrategy[Secret]:
    missing = st.just(Secret.unavailable("env:X", "it is not set"))
    return st.one_of(st.sampled_from(["s3cr3t", "other", ""]).map(Secret), missing)


def _variable(name: str) -> st.SearchStrategy[dict[str, Any]]:
    given_as = st.one_of(
        st.just({}),
        st.builds(lambda text: {"value": text}, st.sampled_from(["", "x"])),
        st.builds(lambda secret: {"secureValue": secret}, _secrets()),
        st.just({"secureValueReference": "ref"}),
    )
    return given_as.map(lambda value: {"name": name, **value})


VARIABLES = st.lists(st.sampled_from(NAMES), unique=True).flatmap(lambda names: st.tuples(*map(_variable, names)))
REGISTRIES = st.one_of(
    st.just([]),
    st.builds(
        lambda user, more: [{"server": "r.io", "username": user, **more}],
        st.sampled_from(["u", "v"]),
        st.one_of(st.builds(lambda secret: {"password": secret}, _secrets()), st.just({"passwordReference": "ref"})),
    ),
)
SOURCES = st.one_of(
    st.builds(lambda secret: {"secret": {"f": secret}}, _secrets()),
    st.sampled_from([{"secret": {}}, {"emptyDir": {}}]),
)
VOLUMES = st.one_of(st.just([]), SOURCES.map(lambda source: [{"name": "files", **source}]))


def _body(image: str, variables: Any, registries: Any, volumes: Any) -> dict[str, Any]:
    return body(
        container(image=image, environmentVariables=list(variables)),
        imageRegistryCredentials=registries,
        volumes=volumes,
    )


BODIES = st.builds(_body, st.sampled_from(["nginx:1", "nginx:2"]), VARIABLES, REGISTRIES, VOLUMES)
"""Groups with every kind of value where a secret may stand; a live one has been one of these."""


IGNORED = st.lists(st.sampled_from(PATHS), max_size=2)


def _holders(seen: Any) -> Iterator[tuple[tuple[str, str], dict[str, Any], tuple[str, ...]]]:
    """Yield what may hold a secret, by its kind and name, with what says that it does or what it has instead."""
    properties = seen["properties"]
    for each in properties["containers"][0]["properties"].get("environmentVariables") or ():
        yield ("variable", each["name"]), each, ("value", "secureValue", "secureValueReference")
    for each in properties.get("imageRegistryCredentials") or ():
        yield ("registry", each["server"]), each, ("password", "passwordReference", "identity")
    for each in properties.get("volumes") or ():
        if "secret" in each:
            yield ("volume", each["name"]), {"secret": each["secret"] or None}, ("secret",)


def _shown(there: Resource) -> set[tuple[str, str]]:
    """Return what holds a secret that Azure does not show."""
    return {key for key, each, names in _holders(there.body) if all(each.get(name) is None for name in names)}


@given(wanted=BODIES, was=BODIES, ignored=IGNORED, owner=st.sampled_from(["", OWNER]))
def test_no_write_wipes_a_secret(wanted: dict[str, Any], was: dict[str, Any], ignored: list[str], owner: str) -> None:
    """What is sent gives every holder of a hidden secret a value, or names the one that is not at hand."""
    there = live(Resource(rid(), was), tags={tags.OWNER: owner} if owner else {})
    desired = Resource(rid(), wanted, Lifecycle(ignore=tuple(ignored)))
    rules = policy(adopt=True, redeploy=frozenset({rid().key}))
    (change,) = make_plan([desired], [there], rules).changes

    assert change.after is not None
    assert change.sends_body
    sent = {key: any(each.get(name) is not None for name in names) for key, each, names in _holders(change.after.body)}
    assert [] == [key for key in _shown(there) if not sent.get(key, True)]


@given(wanted=BODIES, was=BODIES, ignored=IGNORED)
def test_only_declared_secrets_are_sent(wanted: dict[str, Any], was: dict[str, Any], ignored: list[str]) -> None:
    """Each at its own place; everything else that is needed there is not at hand."""
    desired = Resource(rid(), wanted, Lifecycle(ignore=tuple(ignored)))
    (change,) = make_plan([desired], [live(Resource(rid(), was))], policy(adopt=True)).changes
    declared = secrets_of(wanted)

    assert change.after is not None
    for path, secret in secrets_of(change.after.body).items():
        assert not secret.available or secret is declared[path]


@given(wanted=BODIES)
def test_no_variable_is_sent_without_a_value(wanted: dict[str, Any]) -> None:
    """At a creation as well."""
    (change,) = make_plan([Resource(rid(), wanted)], [], policy()).changes

    assert change.after is not None
    for _, each, names in _holders(change.after.body):
        assert each.keys() & set(names)


@given(wanted=BODIES, was=st.one_of(st.just({}), BODIES), remembered=st.booleans())
def test_what_lacks_no_secret_needs_none(wanted: dict[str, Any], was: dict[str, Any], *, remembered: bool) -> None:
    """The quick look at what is sent never misses what the look at all three sides finds."""
    seen = live(Resource(rid(), was)).body if was else {}

    assert lacks_secret(wanted) or fill_withheld(wanted, wanted, seen, remembered=remembered) == (wanted, ())
