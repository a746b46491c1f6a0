#!/usr/bin/env bash
# Finds the run that planned the pull request which this commit merged.
set -euo pipefail

words=(merged --artifact "$ARTIFACT")
[ -z "${INPUT_WORKFLOW:-}" ] || words+=(--workflow "$INPUT_WORKFLOW")
code=0
run=$("$EXECUTABLE" "${words[@]}") || code=$?
if [ "$code" -ne 0 ]; then
  {
    echo "### There is no plan to apply"
    echo
    echo "Nothing was written. Start the workflow by hand to plan again, and approve that plan."
  } >>"$GITHUB_STEP_SUMMARY"
  exit "$code"
fi
run=${run%$'\r'} # Windows
[[ $run =~ ^[0-9]+$ ]]
echo "run=$run" >>"$GITHUB_OUTPUT"
