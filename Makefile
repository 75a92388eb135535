# Every verb sets itself up: a fresh machine needs Python 3.13, make and git.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export SAM_CLI_TELEMETRY := 0
export UV_PYTHON_DOWNLOADS := never
# An exported UV_PYTHON makes uv write into that interpreter; without .pyc every tool starts slowly.
unexport UV_PYTHON VIRTUAL_ENV PYTHONPATH PYTHONDONTWRITEBYTECODE

REQUIREMENTS := local/requirements
DEV := .venv/.ready
EMULATOR := .venv-emulator/.ready
RUNTIME := .venv-runtime/.ready
SYNC = .venv/bin/uv pip sync -q --require-hashes --python
COMPILE = uv pip compile -q --universal --generate-hashes --python-version 3.13 --no-header --no-annotate
PYTEST ?= pytest
REGION ?= ap-northeast-1
STAGE ?= prod

.PHONY: help setup demo stack stop test lint format types template build runtime stack-test check bench lock deploy clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) ## Make .venv from the hash-checked requirements (every other verb does it when needed)

demo: $(DEV) $(EMULATOR) ## Deploy to the embedded emulator and send a booking through (ONCE=1: check it and exit)
	@python -m local.demo $(if $(ONCE),--once)

stack: $(DEV) $(EMULATOR) ## Start the local stack and keep it up until Ctrl-C
	@python -m local.stack up

stop: $(DEV) ## Stop a local stack that runs elsewhere
	@python -m local.stack down

test: $(DEV) ## Run the tests on all processors (TESTS=path: some of them)
	$(PYTEST) -n auto --dist loadgroup $(TESTS)

lint: $(DEV) ## Check style and formatting
	ruff check .
	ruff format --check .

format: $(DEV) ## Format the code and fix what can be fixed
	ruff format .
	ruff check --fix .

types: $(DEV) ## Check types
	mypy

template: $(DEV) ## Check template.yaml, as written and as SAM transforms it
	sam validate --lint
	sam validate --region $(REGION)
	python -m local.stack.template

build: $(DEV) ## Build what deploys, into .aws-sam/build
	sam build --cached

runtime: $(DEV) $(RUNTIME) ## Start the built functions in the real Lambda runtime and test them
	$(PYTEST) -m runtime $(TESTS)

stack-test: $(DEV) $(EMULATOR) ## Deploy the template to the embedded emulator and test it there
	$(PYTEST) -m stack $(TESTS)

check: lint types template test build runtime stack-test ## Everything CI runs

bench: $(DEV) $(RUNTIME) ## Measure cold starts, vendor calls and AWS calls
	@python -m local.bench

lock: $(DEV) ## Compile the requirement files again, to the newest allowed versions
	$(COMPILE) --upgrade --group dev -o $(REQUIREMENTS)/dev.txt pyproject.toml
	$(COMPILE) --upgrade --group emulator -o $(REQUIREMENTS)/emulator.txt pyproject.toml
	$(COMPILE) --upgrade --group runtime -o $(REQUIREMENTS)/runtime.txt pyproject.toml
	$(COMPILE) --upgrade --group layer -c $(REQUIREMENTS)/dev.txt --no-emit-package botocore \
	  -o layers/renkei/requirements.txt pyproject.toml

deploy: build ## Deploy to AWS with your credentials (STAGE=default or prod; settings in samconfig.toml)
	sam deploy --config-env $(STAGE)

clean: ## Remove what was built and the local state (not the virtual environments)
	rm -rf .aws-sam .local .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find functions layers local tests -name __pycache__ -prune -exec rm -rf {} +

# --- the three virtual environments ---

$(DEV): $(REQUIREMENTS)/dev.txt pyproject.toml .python-version
	@python=; for name in python3.13 python3 python; do \
	  if "$$name" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then python="$$name"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Python 3.13 was not found: it is what Lambda runs. Install it (for example: pyenv install 3.13) and try again." >&2; exit 1; \
	fi; \
	if ! .venv/bin/python3.13 -m pip --version >/dev/null 2>&1; then \
	  echo "Setting up .venv (once)"; "$$python" -m venv --clear .venv; \
	fi
	@sed -n '/^uv==/,/[^\\]$$/p' $< > .venv/uv.txt
	@.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@$(SYNC) .venv/bin/python $<
	@.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
	@touch $@

$(EMULATOR): $(REQUIREMENTS)/emulator.txt $(DEV)
	@echo "Setting up .venv-emulator (once)"
	@.venv/bin/python -m venv --clear --without-pip .venv-emulator
	@$(SYNC) .venv-emulator/bin/python $<
	@touch $@

$(RUNTIME): $(REQUIREMENTS)/runtime.txt $(DEV)
	@echo "Setting up .venv-runtime (once)"
	@.venv/bin/python -m venv --clear --without-pip .venv-runtime
	@$(SYNC) .venv-runtime/bin/python --compile-bytecode $<
	@touch $@
