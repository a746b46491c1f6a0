"""How layers combine: every kind of value at every layer, every precedence, every format of a file of values.

docs/layers.md is the guide to it. In a cell ``.`` means that the layer does not say the key at all; ``-`` in the last
column means that nothing says it in the end, and a code that this is complained of. ``theirs`` are the defaults of the
chosen environment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml

from aci_reconcile.app.manifests import read_variables
from aci_reconcile.cli.option import fill_options, list_params, read_command_line
from aci_reconcile.cli.options import PlaceOptions, SourceOptions
from aci_reconcile.core.errors import Severity
from aci_reconcile.manifest import read_variable_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aci_reconcile.manifest import Loaded

    Loader = Callable[..., Loaded]

ABSENT = "."
CONTAINERS = "[{name: a, image: 'x:1', ports: [80, 81], resources: {cpu: 1, memoryInGB: 1}}]"
CONTAINER = {
    "image": "x:1",
    "ports": [{"port": 80}, {"port": 81}],
    "resources": {"requests": {"cpu": 1, "memoryInGB": 1}},
}
SHORT = {
    "LABEL": "{dnsNameLabel: shop-web}",
    "AT80": "{type: Public, ports: [{port: 80}]}",
    "SHOP81": "{type: Public, ports: [{port: 81}], dnsNameLabel: shop-web}",
    "PUBLIC": "{type: Public, ports: [80]}",
    "LOGS": "{logAnalytics: {workspaceId: w, workspaceKey: '${env:K}', metadata: {a: x, b: y}}}",
}
"""What would make the columns of a table too wide."""
BARE = {"resource_group": "", "location": ""}


def table(text: str) -> list[Any]:
    """Return the rows of a table as the parameters of a test, each named by its line."""
    lines = [line for line in text.strip().splitlines() if not line.startswith("#")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    return [pytest.param(tuple(row), id=" ".join(line.split())) for row, line in zip(rows, lines, strict=True)]


def layer(key: str, value: str) -> str:
    """Return a map with one key, in flow style; an empty one where the layer does not say it."""
    return "{}" if value == ABSENT else f"{{{key}: {SHORT.get(value, value)} }}"


def wanted(cell: str) -> tuple[list[str], Any]:
    """Return the codes of a last column, and the value behind them."""
    words = cell.split()
    found = [word for word in words if re.fullmatch(r"ACI\d{3}", word)]
    rest = " ".join(words[len(found) :])
    return found, None if rest in {"", "-"} else yaml.safe_load(SHORT.get(rest, rest))


def told(loaded: Loaded, value: Any) -> tuple[list[str], Any]:
    """Return the codes of what is complained of, each once, and a value that counts where nothing is an error."""
    codes = [each.code for each in loaded.diagnostics if each.severity is not Severity.NOTICE]
    return list(dict.fromkeys(codes)), None if loaded.errors else value


GROUP = """
# key           | defaults  | theirs    | manifest      | patch     | is
restartPolicy   | .         | .         | .             | .         | -
restartPolicy   | Never     | .         | .             | .         | Never
restartPolicy   | Never     | OnFailure | .             | .         | OnFailure
restartPolicy   | Never     | OnFailure | Always        | .         | Always
restartPolicy   | Never     | OnFailure | Always        | Never     | Never
restartPolicy   | null      | Never     | .             | .         | Never
restartPolicy   | Never     | null      | .             | .         | -
restartPolicy   | Never     | .         | null          | .         | -
restartPolicy   | Never     | .         | null          | OnFailure | OnFailure
restartPolicy   | .         | .         | Never         | null      | -
restartPolicy   | Never     | .         | .             | ~         | -
restartPolicy   | .         | .         | null          | .         | -
restartPolicy   | Never     | .         |               | .         | ACI116
ipAddress       | PUBLIC    | .         | .             | .         | AT80
ipAddress       | PUBLIC    | LABEL     | {ports: [81]} | .         | SHOP81
ipAddress       | PUBLIC    | null      | .             | .         | -
ipAddress       | PUBLIC    | .         | null          | .         | -
ipAddress       | PUBLIC    | .         | .             | null      | -
ipAddress       | .         | PUBLIC    | .             | null      | -
ipAddress       | .         | .         | PUBLIC        | null      | -
ipAddress       | LABEL     | .         | null          | PUBLIC    | AT80
ipAddress       | PUBLIC    | .         | {}            | .         | AT80
ipAddress       | PUBLIC    | .         | {ports: null} | .         | ACI123
ipAddress       | PUBLIC    | .         |               | .         | ACI260 AT80
ipAddress       | PUBLIC    | .         | .             |           | ACI260 AT80
ipAddress       | PUBLIC    |           | .             | .         | ACI260 AT80
ipAddress       | .         | .         |               | .         | ACI126
identity        | {type: SystemAssigned} | . | null     | .         | -
diagnostics     | LOGS      | .         | .             | null      | -
diagnostics     | LOGS      | .         | {logAnalytics: null} | .  | {}
zones           | ['1']     | .         | .             | .         | ['1']
zones           | ['1']     | ['2']     | ['3']         | ['4']     | ['4']
zones           | ['1']     | .         | null          | .         | -
zones           | ['1']     | null      | .             | .         | -
zones           | .         | .         | ['1']         | null      | -
zones           | ['1']     | .         | null          | ['2']     | ['2']
zones           | ['1']     | .         | []            | .         | []
zones           | ['1']     | .         |               | .         | ACI260 ['1']
tags            | {a: x}    | {b: y}    | {a: z}        | {c: w}    | {a: z, b: y, c: w}
tags            | {a: x}    | .         | null          | .         | -
tags            | {a: x}    | .         | .             | null      | -
tags            | {a: x}    | null      | {b: y}        | .         | {b: y}
tags            | {a: x}    | .         | {a: null}     | .         | {a: null}
tags            | {a: x}    | .         | .             | {a: null} | {a: null}
tags            | {a: null} | .         | {a: x}        | .         | {a: x}
tags            | .         | .         | {a: null}     | .         | {a: null}
tags            | {a: x}    | .         |               | .         | ACI260 {a: x}
tags            | {Env: x}  | .         | {env: y}      | .         | {env: y}
tags            | {env: x}  | {ENV: y}  | .             | {Env: z}  | {Env: z}
tags            | {env: x}  | .         | {ENV: null}   | .         | {ENV: null}
tags            | {env: x}  | .         | {A: 1, a: 2}  | .         | ACI099
osType          | Windows   | .         | null          | .         | -
containers      | .         | .         | .             | null      | ACI123
"""


@pytest.mark.parametrize("row", table(GROUP))
def test_what_a_group_says(load_text: Loader, row: tuple[str, ...]) -> None:
    """The project's defaults, the environment's, the manifest, the environment's patch: the later one wins."""
    key, defaults, theirs, manifest, patch, cell = row
    project = (
        f"name: shop\ndefaults: {layer(key, defaults)}\n"
        f"environments: {{test: {{defaults: {layer(key, theirs)}, groups: {{web: {layer(key, patch)}}}}}}}\n"
    )
    mine = "" if manifest == ABSENT else f"{key}: {SHORT.get(manifest, manifest)}\n"
    files = {"aci-reconcile.yaml": project, "web.yaml": f"name: web\n{mine}containers: {CONTAINERS}\n"}

    loaded = load_text(files, environment="test", environ={"K": "k"})

    body = {**loaded.resources[0].body, **loaded.resources[0].properties}
    assert wanted(cell) == told(loaded, body.get(key))


