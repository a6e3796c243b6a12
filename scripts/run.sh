#!/usr/bin/env bash
# Shows Lifeboat at work on a real Prometheus. First by hand: back up, verify, list, restore, and
# compare the answers. Then by itself: `lifeboat serve` backs up and verifies on schedule, while the
# Prometheus scrapes it.
#
# Usage: scripts/run.sh [--once]    (`make run` installs what this needs first)
#
# Without --once, Lifeboat and both Prometheus keep serving until Ctrl-C. Everything is kept below
# .lifeboat/run of the checkout; the next run begins by clearing it.
set -euo pipefail
shopt -s inherit_errexit nullglob

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Seconds of scrapes to wait for, one each second.
SCRAPES=15
# Seconds that a server may take to start.
STARTS_WITHIN=60
# Seconds that runs on schedule may take to succeed: each full minute they are due.
SUCCEEDS_WITHIN=150
# Ports to try, below those that the system gives to outgoing connections.
FIRST_PORT=20000
LAST_PORT=32000

folder=.lifeboat/run
original=$folder/original
repository=$folder/repository
restored=$folder/restored
resources=$folder/resources
ledger=$folder/ledger.db
lifeboat=
# Process ids by the name of the server.
declare -A servers=()
# What asks another server is stopped before it.
STOP_ORDER=(serve original restored)

if [[ -t 1 ]]; then
	bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
	bold='' green='' red='' plain=''
fi

step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
fail() {
	printf '%sfailed%s: %s\n' "$red" "$plain" "$*" >&2
	exit 1
}

# run ARGUMENT...: shows a command line of lifeboat, then runs it.
run() {
	printf '%s$ lifeboat %s%s\n' "$bold" "$*" "$plain"
	"$lifeboat" "$@"
}

# is_ours PID: whether a process is a Prometheus or a Lifeboat on a folder of this script, so that a
# process id that was given to another program since is left alone.
is_ours() {
	# It may end between two looks at it.
	{ tr '\0' '\n' <"/proc/$1/cmdline"; } 2>/dev/null | grep -q --fixed-strings \
		-e "--storage.tsdb.path=$PWD/$folder/" -e "--ledger=$PWD/$folder/"
}

# stop PID: asks a server to end, and waits until it has.
stop() {
	local tries
	is_ours "$1" || return 0
	kill -TERM "$1" 2>/dev/null || return 0
	for ((tries = 0; tries < 100; tries++)); do
		is_ours "$1" || return 0
		sleep 0.1
	done
	kill -KILL "$1" 2>/dev/null || true
}

stop_servers() {
	local name
	for name in "${STOP_ORDER[@]}"; do
		[[ -v servers[$name] ]] || continue
		stop "${servers[$name]}"
		rm -f "$folder/$name.pid"
	done
}

