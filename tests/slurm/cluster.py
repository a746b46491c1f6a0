"""A Slurm cluster of one node on loopback, with everything that it writes in one folder.

It needs root, and Debian's packages ``slurm-wlm`` and ``munge``. It starts neither cgroups nor accounting, which a
container does not have.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "scancel", "squeue", "sinfo")
PATIENCE = 60
_SETTINGS = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
SlurmctldPort={port}
SlurmdPort={other}
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=1
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
"""


def is_available() -> bool:
    """Whether this machine has what a cluster needs."""
    return os.geteuid() == 0 and all(shutil.which(each) for each in PROGRAMS)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that runs."""

    folder: Path

    def run(self, *words: str) -> str:
        """Run one of Slurm's programs."""
        environ = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf")}
        done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False)

        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    def submit(self, script: Path, tasks: int, *words: str) -> str:
        """Begin an array job with so many tasks, and return its number."""
        log = self.folder / "task-%A-%a.log"
        return self.run(
            "sbatch", "--parsable", f"--array=0-{tasks - 1}", f"--output={log}", "--no-requeue", str(script), *words
        ).strip()

    def kill(self, job: str, task: int) -> None:
        """Cancel a task: its processes get SIGTERM, and a second later SIGKILL."""
        self.run("scancel", f"{job}_{task}")

    def wait(self, job: str, patience: float = PATIENCE) -> None:
        """Wait until all tasks of a job have ended."""
        wait_until(lambda: not self.run("squeue", "--noheader", f"--jobs={job}").strip(), patience)

    def read_logs(self, job: str) -> str:
        """Return what the tasks of a job wrote."""
        return "\n".join(each.read_text(encoding="utf-8") for each in sorted(self.folder.glob(f"task-{job}-*.log")))


@contextmanager
def start_cluster(folder: Path) -> Generator[Cluster]:
    """Start munged, slurmctld and slurmd, wait until the node is idle, and end them."""
    for name, mode in (("munge", 0o711), ("state", 0o700), ("spool", 0o755)):
        (folder / name).mkdir(mode=mode, parents=True)
    key = folder / "munge" / "key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)
    port, other = _find_ports()
    host = socket.gethostname().partition(".")[0]
    text = _SETTINGS.format(host=host, folder=folder, port=port, other=other)
    (folder / "slurm.conf").write_text(text, encoding="utf-8")
    cluster = Cluster(folder)
    with ExitStack() as stack:
        stack.enter_context(_run_daemon(folder, "munged", *_name_munge_files(folder / "munge"), "--force"))
        wait_until((folder / "munge" / "socket").exists)
        stack.enter_context(_run_daemon(folder, "slurmctld", "-D", "-c"))
        stack.enter_context(_run_daemon(folder, "slurmd", "-D"))
        wait_until(lambda: _is_idle(cluster))
        yield cluster


def wait_until(holds: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait until something holds."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)


def _is_idle(cluster: Cluster) -> bool:
    environ = {**os.environ, "SLURM_CONF": str(cluster.folder / "slurm.conf")}
    words = ("sinfo", "--noheader", "--format=%T")
    told = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return told.stdout.strip() == "idle"


def _name_munge_files(folder: Path) -> tuple[str, ...]:
    files = (("key-file", "key"), ("socket", "socket"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))
    return ("--foreground", *(f"--{option}={folder / name}" for option, name in files))


@contextmanager
def _run_daemon(folder: Path, *words: str) -> Generator[None]:
    environ = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
    with (folder / f"{words[0]}.out").open("w") as log:
        process = subprocess.Popen(words, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _find_ports() -> tuple[int, int]:
    """Return two ports that nobody listens on."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]