METADATA = """
# defaults      | manifest          | is
{a: x, b: y}    | {a: null}         | {b: y}
{a: x, b: y}    | {a: z}            | {a: z, b: y}
{a: x}          | null              | -
{a: x}          | {b: null}         | {a: x}
.               | {a: x, b: null}   | {a: x}
.               | {a: x, b: }       | ACI116
"""


@pytest.mark.parametrize("row", table(METADATA))
def test_names_of_the_authors_own(load_text: Loader, row: tuple[str, ...]) -> None:
    """A name that is set to null is one that is not there; null is no value of it. A tag is the exception."""
    defaults, manifest, cell = row
    logs = "workspaceId: 00000000-0000-0000-0000-000000000000, workspaceKey: '${env:K}', logType: ContainerInsights"
    below = "" if defaults == ABSENT else f", metadata: {defaults}"
    shared = f"defaults: {{diagnostics: {{logAnalytics: {{{logs}{below}}}}}}}\n"
    own = f"diagnostics: {{logAnalytics: {{metadata: {manifest}}}}}\n"
    files = {"aci-reconcile.yaml": f"name: shop\n{shared}", "web.yaml": f"name: web\n{own}containers: {CONTAINERS}\n"}

    loaded = load_text(files, environ={"K": "k"})

    diagnostics: Any = loaded.resources[0].properties["diagnostics"]
    assert wanted(cell) == told(loaded, diagnostics["logAnalytics"].get("metadata"))


