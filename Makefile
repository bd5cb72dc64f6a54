# Everything one types. Variables of the command line reach the commands: make run INPUT=… SPEED=… STACK=docker

BIN := .venv/bin
# the folder is part of the name: an environment that was moved or copied is made anew
READY := .venv/.ready-$(shell pwd | cksum | cut -d ' ' -f 1)
MEMBERS := $(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/local/pyproject.toml)
SERVICES := $(patsubst services/%/pyproject.toml,--package bbcs-%,$(wildcard services/*/pyproject.toml))

.DEFAULT_GOAL := help
.PHONY: help run stop test check bench lock clean

help: ## show this
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do printf '  make %-7s %s\n' "$$name" "$$what"; done

run: $(READY) ## start everything, submit samples (or INPUT=file.jsonl), show them arrive; SPEED=600, STACK=docker
	@$(BIN)/python -m stack run

stop: ## end exactly what make run started; the data stays
	@if [ -d .stack ] && [ -x $(BIN)/python ]; then $(BIN)/python -m stack down; else echo "Nothing was running."; fi

test: $(READY) ## prove it, on servers of its own, two files at a time; ARGS="-k routes" chooses
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY) ## format, lint, types, rooms, schemas
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy --cache-dir .mypy_cache/alone services/portal-bridge/tests/conftest.py
	@$(BIN)/lint-imports
	@$(BIN)/python -m contracts check

bench: $(READY) ## measure into .bench/result.json; ONLY=pipeline one part
	@$(BIN)/python tests/load/bench.py

lock: ## resolve all members' dependencies into requirements.lock, and the services' alone into deploy/image.lock
	@deploy/local/bootstrap uv
	@$(BIN)/uv lock -q
	@deploy/local/export-lock "Every package with its hashes" --all-packages --all-groups >.lock.new && mv .lock.new requirements.lock
	@deploy/local/export-lock "What the services alone need" --no-dev $(SERVICES) >.lock.new && mv .lock.new deploy/image.lock

clean: ## end everything, delete the data and the environment
	@if [ -d .stack ] && [ -x $(BIN)/python ]; then $(BIN)/python -m stack clean; fi
	@rm -rf .venv .bench .mypy_cache .ruff_cache .hypothesis .import_linter_cache .pytest_cache

$(READY): requirements.lock pyproject.toml $(MEMBERS)
	@deploy/local/bootstrap
	@rm -f .venv/.ready-* && touch $@
