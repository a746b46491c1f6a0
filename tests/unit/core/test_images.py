"""The grammar of image references."""

from __future__ import annotations

import pytest

from aci_reconcile.core.images import find_flaw, find_host_flaw, find_placeholder

DIGEST = f"sha256:{'0a' * 32}"


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:1.25",
        "library/nginx:latest",
        f"nginx@{DIGEST}",
        f"nginx:1.25@{DIGEST}",
        f"nginx@sha512:{'f' * 128}",
        "mcr.microsoft.com/azuredocs/aci-helloworld:latest",
        "localhost/web",
        "localhost:5000/web:v1",
        "Shop.azurecr.io/web:1",
        "xn--n3h.example.com/web",
        "[2001:db8::1]:5000/web:1",
        "a/b/c/d/e:T_a-g.1",
        "a__b/c-----d:_x",
        "registry.example:5000",
        f"nginx:{'t' * 128}",
        f"example.com/{'p' * 255}",
        "0123456789ab",
    ],
)
def test_what_a_registry_can_have_has_no_flaw(image: str) -> None:
    """Whatever the grammar of `distribution/reference` takes is taken."""
    assert find_flaw(image) == ""


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("", "it is empty"),
        ("https://r.azurecr.io/x:1", "it begins with a scheme; write the host of the registry only"),
        ("docker://nginx", "it begins with a scheme; write the host of the registry only"),
        ("nginx:", "there is no tag after the colon"),
        ("nginx ", "it contains a space"),
        ("nginx\t:1", "it contains white space"),
        ("nginx:1\u00a0", "it contains white space"),
        ("nginx:\u00e4", "it contains '\\xe4'"),
        ("nginx:\x07", "it contains '\\x07'"),
        ("Nginx:1", "`Nginx` contains capitals, but the path must be lowercase"),
        ("r.azurecr.io/Shop/web:1", "`Shop` contains capitals, but the path must be lowercase"),
        (":1", "it names no repository"),
        ("r.azurecr.io/:1", "it names no repository"),
        ("r.azurecr.io/", "it names no repository"),
        ("/web", "a part of the path is empty"),
        ("localhost/", "it names no repository"),
        ("shop/", "a part of the path is empty"),
        ("shop//web", "a part of the path is empty"),
        ("shop/web/", "a part of the path is empty"),
        ("-r.azurecr.io/web", "`-r.azurecr.io` is not a host name"),
        ("r.azurecr.io:https/web", "`r.azurecr.io:https` is not a host name"),
        (
            "shop/_web",
            "`_web` is not a valid path part: use lowercase letters, digits and `.`, `_`, `__`, `-` inside",
        ),
        (
            "shop/we..b",
            "`we..b` is not a valid path part: use lowercase letters, digits and `.`, `_`, `__`, `-` inside",
        ),
        ("nginx:-1", "`-1` is not a valid tag: use letters, digits, `.`, `_`, `-`; not `.` or `-` first"),
        ("nginx:1+2", "`1+2` is not a valid tag: use letters, digits, `.`, `_`, `-`; not `.` or `-` first"),
        ("r.azurecr.io/web:1:2", "`1:2` is not a valid tag: use letters, digits, `.`, `_`, `-`; not `.` or `-` first"),
        (f"nginx:{'t' * 129}", "the tag has 129 characters; the maximum is 128"),
        (
            f"nginx:-{'t' * 127}",
            f"`-{'t' * 39}…` is not a valid tag: use letters, digits, `.`, `_`, `-`; not `.` or `-` first",
        ),
        ("nginx:1@sha256:abc", "its digest is not `sha256:` and 64 lowercase hexadecimal digits"),
        (f"example.com/{'p' * 256}", "its path has 256 characters; the maximum is 255"),
        (f"nginx:{'t' * 2000}", "it has 2006 characters"),
        ("p" * 1024, "its path has 1024 characters; the maximum is 255"),
        ("p" * 1025, "it has 1025 characters"),
        (
            f"shop/_{'w' * 39}",
            f"`_{'w' * 39}` is not a valid path part: use lowercase letters, digits and `.`, `_`, `__`, `-` inside",
        ),
        ("nginx@", "its digest is not `sha256:` and 64 lowercase hexadecimal digits"),
        ("nginx@sha256:abc", "its digest is not `sha256:` and 64 lowercase hexadecimal digits"),
        (f"nginx@{DIGEST.upper()}", "its digest is not `sha256:` and 64 lowercase hexadecimal digits"),
        (f"nginx@md5:{'0' * 32}", "its digest is not `sha256:` and 64 lowercase hexadecimal digits"),
        ("0a" * 32, "64 hexadecimal digits are a local image id, not a name"),
        ("<registry>/web:1", "`<registry>` was not replaced"),
        (
            f"shop/{'x.' * 30}/y",
            f"`{'x.' * 20}…` is not a valid path part: use lowercase letters, digits and `.`, `_`, `__`, `-` inside",
        ),
    ],
)
def test_a_flaw_is_told_in_plain_words(image: str, why: str) -> None:
    """What no registry can have is said with the piece that is wrong."""
    assert why == find_flaw(image)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("<registry>.azurecr.io/web:1", "<registry>"),
        ("#{registry}#/web:1", "#{registry}#"),
        ("web:#{Octopus.Release.Number}", "#{Octopus.Release.Number}"),
        ("$(acr)/web:$(Build.BuildId)", "$(acr)"),
        ("{{ image }}", "{{ image }}"),
        ("web:{{.Values.tag}}", "{{.Values.tag}}"),
        ("${REGISTRY}/web", "${REGISTRY}"),
        ("web:${TAG:-latest}", "${TAG:-latest}"),
        ("$REGISTRY/web", "$REGISTRY"),
        ("__IMAGE__", "__IMAGE__"),
        ("r.azurecr.io/web:__BUILD_ID__", "__BUILD_ID__"),
        ("[parameters('image')]", "[parameters('image')]"),
        ("[concat(variables('a'), '/web:1')]", "[concat(variables('a'), '/web:1')]"),
        ("%IMAGE%", "%IMAGE%"),
        ("{acr-name}.azurecr.io/web", "{acr-name}"),
        ("shop/web:1.4.2", ""),
        ("a__b/c__d:x__y", ""),
        ("a/b:x__y__z", ""),
        ("[2001:db8::1]:5000/web", ""),
        ("", ""),
    ],
)
def test_a_placeholder_is_known_by_its_style(text: str, piece: str) -> None:
    """Documents, pipelines, templates and shells mark what is to be replaced in ways of their own."""
    assert piece == find_placeholder(text)


@pytest.mark.parametrize(
    ("server", "why"),
    [
        ("shop.azurecr.io", ""),
        ("Shop.azurecr.io", ""),
        ("localhost:5000", ""),
        ("docker.io", ""),
        ("[2001:db8::1]:5000", ""),
        ("https://shop.azurecr.io", "it begins with a scheme"),
        ("shop.azurecr.io/", "it has a path"),
        ("index.docker.io/v1/", "it has a path"),
        ("shop.azurecr.io ", "it contains a space"),
        ("$IMAGE_SERVER", "it is not a host name"),
        ("shop_1.azurecr.io", "it is not a host name"),
        ("", "it is not a host name"),
        ("shop.azurecr.io:", "it is not a host name"),
        ("s" * 255, ""),
        ("s" * 256, "it has 256 characters"),
    ],
)
def test_a_registry_is_named_by_its_host(server: str, why: str) -> None:
    """Neither scheme nor path, a port at most."""
    assert why == find_host_flaw(server)