@pytest.mark.parametrize(
    ("defaults", "manifest", "expected"),
    [("{protect: true}", "{adopt: true}", True), ("{protect: true}", "null", None), ("null", "{protect: true}", True)],
)
def test_the_life_of_a_group(load_text: Loader, defaults: str, manifest: str, expected: bool | None) -> None:
    """What is never sent to Azure is laid over what lies below it, too."""
    files = {
        "aci-reconcile.yaml": f"name: shop\ndefaults: {{lifecycle: {defaults}}}\n",
        "web.yaml": f"name: web\nlifecycle: {manifest}\ncontainers: {CONTAINERS}\n",
    }

    assert expected is load_text(files).resources[0].lifecycle.protect


@pytest.mark.parametrize(("first", "second"), [("web", "rg/web"), ("rg/web", "web")])
def test_a_patch_by_address_lies_over_one_by_name(load_text: Loader, first: str, second: str) -> None:
    """Whichever stands first in the file."""
    policy = {"web": "Never", "rg/web": "OnFailure"}
    patches = ", ".join(f"{each}: {{restartPolicy: {policy[each]}}}" for each in (first, second))
    files = {
        "aci-reconcile.yaml": f"name: shop\nenvironments: {{test: {{groups: {{{patches}}}}}}}\n",
        "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n",
    }

    loaded = load_text(files, environment="test")

    assert ([], "OnFailure") == told(loaded, loaded.resources[0].properties["restartPolicy"])


def test_a_patch_finds_a_group_whose_resource_group_is_a_variable(load_text: Loader) -> None:
    """Its address is the one that it has in Azure."""
    project = (
        "name: shop\nvariables: {group: r1}\n"
        "environments: {test: {variables: {group: r2}, groups: {R2/web: {ipAddress: null}}}}\n"
    )
    own = "name: web\nresourceGroup: '${var:group}'\nipAddress: {type: Public, ports: [80]}\n"
    files = {"aci-reconcile.yaml": project, "web.yaml": f"{own}containers: {CONTAINERS}\n"}

    loaded = load_text(files, environment="test", resource_group="")

    assert ([], ["containers"]) == told(loaded, list(loaded.resources[0].properties))


def test_each_layer_may_be_written_in_either_form(load_text: Loader) -> None:
    """A property beside `name` and one inside `properties` are one, whichever layer says it in which form."""
    project = (
        "name: shop\ndefaults: {properties: {ipAddress: {type: Public, ports: [80]}}}\n"
        "environments: {test: {defaults: {IPADDRESS: null}}}\n"
    )
    files = {"aci-reconcile.yaml": project, "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n"}

    loaded = load_text(files, environment="test")

    assert {"containers": [{"name": "a", "properties": CONTAINER}]} == loaded.resources[0].properties


def test_what_is_needed_is_missed_where_it_was_taken_away(load_text: Loader) -> None:
    """The place of the `null`, and not that of the group."""
    files = {
        "aci-reconcile.yaml": "name: shop\nenvironments:\n  test:\n    groups:\n      web: {containers: null}\n",
        "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n",
    }

    (found,) = load_text(files, environment="test").diagnostics

    assert ("ACI123", "aci-reconcile.yaml:5:25") == (found.code, str(found.where))
    assert "`containers` is required, and `null` removes it" == found.message