# What a run that was killed could not clear up itself.
clear_earlier_run() {
	local note
	for note in "$folder"/*.pid; do
		stop "$(<"$note")"
	done
	rm -rf "$folder"
	mkdir -p "$folder"
}

build() {
	say "\$ cargo build --release --locked --package lifeboat"
	# Cargo knows best where it puts the binary.
	lifeboat=$(cargo build --release --locked --package lifeboat \
		--message-format json-render-diagnostics |
		jq --raw-output 'select(.reason == "compiler-artifact" and .target.name == "lifeboat") | .executable // empty')
	[[ -x $lifeboat ]] || fail "cargo did not say where it put the binary"
	lifeboat=${lifeboat#"$PWD/"}
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
	local port
	while :; do
		port=$((FIRST_PORT + RANDOM % (LAST_PORT - FIRST_PORT)))
		if is_free "$port"; then
			echo "$port"
			return
		fi
	done
}

# start NAME READY COMMAND...: starts a server, and waits until it answers at the URL READY.
start() {
	local name=$1 ready=$2 deadline=$((SECONDS + STARTS_WITHIN))
	shift 2
	# In a session of its own: Ctrl-C then reaches this script alone, which stops each once, in order.
	setsid "$@" >"$folder/$name.log" 2>&1 &
	servers[$name]=$!
	echo "$!" >"$folder/$name.pid"
	until curl --silent --fail --output /dev/null "$ready"; do
		kill -0 "${servers[$name]}" 2>/dev/null || fail "$1 ended at once; see $folder/$name.log"
		((SECONDS < deadline)) || fail "$1 is not ready after $STARTS_WITHIN s; see $folder/$name.log"
		sleep 0.2
	done
}

# start_prometheus NAME DATA PORT: starts a Prometheus with the settings in NAME.yml.
start_prometheus() {
	start "$1" "http://127.0.0.1:$3/-/ready" prometheus \
		--config.file="$folder/$1.yml" --storage.tsdb.path="$PWD/$2" \
		--storage.tsdb.retention.time=100y --web.listen-address="127.0.0.1:$3" --web.enable-admin-api
	say "Prometheus serves $2 at http://127.0.0.1:$3"
}

# start_lifeboat PORT: starts `lifeboat serve` on the documents in $resources.
start_lifeboat() {
	start serve "http://127.0.0.1:$1/readyz" "$lifeboat" serve --resources="$resources" \
		--ledger="$PWD/$ledger" --listen="127.0.0.1:$1" --shutdown-grace=5s
	say "Lifeboat serves $resources at http://127.0.0.1:$1"
}

# ask PORT QUERY TIME: the result of an instant query, in a form that can be compared.
ask() {
	local answer
	answer=$(curl --silent --show-error --fail-with-body --get "http://127.0.0.1:$1/api/v1/query" \
		--data-urlencode "query=$2" --data-urlencode "time=$3") ||
		fail "the Prometheus at port $1 refused the query $2: $answer"
	jq --compact-output --sort-keys '.data.result | sort_by(.metric)' <<<"$answer"
}

# show RESULT: a single number as it is, of all else how much it is.
show() {
	jq --raw-output '
		if length == 1 and .[0].value then .[0].value[1]
		elif .[0].values then "\([.[].values | length] | add) samples"
		else "\(length) series" end' <<<"$1"
}

wait_for_scrapes() {
	local port=$1 deadline=$((SECONDS + STARTS_WITHIN)) found
	say "waiting for $SCRAPES scrapes"
	while :; do
		found=$(ask "$port" 'count_over_time(up{job="prometheus"}[5m])' "$(date +%s)")
		(($(jq --raw-output '.[0].value[1] // 0' <<<"$found") < SCRAPES)) || return 0
		((SECONDS < deadline)) || fail "Prometheus does not scrape itself; see $folder/original.log"
		sleep 1
	done
}

# compare PORT PORT TIME: the same queries to both; ends the script if an answer differs.
compare() {
	local query first second differences=0
	local queries=(
		'count(up)'
		'sum(prometheus_http_requests_total)'
		'{__name__=~".+"}'
		'{__name__=~".+"}[1h]'
	)
	printf '%-38s %14s %14s\n' QUERY ORIGINAL RESTORED
	for query in "${queries[@]}"; do
		first=$(ask "$1" "$query" "$3")
		second=$(ask "$2" "$query" "$3")
		printf '%-38s %14s %14s' "$query" "$(show "$first")" "$(show "$second")"
		if [[ $first == "$second" && $first != '[]' ]]; then
			printf '  %sequal%s\n' "$green" "$plain"
		else
			printf '  %sDIFFERENT%s\n' "$red" "$plain"
			differences=$((differences + 1))
		fi
	done
	[[ $differences == 0 ]] || fail "the restored Prometheus answers differently"
}

# wait_for_schedule PORT: waits until Lifeboat finds everything good, as it does when a backup and a
# verification have succeeded, and says which runs those were.
wait_for_schedule() {
	local url=http://127.0.0.1:$1/api/v1 deadline=$((SECONDS + SUCCEEDS_WITHIN)) status=
	until [[ $status == ok ]]; do
		((SECONDS < deadline)) || fail "backup and verification do not succeed; see $folder/serve.log"
		sleep 1
		status=$(curl --silent --show-error --fail "$url/assets/Prometheus/monitoring/main" | jq --raw-output .status)
	done
	curl --silent --show-error --fail "$url/runs" | jq --raw-output '
		.runs[] | select(.trigger == "schedule" and .outcome == "succeeded") |
		"the \(.operation) that was due at \(.scheduled_for) succeeded: \(.summary)"'
}

# show_checks PORT: what a Prometheus has scraped of Lifeboat, once every check is ok in it.
show_checks() {
	local deadline=$((SECONDS + STARTS_WITHIN)) checks age
	while :; do
		checks=$(ask "$1" 'lifeboat_check_status{name="main"}' "$(date +%s)")
		jq --exit-status 'length > 0 and all(.value[1] == "0")' <<<"$checks" >/dev/null && break
		((SECONDS < deadline)) || fail "Lifeboat's metrics do not arrive in the Prometheus at port $1"
		sleep 1
	done
	say 'lifeboat_check_status{name="main"}: 0 is ok, 1 failing, 2 unknown, 3 paused'
	jq --raw-output '.[] | "  check=\"\(.metric.check)\"" + " " * (20 - (.metric.check | length)) + .value[1]' <<<"$checks"
	say 'round(time() - lifeboat_recovery_point_timestamp_seconds): the age of the newest good backup'
	age=$(ask "$1" 'round(time() - lifeboat_recovery_point_timestamp_seconds)' "$(date +%s)")
	say "  $(show "$age") s"
}

# where_to_look ORIGINAL RESTORED LIFEBOAT: the ports.
where_to_look() {
	step "Where to look"
	cat <<-EOS
		Lifeboat              http://127.0.0.1:$3
		  metrics             http://127.0.0.1:$3/metrics
		  API                 http://127.0.0.1:$3/api/v1/assets
		original Prometheus   http://127.0.0.1:$1
		  Lifeboat in it      http://127.0.0.1:$1/graph?g0.expr=lifeboat_check_status
		restored Prometheus   http://127.0.0.1:$2
		resources             $resources
		repository            $repository
		logs                  $folder/serve.log, original.log, restored.log

		Try next, in another terminal:
		  export LIFEBOAT_SERVER=http://127.0.0.1:$3 LIFEBOAT_REPOSITORY=$repository
		  $lifeboat status --watch
		  $lifeboat run main --operation verification --wait
		  $lifeboat backups list
		  $lifeboat --help
	EOS
}

serve_until_interrupted() {
	say ""
	say "All three serve until Ctrl-C. Lifeboat goes on backing up each minute."
	trap 'exit 0' INT TERM
	wait -n "${servers[@]}" || true
	fail "a server ended by itself; see its log in $folder"
}

main() {
	local once=no program original_port restored_port lifeboat_port at
	case $* in
	'') ;;
	--once) once=yes ;;
	*)
		printf 'usage: scripts/run.sh [--once]\n' >&2
		exit 2
		;;
	esac
	for program in cargo curl jq prometheus setsid; do
		command -v "$program" >/dev/null || fail "$program is missing; scripts/tools.sh run installs what this needs"
	done
	# Settings of the person who runs this must not change what it shows, nor a proxy swallow it.
	unset "${!LIFEBOAT_@}"
	export NO_PROXY=127.0.0.1 no_proxy=127.0.0.1

	step "Build"
	build

	trap stop_servers EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	clear_earlier_run

	step "Start a Prometheus that scrapes itself every second, and later Lifeboat"
	original_port=$(free_port)
	lifeboat_port=$(free_port)
	cat >"$folder/original.yml" <<-EOS
		global: {scrape_interval: 1s}
		scrape_configs:
		  - job_name: prometheus
		    static_configs: [{targets: ["127.0.0.1:$original_port"]}]
		  - job_name: lifeboat
		    honor_labels: true
		    static_configs: [{targets: ["127.0.0.1:$lifeboat_port"]}]
	EOS
	start_prometheus original "$original" "$original_port"
	wait_for_scrapes "$original_port"
	# In the past by now, so that no later scrape changes the answers.
	at=$(($(date +%s) - 2))

	step "Back it up"
	run backup prometheus --url "http://127.0.0.1:$original_port" --data-dir "$original" --repository "$repository"

	step "Verify the backup: every byte and every structure"
	run backups verify --level deep --repository "$repository"

	step "List what there is"
	run backups list --repository "$repository"

	step "Restore it"
	run backups restore latest --target "$restored" --repository "$repository"

	step "Start a second Prometheus on the restored data"
	echo 'scrape_configs: []' >"$folder/restored.yml"
	restored_port=$(free_port)
	start_prometheus restored "$restored" "$restored_port"

	step "Ask both the same, as of $(date --utc --date "@$at" +%Y-%m-%dT%H:%M:%SZ)"
	compare "$original_port" "$restored_port" "$at"
	say "${green}The restored Prometheus answers as the original does.$plain"

	step "Leave it to Lifeboat: back up and verify each minute"
	mkdir "$resources"
	tee "$resources/main.yaml" <<-EOS
		apiVersion: lifeboat.dev/v1alpha1
		kind: PrometheusBackup
		metadata: {name: main, namespace: monitoring}
		spec:
		  prometheus: {url: "http://127.0.0.1:$original_port", dataDirectory: "$PWD/$original"}
		  repository: {url: "$PWD/$repository", instance: prometheus}
		  schedule: "* * * * *"
		  verification: {schedule: "* * * * *", slices: 1}
		  objectives: {maximumAge: 10m}
	EOS
	run resources check "$resources"
	start_lifeboat "$lifeboat_port"
	say "waiting for the next full minute, when both are due"
	wait_for_schedule "$lifeboat_port"

	step "Ask Lifeboat how it stands"
	export LIFEBOAT_SERVER=http://127.0.0.1:$lifeboat_port
	run status || fail "not everything is ok; see $folder/serve.log"
	run status main

	step "Ask the Prometheus that scrapes Lifeboat"
	show_checks "$original_port"
	say "${green}Lifeboat has backed up and verified on schedule, and its metrics have arrived.$plain"

	where_to_look "$original_port" "$restored_port" "$lifeboat_port"
	if [[ $once == yes ]]; then
		say ""
		say "All three are stopped now; without --once they keep serving."
	else
		serve_until_interrupted
	fi
}

main "$@"
