"""Names of images and of the registries they come from (grammar: `distribution/reference`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aci_reconcile.core.images import find_flaw, find_host_flaw, find_placeholder, is_stand_in
from aci_reconcile.manifest.code import WARNING, Basis, Code, Evidence
from aci_reconcile.manifest.source.diagnostics import quote
from aci_reconcile.manifest.syntax.reference_grammar import NAME, has_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.manifest.syntax.items import Item, RuleTable

_SCHEME = re.compile("^[A-Za-z]*:?//")

_AZURE: Final = ".azurecr."
"""The common part of the hosts of Azure's registries, in every cloud."""

_NAME = re.compile(NAME)

_KIND = re.compile(r"^\$\{(?:var|env|file|keyvault|group):")
"""The beginning of a reference of this tool, whose kind is not a variable name."""


def _list_images(group: Item) -> Iterator[Item]:
    properties = group.at("properties")
    for container in (*properties.each("containers"), *properties.each("initContainers")):
        yield container.at("properties", "image")


ACI200: Final = Code(
    "ACI200",
    "Not a valid image name",
    "An image is named `host/path:tag` or `host/path@digest`, without a scheme. The host is optional, and the "
    "path is lowercase. No registry can hold an image with another name: Azure would answer `InaccessibleImage`, "
    "and during a replacement it would do so after the group has been deleted. Correct the name.",
    example="containers: [{name: web, image: 'https://shop.azurecr.io/web:1'}]",
    evidence=(
        Evidence(Basis.STANDARD, "the grammar of distribution/reference"),
        Evidence(Basis.THREAD, "InaccessibleImage: Azure/azure-cli#27860"),
    ),
)

ACI201: Final = Code(
    "ACI201",
    "A placeholder was not replaced",
    "`<registry>`, `#{tag}#`, `$(tag)`, `{{ tag }}`, `${TAG}`, `__TAG__` and similar placeholders are replaced by "
    "other tools, and none has run. Run that tool first, or use `${var:NAME}` or `${env:NAME}`, which this tool "
    "replaces.",
    example="containers: [{name: web, image: 'shop.azurecr.io/web:$(Build.BuildId)'}]",
    evidence=(
        Evidence(Basis.STANDARD, "the grammar of distribution/reference"),
        Evidence(Basis.THREAD, "Azure/aci-deploy#12"),
    ),
)

ACI202: Final = Code(
    "ACI202",
    "An image name looks like a placeholder",
    "The name is more likely to be a placeholder that was not replaced than the name of an image. Check it. A name in "
    "camel case, such as `privateRegistryImage`, is in one of Microsoft's own requests, so it is not refused here; "
    "but registries have lowercase names only.",
    example="containers: [{name: web, image: 'shop.azurecr.io/web:__TAG__'}]",
    severity=WARNING,
    evidence=(
        Evidence(Basis.EXAMPLE, "azure-rest-api-specs 2025-09-01, ContainerGroupsCreateOrUpdateSecretReference"),
        Evidence(Basis.LIKELY, "other tools replace placeholders in this format"),
    ),
)


def check_image_names(group: Item) -> None:
    """Azure: `InaccessibleImage` for images that cannot be pulled, such as any name outside the grammar."""
    for image in _list_images(group):
        text = image.value
        if not isinstance(text, str) or has_reference(text):  # what it will be is not known offline
            continue
        why = find_flaw(text)
        if not why and "__" not in text:  # shortcut for most names: other styles are outside the grammar
            continue
        unfilled = find_placeholder(text)
        if is_stand_in(text):
            image.complain(ACI202, f"{quote(text)} looks like a placeholder: {why}", _suggest_name(text))
        elif unfilled and not why:
            image.complain(ACI202, f"{quote(unfilled)} looks like a placeholder", _suggest_reference(unfilled))
        elif unfilled and not image.wrong:
            image.complain(ACI201, f"the placeholder {quote(unfilled)} was not replaced", _suggest_reference(unfilled))
        elif why and not unfilled:
            image.complain(ACI200, f"{_quote_name(text)} is not a valid image name: {why}", _suggest_name(text))


def _quote_name(text: str) -> str:
    return quote(text) if text else "an empty text"


def _suggest_name(text: str) -> str:
    """Return a hint with a similar valid name, or with the format of a name."""
    bare = _SCHEME.sub("", text.strip()).strip("/")
    host, slash, path = bare.partition("/")
    name, at, rest = path.partition(":") if slash else host.partition(":")
    lowered = f"{host}/{name.lower()}{at}{rest}" if slash else f"{name.lower()}{at}{rest}"
    for candidate in (bare, lowered, bare.rstrip(":")):
        if candidate != text and not find_flaw(candidate):
            return f"did you mean `{candidate}`?"
    return "write `registry/name:tag`"


def _suggest_reference(unfilled: str) -> str:
    """Return a hint with a reference that this tool replaces."""
    found = _NAME.search(_KIND.sub("", unfilled).strip("_"))
    name = found.group().strip("_.-") if found and not unfilled.startswith("[") else "NAME"
    return f"write the value itself, or `${{var:{name}}}` for a variable of the project"


ACI085: Final = Code(
    "ACI085",
    "A registry server has a scheme or a path",
    "`server` is a host, such as `shop.azurecr.io`. Remove `https://` and the path.",
    example="imageRegistryCredentials: [{server: 'https://shop.azurecr.io'}]",
    evidence=(Evidence(Basis.THREAD, "Azure/aci-deploy#12"),),
)


def check_registry_server(group: Item) -> None:
    """Azure: the server "should be a valid host name without protocol" (Azure/aci-deploy#12)."""
    for registry in group.at("properties").each("imageRegistryCredentials"):
        server = registry.at("server")
        text = server.value
        if not isinstance(text, str) or has_reference(text):
            continue
        unfilled = find_placeholder(text)
        why = find_host_flaw(text)
        if why and unfilled and not server.wrong:
            server.complain(ACI201, f"the placeholder {quote(unfilled)} was not replaced", _suggest_reference(unfilled))
        elif why and not unfilled:
            host = _SCHEME.sub("", text.strip()).partition("/")[0]
            hint = f"write `server: {host}`" if host and not find_host_flaw(host) else "write `server: shop.azurecr.io`"
            server.complain(ACI085, f"{_quote_name(text)} is not a registry host: {why}", hint)


ACI203: Final = Code(
    "ACI203",
    "The host of an Azure registry contains capitals",
    "Azure may not find the group's credentials for a host in capitals, and the pull fails. Write the host in "
    "lowercase.",
    example="containers: [{name: web, image: 'Shop.azurecr.io/web:1'}]",
    severity=WARNING,
    evidence=(
        Evidence(Basis.THREAD, "MicrosoftDocs/azure-docs#20808"),
        Evidence(Basis.THREAD, "MicrosoftDocs/azure-docs#38893"),
    ),
)


def check_registry_case(group: Item) -> None:
    """Hosts of Azure's registries are lowercase: with capitals, pulls failed with "unauthorized" or "not found".

    MicrosoftDocs/azure-docs#20808 and #38893.
    """
    servers = (each.at("server") for each in group.at("properties").each("imageRegistryCredentials"))
    for named in (*_list_images(group), *servers):
        host = named.text.partition("/")[0]
        if _AZURE in host.lower() and host != host.lower():
            named.complain(ACI203, f"{quote(host)} contains capitals", f"write `{host.lower()}`")


RULES: Final[RuleTable] = {
    (): (check_image_names, check_registry_case),
    ("imageRegistryCredentials",): (check_registry_server,),
}