SETTINGS = """
# key                    | project                   | environment       | is
resource_group           | resourceGroup: a          | .                 | a
resource_group           | resourceGroup: a          | resourceGroup: b  | b
resource_group           | resourceGroup: a          | resourceGroup: null | ''
resource_group           | .                         | resourceGroup: b  | b
create_resource_groups   | createResourceGroups: true | createResourceGroups: null | false
policy.max_deletes       | 'policy: {maxDeletes: 5, prune: true}' | 'policy: {maxDeletes: 2}' | 2
policy.prune             | 'policy: {maxDeletes: 5, prune: true}' | 'policy: {maxDeletes: 2}' | true
policy.prune             | 'policy: {prune: true}'   | 'policy: null'    | false
policy.prune             | 'policy: {prune: true}'   | 'policy: {prune: null}' | false
policy.prune             | 'policy: {prune: true}'   | 'policy: {}'      | true
"""


@pytest.mark.parametrize("row", table(SETTINGS))
def test_what_a_project_says(load_text: Loader, row: tuple[str, ...]) -> None:
    """The chosen environment lies over the project; what it takes away has its default again."""
    key, project, environment, cell = row
    over = "{}" if environment == ABSENT else f"{{{environment.strip(chr(39))}}}"
    under = "" if project == ABSENT else f"{project.strip(chr(39))}\n"
    own = f"name: web\nresourceGroup: own\ncontainers: {CONTAINERS}\n"
    files = {"aci-reconcile.yaml": f"name: shop\n{under}environments: {{test: {over}}}\n", "web.yaml": own}

    value: Any = load_text(files, environment="test", resource_group="").project
    for name in key.split("."):
        value = getattr(value, name)

    assert yaml.safe_load(cell) == value


EMPTIED = """
# project                                     | environment             | complaints
'fingerprintKey: "${env:K}"'                  | 'fingerprintKey: '      | ACI290
'fingerprintKey: "${env:K}"'                  | 'fingerprintKey: null'  |
'formerFingerprintKey: "${env:K}"'            | 'formerFingerprintKey: ' | ACI290
'resourceGroup: a'                            | 'resourceGroup: ""'     | ACI144
'subscription: 1b1d9f8e-35ae-4a63-8a0b-d9ff7d4e0b1f' | 'subscription: ""' | ACI116
'subscription: 1b1d9f8e-35ae-4a63-8a0b-d9ff7d4e0b1f' | 'subscription: '  | ACI116
'id: ""'                                      | .                       | ACI270
'defaults: {tags: {a: b}}'                    | 'defaults: '            | ACI260
'defaults: {tags: {a: b}}'                    | 'defaults: null'        |
'defaults: '                                  | .                       |
'variables: {a: b}'                           | 'variables: '           | ACI260
.                                             | 'groups: '              |
.                                             | 'groups: null'          |
.                                             | 'groups: {web: }'       |
.                                             | 'groups: {web: null}'   | ACI115
"""


@pytest.mark.parametrize("row", table(EMPTIED))
def test_nothing_and_null_in_the_project_file(load_text: Loader, row: tuple[str, ...]) -> None:
    """A text that is empty, or missing behind its colon, takes no setting away; a patch takes no group away."""
    project, environment, cell = row
    over = "{}" if environment == ABSENT else f"{{{environment[1:-1]}}}"
    under = "" if project == ABSENT else f"{project[1:-1]}\n"
    own = f"name: web\nresourceGroup: own\ncontainers: {CONTAINERS}\n"
    files = {"aci-reconcile.yaml": f"name: shop\n{under}environments: {{test: {over}}}\n", "web.yaml": own}

    loaded = load_text(files, environment="test", resource_group="", environ={"K": "Kq3vX9pLw2Zt8RnB5yHc7D"})

    assert cell.split() == told(loaded, None)[0]


def test_a_project_has_a_name_that_is_none(load_text: Loader) -> None:
    """An empty text is no owner of groups."""
    files = {"aci-reconcile.yaml": 'name: ""\n', "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n"}

    assert ["ACI174"] == told(load_text(files), None)[0]


@pytest.mark.parametrize("word", ["none", "NONE", '"${var:kept}"'])
def test_fingerprints_are_given_up_in_any_spelling(load_text: Loader, word: str) -> None:
    """What counts is the value, not its text."""
    project = f"name: shop\nvariables: {{kept: none}}\nfingerprint: {word}\n"
    files = {"aci-reconcile.yaml": project, "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n"}

    assert load_text(files).project.fingerprints.kept is False


