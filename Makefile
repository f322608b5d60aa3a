# What a newcomer runs. `make help` lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
PYTHON ?= python3
RUN := .venv/bin/python
EXAMPLE ?= quickstart

.PHONY: help demo test check bench docs capacity preview up lock controls clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  EXAMPLE=name chooses a folder of examples/ for preview and up (default: quickstart)."

demo: .venv/ready ## Preview a stack that is blocked and its hardened twin. No account needed.
	@$(RUN) -m local demo

preview: .venv/ready ## Preview one example with the policy pack.
	@$(RUN) -m local preview $(EXAMPLE)

up: .venv/ready ## Deploy one example to the local cloud, show what was made, and end it.
	@$(RUN) -m local up $(EXAMPLE)

test: .venv/ready ## Run every test, those on the real engine included.
	@$(RUN) -m local engine
	@$(RUN) -m pytest --numprocesses auto --dist worksteal

check: .venv/ready ## Run the fast gates: ruff, mypy, import-linter, docs current.
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --quiet --check . || { echo "run: .venv/bin/ruff format ."; exit 1; }
	@.venv/bin/mypy
	@for program in examples/*-*/__main__.py; do .venv/bin/mypy $$program || exit 1; done
	@.venv/bin/lint-imports --no-logo
	@$(RUN) -m policy_pack docs | diff -u docs/rules.md - || { echo "run: make docs"; exit 1; }
	@$(RUN) tools/render_components.py | diff -u docs/components.md - || { echo "run: make docs"; exit 1; }
	@$(RUN) tools/render_owasp.py | diff -u docs/owasp.md - || { echo "run: make docs"; exit 1; }
	@$(RUN) tools/render_coverage.py | diff -u docs/coverage.md - || { echo "run: make docs"; exit 1; }

bench: .venv/ready ## Measure the pack against others (16 minutes); writes docs/benchmarks.md.
	@$(RUN) -m benchmarks

docs: .venv/ready ## Write the generated documentation.
	@$(RUN) -m policy_pack docs > docs/rules.md.new && mv docs/rules.md.new docs/rules.md
	@$(RUN) tools/render_components.py > docs/components.md.new && mv docs/components.md.new docs/components.md
	@$(RUN) tools/render_owasp.py > docs/owasp.md.new && mv docs/owasp.md.new docs/owasp.md
	@$(RUN) tools/render_coverage.py > docs/coverage.md.new && mv docs/coverage.md.new docs/coverage.md
	@$(RUN) tools/render_github.py

capacity: .venv/ready ## Compare computed web ACL capacity units with AWS's answer; needs an account.
	@$(RUN) tools/check_capacity.py

lock: .venv/ready ## Choose new versions of all dependencies, with their hashes.
	@.venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --upgrade --quiet --output-file requirements.lock

controls: .venv/ready ## Derive control memberships from the Prowler release that the tool names.
	@$(RUN) tools/update_controls.py

clean: ## Remove what set-up and tests made in the checkout. The cache outside stays.
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so an interrupted set-up is begun anew and never half used.
.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Secure Components needs Python 3.11 or newer; '$(PYTHON)' is" \
	    "$$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo "Setting up .venv with the locked dependencies (a minute or two, once) ..."
	@rm -rf .venv && $(PYTHON) -m venv .venv
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
