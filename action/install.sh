#!/usr/bin/env bash
# Checks the inputs, installs this version of aci-reconcile unless one is given, and says where the plan is kept.
set -euo pipefail

fail() {
  echo "::error title=aci-reconcile::$1"
  exit 1
}

case "$INPUT_COMMAND" in
  validate | plan | apply | drift) ;;
  *) fail "the input command is one of validate, plan, apply and drift" ;;
esac
case "$INPUT_PLAN" in
  pull-request | run | none) ;;
  *) fail "the input plan is one of pull-request, run and none" ;;
esac

key=${INPUT_KEY:-${INPUT_ENVIRONMENT:-default}}
[[ $key =~ ^[A-Za-z0-9._-]{1,64}$ && $key =~ [A-Za-z0-9] ]] || fail "the input key, or environment, is not made of letters, digits, dots, hyphens and underscores, with a letter or digit among them"

executable=$INPUT_EXECUTABLE
if [ -z "$executable" ]; then
  venv="$RUNNER_TEMP/aci-reconcile/venv"
  programs="$venv/bin"
  [ "${RUNNER_OS:-}" != Windows ] || programs="$venv/Scripts"
  executable="$programs/aci-reconcile"
  if [ ! -x "$executable" ]; then
    source "$GITHUB_ACTION_PATH/action/python.sh"
    "$python" -I -m venv "$venv"
    packages="$RUNNER_TEMP/aci-reconcile/packages"
    pip=("$programs/python" -I -m pip --disable-pip-version-check --quiet)
    pinned=(--require-hashes --no-deps -r "$GITHUB_ACTION_PATH/requirements/run.txt")
    # Nothing is compiled beforehand: most modules are never imported, and the others are compiled by their first use.
    offline=(install --no-compile --no-index --find-links "$packages")
    # What the cache brought is compared with the hashes, too; where something is missing or wrong, all is fetched anew.
    if [ ! -d "$packages" ] || ! "${pip[@]}" "${offline[@]}" "${pinned[@]}" 2>/dev/null; then
      rm -rf "$packages"
      "${pip[@]}" download --dest "$packages" "${pinned[@]}"
      "${pip[@]}" "${offline[@]}" "${pinned[@]}"
    fi
    "${pip[@]}" "${offline[@]}" --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"
  fi
fi
"$executable" --version

source=
if [ "$INPUT_COMMAND" = apply ] && [ "$INPUT_PLAN" != none ]; then
  source=$INPUT_PLAN
fi

# the token keeps a name with a line break in it from adding outputs of its own
end="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
{
  printf 'executable<<%s\n%s\n%s\n' "$end" "$executable" "$end"
  printf 'folder<<%s\n%s\n%s\n' "$end" "$RUNNER_TEMP/aci-reconcile/$key" "$end"
  echo "artifact=aci-reconcile-plan-$key"
  echo "source=$source"
  echo "topic=plan-$key"
} >>"$GITHUB_OUTPUT"