def test_a_list_whose_only_item_is_nothing_is_empty(load_text: Loader) -> None:
    """A dash that was left over is no container."""
    found = told(load_text("name: web\ncontainers:\n  -\n"), None)[0]

    assert {"ACI064", "ACI126"} == set(found)


def test_a_list_of_the_project_can_be_taken_away(load_text: Loader) -> None:
    """`null` over a freeze lifts it for one environment; nothing behind the colon leaves it, with a warning."""
    freeze = "policy: {freeze: [{from: 2026-12-20, to: 2026-12-31, reason: holidays}]}"
    environments = "environments: {none: {policy: {freeze: null}}, slip: {policy: {freeze: }}, same: {}}"
    files = {
        "aci-reconcile.yaml": f"name: shop\n{freeze}\n{environments}\n",
        "web.yaml": f"name: web\ncontainers: {CONTAINERS}\n",
    }

    found = {name: load_text(files, environment=name).project.policy.freeze for name in ("none", "slip", "same")}

    assert {"none": 0, "slip": 1, "same": 1} == {name: len(windows) for name, windows in found.items()}
    assert ["ACI260"] == told(load_text(files, environment="slip"), None)[0]


LOCATION = """
# project | defaults | environment | theirs | manifest    | patch | flag | is
a         | .        | .           | .      | .           | .     | .    | a
a         | .        | .           | .      | b           | .     | .    | b
a         | .        | .           | .      | .           | c     | .    | c
a         | .        | .           | .      | b           | c     | .    | c
.         | a        | .           | .      | b           | .     | .    | b
.         | a        | b           | .      | .           | .     | .    | b
a         | .        | .           | b      | .           | .     | .    | b
a         | a        | .           | .      | .           | .     | .    | a
a         | b        | .           | .      | .           | .     | .    | ACI137
.         | .        | a           | b      | .           | .     | .    | ACI137
West Europe | westeurope | .       | .      | .           | .     | .    | West Europe
a         | .        | null        | .      | b           | .     | .    | b
a         | .        | null        | .      | .           | .     | .    | ACI136
a         | .        | .           | .      | null        | .     | .    | ACI136
a         | .        | .           | .      | .           | null  | .    | ACI136
a         | .        | .           | .      | ""          | .     | .    | ACI116
a         | .        | .           | .      | .           | ""    | .    | ACI116
.         | .        | .           | .      | .           | .     | d    | d
.         | .        | .           | .      | d           | .     | d    | d
.         | .        | .           | .      | a           | .     | d    | ACI137
a         | .        | .           | .      | .           | .     | d    | ACI137
"""


@pytest.mark.parametrize("row", table(LOCATION))
def test_the_location(load_text: Loader, row: tuple[str, ...]) -> None:
    """`location` of the project is a default like another; two in one layer that differ are an error."""
    project, defaults, environment, theirs, manifest, patch, flag, cell = row
    inner = layer("location", environment)[1:-1]
    over = (
        f"{inner}{', ' * bool(inner)}defaults: {layer('location', theirs)}, groups: {{web: {layer('location', patch)}}}"
    )
    shared = "" if project == ABSENT else f"location: {project}\n"
    own = "" if manifest == ABSENT else f"location: {manifest}\n"
    files = {
        "aci-reconcile.yaml": f"name: shop\n{shared}defaults: {layer('location', defaults)}\n"
        f"environments: {{test: {{{over}}}}}\n",
        "web.yaml": f"name: web\n{own}containers: {CONTAINERS}\n",
    }

    loaded = load_text(files, environment="test", location="" if flag == ABSENT else flag)

    codes, value = told(loaded, loaded.resources[0].body.get("location"))
    assert wanted(cell) == ([code for code in codes if code not in {"ACI209", "ACI211"}], value)


