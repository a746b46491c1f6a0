# The commands of docs and CI. Each installs what it needs into .venv, from pinned and hashed requirements.

PYTHON ?= python3
# Twice the cores of a small machine: many tests wait for processes that they start.
WORKERS ?= 4
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# Bytecode is worth its space: the end-to-end tests start hundreds of processes.
export PYTHONDONTWRITEBYTECODE :=

# Of the targets, only test-live may work in a real subscription.
unexport ACI_RECONCILE_LIVE
test-live: export ACI_RECONCILE_LIVE := $(ACI_RECONCILE_LIVE)

# These two try every law on as many examples as it wants, where the suite tries half of them (tests/thoroughness.py).
test-lowest test-pythons: export HYPOTHESIS_PROFILE := gate

CLIENTS := ansible azure-cli sdk-ga sdk-preview
SWEEPS := $(addprefix tests/,unit/azure/test_lock_simulation.py unit/reconcile/test_quota_pace.py contract/test_fault_sweep.py contract/test_two_applies.py contract/test_exec_real_shells.py \
	contract/test_probed_streams.py property/test_log_following.py unit/cli/test_cli_convert_sources.py unit/reconcile/test_tasks.py \
	e2e/test_e2e_kill.py e2e/test_e2e_two.py e2e/test_e2e_exec.py)
FACTS := $(addprefix tests/unit/facts/,test_inquiry.py test_premises.py test_recording.py) tests/contract/test_another_azure.py
NO_PROCESSES := "not clients and not browser and not docs and not long and not sweep and not e2e and not live and not image and not kubernetes and not lock and not slurm"
BENCH_CLIENTS := ansible azure-cli sdk-ga

.PHONY: help demo docs test test-lowest test-pythons test-live test-sweeps test-facts test-clients test-browser test-docs test-lock test-image test-kubernetes test-slurm mutants bench bench-quick bench-fleet bench-shards check format generate lock wheel release-files e2e-wheel clean

help: ## what there is
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.installed ## the main job, start to end, on the embedded emulator
	@$(BIN)/python scripts/demo.py

test: $(VENV)/.tested ## the test suite, no network but loopback; what takes long is in the targets below
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q

test-lowest: build/lowest/.installed ## the suite, but for what starts processes, on the lowest versions that pyproject.toml allows
	@build/lowest/bin/python -m pytest -n $(WORKERS) --dist worksteal -q -m $(NO_PROCESSES)

test-pythons: $(VENV)/.tested ## the same on each Python that pyproject.toml names and that is on this machine
	@$(BIN)/python scripts/on_each_python.py

test-clients: $(VENV)/.tested $(CLIENTS:%=build/clients/%/.installed) build/clients/sdk-js/.installed ## clients that nobody here wrote, on the emulator
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -q -m clients tests/clients

test-live: $(VENV)/.tested ## the contract and the main road: in your subscription if ACI_RECONCILE_LIVE=1 (CONTRIBUTING.md), else on the emulator
	@$(BIN)/python -m pytest -m live tests/live

test-sweeps: $(VENV)/.tested ## every fault and a kill at every request, a thousand meetings of two applies, a thousand programs in containers
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m "not clients" $(SWEEPS)

test-facts: $(VENV)/.tested ## a thousand random Azures that probes find out, whose recordings give nothing away, and on which applies converge; not part of the gate
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m "sweep" $(FACTS)

test-browser: $(VENV)/.tested ## the HTML report in a headless Chromium, which must be installed
	@$(BIN)/python -m pytest -q -m browser tests/browser

docs: build/zensical/.installed ## the documentation's site, with every link checked, into build/site
	@build/zensical/bin/python scripts/build_docs.py

test-docs: $(VENV)/.tested build/docs/.installed build/zensical/.installed ## actionlint, the YAML language server and the Git hosts' schemas on docs and examples; the site
	@$(BIN)/python -m pytest -q -m docs tests/docs

