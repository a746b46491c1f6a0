#!/usr/bin/env bash
# A run that is run again has the commit, and the plan, that it had: nothing is applied once the branch has gone on.
set -euo pipefail

code=0
"$EXECUTABLE" head --quiet >/dev/null || code=$?
if [ "$code" -ne 0 ]; then
  {
    echo "### This is not the branch's last commit"
    echo
    echo "Nothing was written. What was merged last has a run of its own; start the workflow by hand to plan again."
  } >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
