"""What a run changes about a group: command and variables, and whatever a task has no use for.

It works on nodes in ARM's shape, so that rules and references treat what was typed like what stands in a manifest.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.errors import UsageError, Where
from aci_reconcile.core.redaction import veil_variable
from aci_reconcile.core.secret import Secret
from aci_reconcile.manifest.source.diagnostics import Diagnostics, suggest_word
from aci_reconcile.manifest.source.nodes import Entry, ListNode, MapNode, ScalarNode
from aci_reconcile.manifest.syntax.reference_grammar import escape, has_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aci_reconcile.manifest.project.request import TaskRequest
    from aci_reconcile.manifest.source.nodes import Source
    from aci_reconcile.manifest.syntax.references import References, Text

_ENV, _COMMAND = Where("--env"), Where("COMMAND")
_PROBES: Final = ("livenessProbe", "readinessProbe")
_ONCE: Final = frozenset({"never", "onfailure"})


@dataclass(frozen=True, slots=True)
class TaskChanges:
    """Changes one group; ``notes`` receives what is not as its manifest says, beyond what was typed."""

    asked: TaskRequest
    replace: Callable[[ScalarNode], Text]
    """Replaces references, to see whether a value is a secret."""
    address: str
    """How messages name the group."""
    notes: list[str] = field(default_factory=list[str])

    def change(self, group: MapNode) -> MapNode:
        """Return the group as the run needs it.

        Raises:
            UsageError: it is not clear which container is meant, or a secret was typed.
        """
        properties = group.get("properties")
        if not isinstance(properties, MapNode):
            return group
        changed = self._change_containers(self._end_once(self._drop_address(properties)))
        return _put(group, "properties", changed)

    def _end_once(self, properties: MapNode) -> MapNode:
        """Return the properties with a restart policy that lets the group end."""
        policy = properties.get("restartPolicy")
        text = policy.text if isinstance(policy, ScalarNode) and not policy.null else "Always"
        if text.lower() in _ONCE or has_reference(text):
            return properties
        if text.lower() == "always":
            self.notes.append("restartPolicy Never, for with Always it would not end")
            return _put(properties, "restartPolicy", ScalarNode("Never", policy.where if policy else properties.where))
        return properties

    def _drop_address(self, properties: MapNode) -> MapNode:
        """Return the properties without what the declared group alone can have: its addresses and its DNS label."""
        address = properties.get("ipAddress")
        if not isinstance(address, MapNode):
            return properties
        kind = address.get("type")
        if isinstance(kind, ScalarNode) and kind.text.lower() == "private":
            pinned = address.get_entry("ip") is not None
            self.notes.extend(["another private address"] if pinned else ())
            return _put(properties, "ipAddress", address.without("ip"))
        self.notes.append("no public address")
        return properties.without("ipAddress")

    def _change_containers(self, properties: MapNode) -> MapNode:
        containers = properties.get("containers")
        if not isinstance(containers, ListNode):
            return properties
        wanted = self._choose_container(containers.items)
        items = tuple(self._change_container(each) if each is wanted else each for each in containers.items)
        return _put(properties, "containers", ListNode(items, containers.where))

    def _choose_container(self, containers: Sequence[Source]) -> Source | None:
        """Return the container that command and variables are for; None if there are none, or nothing is asked for."""
        names = {_get_name(each): each for each in containers}
        if self.asked.container:
            found = next((each for name, each in names.items() if name.lower() == self.asked.container.lower()), None)
            if found is None:
                hint = suggest_word(self.asked.container, names) or f"it has {', '.join(names)}"
                raise UsageError(f"{self.address} has no container {self.asked.container}", hint=hint)
            return found
        if not (self.asked.command or self.asked.env):
            return None
        if len(containers) > 1:
            hint = f"choose one with -c: {', '.join(names)}"
            raise UsageError(f"{self.address} has several containers", hint=hint)
        return next(iter(containers), None)

    def _change_container(self, container: Source) -> Source:
        properties = container.get("properties") if isinstance(container, MapNode) else None
        if not isinstance(container, MapNode) or not isinstance(properties, MapNode):
            return container
        if self.asked.command:
            words = tuple(ScalarNode(escape(word), _COMMAND, plain=False) for word in self.asked.command)
            properties = _put(properties, "command", ListNode(words, _COMMAND))
            # A probe asks for what the former command serves, and would end this one.
            probes = [name for name in _PROBES if properties.get_entry(name) is not None]
            self.notes.extend(f"no {name}" for name in probes)
            properties = properties.without(*probes)
        if self.asked.env:
            properties = self._change_variables(properties)
        return _put(container, "properties", properties)

    def _change_variables(self, properties: MapNode) -> MapNode:
        there = properties.get("environmentVariables")
        known = there.items if isinstance(there, ListNode) else ()
        typed = {name: self._make_variable(name, value) for name, value in self.asked.env}
        kept = tuple(typed.pop(_get_name(each), each) for each in known)
        return _put(properties, "environmentVariables", ListNode((*kept, *typed.values()), _ENV))

    def _make_variable(self, name: str, value: str | None) -> MapNode:
        """Return the node of a variable, readable only if its value is no secret.

        Raises:
            UsageError: a secret was typed, and everybody could read it.
        """
        text = f"${{env:{name}}}" if value is None else value
        node = ScalarNode(text, _ENV, plain=False)
        if not has_reference(text) and veil_variable(name, text) != text:
            hint = f"set {name} here and write --env {name}, or name a vault: --env '{name}=${{keyvault:vault/secret}}'"
            message = "this looks like a secret, and everybody who reads the group could read it"
            raise UsageError(f"--env {name}: {message}", hint=hint)
        key = "secureValue" if self._is_secret(node) else "value"
        entries = (Entry("name", _ENV, ScalarNode(name, _ENV, plain=False)), Entry(key, _ENV, node))
        return MapNode(entries, _ENV)

    def _is_secret(self, node: ScalarNode) -> bool:
        text = self.replace(node)
        return isinstance(text.value, Secret) or text.hidden


def make_image_group(asked: TaskRequest, name: str) -> MapNode:
    """Return the document of a group with one container that runs an image."""
    where, image = Where("--image"), asked.image
    if image is None:
        raise ValueError("no image is asked for")

    def scalar(text: str, *, plain: bool = False) -> ScalarNode:
        return ScalarNode(text, where, plain)

    def make_map(**entries: Source) -> MapNode:
        return MapNode(tuple(Entry(key, where, value) for key, value in entries.items()), where)

    resources = make_map(
        cpu=ScalarNode(image.cpu, Where("--cpu")), memoryInGB=ScalarNode(image.memory, Where("--memory"))
    )
    container = make_map(name=scalar(name), image=scalar(escape(image.reference)), resources=resources)
    return make_map(
        name=scalar(name),
        osType=scalar("Linux"),
        restartPolicy=scalar("Never"),
        containers=ListNode((container,), where),
    )


def look_only(references: References) -> Callable[[ScalarNode], Text]:
    """Return a function that replaces references and reports nothing: the same text is read again later."""
    quiet = replace(references, diagnostics=Diagnostics())
    return lambda node: quiet.replace(node, "")


def _get_name(node: Source) -> str:
    name = node.get("name") if isinstance(node, MapNode) else None
    return name.text if isinstance(name, ScalarNode) else ""


def _put(node: MapNode, key: str, value: Source) -> MapNode:
    """Return a map with another value of a key, which stays in its place."""
    if node.get_entry(key) is None:
        return MapNode((*node.entries, Entry(key, value.where, value)), node.where)
    entries = tuple(each._replace(value=value) if each.key == key else each for each in node.entries)
    return MapNode(entries, node.where)
