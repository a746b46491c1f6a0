"""What ``emulator`` says when it listens: the address, and what another terminal needs."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aci_reconcile.cli.emulator_options import EmulatorOptions
    from aci_reconcile.cli.session import Session
    from aci_reconcile.emulator import Server


def announce(server: Server, asked: EmulatorOptions, session: Session) -> None:
    """Say where the emulator listens, and how a command is pointed at it; what is printed works as it is pasted."""
    from aci_reconcile.app.manifests import LOCAL_SUBSCRIPTION

    console = session.console
    if console.json:
        ca = {"ca": str(asked.ca_file(session.cwd))} if asked.tls else {}
        console.line({"url": server.url, "subscription": LOCAL_SUBSCRIPTION, **ca})
        return
    console.result(f"Listening on {server.url}")
    if asked.tls:
        console.info(f"Clients need its CA certificate: set REQUESTS_CA_BUNDLE to {asked.ca_file(session.cwd)}.")
    elif asked.knobs.require_token:
        console.warn("Azure's clients send no token over plain http. Add --tls, or remove --require-token.")
    kept = f"State is kept in {asked.state}." if asked.state else "State is kept in memory only."
    if asked.knobs.require_token and not asked.tls:
        console.info(f"{kept} Press Ctrl-C to stop.")
        return
    exports = "".join(f"  export {name}={shlex.quote(value)}\n" for name, value in _variables(server, asked, session))
    console.info(
        f"{kept} Press Ctrl-C to stop.\n\n"
        "To use it, run in another terminal:\n\n"
        f"{exports}"
        "  aci-reconcile plan\n\n"
        "A project with `createResourceGroups: true` creates its resource groups"
        f"{_by_hand(server, asked, session)}\n"
    )


def _variables(server: Server, asked: EmulatorOptions, session: Session) -> Iterator[tuple[str, str]]:
    """Yield what another terminal needs: over TLS the command insists on a token, and gets the emulator's own."""
    from aci_reconcile.app.manifests import LOCAL_SUBSCRIPTION

    yield "ACI_RECONCILE_ARM_ENDPOINT", server.url
    yield "ACI_RECONCILE_VAULT_ENDPOINT", server.url
    if not asked.tls:
        return
    knobs = asked.knobs
    yield "REQUESTS_CA_BUNDLE", str(asked.ca_file(session.cwd))
    yield "AZURE_AUTHORITY_HOST", server.url
    yield "AZURE_TENANT_ID", knobs.tenant_id
    yield "AZURE_CLIENT_ID", knobs.client_id
    yield "AZURE_CLIENT_SECRET", knobs.client_secret
    yield "ACI_RECONCILE_SUBSCRIPTION", LOCAL_SUBSCRIPTION


def _by_hand(server: Server, asked: EmulatorOptions, session: Session) -> str:
    """Return how a resource group is made by hand, where that takes no token."""
    from aci_reconcile.app.manifests import LOCAL_SUBSCRIPTION

    if asked.knobs.require_token:
        return "."
    trust = f" --cacert {shlex.quote(str(asked.ca_file(session.cwd)))}" if asked.tls else ""
    group = f"{server.url}/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-demo?api-version=2021-04-01"
    return (
        f". To create one by hand:\n\n  curl{trust} -X PUT -H 'content-type: application/json' "
        f"-d '{{\"location\": \"westeurope\"}}' \\\n    '{group}'\n"
    )
