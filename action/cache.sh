#!/usr/bin/env bash
# Says what is kept between jobs, and under which name: the packages of this version, for this system and Python. Nobody
# has to trust them: pip compares each with its hash in requirements/run.txt again when it installs it.
set -euo pipefail

source "$GITHUB_ACTION_PATH/action/python.sh"
{
  echo "folder=$RUNNER_TEMP/aci-reconcile/packages"
  "$python" -I - "$GITHUB_ACTION_PATH/requirements/run.txt" <<'END'
import hashlib, pathlib, platform, sys

digest = hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest()
version = f"{sys.version_info.major}.{sys.version_info.minor}"
key = f"aci-reconcile-{platform.system()}-{platform.machine()}-{version}-{digest[:16]}"
sys.stdout.buffer.write(f"key={key}\n".encode())  # without the CR of Windows
END
} >>"$GITHUB_OUTPUT"