RESOURCE_GROUP = """
# project | environment | manifest | flag | is
a         | .           | .        | .    | a
a         | b           | .        | .    | b
a         | .           | b        | .    | b
a         | b           | c        | .    | c
a         | null        | c        | .    | c
a         | null        | .        | .    | ACI135
a         | .           | null     | .    | ACI135
a         | .           | ""       | .    | ACI144
a         | ""          | .        | .    | ACI144 ACI135
.         | .           | .        | d    | d
a         | .           | .        | A    | a
a         | .           | .        | d    | ACI137
.         | .           | a        | d    | ACI137
a         | .           | b        | a    | ACI137
"""


@pytest.mark.parametrize("row", table(RESOURCE_GROUP))
def test_the_resource_group(load_text: Loader, row: tuple[str, ...]) -> None:
    """The manifest wins over the project, and a flag is for what neither says: it never moves a group."""
    project, environment, manifest, flag, cell = row
    shared = "" if project == ABSENT else f"resourceGroup: {project}\n"
    own = "" if manifest == ABSENT else f"resourceGroup: {manifest}\n"
    over = layer("resourceGroup", environment)
    files = {
        "aci-reconcile.yaml": f"name: shop\n{shared}environments: {{test: {over}}}\n",
        "web.yaml": f"name: web\n{own}containers: {CONTAINERS}\n",
    }

    loaded = load_text(files, environment="test", resource_group="" if flag == ABSENT else flag)

    assert wanted(cell) == told(loaded, loaded.resources[0].id.resource_group)


VARIABLES = """
# default | environment | file of the variable | --var-file | ACI_RECONCILE_VAR | --var | is
0         | .           | .                    | .          | .                 | .     | 0
0         | 1           | .                    | .          | .                 | .     | 1
0         | 1           | 2                    | .          | .                 | .     | 2
0         | 1           | 2                    | 3          | .                 | .     | 3
0         | 1           | 2                    | 3          | 4                 | .     | 4
0         | 1           | 2                    | 3          | 4                 | 5     | 5
0         | 1           | .                    | .          | 4                 | 5     | 5
0         | .           | 2                    | .          | .                 | 5     | 5
.         | .           | .                    | 3          | .                 | .     | 3
0         | null        | .                    | .          | .                 | .     | ACI150
0         | null        | .                    | .          | .                 | 5     | 5
0         | {type: number} | .                 | .          | .                 | .     | 0
"""


@pytest.mark.parametrize("row", table(VARIABLES))
def test_the_value_of_a_variable(
    load_text: Loader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: tuple[str, ...]
) -> None:
    """Single values win over files, what stands on the command line over the environment, all of them over files."""
    default, environment, ambient_file, file, ambient, flag, cell = row
    theirs = f"environments: {{test: {{variables: {layer('v', environment)}}}}}"
    project = f"name: shop\nvariables: {layer('v', default)}\n{theirs}\n"
    words: list[str] = []
    for name, value in (("ambient.env", ambient_file), ("given.env", file)):
        (tmp_path / name).write_text("" if value == ABSENT else f"v={value}\n", encoding="utf-8")
    monkeypatch.setenv("ACI_RECONCILE_VAR_FILE", "ambient.env")
    monkeypatch.setenv("ACI_RECONCILE_VAR", "other=x" if ambient == ABSENT else f"v={ambient}\nother=x")
    words += [] if file == ABSENT else ["--var-file", "given.env"]
    words += ["--var", "more=y"] if flag == ABSENT else ["--var", f"v={flag}"]
    context = click.Command("plan", params=list(list_params(SourceOptions))).make_context("plan", words)

    values = read_variables(
        fill_options(SourceOptions, read_command_line(context)).make_sources(PlaceOptions()), tmp_path
    )
    files = {
        "aci-reconcile.yaml": project,
        "web.yaml": f"name: web\ntags: {{v: '${{var:v}}'}}\ncontainers: {CONTAINERS}\n",
    }
    loaded = load_text(files, environment="test", variables=values)

    expected, value = wanted(cell)
    assert (expected, None if value is None else str(value)) == told(loaded, (loaded.resources[0].tags or {}).get("v"))
    assert "x" == values["other"]


