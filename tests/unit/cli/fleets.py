"""A fleet for the tests: three projects of two groups each, in two subscriptions of one emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unit.cli.command_line import CommandLine

ONE = "11111111-1111-1111-1111-111111111111"
TWO = "22222222-2222-2222-2222-222222222222"
FLEET = f"""\
projects:
  - {{project: shop/aci-reconcile.yaml, subscription: {ONE}}}
  - {{project: bill/aci-reconcile.yaml, subscription: {TWO}}}
  - {{project: desk/aci-reconcile.yaml, subscription: {TWO}, environment: prod}}
"""


def write_fleet(cli: CommandLine) -> CommandLine:
    """Write the projects, their manifests and the file that lists them."""
    for name in ("shop", "bill", "desk"):
        more = "environments: {prod: {}}\n" if name == "desk" else ""
        text = f"name: {name}\nresourceGroup: rg-{name}\nlocation: westeurope\ncreateResourceGroups: true\n{more}"
        cli.write(f"{name}/aci-reconcile.yaml", text)
        for number, region in enumerate(("westeurope", "northeurope")):
            declare(cli, name, number, region)
    cli.write("fleet.yaml", FLEET)
    return cli


def declare(fleet: CommandLine, project: str, number: int, region: str = "westeurope", image: str = "nginx:1") -> None:
    """Write the manifest of a group."""
    container = f"{{name: c, image: '{image}', resources: {{cpu: 1, memoryInGB: 1}}}}"
    text = f"name: {project}{number}\nlocation: {region}\nosType: Linux\ncontainers: [{container}]\n"
    fleet.write(f"{project}/manifests/g{number}.yaml", text)
