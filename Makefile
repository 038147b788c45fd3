# make help lists the targets.
GO       ?= go
PKG      ?= ./...
FUZZTIME ?= 30s
SEEDS    ?= 100
QUERIES  ?= 50000
SEED     ?= 1
DATA     ?= fasti-data
# the 3,000,000 flights, one gzipped csv; without it benchmarks use the 100,000 in testdata
FLIGHTS  ?=

.PHONY: help run build test check lint fmt fuzz slt slt-record bench differential deps
help: ## list targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: ## start a node on disk with defaults
	$(GO) run ./cmd/fasti start --data $(DATA)

build: ## the binary, into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ ./cmd/fasti

test: deps ## every test, race detector on; installs psql and PostgreSQL 15 when missing
	$(GO) test -race -timeout 20m $(PKG)

check: lint test ## what a push needs

lint: ## formatting, go vet, staticcheck
	@unformatted=$$($(GO) tool gofumpt -l .); if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PKG)
	$(GO) tool staticcheck $(PKG)

fmt: ## format
	$(GO) tool gofumpt -w .

fuzz: ## each fuzz target for FUZZTIME
	@for p in $$($(GO) list $(PKG)); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep ^Fuzz); do \
	    echo "$$p $$f"; $(GO) test $$p -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) || exit 1; done; done

slt: ## the sqllogictest files against a real server
	$(GO) test ./e2e/logictest -count 1

slt-record: deps ## write the results of PostgreSQL 15 into the sqllogictest files
	$(GO) test ./e2e/logictest -count 1 -run TestRecord -record

bench: deps ## COPY and query times beside PostgreSQL 15 in one run (FLIGHTS=path of the full csv.gz), and the package benchmarks
	FLIGHTS="$(FLIGHTS)" $(GO) test ./e2e/bench -run TestBench -bench-report -v -count 1 -timeout 30m
	$(GO) test -run '^$$' -bench . -benchtime 0.5s ./kv/... ./sql/... ./executor/... ./server/...

differential: deps ## QUERIES random queries on Fasti and PostgreSQL 15, SEED chooses them
	$(GO) test ./e2e/differential -count 1 -v -timeout 60m -queries $(QUERIES) -seed $(SEED)

deps:
	@bash e2e/deps.sh
