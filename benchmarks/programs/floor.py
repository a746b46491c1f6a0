"""The floor: the fewest calls, raw JSON over a bare asynchronous client, 32 requests at once on kept connections.

Usage: floor.py create|plan|change|restart|delete GROUPS.json PROVISIONING_SECONDS. It knows how long provisioning
takes, looks when that is over and again only if it must; no tool could know.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import ssl
import sys
from typing import Any

URL = os.environ["ARM_URL"]
AT_ONCE = 32
AGAIN_SECONDS = 0.1
aiohttp: Any = importlib.import_module("aiohttp")
VERSION = "?api-version=2023-05-01"


class Client:
    """One session with one token."""

    def __init__(self, session: Any, resource_group: str) -> None:
        subscription = os.environ["AZURE_SUBSCRIPTION_ID"]
        provider = "providers/Microsoft.ContainerInstance/containerGroups"
        self._session = session
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._headers: dict[str, str] = {}
        self._groups = f"{URL}/subscriptions/{subscription}/resourceGroups/{resource_group}/{provider}"

    async def sign_in(self) -> None:
        """Get the token that all further requests carry."""
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["AZURE_CLIENT_ID"],
            "client_secret": os.environ["AZURE_CLIENT_SECRET"],
            "scope": f"{URL}/.default",
        }
        path = f"{URL}/{os.environ['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        async with self._session.post(path, data=form) as response:
            self._headers["Authorization"] = f"Bearer {(await response.json())['access_token']}"

    async def _send(self, method: str, url: str, body: Any = None) -> Any:
        async with self._slots, self._session.request(method, url, json=body, headers=self._headers) as response:
            response.raise_for_status()
            return await response.json(content_type=None)

    async def all(self) -> list[Any]:
        """Read every page of the list."""
        found: list[Any] = []
        url = self._groups + VERSION
        while url:
            page = await self._send("GET", url)
            found += page["value"]
            url = page.get("nextLink", "")
        return found

    async def put(self, bodies: dict[str, Any], seconds: float) -> None:
        """Write all of them, wait as long as provisioning takes, and look until all are there."""
        await asyncio.gather(
            *(self._send("PUT", f"{self._groups}/{name}{VERSION}", body) for name, body in bodies.items())
        )
        await self._wait(set(bodies), seconds)

    async def restart(self, names: list[str], seconds: float) -> None:
        """Restart all of them, wait as long as that takes, and look until all are there."""
        await asyncio.gather(*(self._send("POST", f"{self._groups}/{name}/restart{VERSION}") for name in names))
        await self._wait(set(names), seconds)

    async def _wait(self, names: set[str], seconds: float) -> None:
        await asyncio.sleep(seconds)
        while True:
            found = await self.all()
            if names <= {item["name"] for item in found if item["properties"]["provisioningState"] == "Succeeded"}:
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def delete(self, names: list[str]) -> None:
        """Delete all of them; a delete is done when it is answered."""
        await asyncio.gather(*(self._send("DELETE", f"{self._groups}/{name}{VERSION}") for name in names))


async def run(work: str, given: Any, seconds: float) -> None:
    """Do one work as a reconciler has to: look first, then write what differs."""
    groups = given["groups"]
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]))
    async with aiohttp.ClientSession(connector=connector) as session:
        client = Client(session, given["resource_group"])
        await client.sign_in()
        found = await client.all()
        match work:
            case "create":
                await client.put({group["name"]: group["body"] for group in groups}, seconds)
            case "change":
                await client.put({group["name"]: group["changed"] for group in groups[:: given["step"]]}, seconds)
            case "restart":
                await client.restart([item["name"] for item in found], seconds)
            case "delete":
                await client.delete([item["name"] for item in found])
            case _:
                pass
    print(f"{work}: {len(groups)} groups")


def main() -> None:
    """Read what to work on."""
    work, file, seconds = sys.argv[1:]
    with open(file, encoding="utf-8") as text:  # noqa: PTH123  the floor imports nothing that it can do without
        asyncio.run(run(work, json.load(text), float(seconds)))


if __name__ == "__main__":
    main()
