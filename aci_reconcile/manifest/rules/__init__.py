"""The rules of Azure Container Instances beyond its schema, checked before Azure is called.

A rule is a function of one group. Its file holds its codes, with title, explanation, example and evidence, and a table
``RULES`` that says which groups it is for. An observed refusal is an error, a documented or likely one is a warning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aci_reconcile.manifest.rules import (
    containers,
    credentials,
    images,
    names,
    network,
    open_secrets,
    placement,
    pools,
    ports,
    resources,
    tags,
    variables,
    volumes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aci_reconcile.manifest.syntax.items import Item, Rule, RuleTable

TOPICS: Final = (
    names,
    containers,
    images,
    resources,
    placement,
    volumes,
    ports,
    network,
    variables,
    open_secrets,
    credentials,
    pools,
    tags,
)
"""The modules with rules."""


def _merge(tables: tuple[RuleTable, ...]) -> Mapping[tuple[str, ...], tuple[Rule, ...]]:
    merged: dict[tuple[str, ...], tuple[Rule, ...]] = {}
    for table in tables:
        for keys, rules in table.items():
            merged[keys] = (*merged.get(keys, ()), *rules)
    return merged


RULES: Final = _merge(tuple(topic.RULES for topic in TOPICS))
"""All rules, by the keys of which a group must have one; by no key: for every group.

Most rules are about properties that most groups do not have, and are not called for those.
"""


def check(group: Item) -> None:
    """Apply every relevant rule to a group's body."""
    present = group.places.keys
    for needed, rules in RULES.items():
        if not needed or not present.isdisjoint(needed):
            for rule in rules:
                rule(group)
