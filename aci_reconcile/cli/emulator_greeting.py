"""What ``emulator`` prints when it listens: its address, and what another terminal needs."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aci_reconcile.app.subscription import LOCAL_SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aci_reconcile.cli.console import Console
    from aci_reconcile.emulator import Knobs


@dataclass(frozen=True, slots=True)
class Listening:
    """An emulator that listens."""

    url: str
    knobs: Knobs
    state: Path | None
    ca_file: Path | None
    """The certificate that clients must trust; None without TLS."""


def announce(listening: Listening, console: Console) -> None:
    """Print where the emulator listens, and how to use it: what is printed can be pasted."""
    if console.json:
        ca = {"ca": str(listening.ca_file)} if listening.ca_file else {}
        console.line({"url": listening.url, "subscription": LOCAL_SUBSCRIPTION, **ca})
        return
    console.result(f"Listening on {listening.url}")
    if listening.ca_file:
        console.info(f"Clients need its CA certificate: set REQUESTS_CA_BUNDLE to {listening.ca_file}.")
    elif listening.knobs.require_token:
        console.warn("Azure's clients send no token over plain http. Add --tls, or remove --require-token.")
    where = f"State is kept in {listening.state}." if listening.state else "State is kept in memory only."
    if listening.knobs.require_token and not listening.ca_file:
        console.info(f"{where} Press Ctrl-C to stop.")
        return
    exports = "".join(f"  export {name}={shlex.quote(value)}\n" for name, value in _list_variables(listening))
    console.info(
        f"{where} Press Ctrl-C to stop.\n\n"
        "To use it, run in another terminal:\n\n"
        f"{exports}"
        "  aci-reconcile plan\n\n"
        "A project with `createResourceGroups: true` creates its resource groups"
        f"{_explain_by_hand(listening)}\n"
    )


def _list_variables(listening: Listening) -> Iterator[tuple[str, str]]:
    """Yield the variables for another terminal. Over TLS the command needs a token; the emulator issues its own."""
    yield "ACI_RECONCILE_ARM_ENDPOINT", listening.url
    yield "ACI_RECONCILE_VAULT_ENDPOINT", listening.url
    if not listening.ca_file:
        return
    knobs = listening.knobs
    yield "REQUESTS_CA_BUNDLE", str(listening.ca_file)
    yield "AZURE_AUTHORITY_HOST", listening.url
    yield "AZURE_TENANT_ID", knobs.tenant_id
    yield "AZURE_CLIENT_ID", knobs.client_id
    yield "AZURE_CLIENT_SECRET", knobs.client_secret
    yield "ACI_RECONCILE_SUBSCRIPTION", LOCAL_SUBSCRIPTION


def _explain_by_hand(listening: Listening) -> str:
    """Return how to create a resource group by hand, if that needs no token."""
    if listening.knobs.require_token:
        return "."
    trust = f" --cacert {shlex.quote(str(listening.ca_file))}" if listening.ca_file else ""
    group = f"{listening.url}/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-demo?api-version=2021-04-01"
    return (
        f". To create one by hand:\n\n  curl{trust} -X PUT -H 'content-type: application/json' "
        f"-d '{{\"location\": \"westeurope\"}}' \\\n    '{group}'\n"
    )
