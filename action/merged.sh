#!/usr/bin/env bash
# Finds the run that planned the pull request which this commit merged.
set -euo pipefail

code=0
run=$("$EXECUTABLE" merged --artifact "$ARTIFACT") || code=$?
if [ "$code" -ne 0 ]; then
  {
    echo "### There is no plan to apply"
    echo
    echo "Nothing was written. Start the workflow by hand to plan again, and approve that plan."
  } >>"$GITHUB_STEP_SUMMARY"
  exit "$code"
fi
[[ $run =~ ^[0-9]+$ ]]
echo "run=$run" >>"$GITHUB_OUTPUT"