test-lock: $(VENV)/.tested build/lock/.installed ## the lock on Azurite, a server of storage accounts: runs that are killed, stopped, cut off
	@$(BIN)/python -m pytest -n 12 --dist worksteal -q -m lock tests/azurite

test-image: $(VENV)/.tested ## the Containerfile, built and run by buildah on a base of Debian packages; both must be installed
	@$(BIN)/python -m pytest -q -m image tests/image

test-kubernetes: $(VENV)/.tested build/kubernetes/.installed ## deploy/kubernetes against Kubernetes' schemas, and built by kubectl where there is one
	@$(BIN)/python -m pytest -q -m kubernetes tests/kubernetes

test-slurm: $(VENV)/.tested ## shards as an array job of Slurm, a task of which is killed; slurm-wlm and munge must be installed
	@$(BIN)/python -m pytest -q -m "slurm and not sweep" tests/slurm

mutants: $(VENV)/.mutating ## break the pure core in every small way, which a test must notice: an hour; ONLY="aci_reconcile.core.tags*" is quicker
	@$(BIN)/python scripts/mutants.py $(ONLY)

bench: $(VENV)/.tested $(BENCH_CLIENTS:%=build/clients/%/.installed) ## what it costs, into docs/performance.md: 20 minutes of a quiet machine
	@$(BIN)/python -m benchmarks --command "$(CURDIR)/$(BIN)/aci-reconcile" --write-docs

bench-quick: $(VENV)/.tested build/clients/sdk-ga/.installed ## ours and the floor, a minute
	@$(BIN)/python -m benchmarks --command "$(CURDIR)/$(BIN)/aci-reconcile" --quick

bench-shards: $(VENV)/.tested ## three thousand creations by eight tasks of Slurm, within Azure's limits: half an hour
	@$(BIN)/python -m pytest -q -s -m "slurm and sweep" tests/slurm

bench-fleet: $(VENV)/.tested ## a plan of 100,000 groups in 100 subscriptions, and in four shards: a quarter of an hour
	@$(BIN)/python -m benchmarks.fleet --command "$(CURDIR)/$(BIN)/aci-reconcile"

check: $(VENV)/.checked ## lint, format, types, layers, spelling, workflows, prose
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	git ls-files | xargs $(BIN)/codespell
	$(BIN)/zizmor --offline --quiet --no-progress .
	$(BIN)/python scripts/check_prose.py

GENERATORS := build_schemas build_diagnostics build_field_reference build_facts
generate: $(VENV)/.installed ## write the schemas and the reference pages anew from the tables that they come from
	@for each in $(GENERATORS); do $(BIN)/python scripts/$$each.py || exit 1; done

format: $(VENV)/.checked ## put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Every time in what is built is that of the commit, so that whoever builds the commit again gets the same bytes.
EPOCH = SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct 2>/dev/null || echo 1580601600)

wheel: $(VENV)/.checked ## build the wheel into dist/
	rm -rf dist
	$(EPOCH) $(BIN)/python -m build --no-isolation --wheel --outdir dist . >/dev/null
	@ls dist

release-files: $(VENV)/.checked build/sbom/.installed ## sdist, the wheel from it, and its SBOM (CycloneDX), into dist/
	rm -rf dist
	$(EPOCH) $(BIN)/python -m build --no-isolation --outdir dist . >/dev/null
	$(BIN)/python scripts/build_sbom.py dist
	@ls dist

