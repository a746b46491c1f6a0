"""Secrets of every source, through every command, format and error, with the SDK's logs on: they are found nowhere."""

from __future__ import annotations

import base64
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from e2e.processes import PROJECT, Commands, Ended, ended, until
from e2e.secure import CLIENT_SECRET, Secure, secure

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.e2e, pytest.mark.long]

WORD = "c4n4ry"
SOURCES = "secrets"
GROUP = """\
name: web
containers:
  - name: web
    image: nginx:1
    resources: {cpu: 1, memoryInGB: 1}
    environmentVariables:
      FROM_ENV: {secureValue: "${env:CANARY}"}
      FROM_FILE: {secureValue: "${file:secrets/password}"}
      FROM_VAULT: {secureValue: "db:${keyvault:shop-kv/db}@db"}
    volumeMounts: {keys: /mnt/keys}
imageRegistryCredentials: [{server: shop.azurecr.io, username: shop, password: "${env:CANARY}"}]
volumes: [{name: keys, secret: {key.pem: "${env:ENCODED}"}}]
"""
WRONG = """\
name: "${env:CANARY}"
containers:
  - name: bad
    image: ${file:secrets/password}
    ports: ["${env:CANARY}"]
    resources: {cpu: "${env:CANARY}", memoryInGB: "${env:CANARY}"}
"""
LOGGING = "import logging, os\nlogging.basicConfig(filename=os.environ['CANARY_LOG'], level=logging.DEBUG)\n"
ENDS = {
    "refused": 5,
    "cut": 0,
    "failed": 5,
    "unset": 1,
    "unreachable": 1,
    "interrupted": 130,
    "apply": 0,
    "drift": 2,
    "drift --format json --verbose": 2,
    "reported": 2,
    "stale": 4,
    "invalid": 1,
    "destroy": 0,
}


def encoded(word: str) -> Iterator[str]:
    """Yield what of a word is seen in base64, wherever in a text it stands."""
    for lead in range(3):
        text = base64.b64encode(b"x" * lead + word.encode() + b"xx").decode()
        yield text[-(-8 * lead // 6) : 8 * (lead + len(word)) // 6]


NEEDLES = {WORD, CLIENT_SECRET, *encoded(WORD)}


@dataclass(frozen=True, slots=True)
class Watch:
    """Runs commands on a project and keeps what anybody could have seen of them; ``ends``: their exit codes."""

    commands: Commands
    seen: dict[str, str] = field(default_factory=dict[str, str])
    ends: dict[str, int] = field(default_factory=dict[str, int])

    def __call__(self, name: str, line: str, **environ: str) -> Ended:
        """Run a command line, and look at the processes' arguments meanwhile."""
        process = self.commands.begin(*line.split(), **environ)
        try:
            out, err = process.communicate(timeout=0.2)
        except subprocess.TimeoutExpired:
            self.seen[f"{name}: arguments"] = "\n".join(arguments())
            out, err = process.communicate()
        return self.note(name, Ended(process.returncode, out, err))

    def without(self, variable: str) -> Watch:
        """Return the same without a variable."""
        environ = {name: value for name, value in self.commands.environ.items() if name != variable}
        return replace(self, commands=replace(self.commands, environ=environ))

    def note(self, name: str, last: Ended) -> Ended:
        """Keep how a command ended."""
        self.seen[name], self.ends[name] = last.out + last.err, last.code
        return last


def arguments() -> Iterator[str]:
    """Read the arguments of all processes, where the system shows them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue


def kept(folder: Path) -> Iterator[tuple[str, str]]:
    """Read all files below a folder but those that are a source of secrets."""
    for path in folder.rglob("*"):
        if path.is_file() and SOURCES not in path.parts:
            yield str(path), path.read_bytes().decode("latin-1")


def found(seen: dict[str, str]) -> list[tuple[str, str]]:
    """Return where a needle is."""
    return sorted((place, needle) for place, text in seen.items() for needle in NEEDLES if needle in text)


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """A project whose processes log all that the SDK and its libraries say."""
    password = f"{WORD}-environment"
    known = {
        "CANARY": password,
        "ENCODED": base64.b64encode(password.encode()).decode(),
        "CANARY_LOG": str(tmp_path / "debug.log"),
        "ACI_RECONCILE_FINGERPRINT_KEY": f"{WORD}-Fingerprint-Key-9Xq",
        "ACI_RECONCILE_STABLE_FOR": "0s",
        "AZURE_LOG_LEVEL": "debug",
        "TMPDIR": str(tmp_path / "tmp"),
    }
    made = Commands(tmp_path / "project", known)
    (tmp_path / "tmp").mkdir()
    made.write("aci-reconcile.yaml", PROJECT)
    made.write("manifests/web.yaml", GROUP)
    made.write(f"{SOURCES}/password", f"{WORD}-file")
    return made


@pytest.fixture
def logged(tmp_path: Path, commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The same, with every logger of every process writing to a file, by Python's own hook at start-up."""
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(LOGGING, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(hook), prepend=":")
    return commands


def reports(name: str) -> str:
    """Return options that write a report in every format, beside the project, where files are searched."""
    forms = ("text", "json", "markdown", "html", "junit", "github")
    return " ".join(f"--report {form}={name}.{form}" for form in forms)


def failures(watch: Watch, cloud: Secure) -> None:
    """Let applies fail in every way: refused, failed, cut short, without a secret or its vault, interrupted."""
    put = {"method": "PUT", "path": "/containergroups/"}
    cloud.fail(kind="error", status=400, **put)
    watch("refused", f"apply -y --log-format json {reports('refused')}")
    cloud.fail(kind="truncate", **put)
    watch("cut", "apply -y --touch-secrets --verbose", CANARY=f"{WORD}-cut")
    cloud.fail(kind="failed-operation", **put)
    watch("failed", "apply -y", CANARY=f"{WORD}-failed")
    with ThreadPoolExecutor(2) as pool:
        unset = pool.submit(watch.without("CANARY"), "unset", "apply -y --redeploy web")
        watch("unreachable", "apply -y --redeploy web", ACI_RECONCILE_VAULT_ENDPOINT="https://127.0.0.1:1")
        unset.result()
    process = watch.commands.begin("apply", "-y", "--stable-for", "1h", "--redeploy", "web")
    waiting = until(process, "waiting")
    process.send_signal(signal.SIGINT)
    last = ended(process)
    watch.note("interrupted", Ended(last.code, last.out, waiting + last.err))


def looks(watch: Watch, cloud: Secure) -> None:
    """Apply, rotate every secret, and look at it with every command in every format."""
    watch("apply", "apply -y --verbose --log-format json --format json")
    cloud.hold("shop-kv", "db", f"{WORD}-rotated")
    rotated = {"CANARY": f"{WORD}-rotated"}
    watch("saved", f"plan --verbose --out plan.json {reports('saved')}", **rotated)
    watch("reported", f"drift {reports('drift')}", **rotated)
    names = ("validate", "plan", "verify", "show plan.json", "drift", "status web", "logs web", "render", "config show")
    lines = [
        "status",
        "import",
        *names,
        *(f"{name} --format json --verbose" for name in names),
        "import --out imported",
    ]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda line: watch(line, line, **rotated), lines))


