# Finds Python for the scripts beside this one, which source it. On Windows, `python3` may be a stub that only points to
# a shop; what runs there is `python`.
# -I: what lies in the current folder, which a pull request fills, is not taken for a part of Python
python=
for each in python3 python; do
  if "$each" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$each
    break
  fi
done
if [ -z "$python" ]; then
  echo "::error title=aci-reconcile::Python 3.11 or later is needed: use actions/setup-python before"
  exit 1
fi
