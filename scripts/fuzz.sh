#!/usr/bin/env bash
# Runs every fuzz target for a while; a finding ends it and is kept in fuzz/artifacts.
#
# Usage: scripts/fuzz.sh [SECONDS_FOR_EACH]    (60 when not given)
set -euo pipefail
shopt -s nullglob

cd "$(dirname "${BASH_SOURCE[0]}")/.."

targets=(fuzz/fuzz_targets/*.rs)
if [[ ${#targets[@]} -eq 0 ]]; then
	printf 'fuzz: there is no target in fuzz/fuzz_targets\n' >&2
	exit 1
fi
for target in "${targets[@]}"; do
	name=$(basename "$target" .rs)
	printf '\n== %s\n' "$name"
	cargo +nightly fuzz run "$name" -- -max_total_time="${1:-60}" -rss_limit_mb=2048
done
