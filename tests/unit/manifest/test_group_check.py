"""A body that was found without a flaw is not checked again, and that changes no diagnostic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edits import edits
from factories import body, container
from hypothesis import given

from aci_reconcile.core.errors import Where
from aci_reconcile.core.secret import REDACTED, Secret
from aci_reconcile.manifest.group_check import GroupChecks, check_group
from aci_reconcile.manifest.rules.ports import ACI013, ACI014
from aci_reconcile.manifest.source.diagnostics import Diagnostics
from aci_reconcile.manifest.syntax.items import Item, Path, Places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edits import Edit

    from aci_reconcile.core.errors import Diagnostic
    from aci_reconcile.manifest import Loaded

HERE = Where("a.yaml", 1, 1)


def item(value: Any, *doubtful: Path) -> Item:
    """Return a body as a manifest holds it, all in one place."""
    return Item(value, Places({(): HERE}, {(): ""}, {*doubtful}, set(_keys(value)), plain=False), Diagnostics())


def _keys(value: Any) -> Iterator[str]:
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(each)
    yield from value if isinstance(value, dict) else ()


def said_by(check: Callable[[Item], None], value: Any) -> tuple[Diagnostic, ...]:
    """Return what a check says of a body."""
    group = item(value)
    check(group)
    return group.diagnostics.list_all()


@given(edits(secrets=True))
def test_a_body_and_the_same_with_one_edit(edit: Edit) -> None:
    """Whatever is checked before and after."""
    checks = GroupChecks()
    for each in (edit.before, edit.after) * 2:
        assert said_by(check_group, each) == said_by(checks.check, each)


def test_the_second_is_not_checked() -> None:
    """Nothing but the body counts: neither the file, nor the value of a secret."""
    checks = GroupChecks()
    for value in ("x", "y"):
        checks.check(item(body(container(environmentVariables=[{"name": "A", "secureValue": Secret(value)}]))))

    assert len(checks) == 1


def test_a_secret_is_not_the_text_that_stands_for_it() -> None:
    """A readable password is a flaw, a secret is none, and the rules must not take one for the other."""
    checks = GroupChecks()

    def said(value: Any) -> list[str]:
        variable = {"name": "DB_PASSWORD", "value": value}
        return [each.code for each in said_by(checks.check, body(container(environmentVariables=[variable])))]

    assert not said(Secret("x"))
    assert ["ACI083"] == said(f"{REDACTED}!")
    assert ["ACI083"] == said("NaN!")


def test_flaws_are_reported_each_time(load_text: Callable[..., Loaded]) -> None:
    """In every group that has them, and in every run."""
    text = "name: {0}\ncontainers: [{{name: web, image: nginx, resources: {{cpu: 1, memoryInGB: 1}}}}]\n"
    files = {f"{name}.yaml": text.format(name) for name in ("a", "b")}
    first, second = load_text(files).diagnostics, load_text(files).diagnostics

    assert [("a.yaml", "ACI067"), ("b.yaml", "ACI067")] == [(each.where.file, each.code) for each in first]
    assert first == second


def test_what_could_not_be_read_is_not_remembered() -> None:
    """Where a port was not read, no rule asks which container has another; of the same body, well read, one does."""
    checks, address = GroupChecks(), body(ipAddress={"type": "Public", "ports": [{"port": 80}]})
    group = item(address, ("properties", "containers", 0, "properties", "ports", 0, "port"))
    checks.check(group)

    assert not group.diagnostics.list_all()
    assert [ACI014.number] == [each.code for each in said_by(checks.check, address)]


def test_what_another_diagnostic_held_back_is_not_remembered() -> None:
    """A rule keeps silent where there is an error already; the same body elsewhere has that error for itself."""
    checks, image = GroupChecks(), body(container(image="shop.azurecr.io/web:$(Build.BuildId)"))
    group = item(image)
    group.diagnostics.add(ACI013, HERE, "there is something else here")
    checks.check(group)

    assert [ACI013.number] == [each.code for each in group.diagnostics.list_all()]
    assert ["ACI201"] == [each.code for each in said_by(checks.check, image)]


def test_no_more_is_remembered_than_was_said() -> None:
    """A watch never ends."""
    checks = GroupChecks(3)
    for number in range(10):
        checks.check(item(body(container(f"web-{number}"))))

    assert len(checks) <= 3
