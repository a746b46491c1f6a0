"""A project that is applied in shards, by the tasks of an array job, to an emulator in a process of its own."""

from __future__ import annotations

import json
import shlex
import urllib.request
from typing import TYPE_CHECKING, Any, Final

from e2e.processes import COMMAND, PATIENCE, SUBSCRIPTION, Commands

if TYPE_CHECKING:
    from pathlib import Path

    from e2e.processes import Azure, Ended

SHARDS: Final = 8
REGIONS: Final = ("westeurope", "northeurope", "eastus", "eastus2", "westus", "westus2", "uksouth", "francecentral",
           "japaneast", "australiaeast")  # fmt: skip
SCRIPT = """\
#!/bin/sh
cd {folder} && mkdir -p "results/$SLURM_ARRAY_JOB_ID" || exit
exec {command} apply --auto-approve --shard "$((SLURM_ARRAY_TASK_ID + 1))/{shards}" --wait provisioned \\
  --report "json=results/$SLURM_ARRAY_JOB_ID/$SLURM_ARRAY_TASK_ID.json"
"""


class Fleet:
    """A project in several regions, the emulator that it is applied to, and the job that applies it."""

    def __init__(self, folder: Path, cloud: Azure, groups: int, regions: int, *, patience: float = PATIENCE) -> None:
        self.cloud = cloud
        environ = {"ACI_RECONCILE_ARM_ENDPOINT": cloud.url, "ACI_RECONCILE_SUBSCRIPTION": SUBSCRIPTION}
        self.command = Commands(folder, environ, patience)
        self.command.write("aci-reconcile.yaml", "name: shop\nresourceGroup: rg-shop\n")
        for number in range(groups):
            self.command.group(f"g{number:04}", more=f"location: {REGIONS[number % regions]}\n")
        cloud.ask("PUT", "", {"location": "westeurope"})
        exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environ.items())
        text = SCRIPT.format(folder=shlex.quote(str(folder)), command=shlex.join(COMMAND), shards=SHARDS)
        self.script = self.command.write("job.sh", text.replace("#!/bin/sh\n", f"#!/bin/sh\n{exports}"))

    def count_writes(self) -> dict[int, int]:
        """Return how often a group was written, by the status of the answer."""
        with urllib.request.urlopen(f"{self.cloud.url}/emulator/requests", timeout=60) as answer:
            told: Any = json.loads(answer.read())
        rows = (each for each in told["requests"] if each["method"] == "PUT" and "containerGroups" in each["path"])
        return {each["status"]: each["count"] for each in rows}

    def merge(self, job: str) -> Ended:
        """Merge the results of a job."""
        return self.command("merge", f"results/{job}", "--count", str(SHARDS))