def closing(watch: Watch, cloud: Secure) -> None:
    """A saved plan that went stale, a manifest that is wrong where a secret stands, and the end of it all."""
    watch("stale", "apply --plan plan.json", CANARY=f"{WORD}-again")
    watch.seen["live"] = repr(cloud.group()) + repr(cloud.group("web"))
    watch.commands.write("manifests/bad.yaml", WRONG)
    watch("invalid", f"plan {reports('invalid')}")
    (watch.commands.folder / "manifests/bad.yaml").unlink()
    watch("destroy", "destroy -y --verbose")


def test_the_search_would_find_it() -> None:
    """In clear, and in base64 at whatever place of a longer text."""
    texts = [WORD, *(base64.b64encode(f"{'-' * lead}{WORD}, and more".encode()).decode() for lead in range(3))]

    assert [1, 1, 1, 1] == [len(found({"": text})) for text in texts]


def test_it_is_found_nowhere(logged: Commands, tmp_path: Path) -> None:
    """Output, files, temporary files, the emulator's state, tags, live groups, arguments of processes, debug logs."""
    state = str(tmp_path / "state")
    with secure(logged, "--state", state) as cloud:
        cloud.hold("shop-kv", "db", f"{WORD}-vault")
        watch = Watch(Commands(logged.folder, {**logged.environ, **cloud.environ}))
        failures(watch, cloud)
        looks(watch, cloud)
        closing(watch, cloud)
    watch.seen.update(kept(tmp_path))

    assert [] == found(watch.seen)
    assert ENDS == {name: code for name, code in watch.ends.items() if code or name in ENDS}
    assert "aci-reconcile-secrets" in watch.seen["live"]
    assert "Request URL: " in watch.seen[str(tmp_path / "debug.log")]
    assert "shop-kv.vault.azure.net" in watch.seen[str(tmp_path / "debug.log")]
    assert "apply -y" in watch.seen["apply: arguments"] or not Path("/proc").exists()
    assert any(place.startswith(state) for place in watch.seen)
    assert {"refused.html", "saved.html", "drift.html", "invalid.html"} <= {Path(place).name for place in watch.seen}
