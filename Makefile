# All of it needs Go alone; what "make ci" needs besides, .ci/run installs.

FUZZTIME ?= 30s
SOAKTIME ?= 5m
MUTANTS  ?= 1
COUNT    ?= 6

.DEFAULT_GOAL := help
.PHONY: help run test check race fuzz mutants bench benchstat cover floods soak ci

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start the chat on http://localhost:8080 (ARGS="-addr :9000" for its flags)
	go run ./cmd/chat $(ARGS)

test: ## all tests; what they need from outside and do not find, they skip
	go test ./...

check: ## formatting, vet, tests: before every commit
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w $$unformatted"; exit 1; }
	go vet ./... ./testdata ./testdata/outside # ./... passes over folders of that name
	go test ./...

race: ## all tests under the race detector
	go test -race ./...

fuzz: ## every fuzz target in turn (FUZZTIME=30s each, ONLY=FuzzPair for some)
	@list=$$(mktemp); trap 'rm -f "$$list"' EXIT; \
	go test -list '$(or $(ONLY),^Fuzz)' ./... | awk '\
		/^Fuzz/ { target[n++] = $$1 } \
		/^ok/   { for (i = 0; i < n; i++) print $$2, target[i]; n = 0 }' >"$$list"; \
	all=$$(wc -l <"$$list"); n=0; \
	test $$all -gt 0 || { echo "no fuzz target"; exit 1; }; \
	while read -r package target; do \
		n=$$((n + 1)); echo "[$$n/$$all] $$package $$target, $(FUZZTIME)"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null || exit 1; \
	done <"$$list"

mutants: ## plant faults and see that the tests find each (MUTANTS=short: every sixth, MUTANTS=mask.go: one file's)
	MUTANTS=$(MUTANTS) go test -count=1 -v -timeout 2h -run '^TestMutants$$' ./fuzz

bench: ## all benchmarks (COUNT=6 times each); keep them with: make bench >old.txt
	@go test -run '^$$' -bench . -count $(COUNT) ./...

benchstat: ## compare two outputs of bench (OLD=old.txt NEW=new.txt; without NEW it measures now)
	@test -n "$(OLD)" || { echo "say OLD=file, an output of make bench"; exit 2; }
	@$(if $(NEW),cat $(NEW),$(MAKE) -s bench) | awk -f .ci/benchstat.awk $(OLD) -

cover: ## how many statements of each package the tests reach, those of other packages included
	@profile=$$(mktemp); trap 'rm -f "$$profile"' EXIT; \
	go test -coverpkg ./... -coverprofile "$$profile" ./... >/dev/null || { echo "a test fails: make test"; exit 1; }; \
	awk -F '[: ]' 'NR > 1 { size[$$1, $$2] = $$3; hit[$$1, $$2] += $$4 } \
		END { for (block in size) { \
				package = block; sub(/\/[^\/]*$$/, "", package); \
				all[package] += size[block]; if (hit[block]) reached[package] += size[block] } \
			for (p in all) printf "%5.1f%%  %s\n", 100 * reached[p] / all[p], p }' "$$profile" | sort -k 2

floods: ## floods against the running binary, whose cost to others is measured: on a machine with nothing else to do
	MEASURE=1 go test -count=1 -timeout 10m -v -run TestHostileFloods ./cmd/chat

soak: ## thousands come and go, in a room and in the running server, for SOAKTIME=5m each; ws fuzz hunts for every planted fault
	go test -race -count=1 -timeout 0 -v -run Soak ./server/room -soak $(SOAKTIME)
	go test -count=1 -timeout 0 -v -run Soak ./cmd/chat -soak $(SOAKTIME)
	go test -count=1 -timeout 0 -v -run Soak ./cmd/ws/internal/model/hunt -soak 30s

ci: ## what CI runs, with everything it installs
	bash .ci/run
