#!/usr/bin/env bash
# Runs the command, and says what came of it: outputs, annotations, the job's summary, a comment on the pull request.
# It succeeds whatever the command said; action/result.sh decides about the job once the plan has been kept.
set -euo pipefail

# The command reads what a stranger may have written. Of the job's tokens its process has none but the one that it signs
# in to Azure with, and that only where it does so by itself.
forge_token=${FORGE_TOKEN:-}
unset FORGE_TOKEN GITHUB_TOKEN GH_TOKEN GITHUB_ENTERPRISE_TOKEN GH_ENTERPRISE_TOKEN ACTIONS_RUNTIME_TOKEN
without_sign_in=(env -u ACTIONS_ID_TOKEN_REQUEST_TOKEN -u ACTIONS_ID_TOKEN_REQUEST_URL)
run=() # macOS has bash 3.2, for which an empty list is unset
if [ "$INPUT_COMMAND" = validate ] || [ -z "${AZURE_CLIENT_ID:-}${ARM_CLIENT_ID:-}" ]; then
  run=("${without_sign_in[@]}")
fi

# A variable that is not set stays so: the project file may name the key.
[ -z "${INPUT_FINGERPRINT_KEY:-}" ] || export ACI_RECONCILE_FINGERPRINT_KEY=$INPUT_FINGERPRINT_KEY
[ -z "${INPUT_FORMER_FINGERPRINT_KEY:-}" ] || export ACI_RECONCILE_FINGERPRINT_KEY_FORMER=$INPUT_FORMER_FINGERPRINT_KEY
unset INPUT_FINGERPRINT_KEY INPUT_FORMER_FINGERPRINT_KEY

export PYTHONUTF8=1 # Windows would write reports in its own encoding
command=$INPUT_COMMAND
work="$FOLDER/run"
mkdir -p "$work"
rm -f "$work/result.json" "$work/report.md" "$work/annotations.txt" # of an earlier step of the same job

words=("$command")
[ -z "$INPUT_ENVIRONMENT" ] || words+=(--environment "$INPUT_ENVIRONMENT")
case "$command" in
  plan)
    rm -f "$FOLDER/plan.json"
    words+=(--detailed-exitcode --out "$FOLDER/plan.json")
    [ -z "$INPUT_CHANGED_SINCE" ] || words+=(--changed-since "$INPUT_CHANGED_SINCE")
    ;;
  apply)
    if [ -n "$SOURCE" ]; then words+=(--plan "$FOLDER/plan.json"); else words+=(--auto-approve); fi
    ;;
  drift)
    if [ "$INPUT_ISSUE" = true ]; then
      words+=(--issue github)
      export GITHUB_TOKEN=$forge_token
    fi
    ;;
esac
words+=(--report "json=$work/result.json" --report "markdown=$work/report.md" --report "github=$work/annotations.txt")
while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  [ -z "$line" ] || words+=("$line")
done <<<"$INPUT_ARGUMENTS"

# What is printed comes from manifests and from Azure: until the token, the runner takes none of it for a command.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
code=0
echo "::stop-commands::$token"
${run[@]+"${run[@]}"} "$EXECUTABLE" "${words[@]}" 2>&1 || code=$?
unset GITHUB_TOKEN
echo
echo "::$token::"

if [ -f "$work/annotations.txt" ]; then
  grep -E '^::(error|warning|notice)( [^:]|::)' "$work/annotations.txt" || true
fi

{
  if [ -f "$work/result.json" ]; then "${without_sign_in[@]}" "$EXECUTABLE" outputs "$work/result.json"; fi
  echo "exitcode=$code"
  if [ "$command" = plan ] && [ -f "$FOLDER/plan.json" ]; then echo "plan_file=$FOLDER/plan.json"; fi
} >>"$GITHUB_OUTPUT"

[ -f "$work/report.md" ] || exit 0
{
  cat "$work/report.md"
  echo
} >>"$GITHUB_STEP_SUMMARY"

if [ "$command" = plan ] && [ "$INPUT_COMMENT" = true ] && [ "${GITHUB_EVENT_NAME:-}" = pull_request ]; then
  # the pull request of a fork has a token that may not write: its plan is in the summary
  GITHUB_TOKEN=$forge_token "${without_sign_in[@]}" "$EXECUTABLE" comment "$work/report.md" --topic "$TOPIC" \
    || echo "::warning title=aci-reconcile::The pull request could not be commented on; the plan is in the job's summary."
fi