FILES = [
    ("a.env", 'v="1.2"', {"v": "1.2"}),
    ("a.env", "v='1.2'", {"v": "1.2"}),
    ("a.env", "v=1.2 # the tag", {"v": "1.2"}),
    ("a.env", "v=a#b", {"v": "a#b"}),
    ("a.env", 'v="a # b" # c', {"v": "a # b"}),
    ("a.env", "export v=1", {"v": "1"}),
    ("a.env", "# c\n\n v = 1.10 \nw=\n", {"v": "1.10", "w": ""}),
    ("a.env", 'v="a\\nb"', {"v": "a\nb"}),
    ("a.env", "v='a\\nb'", {"v": "a\\nb"}),
    ("a.env", 'v="a\nb"', {"v": "a\nb"}),
    ("a.env", "v=$HOME-${w}\nw=1", {"v": "$HOME-${w}", "w": "1"}),
    ("a.env", "v=1e2\r\nw=no\r\n", {"v": "1e2", "w": "no"}),
    ("a.env", "v=a=b", {"v": "a=b"}),
    ("a.env", "v= # nothing\nw=#1", {"v": "", "w": "#1"}),
    ("a.env", "", {}),
    ("a.json", '{"v": 1.10, "w": 1e2}', {"v": "1.10", "w": "1e2"}),
    ("a.json", '{"v": true, "w": "1.10", "x": ""}', {"v": "true", "w": "1.10", "x": ""}),
    ("a.vars", ' {"$schema": "s", "v": -1.0}', {"v": "-1.0"}),
    (
        "a.yaml",
        "v: 1.10\nw: no\nx: 2019-12-01\ny: 'a b' # c\n",
        {"v": "1.10", "w": "no", "x": "2019-12-01", "y": "a b"},
    ),
    ("a.yml", "{v: 0x1F, w: 1_000}", {"v": "0x1F", "w": "1_000"}),
    ("a.yaml", "# nothing\n", {}),
]


@pytest.mark.parametrize(("name", "text", "expected"), FILES)
def test_a_file_of_values(name: str, text: str, expected: dict[str, str]) -> None:
    """A value is what stands in the file, in each of the formats; nothing in it is replaced."""
    assert (expected, ()) == read_variable_file(text, name)


WRONG = [
    ("a.env", "v=1\n\n  w\n", ["a.env:3:3 ACI264"]),
    ("a.env", "v 1", ["a.env:1:1 ACI264"]),
    ("a.env", 'v="1', ["a.env:1:1 ACI264"]),
    ("a.env", 'v="1" 2', ["a.env:1:1 ACI264"]),
    ("a.env", "v: 1", ["a.env:1:1 ACI264"]),
    ("a.env", "v=1\nexport v=2", ["a.env:2:1 ACI006"]),
    ("a.env", "1v=1", ["a.env:1:1 ACI264"]),
    ("a.env", "v=1\nw=\x1b[31m2\nx='\x00'", ["a.env:2:1 ACI010", "a.env:3:1 ACI010"]),
    ("a.json", '{"v": 1, "v": 2}', ["a.json:1:10 ACI006"]),
    ("a.json", '{"v": null}', ["a.json:1:7 ACI264"]),
    ("a.json", '{"v": [1], "w": {}}', ["a.json:1:7 ACI264", "a.json:1:17 ACI264"]),
    ("a.json", "[1]", ["a.json:1:1 ACI264"]),
    ("a.json", '{"v": 01}', ["a.json:1:7 ACI004"]),
    ("a.json", '{"v": 1,', ["a.json:1:9 ACI004"]),
    ("a.yaml", "v: 1\nv: 2\n", ["a.yaml:2:1 ACI006"]),
    ("a.yaml", "v:\nw: [1]\n", ["a.yaml:1:3 ACI264", "a.yaml:2:4 ACI264"]),
    ("a.yaml", "v: 1\n---\nw: 1\n", ["a.yaml:3:1 ACI264"]),
    ("a.yaml", "text", ["a.yaml:1:1 ACI264"]),
    ("a.yaml", "v: !!str 1", ["a.yaml:1:4 ACI007"]),
]


@pytest.mark.parametrize(("name", "text", "expected"), WRONG)
def test_what_is_no_file_of_values(name: str, text: str, expected: list[str]) -> None:
    """Each slip at its place, and no value in the message; nothing of it is taken in silence."""
    _, found = read_variable_file(text, name)

    assert expected == [f"{each.where} {each.code}" for each in found]
