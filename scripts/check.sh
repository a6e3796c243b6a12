#!/usr/bin/env bash
# Runs the checks that every change must pass, each under a heading and with its duration.
#
# Usage: scripts/check.sh [lint|test]...    (both when none is named; `make test` runs both)
set -euo pipefail
shopt -s inherit_errexit nullglob

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Nothing is built a second time there, and what that would take is gigabytes.
[[ -z ${CI:-} ]] || export CARGO_INCREMENTAL=0

# step HEADING COMMAND...: ends the script when the command fails.
step() {
	local heading=$1 started=$SECONDS
	shift
	printf '\n== %s\n' "$heading"
	if ! "$@"; then
		printf '== %s: FAILED after %d s\n' "$heading" $((SECONDS - started)) >&2
		exit 1
	fi
	printf '== %s: %d s\n' "$heading" $((SECONDS - started))
}

scripts_are_sound() { shellcheck scripts/*.sh .ci/run; }

go_is_formatted() {
	local unformatted
	unformatted=$(gofmt -l tools)
	[[ -z $unformatted ]] || {
		printf 'run gofmt -w on:\n%s\n' "$unformatted" >&2
		return 1
	}
}

# With the flags of scripts/tools.sh, so that what it compiled is not compiled again.
export CGO_ENABLED=0 GOFLAGS=-trimpath

go_is_sound() { (cd tools/blockgen && go vet ./...); }

blockgen_works() { (cd tools/blockgen && go test ./...); }

# Compiling in memory leaves no __pycache__ behind.
python_compiles() {
	python3 - bench/*.py <<-'EOS'
		import sys

		for path in sys.argv[1:]:
		    compile(open(path, encoding="utf-8").read(), path, "exec")
	EOS
}

lint() {
	step "formatting" cargo fmt --all --check
	step "clippy" cargo clippy --workspace --all-targets --locked -- -D warnings
	step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	step "licences, bans and sources" \
		cargo deny --all-features check --hide-inclusion-graph licenses bans sources
	step "scripts" scripts_are_sound
	step "Go formatting" go_is_formatted
	step "Go vet" go_is_sound
	step "Python" python_compiles
}

tests() {
	step "tests of blockgen" blockgen_works
	step "tests" cargo test --workspace --locked
}

main() {
	local part
	[[ $# -gt 0 ]] || set -- lint test
	for part in "$@"; do
		case $part in
		lint) lint ;;
		test) tests ;;
		*)
			printf 'check: unknown part %s: use lint or test\n' "$part" >&2
			exit 2
			;;
		esac
	done
	printf '\nAll passed in %d s.\n' "$SECONDS"
}

main "$@"
