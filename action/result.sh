#!/usr/bin/env bash
# Ends the job as the command's exit code and the input fail-on say; the codes are those of docs/cli.md.
set -euo pipefail

says() { [[ " $INPUT_FAIL_ON " == *" $1 "* ]]; }

code=${EXITCODE:-1}
case "$INPUT_COMMAND:$code" in
  plan:2) says changes || code=0 ;;
  plan:3) says blocked || code=0 ;;
  drift:2) says drift || code=0 ;;
esac
exit "$code"