e2e-wheel: wheel $(VENV)/.tested ## the end-to-end tests on that wheel, installed in its own environment
	rm -rf build/wheel-env
	$(PYTHON) -m venv build/wheel-env
	build/wheel-env/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/test.txt
	build/wheel-env/bin/python -m pip --disable-pip-version-check install --quiet --no-deps dist/*.whl
	ACI_RECONCILE_COMMAND="$(CURDIR)/build/wheel-env/bin/aci-reconcile" $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -q -m "e2e and not sweep" tests/e2e

lock: $(VENV)/.checked ## pin the newest versions that fit pyproject.toml
	$(PIP) pip-tools uv
	$(BIN)/python scripts/lock.py

clean: ## remove what the other targets made
	rm -rf $(VENV) build dist mutants .aci-reconcile

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("aci-reconcile needs Python 3.11 or later; set PYTHON=") if sys.version_info < (3, 11) else 0'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tested: requirements/test.txt $(VENV)/.installed
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

$(VENV)/.checked: requirements/check.txt $(VENV)/.tested
	$(PIP) --require-hashes -r requirements/check.txt
	@touch $@

$(VENV)/.mutating: requirements/mutants.txt $(VENV)/.tested
	$(PIP) --require-hashes -r requirements/mutants.txt
	@touch $@

build/lowest/.installed: requirements/lowest.txt pyproject.toml
	@rm -rf build/lowest
	@$(PYTHON) -m venv build/lowest
	@build/lowest/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@build/lowest/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

build/zensical/.installed: requirements/docs.txt
	@rm -rf build/zensical
	@$(PYTHON) -m venv build/zensical
	@build/zensical/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

# It holds the schemas of many versions of Kubernetes: 160 MB.
build/kubernetes/.installed: requirements/kubernetes.txt
	@rm -rf build/kubernetes
	@$(PYTHON) -m venv build/kubernetes
	@build/kubernetes/bin/python -m pip --disable-pip-version-check install --quiet --no-compile --require-hashes -r $<
	@touch $@

# The program that writes the SBOM, and beside it nothing but what the wheel needs, which it describes.
build/sbom/.installed: requirements/sbom.txt requirements/wheel.txt
	@rm -rf build/sbom
	@$(PYTHON) -m venv build/sbom/tool
	@$(PYTHON) -m venv --without-pip build/sbom/wheel
	@build/sbom/tool/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/sbom.txt
	@build/sbom/tool/bin/python -m pip --disable-pip-version-check --python build/sbom/wheel/bin/python \
	  install --quiet --no-compile --require-hashes -r requirements/wheel.txt
	@touch $@

# One environment for each client: their dependencies contradict each other. Bytecode is left to the first use.
build/clients/%/.installed: requirements/clients/%.txt
	@echo "Installing $* into build/clients/$*"
	@rm -rf build/clients/$*
	@$(PYTHON) -m venv build/clients/$*
	@build/clients/$*/bin/python -m pip --disable-pip-version-check install -qq --no-compile --no-deps --require-hashes -r $< \
	  || { echo "make test-clients: $* could not be installed" >&2; exit 1; }
	@touch $@

# Tools of Node.js, pinned by integrity; none of their install scripts runs.
build/clients/sdk-js/.installed: requirements/clients/sdk-js/package.json requirements/clients/sdk-js/package-lock.json
	@echo "Installing sdk-js into build/clients/sdk-js"
	@rm -rf build/clients/sdk-js
	@mkdir -p build/clients/sdk-js
	@cp $^ build/clients/sdk-js/
	@npm ci --prefix build/clients/sdk-js --ignore-scripts --no-audit --no-fund --silent \
	  || { echo "make test-clients: sdk-js could not be installed; it needs Node.js 20 or later" >&2; exit 1; }
	@touch $@

build/docs/.installed: tests/docs/package.json tests/docs/package-lock.json
	@rm -rf build/docs
	@mkdir -p build/docs
	@cp tests/docs/package.json tests/docs/package-lock.json build/docs/
	@npm ci --prefix build/docs --ignore-scripts --no-audit --no-fund --silent
	@touch $@

build/lock/.installed: tests/azurite/package.json tests/azurite/package-lock.json
	@rm -rf build/lock
	@mkdir -p build/lock
	@cp tests/azurite/package.json tests/azurite/package-lock.json build/lock/
	@npm ci --prefix build/lock --ignore-scripts --no-audit --no-fund --silent
	@touch $@
