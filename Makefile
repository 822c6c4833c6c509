# The two commands of this project are `go run ./cmd/nuanxin demo` and `make test`.
# The others serve those who work on it.
.PHONY: test quick generate lint shots bench build

test: ## install what is needed, then run every check
	@scripts/test

quick: ## the tests without the race detector, PostgreSQL and the kills
	go vet ./... && go test -short ./...

generate: ## write the generated files anew
	go generate ./... && go tool templ generate -log-level error

lint: ## the linters alone
	@scripts/test lint

shots: ## draw the README's screenshots anew
	NUANXIN_SHOTS=docs/shots go test -count=1 -run TestShots ./internal/app/...

bench: ## measure against peers; prints ratios
	go run ./bench/finder

build: ## one static binary in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.commit=$$(git rev-parse HEAD 2>/dev/null)" -o bin/nuanxin ./cmd/nuanxin
